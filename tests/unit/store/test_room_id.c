#include "store/room.h"

#include "tests/lib/test.h"

static void rooms_that_start_with_guild_are_the_guild_tables(void **state)
{
    assert_int_equal(room_table(STR("GUILD#demo")), ROOM_TABLE_GUILD);
    assert_int_equal(room_table(STR("GUILD#")), ROOM_TABLE_GUILD);
    assert_int_equal(room_table(STR("GUILD#a#b")), ROOM_TABLE_GUILD);
    assert_int_equal(room_table(STR("GUILD")), ROOM_TABLE_CORE);
    assert_int_equal(room_table(STR("guild#demo")), ROOM_TABLE_CORE);
    assert_int_equal(room_table(STR("xGUILD#demo")), ROOM_TABLE_CORE);
    assert_int_equal(room_table(STR("lobby")), ROOM_TABLE_CORE);
    assert_int_equal(room_table(STR("")), ROOM_TABLE_CORE);
}

static void a_guild_id_ends_at_the_next_hash_or_the_end(void **state)
{
    assert_str(room_guild_id(STR("GUILD#demo")), "demo");
    assert_str(room_guild_id(STR("GUILD#demo#side")), "demo");
    assert_str(room_guild_id(STR("GUILD#demo#a#b")), "demo");
    assert_str(room_guild_id(STR("GUILD#")), "");
    assert_non_null(room_guild_id(STR("GUILD#")).p);
    assert_null(room_guild_id(STR("lobby")).p);
    assert_null(room_guild_id(STR("GUILD")).p);
}

static void a_room_id_has_one_to_128_of_its_characters(void **state)
{
    char longest[129];

    memset(longest, 'a', sizeof(longest));
    assert_true(room_id_is_valid(STR("A")));
    assert_true(room_id_is_valid(STR("GUILD#az09_-.:#")));
    assert_true(room_id_is_valid(str_of(longest, 128)));
    assert_false(room_id_is_valid(str_of(longest, 129)));
    assert_false(room_id_is_valid(STR("")));
    assert_false(room_id_is_valid(STR_NULL));
}

static void every_other_byte_is_refused(void **state)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "_-.:#";
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;
        assert_int_equal(room_id_is_valid(str_of(&byte, 1)), c != 0 && strchr(allowed, c) != NULL);
    }
}

static void a_user_id_has_one_to_128_characters_and_no_control_characters(void **state)
{
    char longest[4 * 129];

    for (size_t i = 0; i < 129; i++)
        memcpy(longest + 4 * i, "\xf0\x9f\x98\x80", 4);
    assert_true(user_id_is_valid(STR("ann@example.org / 1")));
    assert_true(user_id_is_valid(STR("\xc2\xa0")));
    assert_true(user_id_is_valid(str_of(longest, sizeof(longest) - 4)));
    assert_false(user_id_is_valid(str_of(longest, sizeof(longest))));
    assert_false(user_id_is_valid(STR("")));
    assert_false(user_id_is_valid(STR("a\tb")));
    assert_false(user_id_is_valid(STR("a\0b")));
    assert_false(user_id_is_valid(STR("\x7f")));
    assert_false(user_id_is_valid(STR("\xc2\x85")));
    assert_false(user_id_is_valid(STR("\xff")));
}

int main(void)
{
    return RUN(test(rooms_that_start_with_guild_are_the_guild_tables),
               test(a_guild_id_ends_at_the_next_hash_or_the_end),
               test(a_room_id_has_one_to_128_of_its_characters), test(every_other_byte_is_refused),
               test(a_user_id_has_one_to_128_characters_and_no_control_characters));
}
