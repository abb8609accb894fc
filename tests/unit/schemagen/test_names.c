#include "tools/schemagen/names.h"

#include "tests/lib/test.h"

static void assert_snake(const char *name, const char *expected)
{
    struct arena a;

    arena_init(&a);
    assert_str(names_snake(&a, str_c(name)), expected);
    arena_done(&a);
}

static void words_begin_at_capitals(void **state)
{
    assert_snake("MessageConnection", "message_connection");
    assert_snake("sendMessage", "send_message");
    assert_snake("id", "id");
    assert_snake("x1Y2", "x1_y2");
}

static void several_capitals_are_one_word(void **state)
{
    assert_snake("HTTPServer", "http_server");
    assert_snake("userID", "user_id");
    assert_snake("NEWEST_FIRST", "newest_first");
    assert_snake("_private", "_private");
}

static void constants_are_capitals(void **state)
{
    struct arena a;

    arena_init(&a);
    assert_str(names_upper(&a, STR("MessageOrder")), "MESSAGE_ORDER");
    assert_str(names_upper(&a, STR("guild")), "GUILD");
    arena_done(&a);
}

static void a_keyword_of_c_is_no_member(void **state)
{
    struct arena a;

    arena_init(&a);
    assert_str(names_member(&a, STR("default")), "default_");
    assert_str(names_member(&a, STR("defaults")), "defaults");
    arena_done(&a);
}

int main(void)
{
    return RUN(test(words_begin_at_capitals), test(several_capitals_are_one_word),
               test(constants_are_capitals), test(a_keyword_of_c_is_no_member));
}
