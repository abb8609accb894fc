#pragma once

/*
 * Scalars: the five built-in ones, and custom ones that are ready to be bound.
 */

#include "graphql/field.h"
#include "graphql/value.h"

/* SafeInt, whole numbers of at most 2^53 - 1; DateTime, RFC 3339 as milliseconds. Ends with name
 * NULL: good for struct gql_binding. */
extern const struct gql_scalar gql_scalars[];

/* The built-in scalar of that name; NULL for a custom one. */
const struct gql_scalar *gql_scalar_built_in(struct str name);
