#pragma once

/*
 * A schema about pets, and what validation says of a document: a line an error, its places in
 * front of it.
 *
 *     says("{ dog { nam } }", "1:9 Cannot query field \"nam\" on type \"Dog\". Did you mean
 * \"name\"?"); says("{ dog { name } }", "");
 */

#include "graphql/graphql.h"
#include "tests/lib/test.h"

#define PETS_SDL                                                                                   \
    "directive @onField on FIELD\n"                                                                \
    "directive @onVariable on VARIABLE_DEFINITION\n"                                               \
    "directive @tag(name: String!, weight: Int) repeatable on FIELD | QUERY\n"                     \
    "schema { query: Query subscription: Subscription }\n"                                         \
    "scalar Any\n"                                                                                 \
    "enum Color { RED GREEN DARK_GREEN }\n"                                                        \
    "input Box { width: Int! height: Int! = 3 tags: [String!] inner: Box color: Color any: Any "   \
    "}\n"                                                                                          \
    "input Pick @oneOf { byId: ID byName: String }\n"                                              \
    "interface Being { name(surname: Boolean): String }\n"                                         \
    "interface Pet implements Being { name(surname: Boolean): String }\n"                          \
    "type Dog implements Being & Pet {\n"                                                          \
    "  name(surname: Boolean): String nickname: String barkVolume: Int barks: Boolean!\n"          \
    "  mother: Dog owner: Human toys: [Toy!]\n"                                                    \
    "}\n"                                                                                          \
    "type Cat implements Being & Pet {\n"                                                          \
    "  name(surname: Boolean): String nickname: String! meows: Boolean meowVolume: Int\n"          \
    "  owner: Human toys: [Toy]\n"                                                                 \
    "}\n"                                                                                          \
    "type Human implements Being { name(surname: Boolean): String pets: [Pet] iq: Int }\n"         \
    "type Toy { id: ID! }\n"                                                                       \
    "union CatOrDog = Cat | Dog\n"                                                                 \
    "type Query {\n"                                                                               \
    "  dog: Dog cat: Cat pet: Pet human(id: ID): Human catOrDog: CatOrDog\n"                       \
    "  args: Arguments box(box: Box, boxes: [Box!], pick: Pick, mustPick: Pick!): String\n"        \
    "}\n"                                                                                          \
    "type Arguments {\n"                                                                           \
    "  int(value: Int): Int float(value: Float): Int string(value: String): Int\n"                 \
    "  boolean(value: Boolean): Int id(value: ID): Int color(value: Color): Int\n"                 \
    "  any(value: Any): Int ints(values: [Int]): Int nonNull(value: Int!): Int\n"                  \
    "  nonNullInts(values: [Int!]!): Int optional(value: Int! = 1): Int\n"                         \
    "  two(req1: Int!, req2: Int!): Int\n"                                                         \
    "}\n"                                                                                          \
    "type Subscription { fed(pet: ID): Pet painted: Toy }\n"

static inline struct gql_schema *pets_schema(void)
{
    struct gql_source source = {.name = STR("pets"), .body = STR(PETS_SDL)};
    struct gql_errors errors;
    struct gql_schema *schema;
    struct arena arena;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    schema = gql_schema_new(source, &errors);
    if (!schema)
        print_error("%.*s\n", STR_ARG(errors.first->message));
    assert_non_null(schema);
    arena_done(&arena);
    return schema;
}

static inline void write_said(const struct gql_errors *errors, struct buf *out)
{
    for (const struct gql_error *e = errors->first; e; e = e->next) {
        if (out->n)
            buf_add_char(out, '\n');
        for (size_t i = 0; i < e->n_locations; i++)
            buf_printf(out, "%u:%u ", e->locations[i].line, e->locations[i].column);
        buf_add(out, e->message);
    }
}

static inline void says_with(const char *document, const struct gql_limits *limits,
                             enum status status, const char *expected, const char *file, int line)
{
    struct gql_source source = {.name = STR("document"), .body = str_c(document)};
    struct gql_schema *schema = pets_schema();
    const struct gql_document *parsed;
    struct gql_errors errors;
    struct arena arena;
    struct buf said;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    buf_init(&said, 1 << 20);
    parsed = gql_parse(&arena, source, NULL, &errors);
    if (parsed)
        gql_validate(schema, parsed, limits, &errors);
    write_said(&errors, &said);
    check_str(buf_str(&said), str_c(expected), file, line);
    for (const struct gql_error *e = errors.first; e; e = e->next)
        assert_int_equal(e->status, status);
    buf_done(&said);
    arena_done(&arena);
    gql_schema_free(schema);
}

#define says(document, expected)                                                                   \
    says_with((document), NULL, ST_INVALID, (expected), __FILE__, __LINE__)
