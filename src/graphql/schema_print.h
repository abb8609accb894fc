#pragma once

/*
 * A schema as SDL in one canonical form, the one of graphql-js's printSchema(): the types and
 * directives of its own in their order, built-in ones left out, of applied directives only those
 * of the language.
 */

#include "base/buf.h"
#include "graphql/schema.h"

/* Without a line end behind the last line. */
void gql_schema_print(const struct gql_schema *schema, struct buf *out);
