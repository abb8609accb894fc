#pragma once

/*
 * Tokens that were checked and found good, so that a client that sends one with every request costs
 * one check of its signature: that of ES256 takes longer than all the rest of a small request, that
 * of ES384 ten times as long.
 *
 * A token is known by the SHA-256 of all its bytes, for as long as it lasts. What was true of it
 * when it was checked stays true until its end, but for the keys: when they change everything is
 * forgotten. A place holds one token; another that falls on it takes it over.
 *
 * Owner:   its maker; it holds the viewers in it.
 * Threads: one at a time.
 */

#include "auth/viewer.h"

enum {
    TOKEN_CACHE_DIGEST = 32, /* bytes */
};

struct token_cache;

struct token_cache *token_cache_new(void) must_use;
/* Takes NULL. */
void token_cache_free(struct token_cache *cache);

void token_cache_digest(struct str token, unsigned char digest[TOKEN_CACHE_DIGEST]);

/* A hold of the token's viewer; NULL when it is not known, or has ended. */
struct viewer *token_cache_get(const struct token_cache *cache,
                               const unsigned char digest[TOKEN_CACHE_DIGEST],
                               int64_t now_ms) must_use;

/* The caller keeps its own hold. */
void token_cache_put(struct token_cache *cache, const unsigned char digest[TOKEN_CACHE_DIGEST],
                     struct viewer *viewer);

void token_cache_clear(struct token_cache *cache);
