#pragma once

/*
 * JSON Web Tokens: checking those that come, making those for development.
 *
 * libjwt 1.10 checks the signature and nothing else worth trusting, so the header is parsed here
 * first: the algorithm is bound to the kind of key, never taken from the token; claims are checked
 * with their types.
 */

#include "auth/viewer.h"

struct token_keys; /* counted by their owner; read-only once made */

struct token_config {
    struct str secret;   /* HS256; absent without one */
    struct str issuer;   /* required when given */
    struct str audience; /* required when given */
    int64_t leeway_s;
    struct str claim_user;   /* "sub" */
    struct str claim_tenant; /* "tenant" */
    struct str claim_scopes; /* "scope" */
    struct str claim_guilds; /* "guilds" */
};

struct token_error {
    char text[256]; /* what was wrong, fit for the client: names no secret */
};

/* ST_BAD_INPUT when the configuration can verify nothing or a secret is too short (32 bytes). */
enum status token_keys_new(const struct token_config *config, struct token_keys **ret_keys,
                           struct token_error *ret_error) must_use;
void token_keys_free(struct token_keys *keys);

/* token: the compact form, with or without "Bearer " before it. ST_UNAUTHENTICATED or
 * ST_TOKEN_EXPIRED, and why. */
enum status token_check(const struct token_keys *keys, struct str token, int64_t now_ms,
                        struct viewer **ret_viewer, struct token_error *ret_error) must_use;

struct token_draft {
    struct str user;
    struct str tenant; /* absent: the default tenant */
    struct str scopes; /* between spaces; absent: none named */
    const struct str *guilds;
    size_t n_guilds;
    int64_t ttl_s; /* 0: without an end */
};

/* A signed token in a mem_free()able C string; for `guildhall token` and `guildhall up`. */
enum status token_make(const struct token_config *config, const struct token_draft *draft,
                       int64_t now_ms, char **ret_token) must_use;
