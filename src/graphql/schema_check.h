#pragma once

/*
 * Whether a schema that was built is valid (section 3): root types, names, interfaces, defaults.
 * graphql-js's words where it has some.
 */

#include "graphql/schema.h"

/* Adds an error for whatever is wrong. Default values are coerced on the way, so this is also the
 * last step of making a schema. */
void gql_schema_check(struct gql_schema *schema, struct gql_errors *errors);
