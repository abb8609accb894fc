#pragma once

/*
 * Any schema, executed over JSON: what a field gives is the member of that name in its parent.
 */

#include <jansson.h>

#include "graphql/field.h"
#include "graphql/graphql.h"

struct late; /* an answer that has not been given yet */

struct json_world {
    struct arena *arena;
    const struct gql_schema *schema;
    json_t *root;
    const json_t *scopes;              /* an array, or NULL for all */
    const struct gql_field_def *asked; /* the last one whose resolver was called */
    struct late *late;
    int count;
};

/* Binds every field; false with errors. */
must_use bool json_schema_bind(struct arena *a, struct gql_schema *schema,
                               struct gql_errors *errors);

/* JSON as the C value that a field of this type resolves to. */
const void *json_value(struct arena *a, const struct gql_type *type, const json_t *json);

/* Gives the next answer; false when none is outstanding. */
bool json_world_answer(struct json_world *world);

gql_authorize_fn json_world_authorize;
