#pragma once

/*
 * The query that asks a server for its whole schema: graphql-js's getIntrospectionQuery(), with as
 * much of it left out as an older server does not know.
 *
 * Owner: what is returned lives in the arena given, or is constant.
 */

#include "base/json_value.h"

/* What came into introspection after June 2018; a set. */
enum gql_introspection_part {
    GQL_INTROSPECT_SCHEMA_DESCRIPTION = 1 << 0,
    GQL_INTROSPECT_SPECIFIED_BY_URL = 1 << 1,
    GQL_INTROSPECT_REPEATABLE = 1 << 2,
    GQL_INTROSPECT_INPUT_DEPRECATION = 1 << 3,
    GQL_INTROSPECT_ONE_OF = 1 << 4,
    GQL_INTROSPECT_EVERYTHING = (1 << 5) - 1,
};

struct str gql_introspection_query(struct arena *a, unsigned parts);

/* The query that asks which parts a server knows, and what the `data` of its answer says. */
extern const struct str gql_introspection_parts_query;
unsigned gql_introspection_parts(const struct json_value *data);
