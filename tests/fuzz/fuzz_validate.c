/*
 * Documents against a fixed schema: validation ends, what it says has its place in the source, and
 * the limits of a server make no difference to a document within them.
 */

#include <assert.h>

#include "graphql/graphql.h"
#include "tests/fuzz/fuzz.h"

static const char sdl[] =
    "directive @once(a: Int!) on FIELD | QUERY | FRAGMENT_SPREAD | INLINE_FRAGMENT\n"
    "directive @often(box: Box) repeatable on FIELD | VARIABLE_DEFINITION\n"
    "scalar Any\n"
    "enum E { A B LONGER }\n"
    "input Box { n: Int! = 1 s: [String!] e: E box: Box any: Any pick: Pick }\n"
    "input Pick @oneOf { a: Int b: [ID!] box: Box }\n"
    "interface I { a: Int i: I }\n"
    "type T implements I { a: Int i: T s: String! t: T l: [T!]! u: U f(x: Int, y: E, z: Box): Int "
    "}\n"
    "type V implements I { a: Int i: I s: Int v(p: Pick!): V }\n"
    "union U = T | V\n"
    "type Query { a: Int t: T i: I u: U f(x: Int!, y: Float, z: [Box!], p: Pick): T }\n"
    "type Mutation { m(id: ID!): T }\n"
    "type Subscription { t: T v: V }\n";

static void check_places(const struct gql_errors *errors)
{
    assert(errors->count <= GQL_ERRORS_MOST + 1);
    for (const struct gql_error *e = errors->first; e; e = e->next) {
        assert(e->message.n > 0);
        for (size_t i = 0; i < e->n_locations; i++)
            assert(e->locations[i].line > 0 && e->locations[i].column > 0);
    }
}

/* How many errors there are with these limits. */
static size_t validate(const struct gql_schema *schema, const struct gql_document *document,
                       struct arena *a, const struct gql_limits *limits)
{
    struct gql_errors errors;

    gql_errors_init(&errors, a);
    gql_validate(schema, document, limits, &errors);
    check_places(&errors);
    return errors.count;
}

static struct gql_schema *make_schema(void)
{
    struct gql_source source = {.name = STR("schema"), .body = str_c(sdl)};
    struct gql_schema *schema;
    struct gql_errors errors;
    struct arena a;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    schema = gql_schema_new(source, &errors);
    assert(schema);
    arena_done(&a);
    return schema;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct gql_limits tight = {.depth = 5, .aliases = 3, .directives = 3},
                                   silent = {.no_suggestions = true};
    static struct gql_schema *schema; /* made once: inputs are many, and it never changes */
    struct gql_source source = {.name = STR("input"), .body = str_of(data, size)};
    const struct gql_document *document;
    struct gql_errors errors;
    struct arena a;

    if (!schema)
        schema = make_schema();
    arena_init(&a);
    gql_errors_init(&errors, &a);
    document = gql_parse(&a, source, NULL, &errors);
    if (document) {
        size_t n = validate(schema, document, &a, NULL);

        assert(validate(schema, document, &a, &silent) == n);
        (void)validate(schema, document, &a, &tight);
    }
    arena_done(&a);
    return 0;
}
