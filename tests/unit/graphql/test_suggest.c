#include "graphql/suggest.h"

#include "tests/lib/test.h"

static size_t distance(const char *a, const char *b)
{
    struct arena arena;
    size_t d;

    arena_init(&arena);
    d = gql_lexical_distance(&arena, str_c(a), str_c(b), 10);
    arena_done(&arena);
    return d;
}

static void equal_names_are_at_no_distance(void **state)
{
    assert_int_equal(distance("name", "name"), 0);
    assert_int_equal(distance("", ""), 0);
}

static void any_change_of_case_is_one_edit(void **state)
{
    assert_int_equal(distance("verylongname", "VERYLONGNAME"), 1);
    assert_int_equal(distance("VeryLongName", "verylongname"), 1);
}

static void each_edit_counts_one(void **state)
{
    assert_int_equal(distance("name", "nme"), 1);
    assert_int_equal(distance("name", "names"), 1);
    assert_int_equal(distance("name", "nane"), 1);
    assert_int_equal(distance("name", "nmae"), 1);
    assert_int_equal(distance("kitten", "sitting"), 3);
}

static void a_change_of_case_costs_nothing_beside_other_edits(void **state)
{
    assert_int_equal(distance("NAME", "names"), 1);
}

static void what_is_past_the_threshold_has_no_distance(void **state)
{
    struct arena arena;

    arena_init(&arena);
    assert_int_equal(gql_lexical_distance(&arena, STR("abc"), STR("xyz"), 3), 3);
    assert_true(gql_lexical_distance(&arena, STR("abc"), STR("xyz"), 2) == SIZE_MAX);
    assert_true(gql_lexical_distance(&arena, STR("a"), STR("abcdef"), 4) == SIZE_MAX);
    arena_done(&arena);
}

static void digits_compare_as_numbers(void **state)
{
    assert_true(gql_natural_compare(STR("a9"), STR("a10")) < 0);
    assert_true(gql_natural_compare(STR("a10"), STR("a9")) > 0);
    assert_true(gql_natural_compare(STR("a10"), STR("a10")) == 0);
    assert_true(gql_natural_compare(STR("a"), STR("aa")) < 0);
    assert_true(gql_natural_compare(STR("A"), STR("a")) < 0);
}

static void check_meant(const char *input, const char *expected, size_t n, const char *const *names)
{
    struct arena arena;
    struct str options[8];

    arena_init(&arena);
    for (size_t i = 0; i < n; i++)
        options[i] = str_c(names[i]);
    assert_str(gql_did_you_mean(&arena, STR_NULL, str_c(input), options, n), expected);
    arena_done(&arena);
}

#define meant(input, expected, ...)                                                                \
    check_meant(input, expected, array_size(((const char *[]){__VA_ARGS__})),                      \
                (const char *const[]){__VA_ARGS__})

static void nothing_near_gives_no_sentence(void **state)
{
    meant("name", "", "zzzzzzzz");
}

static void the_nearest_comes_first_and_equals_in_natural_order(void **state)
{
    meant("field1", " Did you mean \"field1x\", \"field2\", or \"field10x\"?", "field10x", "field2",
          "field1x");
}

static void two_are_joined_without_a_comma(void **state)
{
    meant("abc", " Did you mean \"abd\" or \"abe\"?", "abe", "abd");
}

static void at_most_five_are_told(void **state)
{
    meant("a", " Did you mean \"b\", \"c\", \"d\", \"e\", or \"f\"?", "g", "f", "e", "d", "c", "b");
}

static void a_preface_says_of_what_kind_they_are(void **state)
{
    struct str option = STR("RED");
    struct arena arena;

    arena_init(&arena);
    assert_str(gql_did_you_mean(&arena, STR("the enum value"), STR("RAD"), &option, 1),
               " Did you mean the enum value \"RED\"?");
    arena_done(&arena);
}

int main(void)
{
    return RUN(test(equal_names_are_at_no_distance), test(any_change_of_case_is_one_edit),
               test(each_edit_counts_one), test(a_change_of_case_costs_nothing_beside_other_edits),
               test(what_is_past_the_threshold_has_no_distance), test(digits_compare_as_numbers),
               test(nothing_near_gives_no_sentence),
               test(the_nearest_comes_first_and_equals_in_natural_order),
               test(two_are_joined_without_a_comma), test(at_most_five_are_told),
               test(a_preface_says_of_what_kind_they_are));
}
