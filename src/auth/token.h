#pragma once

/*
 * JSON Web Tokens: checking those that come, making those for development.
 *
 * A token's header is parsed here, and says two things only: the algorithm, which must be one that
 * a key of ours is for, and the key's id. Nothing in it is fetched or followed (`jku`, `x5u`,
 * `jwk`, `x5c`), and one with `crit` is refused. Keys are picked by their id; where token or key
 * has none, each key that the algorithm fits is tried. Claims are checked with their types.
 */

#include "auth/preset.h"
#include "auth/viewer.h"

struct token_keys; /* counted and frozen */

struct token_config {
    struct str secret;      /* of HS256 and, when it is long enough, HS384 and HS512 */
    struct str public_keys; /* PEM: public keys and certificates */
    struct str jwks_url;    /* keys are fetched from here, by auth/keyring.h */
    struct str algorithms;  /* names between commas that narrow what keys are used with */
    enum preset_kind preset;
    struct str issuer;   /* required when given */
    struct str audience; /* required when given; between commas: one of them */
    struct str required; /* claims, as auth/claim.h has it */
    int64_t leeway_s;
    struct str claim_user; /* absent: the preset's; and so for the other three */
    struct str claim_tenant;
    struct str claim_scopes;
    struct str claim_guilds; /* empty: no claim vouches for guilds */
};

struct token_error {
    char text[256]; /* what was wrong, fit for the client: names no secret */
};

/* Copies what it keeps. Without any key every token is refused, until keys are fetched.
 * ST_BAD_INPUT: a key, the list of algorithms or that of claims is wrong, and how. */
enum status token_keys_new(const struct token_config *config, struct token_keys **ret_keys,
                           struct token_error *ret_error) must_use;
struct token_keys *token_keys_ref(struct token_keys *keys) must_use;
/* Takes NULL, returns NULL. */
struct token_keys *token_keys_unref(struct token_keys *keys);

/* What a key set that was fetched held. */
struct token_fetched {
    size_t usable;
    size_t ignored;
    struct token_error why; /* why the first one was ignored */
};

/* The same, with the keys of this JWKS in place of those fetched before. */
enum status token_keys_with_jwks(const struct token_keys *keys, struct str jwks,
                                 struct token_keys **ret_keys, struct token_fetched *ret_fetched,
                                 struct token_error *ret_error) must_use;

/* For new ones, which nobody else holds yet: the keys that older ones had fetched. */
void token_keys_inherit(struct token_keys *keys, const struct token_keys *older);

/* False while keys are to be fetched and never were. */
bool token_keys_complete(const struct token_keys *keys);

/* token: the compact form, with or without "Bearer " before it. ST_UNAUTHENTICATED or
 * ST_TOKEN_EXPIRED, and why. ST_NOT_FOUND, where keys are fetched: it names a key that is not among
 * them, or there are none yet; newer keys may judge otherwise. */
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

/* A token signed HS256 with the secret, in a mem_free()able C string; for `guildhall token` and
 * `guildhall up`. */
enum status token_make(const struct token_config *config, const struct token_draft *draft,
                       int64_t now_ms, char **ret_token) must_use;
