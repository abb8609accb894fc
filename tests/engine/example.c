/* The engine in a program of one's own: a schema, a resolver, a request. graphql.h points here. */

#include <stdio.h>

#include "graphql/graphql.h"

static void query_hello(struct gql_field *f, const void *args)
{
    const struct gql_value *name = gql_value_member(args, STR("name"));
    struct str *greeting = arena_new(f->arena, struct str);

    *greeting = arena_printf(f->arena, "Hello, %.*s!", STR_ARG(name->text));
    gql_resolve(f, greeting);
}

static const struct gql_resolver resolvers[] = {
    {.type = "Query", .field = "hello", .fn = query_hello},
    {.type = NULL},
};

int main(void)
{
    struct gql_source sdl = {STR("hello.graphql"), STR("type Query { hello(name: ID!): String }")};
    struct str text = STR("query ($who: ID!) { hello(name: $who), __typename }");
    struct gql_limits limits = {.tokens = 1000, .depth = 10};
    struct gql_binding binding = {.resolvers = resolvers};
    struct str variables = STR("{\"who\": \"world\"}");
    struct gql_request request = {.arena = NULL};
    struct json_in_error malformed;
    struct gql_schema *schema;
    struct gql_plan *plan = NULL;
    struct gql_errors errors;
    struct arena arena;
    struct buf out;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    buf_init(&out, (size_t)1024 * 1024);
    schema = gql_schema_new(sdl, &errors);
    if (schema && gql_schema_bind(schema, &binding, &errors))
        plan = gql_plan_new(schema, text, &limits, &errors);
    if (plan) {
        request.arena = &arena;
        request.out = &out;
        request.variables = json_in_read(&arena, variables, &malformed);
        request.operation = gql_plan_operation(plan, STR_NULL, &errors);
    }
    if (!request.operation)
        fprintf(stderr, "%.*s\n", STR_ARG(errors.first->message));
    else if (gql_execute(&request)) /* no resolver has to wait: it is done */
        printf("%.*s\n", STR_ARG(buf_str(&out)));
    gql_plan_unref(plan);
    gql_schema_free(schema);
    buf_done(&out);
    arena_done(&arena);
    return errors.count == 0 ? 0 : 1;
}
