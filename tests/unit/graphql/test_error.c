#include "graphql/error.h"

#include "tests/lib/test.h"

struct fixture {
    struct arena arena;
    struct gql_errors errors;
};

static void begin(struct fixture *f)
{
    arena_init(&f->arena);
    gql_errors_init(&f->errors, &f->arena);
}

/* Compares what is written, and ends the fixture. */
static void expect_written(struct fixture *f, const char *json)
{
    struct buf out;
    struct json_out j = {.out = &out};

    buf_init(&out, 1 << 20);
    gql_errors_write(&f->errors, &j);
    assert_str(buf_str(&out), json);
    buf_done(&out);
    arena_done(&f->arena);
}

static void no_errors_write_an_empty_array(void **state)
{
    struct fixture f;

    begin(&f);
    expect_written(&f, "[]");
}

static void an_error_carries_code_and_number(void **state)
{
    struct fixture f;

    begin(&f);
    gql_error_add(&f.errors, ST_NOT_FOUND, "No room \"%s\".", "x");
    expect_written(&f,
                   "[{\"message\":\"No room \\\"x\\\".\",\"extensions\":{\"code\":\"NOT_FOUND\","
                   "\"http\":{\"status\":404}}}]");
}

static void every_part_of_an_error_is_written(void **state)
{
    struct gql_source source = {.name = STR("t"), .body = STR("{\n a b")};
    struct gql_path root = {.key = STR("rooms")};
    struct gql_path item = {.parent = &root, .index = 2};
    struct gql_path leaf = {.parent = &item, .key = STR("na\"me")};
    struct fixture f;
    struct gql_error *error;

    begin(&f);
    error = gql_error_add(&f.errors, ST_RATE_LIMITED, "%s", "Slow down.");
    gql_error_at(&f.errors, error, &source, 3);
    gql_error_at(&f.errors, error, &source, 5);
    error->path = &leaf;
    error->argument = STR("input.name");
    error->extensions = STR("\"retryAfterMs\":500");
    expect_written(&f, "[{\"message\":\"Slow down.\",\"locations\":[{\"line\":2,\"column\":2},"
                       "{\"line\":2,\"column\":4}],\"path\":[\"rooms\",2,\"na\\\"me\"],"
                       "\"extensions\":{\"code\":\"RATE_LIMITED\",\"http\":{\"status\":429},"
                       "\"argument\":\"input.name\",\"retryAfterMs\":500}}]");
}

static void an_error_takes_as_many_places_as_it_is_given(void **state)
{
    struct gql_source source = {.name = STR("t"), .body = STR("abcdefghijklmnopqrstuvwxyz")};
    struct fixture f;
    struct gql_error *error;

    begin(&f);
    error = gql_error_add(&f.errors, ST_INVALID, "%s", "x");
    for (uint32_t i = 0; i < 20; i++)
        gql_error_at(&f.errors, error, &source, i);
    assert_int_equal(error->n_locations, 20);
    for (uint32_t i = 0; i < 20; i++)
        assert_int_equal(error->locations[i].column, i + 1);
    arena_done(&f.arena);
}

static void places_may_come_in_any_order(void **state)
{
    struct gql_source source = {.name = STR("t"), .body = STR("a\r\nb\rc\nd e")};
    struct gql_source other = {.name = STR("o"), .body = STR("\n\n\nabcdefghijklm")};
    struct fixture f;
    struct gql_error *error;

    begin(&f);
    error = gql_error_add(&f.errors, ST_INVALID, "%s", "x");
    gql_error_at(&f.errors, error, &source, 9);
    gql_error_at(&f.errors, error, &source, 3);
    gql_error_at(&f.errors, error, &other, 5);
    gql_error_at(&f.errors, error, &source, 7);
    gql_error_at(&f.errors, error, &source, 7);
    gql_error_at(&f.errors, error, &source, 0);
    expect_written(&f, "[{\"message\":\"x\",\"locations\":[{\"line\":4,\"column\":3},"
                       "{\"line\":2,\"column\":1},{\"line\":4,\"column\":3},"
                       "{\"line\":4,\"column\":1},{\"line\":4,\"column\":1},"
                       "{\"line\":1,\"column\":1}],\"extensions\":{\"code\":"
                       "\"GRAPHQL_VALIDATION_FAILED\",\"http\":{\"status\":400}}}]");
}

static void the_hundredth_error_is_the_last_but_one(void **state)
{
    struct fixture f;

    begin(&f);
    for (int i = 0; i < 99; i++)
        gql_error_add(&f.errors, ST_INVALID, "%d", i);
    assert_false(gql_errors_full(&f.errors));
    gql_error_add(&f.errors, ST_INVALID, "%d", 99);
    assert_true(gql_errors_full(&f.errors));
    assert_str(f.errors.last->message, "99");
    for (int i = 100; i < 200; i++)
        gql_error_add(&f.errors, ST_INVALID, "%d", i);
    assert_int_equal(f.errors.count, 101);
    assert_str(f.errors.last->message,
               "Too many validation errors, error limit reached. Validation aborted.");
    arena_done(&f.arena);
}

static void an_error_past_the_bound_may_still_be_filled_but_no_place_is_sought(void **state)
{
    struct gql_source source = {.name = STR("t"), .body = STR("x")};
    struct gql_error *error = NULL;
    struct fixture f;

    begin(&f);
    for (int i = 0; i < 150; i++) {
        error = gql_error_add(&f.errors, ST_FAULT, "%d", i);
        gql_error_at(&f.errors, error, &source, 0);
    }
    assert_int_equal(f.errors.count, 101);
    assert_int_equal(error->n_locations, 0);
    assert_int_equal(f.errors.last->n_locations, 0);
    arena_done(&f.arena);
}

int main(void)
{
    return RUN(test(no_errors_write_an_empty_array), test(an_error_carries_code_and_number),
               test(every_part_of_an_error_is_written),
               test(an_error_takes_as_many_places_as_it_is_given),
               test(places_may_come_in_any_order), test(the_hundredth_error_is_the_last_but_one),
               test(an_error_past_the_bound_may_still_be_filled_but_no_place_is_sought));
}
