#pragma once

/*
 * Scalars: the five of the language, and custom ones that are ready to be bound.
 *
 * Input comes as a literal of the document or as JSON of the variables; the language's scalars
 * treat the two differently (an Int is never written 1.0, but 1.0 in JSON is one), custom ones see
 * both as a raw struct gql_value.
 *
 * Owner: what comes out lives in the arena given, and borrows from what went in.
 */

#include "base/json_value.h"
#include "graphql/field.h"
#include "graphql/value.h"

/* SafeInt, whole numbers of at most 2^53 - 1; DateTime, RFC 3339 as milliseconds. Ends with name
 * NULL: good for struct gql_binding. */
extern const struct gql_scalar gql_scalars[];

/* The language's scalar of that name; NULL for a custom one. */
const struct gql_scalar *gql_scalar_built_in(struct str name);

/* As a value of a scalar or enum type; false, and in *ret_why graphql-js 16's words, when it is
 * none. Neither is null; the literal holds no variable outside of lists and objects. */
must_use bool gql_leaf_of_literal(struct arena *a, const struct gql_type *type,
                                  const struct gql_literal *literal,
                                  const struct gql_value *variables, struct gql_value *ret_value,
                                  struct str *ret_why);
must_use bool gql_leaf_of_json(struct arena *a, const struct gql_type *type,
                               const struct json_value *json, struct gql_value *ret_value,
                               struct str *ret_why);

/* Anything at all as a value, without a type: names for enum values and members are kept as they
 * are. A variable without a value is null, or no member. False when JSON nests deeper than
 * GQL_DEPTH_MOST. */
struct gql_value gql_raw_of_literal(struct arena *a, const struct gql_literal *literal,
                                    const struct gql_value *variables);
must_use bool gql_raw_of_json(struct arena *a, const struct json_value *json,
                              struct gql_value *ret_value);

/* JSON as graphql-js shows values in its messages: `{ name: "x", tags: [Array] }`. Cut at some
 * thousand bytes. */
struct str gql_inspect(struct arena *a, const struct json_value *json);
