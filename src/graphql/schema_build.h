#pragma once

/*
 * How a schema is made, for schema*.c and type.c alone: what SDL says becomes the struct of
 * schema.h in gql_schema_build(), after the rules of sdl_rules.h and before those of
 * schema_check.h.
 */

#include "graphql/schema.h"

/* Interning: the wrapped forms of a type that the schema uses. */
struct gql_type_links {
    struct gql_type *list;
    struct gql_type *non_null;
};

/* Fills a schema that has its source and its arena; on errors it is good only to be freed. */
void gql_schema_build(struct gql_schema *schema, struct gql_errors *errors);

/* The definition's next extension, or an extension's; NULL behind the last. Walks all parts of a
 * type, or of the schema, beginning with its definition. */
const struct gql_definition *gql_definition_next_part(const struct gql_document *document,
                                                      const struct gql_definition *part);

/* True for the six kinds of types. */
bool gql_definition_is_type(const struct gql_definition *definition);
