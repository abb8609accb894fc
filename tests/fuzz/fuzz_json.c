/*
 * JSON of another server's introspection: it becomes SDL or words that say why not, and when that
 * is a schema, asking this for its own introspection leads back to the same schema.
 */

#include <assert.h>

#include "graphql/graphql.h"
#include "graphql/introspection_query.h"
#include "graphql/introspection_sdl.h"
#include "graphql/schema_print.h"
#include "tests/fuzz/fuzz.h"

enum {
    TEXT_MOST = 1 << 24,
};

/* NULL when the JSON is no introspection result, or its schema not valid. */
static struct gql_schema *schema_of(struct arena *a, const struct json_value *json)
{
    struct gql_source source = {.name = STR("introspection")};
    struct gql_schema *schema;
    struct gql_errors errors;
    struct str why;

    if (!gql_introspection_sdl(a, json, &source.body, &why)) {
        assert(why.n > 0);
        return NULL;
    }
    gql_errors_init(&errors, a);
    schema = gql_schema_new(source, &errors);
    assert((schema == NULL) == (errors.count > 0));
    return schema;
}

static const struct json_value *introspect(struct arena *a, struct gql_schema *schema)
{
    struct gql_request r = {.arena = a};
    struct gql_errors errors;
    struct gql_plan *plan;
    struct buf out;
    const struct json_value *json;
    struct json_in_error malformed;
    bool done;

    gql_errors_init(&errors, a);
    buf_init(&out, TEXT_MOST);
    gql_schema_bind_introspection(schema, &errors);
    plan =
        gql_plan_new(schema, gql_introspection_query(a, GQL_INTROSPECT_EVERYTHING), NULL, &errors);
    assert(plan);
    r.operation = gql_plan_operation(plan, STR_NULL, &errors);
    r.out = &out;
    done = gql_execute(&r);
    assert(done && r.errors.count == 0);
    json = json_in_read(a, buf_str(&out), &malformed);
    assert(json);
    buf_done(&out);
    gql_plan_unref(plan);
    return json;
}

/* Deeper than the query asks for types. */
static bool has_deep_types(struct str sdl)
{
    return memmem(sdl.p, sdl.n, "[[[[", 4) != NULL;
}

static void check_way_back(struct arena *a, struct gql_schema *schema)
{
    const struct json_value *json = introspect(a, schema);
    struct gql_schema *again = schema_of(a, json);
    struct buf first, second;

    buf_init(&first, TEXT_MOST);
    buf_init(&second, TEXT_MOST);
    gql_schema_print(schema, &first);
    if (again)
        gql_schema_print(again, &second);
    assert(str_eq(buf_str(&first), buf_str(&second)) || has_deep_types(buf_str(&first)));
    buf_done(&second);
    buf_done(&first);
    gql_schema_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct json_value *json;
    struct json_in_error malformed;
    struct gql_schema *schema;
    struct arena a;

    arena_init(&a);
    json = json_in_read(&a, str_of(data, size), &malformed);
    schema = json ? schema_of(&a, json) : NULL;
    if (schema)
        check_way_back(&a, schema);
    gql_schema_free(schema);
    arena_done(&a);
    return 0;
}
