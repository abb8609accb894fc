#pragma once

/*
 * What a verified token says, read with its types: a claim of the wrong type refuses the token, it
 * never counts as absent.
 *
 * Threads: any; reads only.
 */

#include <jansson.h>

#include "auth/token.h"
#include "base/arena.h"

/* The names to read and the values to insist on; strings end in NUL. */
struct claims_config {
    struct str issuer; /* absent: any */
    struct str audience;
    int64_t leeway_ms;
    const char *user;
    const char *tenant;
    const char *scopes;
    const char *guilds;
};

/* ST_TOKEN_EXPIRED only when everything else about the claims is right. */
enum status claims_read(const struct claims_config *config, const json_t *payload, int64_t now_ms,
                        struct viewer **ret_viewer, struct token_error *ret_error) must_use;

/* Fills the error's text; returns ST_UNAUTHENTICATED, which is what nearly every caller needs. */
enum status token_refuse(struct token_error *error, const char *format, ...) printf_like(2, 3);
