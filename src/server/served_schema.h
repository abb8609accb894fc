#pragma once

/*
 * The schema that the program serves, which is part of it, bound to its resolvers.
 */

#include "graphql/graphql.h"

enum {
    SERVED_SCHEMA_HASH = 64 /* hex digits: SHA-256 of the SDL */
};

/* Gives the hash as well. The caller's to free. A schema that is none is a mistake of ours: it was
 * checked when the program was built. */
struct gql_schema *served_schema_new(char ret_hash[SERVED_SCHEMA_HASH]);
