#pragma once

/*
 * Introspection (section 4): the resolvers and leaves of __Schema, __Type and their like. Their
 * values are the schema's own structs.
 */

#include "graphql/field.h"

extern const struct gql_binding gql_introspection;

/* Of __schema and __type; NULL for __typename, which needs none. */
const struct gql_resolver *gql_introspection_resolver(struct str name);
