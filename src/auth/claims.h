#pragma once

/*
 * What a verified token says, read with its types: a claim of the wrong type refuses the token, it
 * never counts as absent.
 *
 * Owner:   the rules are counted and frozen.
 * Threads: any; reads only.
 */

#include <stdatomic.h>

#include "auth/claim.h"
#include "auth/token.h"

/* The names to read and the values to insist on. */
struct claims_rules {
    atomic_uint holders;
    struct arena arena;
    const struct preset *preset;
    struct str issuer;           /* absent: any */
    const struct str *audiences; /* one of them; none: any */
    size_t n_audiences;
    struct claim_demands required;
    int64_t leeway_ms;
    struct str user;
    struct str tenant;
    struct str scopes;
    struct str guilds;
};

/* Copies what it keeps. ST_BAD_INPUT: the list of required claims says nothing somewhere. */
enum status claims_rules_new(const struct token_config *config, struct claims_rules **ret_rules,
                             struct token_error *ret_error) must_use;
struct claims_rules *claims_rules_ref(struct claims_rules *rules) must_use;
struct claims_rules *claims_rules_unref(struct claims_rules *rules);

/* ST_TOKEN_EXPIRED only when everything else about the claims is right. */
enum status claims_read(const struct claims_rules *rules, const json_t *payload, int64_t now_ms,
                        struct viewer **ret_viewer, struct token_error *ret_error) must_use;

/* One of a viewer's ids: 1 to 128 characters, none of them a control character. */
bool claims_is_id(struct str s);

/* A scope by its name, in upper case or in lower; other services' say nothing here. False: it is
 * none of ours. */
bool claims_add_scope(struct viewer *draft, struct str name);

/* Fills the error's text; returns ST_UNAUTHENTICATED, which is what nearly every caller needs. */
enum status token_refuse(struct token_error *error, const char *format, ...) printf_like(2, 3);
