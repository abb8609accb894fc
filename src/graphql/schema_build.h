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

/* True for the six kinds of types. */
bool gql_definition_is_type(const struct gql_definition *definition);

struct gql_schema_builder {
    struct gql_schema *schema;
    struct arena *arena;
    const struct gql_document *document; /* whose definitions are being taken */
    bool built_in;                       /* it is the prelude */
};

/* The type that a definition made, or NULL when it made none. */
struct gql_type *gql_schema_made_by(const struct gql_schema_builder *b,
                                    const struct gql_definition *definition);

/* What is known of all types together, once they are built: which of them are the roots, which
 * there are, and which implement an interface (schema_whole.c). */
void gql_schema_find_roots(const struct gql_schema_builder *own);
void gql_schema_list_types(const struct gql_schema_builder *own,
                           const struct gql_schema_builder *built_in);
void gql_schema_find_implementations(struct gql_schema *schema);
