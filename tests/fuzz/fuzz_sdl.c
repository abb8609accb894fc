/*
 * Type systems: SDL is refused with its reasons in their places, or makes a schema that prints as
 * SDL which makes the same schema, and that answers when it is asked about itself.
 */

#include <assert.h>

#include "graphql/field.h"
#include "graphql/graphql.h"
#include "graphql/schema_print.h"
#include "tests/fuzz/fuzz.h"

enum {
    PRINT_MOST = 64 * 1024 * 1024,
};

static const char question[] =
    "{ __schema { description queryType { name } types { kind name description specifiedByURL "
    "isOneOf"
    " fields(includeDeprecated: true) { name args(includeDeprecated: true) { ...V } type { ...T }"
    " deprecationReason } inputFields(includeDeprecated: true) { ...V } interfaces { name }"
    " enumValues(includeDeprecated: true) { name deprecationReason } possibleTypes { name } }"
    " directives { name isRepeatable locations args(includeDeprecated: true) { ...V } } } }"
    " fragment V on __InputValue { name description defaultValue isDeprecated type { ...T } }"
    " fragment T on __Type { kind name ofType { kind name ofType { kind name } } }";

static void check_places(const struct gql_errors *errors)
{
    assert(errors->count > 0 && errors->count <= GQL_ERRORS_MOST + 1);
    for (const struct gql_error *e = errors->first; e; e = e->next) {
        assert(e->message.n > 0);
        for (size_t i = 0; i < e->n_locations; i++)
            assert(e->locations[i].line > 0 && e->locations[i].column > 0);
    }
}

static struct gql_schema *make(struct arena *a, struct str sdl)
{
    struct gql_source source = {.name = STR("input"), .body = sdl};
    struct gql_schema *schema;
    struct gql_errors errors;

    gql_errors_init(&errors, a);
    schema = gql_schema_new(source, &errors);
    if (schema)
        assert(errors.count == 0);
    else
        check_places(&errors);
    return schema;
}

static void check_print(struct arena *a, const struct gql_schema *schema)
{
    struct gql_schema *again;
    struct buf first, second;

    buf_init(&first, PRINT_MOST);
    buf_init(&second, PRINT_MOST);
    gql_schema_print(schema, &first);
    assert(!buf_overflowed(&first));
    again = make(a, buf_str(&first));
    assert(again);
    gql_schema_print(again, &second);
    assert(str_eq(buf_str(&first), buf_str(&second)));
    gql_schema_free(again);
    buf_done(&second);
    buf_done(&first);
}

static void ask(struct arena *a, struct gql_schema *schema)
{
    struct gql_request request = {.arena = a};
    struct gql_errors errors;
    struct gql_plan *plan;
    struct buf out;

    gql_errors_init(&errors, a);
    gql_schema_bind_introspection(schema, &errors);
    plan = gql_plan_new(schema, str_c(question), NULL, &errors);
    assert(plan && errors.count == 0);
    buf_init(&out, PRINT_MOST);
    request.operation = gql_plan_operation(plan, STR_NULL, &errors);
    request.out = &out;
    gql_errors_init(&request.errors, a);
    assert(gql_execute(&request));
    assert(!request.failed && request.errors.count == 0);
    gql_plan_unref(plan);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gql_schema *schema;
    struct arena a;

    arena_init(&a);
    schema = make(&a, str_of(data, size));
    if (schema) {
        check_print(&a, schema);
        ask(&a, schema);
    }
    gql_schema_free(schema);
    arena_done(&a);
    return 0;
}
