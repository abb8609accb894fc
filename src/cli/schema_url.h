#pragma once

/*
 * A schema over HTTP: asked of a GraphQL server by introspection, or a file fetched.
 *
 * Owner: what is returned lives in the arena.
 * Fails: ST_UNAVAILABLE; *ret_why says why, and names the URL.
 */

#include "base/json_value.h"
#include "cli/schema_source.h"

/* Its path ends as files with schemas do. */
bool schema_url_is_file(struct str url);

enum status schema_url_fetch(struct arena *arena, const char *url,
                             const struct schema_access *access, struct str *ret_text,
                             struct str *ret_why) must_use;

/* What a response of GraphQL says went wrong, in its words; absent when it does not. */
struct str schema_url_first_message(const struct json_value *answer);

/* The answer to the introspection query; of a server that does not know all of it, to what it
 * knows. */
enum status schema_url_introspect(struct arena *arena, const char *url,
                                  const struct schema_access *access,
                                  const struct json_value **ret_json, struct str *ret_why) must_use;
