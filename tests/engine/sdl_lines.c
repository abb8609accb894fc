/*
 * sdl_lines: a JSON object a line on stdin, an answer a line on stdout.
 *
 *     {"sdl": "type Query { a: Int }", "query": "{ __schema { … } }"}
 *         answers {"print": "type Query …", "introspection": {"data": …}}
 *         or {"errors": [{"message": …, "locations": …}]}
 *
 * For sdl_oracle.mjs, which asks graphql-js the same.
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "graphql/field.h"
#include "graphql/graphql.h"
#include "graphql/schema_print.h"

enum {
    ANSWER_MOST = 256 * 1024 * 1024,
};

static struct str member(const json_t *line, const char *name)
{
    const json_t *value = json_object_get(line, name);

    return value ? str_of(json_string_value(value), json_string_length(value)) : STR_NULL;
}

static void write_print(const struct gql_schema *schema, struct json_out *j)
{
    struct buf sdl;

    buf_init(&sdl, ANSWER_MOST);
    gql_schema_print(schema, &sdl);
    json_out_key(j, STR("print"));
    json_out_str(j, buf_str(&sdl));
    buf_done(&sdl);
}

static void write_introspection(const struct gql_schema *schema, struct str query,
                                struct gql_errors *errors, struct json_out *j)
{
    struct gql_plan *plan = gql_plan_new(schema, query, NULL, errors);
    struct gql_request request = {.arena = errors->arena, .out = j->out};

    json_out_key(j, STR("introspection"));
    if (!plan) {
        gql_errors_write(errors, j);
        return;
    }
    request.operation = gql_plan_operation(plan, STR_NULL, errors);
    gql_errors_init(&request.errors, errors->arena);
    if (!gql_execute(&request))
        abort(); /* introspection waits for nobody */
    gql_plan_unref(plan);
}

static void answer(const json_t *line, struct json_out *j)
{
    struct gql_source source = {.name = STR("sdl"), .body = member(line, "sdl")};
    struct gql_schema *schema;
    struct gql_errors errors;
    struct arena arena;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    schema = gql_schema_new(source, &errors);
    json_out_begin_object(j);
    if (schema) {
        gql_schema_bind_introspection(schema, &errors);
        write_print(schema, j);
        write_introspection(schema, member(line, "query"), &errors, j);
    } else {
        json_out_key(j, STR("errors"));
        gql_errors_write(&errors, j);
    }
    json_out_end_object(j);
    gql_schema_free(schema);
    arena_done(&arena);
}

int main(void)
{
    size_t capacity = 0;
    char *line = NULL;
    ssize_t n;

    while ((n = getline(&line, &capacity, stdin)) > 0) {
        json_t *question = json_loadb(line, (size_t)n, JSON_ALLOW_NUL, NULL);
        struct json_out j = {.out = &(struct buf){.p = NULL}};

        buf_init(j.out, ANSWER_MOST);
        answer(question, &j);
        buf_add_char(j.out, '\n');
        fwrite(buf_str(j.out).p, 1, buf_str(j.out).n, stdout);
        fflush(stdout);
        buf_done(j.out);
        json_decref(question);
    }
    free(line);
    return 0;
}
