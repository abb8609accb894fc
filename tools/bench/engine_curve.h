#pragma once

/*
 * How parsing and validation grow with documents made to hurt: aliases, fragments and levels
 * without end, which cost other engines the square of their number or worse.
 */

#include "graphql/schema.h"

/* A line a bomb and size on stdout. False: one did not pass, said on stderr. */
must_use bool engine_curve(const struct gql_schema *schema, bool json);
