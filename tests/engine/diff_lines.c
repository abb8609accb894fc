/*
 * diff_lines: a JSON object a line on stdin, an answer a line on stdout.
 *
 *     {"old": "type Query { a: Int }", "new": "type Query { b: Int }"}
 *         answers {"changes": [{"criticality": "BREAKING", "type": "FIELD_REMOVED",
 *         "path": "Query.a", "message": …}]}, or {"errors": [{"message": …, "locations": …}]}
 *         when one is no valid schema
 *
 * For diff_oracle.mjs, which asks graphql-js the same.
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "graphql/graphql.h"
#include "graphql/schema_diff.h"

enum {
    ANSWER_MOST = 256 * 1024 * 1024,
};

static struct gql_schema *schema_of(const json_t *line, const char *name, struct gql_errors *errors)
{
    const json_t *text = json_object_get(line, name);
    struct gql_source source = {.name = str_c(name),
                                .body = str_of(json_string_value(text), json_string_length(text))};

    return gql_schema_new(source, errors);
}

static void write_change(const struct gql_change *change, struct json_out *j)
{
    json_out_begin_object(j);
    json_out_key(j, STR("criticality"));
    json_out_str(j, str_c(gql_criticality_name(change->criticality)));
    json_out_key(j, STR("type"));
    json_out_str(j, str_c(change->type));
    json_out_key(j, STR("path"));
    json_out_str(j, change->path.p ? change->path : STR(""));
    json_out_key(j, STR("message"));
    json_out_str(j, change->message);
    json_out_end_object(j);
}

static void write_changes(struct gql_changes changes, struct json_out *j)
{
    json_out_key(j, STR("changes"));
    json_out_begin_array(j);
    for (size_t i = 0; i < changes.n; i++)
        write_change(&changes.items[i], j);
    json_out_end_array(j);
}

static void answer(const json_t *line, struct json_out *j)
{
    struct gql_schema *old_schema, *new_schema;
    struct gql_errors errors;
    struct arena arena;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    old_schema = schema_of(line, "old", &errors);
    new_schema = schema_of(line, "new", &errors);
    json_out_begin_object(j);
    if (old_schema && new_schema) {
        write_changes(gql_schema_diff(&arena, old_schema, new_schema), j);
    } else {
        json_out_key(j, STR("errors"));
        gql_errors_write(&errors, j);
    }
    json_out_end_object(j);
    gql_schema_free(old_schema);
    gql_schema_free(new_schema);
    arena_done(&arena);
}

int main(void)
{
    size_t capacity = 0;
    char *text = NULL;
    ssize_t n;

    while ((n = getline(&text, &capacity, stdin)) > 0) {
        json_t *line = json_loadb(text, (size_t)n, JSON_ALLOW_NUL, NULL);
        struct buf out;
        struct json_out j = {.out = &out};
        buf_init(&out, ANSWER_MOST);
        answer(line, &j);
        printf("%.*s\n", STR_ARG(buf_str(&out)));
        fflush(stdout);
        buf_done(&out);
        json_decref(line);
    }
    free(text);
    return 0;
}
