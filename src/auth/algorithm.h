#pragma once

/*
 * The algorithms of JSON Web Signatures (RFC 7518, 3; RFC 8037) that a token may be signed with,
 * and the kinds of keys they need. Which of them count is a property of the key that checks, never
 * of the token.
 *
 * Threads: any.
 */

#include <openssl/evp.h>

#include "base/arena.h"

enum algorithm {
    ALGORITHM_HS256,
    ALGORITHM_HS384,
    ALGORITHM_HS512,
    ALGORITHM_RS256,
    ALGORITHM_RS384,
    ALGORITHM_RS512,
    ALGORITHM_PS256,
    ALGORITHM_ES256,
    ALGORITHM_ES384,
    ALGORITHM_EDDSA,
    ALGORITHMS,
};

enum key_kind {
    KEY_SECRET,
    KEY_RSA,
    KEY_P256,
    KEY_P384,
    KEY_ED25519,
};

/* Several algorithms. */
typedef unsigned algorithm_set;

#define ALGORITHM_IN(set, algorithm) (((set) >> (algorithm)&1U) != 0)
#define ALGORITHM_ALL                ((1U << ALGORITHMS) - 1)

/* "RS256" as enum algorithm; false: not one of them. Letters' case counts. Ed25519 is the name that
 * RFC 9864 gives EdDSA. */
bool algorithm_from_name(struct str name, enum algorithm *ret_algorithm) must_use;
const char *algorithm_name(enum algorithm algorithm);

/* "RS256, RS384 or PS256"; "none" for the empty set. */
struct str algorithm_names(struct arena *arena, algorithm_set set);

/* Those that a kind of key can check. */
algorithm_set algorithms_of_kind(enum key_kind kind);

/* The hash a signature is made over; NULL for EdDSA, which has one of its own. */
const EVP_MD *algorithm_hash(enum algorithm algorithm);
