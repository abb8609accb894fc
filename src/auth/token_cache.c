#include "auth/token_cache.h"

#include <openssl/sha.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
    PLACES = 4096, /* a power of two; with their viewers less than 2 MiB */
};

_Static_assert(TOKEN_CACHE_DIGEST == SHA256_DIGEST_LENGTH, "a digest is one of SHA-256");

struct place {
    unsigned char digest[TOKEN_CACHE_DIGEST];
    struct viewer *viewer; /* NULL: empty */
};

struct token_cache {
    struct place places[PLACES];
    bool is_empty;
};

struct token_cache *token_cache_new(void)
{
    struct token_cache *cache = mem_new(struct token_cache);

    cache->is_empty = true;
    return cache;
}

void token_cache_clear(struct token_cache *cache)
{
    for (size_t i = 0; !cache->is_empty && i < PLACES; i++)
        cache->places[i].viewer = viewer_unref(cache->places[i].viewer);
    cache->is_empty = true;
}

void token_cache_free(struct token_cache *cache)
{
    if (!cache)
        return;
    token_cache_clear(cache);
    mem_free(cache);
}

void token_cache_digest(struct str token, unsigned char digest[TOKEN_CACHE_DIGEST])
{
    SHA256((const unsigned char *)token.p, token.n, digest);
}

/* A client cannot choose where it falls: of all it can make only good tokens get here. */
static size_t place_of(const unsigned char *digest)
{
    return ((size_t)digest[0] << 8 | digest[1]) & (PLACES - 1);
}

struct viewer *token_cache_get(const struct token_cache *cache,
                               const unsigned char digest[TOKEN_CACHE_DIGEST], int64_t now_ms)
{
    const struct place *place = &cache->places[place_of(digest)];

    if (!place->viewer || memcmp(place->digest, digest, TOKEN_CACHE_DIGEST) != 0)
        return NULL;
    if (place->viewer->expires_at != CLOCK_NONE && now_ms >= place->viewer->expires_at)
        return NULL;
    return viewer_ref(place->viewer);
}

void token_cache_put(struct token_cache *cache, const unsigned char digest[TOKEN_CACHE_DIGEST],
                     struct viewer *viewer)
{
    struct place *place = &cache->places[place_of(digest)];

    viewer_unref(place->viewer);
    memcpy(place->digest, digest, TOKEN_CACHE_DIGEST);
    place->viewer = viewer_ref(viewer);
    cache->is_empty = false;
}
