#include "auth/claim.h"

#include "tests/lib/test.h"

static json_t *payload;

static int set_up(void **state)
{
    payload = json_loads(
        "{\"sub\":\"ann\",\"n\":7,\"big\":9007199254740993,\"half\":1.5,\"yes\":true,\"no\":false,"
        "\"nil\":null,\"groups\":[\"red\",7,true,null],\"empty\":\"\","
        "\"a.b\":\"whole\",\"a\":{\"b\":\"inner\",\"c\":{\"d\":\"deep\",\"e.f\":\"dotted\"}},"
        "\"x.y\":{\"z\":\"by the longest\"},\"x\":{\"y\":{\"z\":\"by the shortest\"}},"
        "\"https://example.com/tenant\":\"acme\","
        "\"https://hasura.io/jwt/claims\":{\"x-hasura-user-id\":\"ann\"}}",
        0, NULL);
    return payload ? 0 : -1;
}

static int tear_down(void **state)
{
    json_decref(payload);
    return 0;
}

static void assert_finds(const char *name, const char *text)
{
    assert_str(claim_text(claim_find(payload, str_c(name))), text);
}

static void a_name_is_that_of_a_member(void **state)
{
    assert_finds("sub", "ann");
    assert_finds("https://example.com/tenant", "acme");
    assert_finds("empty", "");
    assert_true(json_is_null(claim_find(payload, STR("nil"))));
    assert_null(claim_find(payload, STR("su")));
    assert_null(claim_find(payload, STR("sub ")));
    assert_null(claim_find(NULL, STR("sub")));
}

static void dots_lead_into_objects(void **state)
{
    assert_finds("a.c.d", "deep");
    assert_finds("a.c.e.f", "dotted");
    assert_null(claim_find(payload, STR("a.c.x")));
    assert_null(claim_find(payload, STR("sub.x")));
    assert_null(claim_find(payload, STR("groups.0")));
    assert_null(claim_find(payload, STR("a.")));
    assert_null(claim_find(payload, STR(".a")));
    assert_null(claim_find(payload, STR(".")));
}

static void the_very_name_counts_more_than_a_path(void **state)
{
    assert_finds("a.b", "whole");
}

static void the_longest_beginning_is_taken(void **state)
{
    assert_finds("https://hasura.io/jwt/claims.x-hasura-user-id", "ann");
    assert_finds("x.y.z", "by the longest");
}

static bool meets(const char *list)
{
    struct arena arena;
    struct claim_demands demands = {0};
    struct str wrong;
    bool all = true;

    arena_init(&arena);
    assert_int_equal(claim_demands_read(&arena, str_c(list), &demands, &wrong), ST_OK);
    for (size_t i = 0; i < demands.n; i++)
        all = all && claim_meets(payload, &demands.items[i]);
    arena_done(&arena);
    return all;
}

static void a_claim_may_be_asked_for_by_name(void **state)
{
    assert_true(meets("sub"));
    assert_true(meets("no"));
    assert_true(meets("empty"));
    assert_true(meets("a.c.d, https://example.com/tenant"));
    assert_false(meets("nil"));
    assert_false(meets("other"));
    assert_false(meets("sub,other"));
}

static void or_with_a_value_or_one_of_several(void **state)
{
    assert_true(meets("sub=ann"));
    assert_true(meets("sub=bob|ann"));
    assert_true(meets(" sub = bob | ann , yes = true "));
    assert_false(meets("sub=bob"));
    assert_false(meets("sub=ANN"));
    assert_false(meets("sub=an"));
    assert_false(meets("other=ann"));
}

static void values_are_written_as_json_has_them(void **state)
{
    assert_true(meets("yes=true,no=false,n=7,big=9007199254740993"));
    assert_false(meets("yes=false"));
    assert_false(meets("yes=1"));
    assert_false(meets("n=07"));
    assert_false(meets("n=7.0"));
    assert_false(meets("half=1.5"));
    assert_false(meets("nil=null"));
    assert_false(meets("a=inner"));
}

static void an_array_has_the_value_when_an_item_is_it(void **state)
{
    assert_true(meets("groups=red"));
    assert_true(meets("groups=7"));
    assert_true(meets("groups=blue|red"));
    assert_false(meets("groups=blue"));
    assert_false(meets("groups=null"));
}

static void a_list_adds_to_what_was_asked_before(void **state)
{
    struct arena arena;
    struct claim_demands demands = {0};
    struct str wrong;

    arena_init(&arena);
    assert_int_equal(claim_demands_read(&arena, STR("a,b=1"), &demands, &wrong), ST_OK);
    assert_int_equal(claim_demands_read(&arena, STR("c"), &demands, &wrong), ST_OK);
    assert_int_equal(demands.n, 3);
    assert_str(demands.items[1].name, "b");
    assert_str(demands.items[1].values[0], "1");
    assert_str(demands.items[2].name, "c");
    arena_done(&arena);
}

static void what_asks_for_nothing_is_refused(void **state)
{
    static const char *const wrong[][2] = {{"", ""},          {"a,,b", ""},   {"a=", "a="},
                                           {"=1", "=1"},      {"a=|", "a=|"}, {"x,a=1|,y", "a=1|"},
                                           {"a, =b ,c", "=b"}};

    for (size_t i = 0; i < array_size(wrong); i++) {
        struct arena arena;
        struct claim_demands demands = {0};
        struct str part;

        arena_init(&arena);
        assert_int_equal(claim_demands_read(&arena, str_c(wrong[i][0]), &demands, &part),
                         ST_BAD_INPUT);
        assert_str(part, wrong[i][1]);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_name_is_that_of_a_member),
        test(dots_lead_into_objects),
        test(the_very_name_counts_more_than_a_path),
        test(the_longest_beginning_is_taken),
        test(a_claim_may_be_asked_for_by_name),
        test(or_with_a_value_or_one_of_several),
        test(values_are_written_as_json_has_them),
        test(an_array_has_the_value_when_an_item_is_it),
        test(a_list_adds_to_what_was_asked_before),
        test(what_asks_for_nothing_is_refused),
    };

    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
