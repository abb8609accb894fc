#pragma once

/*
 * Documents that were parsed and validated once, by their text. The least recently used one goes
 * when the plans hold more bytes than the bound.
 *
 * Threads: one loop's.
 */

#include "graphql/graphql.h"

struct plan_cache;

struct plan_cache *plan_cache_new(const struct gql_schema *schema, const struct gql_limits *limits,
                                  size_t most_bytes) must_use;
void plan_cache_free(struct plan_cache *c);

/* From now on; plans of before are forgotten. */
void plan_cache_set_limits(struct plan_cache *c, const struct gql_limits *limits);

/* A plan that the caller must unref; NULL and errors when the document may not be executed. */
struct gql_plan *plan_cache_get(struct plan_cache *c, struct str text,
                                struct gql_errors *errors) must_use;
