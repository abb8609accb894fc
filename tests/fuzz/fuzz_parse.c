/*
 * Documents of both kinds from bytes that nobody has looked at: parsing ends, within its limits,
 * and what a schema prints is a schema that prints the same.
 */

#include <assert.h>

#include "graphql/graphql.h"
#include "graphql/schema_print.h"
#include "tests/fuzz/fuzz.h"

enum {
    PRINT_MOST = 1 << 24,
};

static void parse(struct gql_source source)
{
    static const struct gql_limits limits = {.tokens = 2000, .depth = 15};
    struct gql_errors errors;
    struct arena a;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    /* Either a tree or one error. */
    if (gql_parse(&a, source, &limits, &errors))
        assert(errors.count == 0);
    else
        assert(errors.count == 1);
    arena_done(&a);
}

/* False when the source is no schema. */
static bool print(struct gql_source source, struct buf *out)
{
    struct gql_errors errors;
    struct gql_schema *schema;
    struct arena a;
    bool made;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    schema = gql_schema_new(source, &errors);
    made = schema != NULL;
    assert(made == (errors.count == 0));
    if (made)
        gql_schema_print(schema, out);
    gql_schema_free(schema);
    arena_done(&a);
    return made;
}

static void make_schema(struct gql_source source)
{
    struct gql_source again = {.name = STR("printed")};
    struct buf first, second;

    buf_init(&first, PRINT_MOST);
    buf_init(&second, PRINT_MOST);
    if (print(source, &first)) {
        bool made;
        again.body = buf_str(&first);
        made = print(again, &second);
        assert(made && str_eq(buf_str(&first), buf_str(&second)));
    }
    buf_done(&second);
    buf_done(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gql_source source = {.name = STR("input"), .body = str_of(data, size)};

    parse(source);
    make_schema(source);
    return 0;
}
