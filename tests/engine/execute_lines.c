/*
 * execute_lines: a JSON object a line on stdin, a response a line on stdout.
 *
 *     {"schema": "…", "document": "…", "variables": "{\"a\": 1}", "root": "…", "events": "…"}
 *
 * Members are texts, the sections of a case (tests/engine/case.h); the schema stays for the lines
 * after it. For execution_oracle.mjs, which asks graphql-js the same.
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "tests/engine/case.h"

static struct str member(const json_t *line, const char *name)
{
    const json_t *value = json_object_get(line, name);

    return value ? str_of(json_string_value(value), json_string_length(value)) : STR_NULL;
}

static void print_mistake(const char *why)
{
    struct buf out;
    struct json_out j = {.out = &out};

    buf_init(&out, (size_t)64 * 1024);
    json_out_begin_object(&j);
    json_out_key(&j, STR("mistake"));
    json_out_str(&j, str_c(why ? why : "no JSON"));
    json_out_end_object(&j);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
    buf_done(&out);
}

static void answer(const json_t *line, struct str schema)
{
    const struct engine_case c = {.schema = schema,
                                  .document = member(line, "document"),
                                  .operation = member(line, "operation"),
                                  .variables = member(line, "variables"),
                                  .root = member(line, "root"),
                                  .events = member(line, "events")};
    const char *why = NULL, *response;
    struct arena arena;

    arena_init(&arena);
    response = engine_run(&arena, &c, &why);
    if (response)
        printf("%s\n", response);
    else
        print_mistake(why);
    fflush(stdout);
    arena_done(&arena);
}

int main(void)
{
    json_t *schema = NULL;
    size_t capacity = 0;
    char *text = NULL;
    ssize_t n;

    while ((n = getline(&text, &capacity, stdin)) > 0) {
        json_t *line = json_loadb(text, (size_t)n, JSON_ALLOW_NUL, NULL);
        json_t *given = json_object_get(line, "schema");
        if (given) {
            json_decref(schema);
            schema = json_incref(given);
        }
        answer(line, str_of(json_string_value(schema), json_string_length(schema)));
        json_decref(line);
    }
    json_decref(schema);
    free(text);
    return 0;
}
