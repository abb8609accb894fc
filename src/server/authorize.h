#pragma once

/*
 * May a field be asked for? What @requires says of it, held against the caller's scopes, and
 * introspection as it is configured.
 */

#include "base/status.h"
#include "graphql/field.h"

/* gql_request.authorize; context is a struct context. */
enum status authorize_field(void *context, const struct gql_field_def *field);
