#include "graphql/ast.h"
#include "tests/lib/test.h"

static const struct gql_source source = {
    .name = STR_INIT("test"),
    .body = STR_INIT("a\r\n\r\xC3\xA9\xF0\x9F\x98\x80 b\n\n\xEF\xBB\xBF"
                     "c\rd e f\r"),
};

static void assert_location(struct gql_location location, uint32_t line, uint32_t column)
{
    assert_int_equal(location.line, line);
    assert_int_equal(location.column, column);
}

static void lines_end_in_three_ways_and_columns_count_characters(void **state)
{
    assert_location(gql_locate(&source, 0), 1, 1);
    assert_location(gql_locate(&source, 3), 2, 1);
    assert_location(gql_locate(&source, 4), 3, 1);
    assert_location(gql_locate(&source, 6), 3, 2);
    assert_location(gql_locate(&source, 11), 3, 4);
    assert_location(gql_locate(&source, 17), 5, 2);
    assert_location(gql_locate(&source, 21), 6, 3);
    assert_location(gql_locate(&source, 25), 7, 1);
}

static void a_place_is_the_same_from_wherever_it_is_sought(void **state)
{
    for (uint32_t from = 0; from <= source.body.n; from++) {
        for (uint32_t at = 0; at <= source.body.n; at++) {
            struct gql_location expected = gql_locate(&source, at);
            struct gql_location location = gql_locate(&source, from);

            gql_locate_on(&source, &location, from, at);
            assert_location(location, expected.line, expected.column);
        }
    }
}

int main(void)
{
    return RUN(test(lines_end_in_three_ways_and_columns_count_characters),
               test(a_place_is_the_same_from_wherever_it_is_sought));
}
