#pragma once

/*
 * Pieces of the language as text again, the way graphql-js's print() lays them out.
 *
 * Owner: what is returned lives in the arena given.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "graphql/ast.h"

/* `{limit: 3, tags: ["a"], order: ASC}`. */
struct str gql_print_literal(struct arena *a, const struct gql_literal *literal);

struct gql_input_def;

/* A default value, coerced, with the defaults that it rests on filled in (print_default.c). */
struct str gql_print_default(struct arena *a, const struct gql_input_def *def);

/* `[Message!]!`. */
struct str gql_print_type_node(struct arena *a, const struct gql_type_node *node);

/* A string between quotes, with the escapes it needs. */
void gql_print_string(struct buf *out, struct str value);

/* A string between triple quotes, on lines of its own where that reads better. */
void gql_print_block_string(struct buf *out, struct str value);

/* False when a block string would not read back as this value: it ends in a blank line, say. */
bool gql_is_printable_as_block(struct str value);
