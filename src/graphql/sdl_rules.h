#pragma once

/*
 * The rules that a type system document has to keep before a schema can be built from it: known
 * and unique names, directives in their places, extensions that fit. graphql-js's words, in the
 * order of the document.
 */

#include "graphql/ast.h"
#include "graphql/error.h"
#include "graphql/names.h"

/* prelude: the document with the built-in definitions, which are known without being written. */
void gql_sdl_validate(const struct gql_document *document, const struct gql_document *prelude,
                      struct gql_errors *errors);

/* For sdl_*.c alone from here. */

struct gql_sdl {
    const struct gql_document *document;
    const struct gql_document *prelude;
    struct gql_errors *errors;
    struct arena *arena;             /* the errors' */
    struct gql_names types;          /* the document's: the last definition of the name */
    struct gql_names built_in_types; /* the prelude's */
    struct gql_names directives;     /* both; what the document writes counts more */
    struct gql_names fields;         /* of each type: a table of its fields */
    struct gql_names values;         /* of each enum: a table of its values */
    struct gql_names applied;        /* to each type: a table of directives */
    struct gql_names applied_to_schema;
    struct gql_names seen_types; /* where a name was defined first */
    struct gql_names seen_directives;
    const struct gql_definition *schema;                                /* the first */
    const struct gql_root_type_definition *roots[GQL_SUBSCRIPTION + 1]; /* the first of each */
};

/* Nobody will be told more: the last error there can be is in. */
bool gql_sdl_is_done(const struct gql_sdl *s);

void gql_sdl_error_at(struct gql_sdl *s, struct gql_error *error, uint32_t at);

/* Adds "… at both places" errors: the name where it stood first, and where it stands again. */
void gql_sdl_twice(struct gql_sdl *s, const struct gql_name *first, const struct gql_name *again,
                   const char *format, ...) printf_like(4, 5);

/* UniqueDirectivesPerLocation. seen: where the same thing may be applied to in several places. */
void gql_sdl_unique_directives(struct gql_sdl *s, const struct gql_directive *directives,
                               struct gql_names *seen);

/* KnownDirectives, and the rules about the arguments of each. place: `FIELD_DEFINITION`. */
void gql_sdl_directives(struct gql_sdl *s, const struct gql_directive *directives,
                        const char *place);

/* UniqueInputFieldNames, in a constant of any shape. */
void gql_sdl_value(struct gql_sdl *s, const struct gql_literal *value);
