#pragma once

/*
 * A file of cases for the engine, to be read by people first:
 *
 *     Text before the first case says what the file is about.
 *
 *     === the name of a case, a sentence
 *     --- schema
 *     type Query { a: Int }
 *     --- document
 *     { a }
 *     --- root
 *     {"a": 1}
 *     --- expect
 *     {"data": {"a": 1}}
 *
 * Sections: schema (kept for the cases after it), document, operation, variables, scopes, root,
 * events, expect. Errors in `expect` that show no extensions are compared without them. A case
 * without a document asks about its schema: `{"errors": […]}`, none when it is valid. `differs` is
 * for people and for cases_oracle.mjs: why graphql-js answers otherwise.
 *
 * In the root's data, `{"$error": "message"}` fails, `{"$later": 2, "value": …}` is answered after
 * everything that is later by less, `{"$args": true}` gives the arguments back as JSON text, and
 * `{"$count": true}` how many resolvers of that kind were called before.
 */

#include <jansson.h>

#include "base/arena.h"

struct engine_case {
    struct str name;
    unsigned line;
    struct str schema;
    struct str document;
    struct str operation; /* absent: the only one */
    struct str variables;
    struct str scopes; /* absent: everything is allowed */
    struct str root;
    struct str events;
    struct str expect;
    struct engine_case *next;
};

/* In the order of the file; borrows from its text. */
struct engine_case *engine_cases(struct arena *a, struct str text);

/* What the engine gives for the case, normalised: a JSON text; NULL and why when the case itself
 * is wrong. */
const char *engine_run(struct arena *a, const struct engine_case *c, const char **ret_why);

/* The expectation, normalised alike. */
const char *engine_expected(struct arena *a, const struct engine_case *c, const char **ret_why);
