#pragma once

/*
 * Keys that check tokens, in sets. A set is filled by whoever makes it and frozen from then on: new
 * keys come as a new set, so that no loop ever sees half of a change.
 *
 *     struct key_set *set = key_set_new();
 *     key_set_add_secret(set, secret, ALGORITHM_ALL);
 *     key_set_add_pem(set, pem, ALGORITHM_ALL, why);
 *
 * A key says which algorithms it may be used with: those of its kind, fewer where its publisher or
 * the operator says so. That is all there is to choose from when a token comes.
 *
 * Weak keys are refused: secrets shorter than the hash, RSA below 2,048 bits or with a small
 * exponent, points off the curve.
 *
 * Owner:   counted; the last holder frees it.
 * Threads: any, once filled; the count is atomic.
 */

#include <stdatomic.h>

#include "auth/algorithm.h"

enum {
    KEY_SET_MOST = 100,         /* keys of a set */
    KEY_SHORTEST_SECRET = 32,   /* bytes; RFC 7518, 3.2: as long as the hash */
    KEY_LONGEST_ID = 256,       /* bytes of a kid */
    KEY_LARGEST_TEXT = 1 << 20, /* bytes of PEM or of a JWKS */
};

struct key {
    struct str id; /* its kid; absent without one */
    enum key_kind kind;
    algorithm_set algorithms;
    struct str secret;    /* of KEY_SECRET */
    EVP_PKEY *public_key; /* of all others */
};

struct key_set {
    atomic_uint holders;
    struct arena arena;
    size_t n;
    struct key keys[KEY_SET_MOST];
};

struct key_error {
    char text[160]; /* what is wrong with a key, and of no secret */
};

struct key_set *key_set_new(void) must_use;
struct key_set *key_set_ref(struct key_set *set) must_use;
/* Takes NULL, returns NULL. */
struct key_set *key_set_unref(struct key_set *set);

/* What any of its keys may be used with. */
algorithm_set key_set_algorithms(const struct key_set *set);

/* allowed narrows what the key may be used with. ST_BAD_INPUT: too short; or a public key, which
 * everybody may know. */
enum status key_set_add_secret(struct key_set *set, struct str secret, algorithm_set allowed,
                               struct key_error *ret_error) must_use;

/* Every block of a PEM text: public keys and certificates (whose key is taken, and nothing else of
 * them). ST_BAD_INPUT when there is none, or one that cannot be used. */
enum status key_set_add_pem(struct key_set *set, struct str pem, algorithm_set allowed,
                            struct key_error *ret_error) must_use;

/* Takes the key over, also on failure; id and the rest are copied. What remains of allowed must not
 * be empty. ST_BAD_INPUT: full, of another kind, or weak. */
enum status key_set_add_public(struct key_set *set, struct str id, EVP_PKEY *key,
                               algorithm_set allowed, struct key_error *ret_error) must_use;

/* Fills the error; returns ST_BAD_INPUT. */
enum status key_refuse(struct key_error *error, const char *format, ...) printf_like(2, 3);
