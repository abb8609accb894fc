#pragma once

/*
 * One claim of a token: finding it by the name an operator wrote, and insisting on it.
 *
 * A name is that of a member: "sub", "cognito:groups", "https://example.com/tenant". Where there is
 * none of that very name, dots lead into objects: "app_metadata.tenant", and
 * "https://hasura.io/jwt/claims.x-hasura-user-id" as well, because the longest beginning that names
 * an object is taken.
 *
 * Threads: any; reads only.
 */

#include <jansson.h>

#include "base/arena.h"

/* NULL when the token does not have it. */
const json_t *claim_find(const json_t *payload, struct str name);

/* The bytes of a string; absent for anything else. */
struct str claim_text(const json_t *value);

/* What a token must have: a claim that is not null, and one of these values if there are any. */
struct claim_demand {
    struct str name;
    const struct str *values;
    size_t n_values;
};

struct claim_demands {
    struct claim_demand *items;
    size_t n;
};

/* Adds what a list says: "email_verified=true, role=editor|admin, org_id". ST_BAD_INPUT: *ret_wrong
 * is the part that says nothing. Copies what it keeps. */
enum status claim_demands_read(struct arena *arena, struct str list, struct claim_demands *demands,
                               struct str *ret_wrong) must_use;

/* A value is written as JSON has it, strings without their quotes; an array has the value when one
 * of its items is it. */
bool claim_meets(const json_t *payload, const struct claim_demand *demand) must_use;
