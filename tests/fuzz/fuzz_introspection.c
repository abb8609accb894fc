/*
 * Introspection results from servers that nobody has looked at. One that is taken for a schema is
 * one: printed, it is read again, and prints the same.
 */

#include <assert.h>

#include "base/json_in.h"
#include "graphql/introspection_sdl.h"
#include "graphql/schema_print.h"
#include "tests/fuzz/fuzz.h"

enum {
    PRINTED_MOST = 16 * 1024 * 1024,
};

static struct gql_schema *read_schema(struct arena *arena, struct str sdl)
{
    struct gql_errors errors;

    gql_errors_init(&errors, arena);
    return gql_schema_new((struct gql_source){.name = STR("sdl"), .body = sdl}, &errors);
}

static struct str print_schema(struct arena *arena, const struct gql_schema *schema)
{
    struct str text;
    struct buf out;

    buf_init(&out, PRINTED_MOST);
    gql_schema_print(schema, &out);
    text = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return text;
}

static void check(struct arena *arena, const struct json_value *json)
{
    struct gql_schema *schema, *again;
    struct str sdl, why, printed;

    if (!gql_introspection_sdl(arena, json, &sdl, &why)) {
        assert(why.n > 0 && str_is_utf8(why));
        return;
    }
    schema = read_schema(arena, sdl);
    if (!schema)
        return;
    printed = print_schema(arena, schema);
    again = read_schema(arena, printed);
    assert(again && str_eq(print_schema(arena, again), printed));
    gql_schema_free(again);
    gql_schema_free(schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_in_error malformed;
    struct arena arena;

    arena_init(&arena);
    check(&arena, json_in_read(&arena, str_of(data, size), &malformed));
    arena_done(&arena);
    return 0;
}
