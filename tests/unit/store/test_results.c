#include "store/results.h"

#include "tests/lib/test.h"

enum {
    COLUMN_TYPE = 25, /* text */
    PLENTY = 1024 * 1024,
};

/* As PostgreSQL's, with a row of that many bytes. */
static PGresult *row_of(size_t n)
{
    PGresult *pg = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    char name[] = "text", text[2048] = {0};
    PGresAttDesc column = {.name = name, .typid = COLUMN_TYPE};

    memset(text, 'x', n);
    assert_true(n < sizeof(text) && PQsetResultAttrs(pg, 1, &column));
    assert_true(PQsetvalue(pg, 0, 0, text, (int)n));
    return pg;
}

static void a_result_lives_as_long_as_the_arenas_that_hold_it(void **state)
{
    struct results *among = results_new(0);
    PGresult *pg = row_of(3);
    struct result *r = results_take(among, pg);
    struct arena first, last;

    arena_init(&first);
    arena_init(&last);
    result_keep(r, &first);
    result_keep(r, &last);
    result_unref(r);
    arena_done(&first);
    assert_string_equal(PQgetvalue(pg, 0, 0), "xxx");
    arena_done(&last);
    results_unref(among);
}

static void there_is_room_again_when_one_is_let_go(void **state)
{
    PGresult *one = row_of(1000);
    struct results *among = results_new(PQresultMemorySize(one) * 5 / 2);
    struct result *first = results_take(among, one), *second = results_take(among, row_of(1000));

    assert_non_null(first);
    assert_non_null(second);
    assert_null(results_take(among, row_of(1000)));
    result_unref(first);
    first = results_take(among, row_of(1000));
    assert_non_null(first);
    assert_null(results_take(among, row_of(1000)));
    result_unref(first);
    result_unref(second);
    results_unref(among);
}

static void nothing_is_too_much_without_a_limit(void **state)
{
    struct results *among = results_new(0);
    struct result *held[PLENTY / 1024];

    for (size_t i = 0; i < array_size(held); i++) {
        held[i] = results_take(among, row_of(1024));
        assert_non_null(held[i]);
    }
    for (size_t i = 0; i < array_size(held); i++)
        result_unref(held[i]);
    results_unref(among);
}

/* A request that was abandoned ends after its store. */
static void a_result_may_outlive_those_it_was_among(void **state)
{
    struct results *among = results_new(PLENTY);
    struct result *r = results_take(among, row_of(10));
    struct arena a;

    arena_init(&a);
    result_keep(r, &a);
    result_unref(r);
    results_unref(among);
    arena_done(&a);
}

int main(void)
{
    return RUN(test(a_result_lives_as_long_as_the_arenas_that_hold_it),
               test(there_is_room_again_when_one_is_let_go),
               test(nothing_is_too_much_without_a_limit),
               test(a_result_may_outlive_those_it_was_among));
}
