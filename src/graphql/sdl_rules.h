#pragma once

/*
 * The rules that a type system document has to keep before a schema can be built from it: known
 * and unique names, directives in their places, extensions that fit. graphql-js's words.
 */

#include "graphql/ast.h"
#include "graphql/error.h"

/* prelude: the document with the built-in definitions, which are known without being written. */
void gql_sdl_validate(const struct gql_document *document, const struct gql_document *prelude,
                      struct gql_errors *errors);
