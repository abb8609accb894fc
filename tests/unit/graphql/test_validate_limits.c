#include "tests/lib/graphql_pets.h"

static void aliases_are_counted_in_every_selection(void **state)
{
    const char *three = "query Q { a: dog { b: name } ... on Query { c: cat { name } } }";

    says_with(three, &(struct gql_limits){.aliases = 3}, ST_INVALID, "", __FILE__, __LINE__);
    says_with(three, &(struct gql_limits){.aliases = 2}, ST_TOO_COMPLEX,
              "1:1 Operation \"Q\" has 3 aliases, fragments included; the limit is 2.", __FILE__,
              __LINE__);
}

static void a_fragment_counts_wherever_it_is_spread(void **state)
{
    says_with("{ dog { ...F mother { ...F } } } fragment F on Dog { a: name b: name }",
              &(struct gql_limits){.aliases = 3}, ST_TOO_COMPLEX,
              "1:1 The operation has 4 aliases, fragments included; the limit is 3.", __FILE__,
              __LINE__);
}

/* Ten lines that stand for a thousand aliases. */
static void doubling_fragments_are_added_up_without_going_through_them(void **state)
{
    says_with(
        "{ dog { ...F0 } }\n"
        "fragment F0 on Dog { ...F1 mother { ...F1 } } fragment F1 on Dog { ...F2 mother { ...F2 } "
        "}\n"
        "fragment F2 on Dog { ...F3 mother { ...F3 } } fragment F3 on Dog { ...F4 mother { ...F4 } "
        "}\n"
        "fragment F4 on Dog { ...F5 mother { ...F5 } } fragment F5 on Dog { ...F6 mother { ...F6 } "
        "}\n"
        "fragment F6 on Dog { ...F7 mother { ...F7 } } fragment F7 on Dog { ...F8 mother { ...F8 } "
        "}\n"
        "fragment F8 on Dog { ...F9 mother { ...F9 } } fragment F9 on Dog { a: name b: name }",
        &(struct gql_limits){.aliases = 30}, ST_TOO_COMPLEX,
        "1:1 The operation has 1024 aliases, fragments included; the limit is 30.", __FILE__,
        __LINE__);
}

static void directives_are_counted_everywhere(void **state)
{
    const char *five = "query ($v: Boolean! @onVariable) @tag(name: \"a\") {"
                       " dog @onField { ...F @skip(if: $v) ... @include(if: $v) { name } } }"
                       "fragment F on Dog { name }";

    says_with(five, &(struct gql_limits){.directives = 5}, ST_INVALID, "", __FILE__, __LINE__);
    says_with(five, &(struct gql_limits){.directives = 4}, ST_TOO_COMPLEX,
              "1:1 The operation has 5 directives, fragments included; the limit is 4.", __FILE__,
              __LINE__);
}

static void fields_are_counted_as_they_would_be_executed(void **state)
{
    const char *six = "{ dog { ...F mother { ...F } } } fragment F on Dog { name name }";

    says_with(six, &(struct gql_limits){.fields = 6}, ST_INVALID, "", __FILE__, __LINE__);
    says_with(six, &(struct gql_limits){.fields = 5}, ST_TOO_COMPLEX,
              "1:1 The operation has 6 fields, fragments included; the limit is 5.", __FILE__,
              __LINE__);
}

static void fields_at_the_root_are_counted_through_fragments(void **state)
{
    const char *three = "{ dog { name } ... on Query { cat { name } ...R } }"
                        " fragment R on Query { dog { mother { name } } }";

    says_with(three, &(struct gql_limits){.root_fields = 3}, ST_INVALID, "", __FILE__, __LINE__);
    says_with(three, &(struct gql_limits){.root_fields = 2}, ST_TOO_COMPLEX,
              "1:1 The operation has 3 fields at its root, fragments included; the limit is 2.",
              __FILE__, __LINE__);
}

static void depth_is_followed_through_fragments(void **state)
{
    const char *four = "{ dog { ...F } } fragment F on Dog { mother { toys { id } } }";

    says_with(four, &(struct gql_limits){.depth = 4}, ST_INVALID, "", __FILE__, __LINE__);
    says_with(four, &(struct gql_limits){.depth = 3}, ST_TOO_COMPLEX,
              "1:1 The operation has 4 levels of nested selections, fragments included; the limit "
              "is 3.",
              __FILE__, __LINE__);
}

static void introspection_has_a_bound_of_its_own(void **state)
{
    says_with("{ __schema { types { ...T } } } fragment T on __Type { ofType { ofType { name } } }",
              &(struct gql_limits){.depth = 2}, ST_INVALID, "", __FILE__, __LINE__);
}

static void what_is_past_a_limit_is_looked_at_no_further(void **state)
{
    says_with("{ a: unknown }", &(struct gql_limits){.aliases = 1}, ST_INVALID,
              "1:3 Cannot query field \"unknown\" on type \"Query\".", __FILE__, __LINE__);
    says_with("{ a: unknown b: unknown }", &(struct gql_limits){.aliases = 1}, ST_TOO_COMPLEX,
              "1:1 The operation has 2 aliases, fragments included; the limit is 1.", __FILE__,
              __LINE__);
}

static void a_cycle_of_fragments_counts_once_around(void **state)
{
    says_with("{ dog { ...F } } fragment F on Dog { a: name ...F }",
              &(struct gql_limits){.aliases = 2, .depth = 5}, ST_INVALID,
              "1:46 Cannot spread fragment \"F\" within itself.", __FILE__, __LINE__);
}

static void the_extension_names_the_limit(void **state)
{
    struct gql_source source = {.body = STR("{ a: dog { name } }")};
    struct gql_limits limits = {.aliases = 1};
    struct gql_schema *schema = pets_schema();
    const struct gql_document *document;
    struct gql_errors errors;
    struct arena arena;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    document = gql_parse(&arena, source, NULL, &errors);
    gql_validate(schema, document, &limits, &errors);
    assert_null(errors.first);
    source.body = STR("{ a: dog { b: name } }");
    document = gql_parse(&arena, source, NULL, &errors);
    gql_validate(schema, document, &limits, &errors);
    assert_str(errors.first->extensions, "\"limit\":\"aliases\"");
    arena_done(&arena);
    gql_schema_free(schema);
}

int main(void)
{
    return RUN(
        test(aliases_are_counted_in_every_selection), test(a_fragment_counts_wherever_it_is_spread),
        test(doubling_fragments_are_added_up_without_going_through_them),
        test(directives_are_counted_everywhere), test(fields_are_counted_as_they_would_be_executed),
        test(fields_at_the_root_are_counted_through_fragments),
        test(depth_is_followed_through_fragments), test(introspection_has_a_bound_of_its_own),
        test(what_is_past_a_limit_is_looked_at_no_further),
        test(a_cycle_of_fragments_counts_once_around), test(the_extension_names_the_limit));
}
