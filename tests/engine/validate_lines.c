/*
 * validate_lines: a JSON object a line on stdin, an answer a line on stdout.
 *
 *     {"schema": "type Query { a: Int }"}      from now on; answers {"schema": true}
 *     {"document": "{ a }"}                    answers {"errors": [{"message": …, "locations": …}]}
 *     {"document": "{ a }", "noSuggestions": true}
 *
 * For validation_oracle.mjs, which asks graphql-js the same.
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "graphql/graphql.h"

enum {
    ANSWER_MOST = 256 * 1024 * 1024,
};

static struct str member(const json_t *line, const char *name)
{
    const json_t *value = json_object_get(line, name);

    return value ? str_of(json_string_value(value), json_string_length(value)) : STR_NULL;
}

static void write_errors(const struct gql_errors *errors)
{
    struct buf out;
    struct json_out j = {.out = &out};

    buf_init(&out, ANSWER_MOST);
    json_out_begin_object(&j);
    json_out_key(&j, STR("errors"));
    gql_errors_write(errors, &j);
    json_out_end_object(&j);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
    buf_done(&out);
}

static struct gql_schema *take_schema(struct str text)
{
    struct gql_source source = {.name = STR("schema"), .body = text};
    struct gql_schema *schema;
    struct gql_errors errors;
    struct arena arena;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    schema = gql_schema_new(source, &errors);
    if (schema)
        printf("{\"schema\": true}\n");
    else
        write_errors(&errors);
    arena_done(&arena);
    return schema;
}

static void validate(const struct gql_schema *schema, struct str text, bool no_suggestions)
{
    struct gql_limits limits = {.no_suggestions = no_suggestions};
    struct gql_source source = {.name = STR("document"), .body = text};
    const struct gql_document *document;
    struct gql_errors errors;
    struct arena arena;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    document = gql_parse(&arena, source, &limits, &errors);
    if (document)
        gql_validate(schema, document, &limits, &errors);
    write_errors(&errors);
    arena_done(&arena);
}

/* The schema to go on with. */
static struct gql_schema *answer(struct gql_schema *schema, const char *text, size_t n)
{
    json_t *line = json_loadb(text, n, JSON_ALLOW_NUL, NULL);
    struct str new_schema = member(line, "schema"), document = member(line, "document");

    if (new_schema.p) {
        gql_schema_free(schema);
        schema = take_schema(new_schema);
    } else if (schema && document.p) {
        validate(schema, document, json_is_true(json_object_get(line, "noSuggestions")));
    } else {
        printf("{\"mistake\": \"a schema first, then documents\"}\n");
    }
    json_decref(line);
    return schema;
}

int main(void)
{
    struct gql_schema *schema = NULL;
    size_t capacity = 0;
    char *line = NULL;
    ssize_t n;

    while ((n = getline(&line, &capacity, stdin)) > 0) {
        schema = answer(schema, line, (size_t)n);
        fflush(stdout);
    }
    free(line);
    gql_schema_free(schema);
    return 0;
}
