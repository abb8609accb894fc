#pragma once

/*
 * From an introspection result back to SDL, as graphql-js's buildClientSchema() and printSchema()
 * make it: gql_schema_new() then says whether it is a schema. Descriptions, defaults, deprecations,
 * @specifiedBy, @oneOf and repeatable are kept; applied directives are not in introspection.
 *
 * Owner: what is returned lives in the arena given.
 * Fails: when the JSON is no whole introspection result; what it names is checked to be names, and
 *        defaults to be values, so that nothing in it becomes other SDL than it says.
 */

#include "base/json_value.h"

/* json: `{"data":{"__schema":…}}` or `{"__schema":…}`. False: *ret_why says what is amiss. */
must_use bool gql_introspection_sdl(struct arena *a, const struct json_value *json,
                                    struct str *ret_sdl, struct str *ret_why);
