#pragma once

/*
 * Whether a token was signed with a key.
 *
 * Secrets go through libjwt. Everything asymmetric is checked by OpenSSL directly: libjwt 1.10
 * knows neither PS256 nor EdDSA, and reads the key anew from PEM for every token, which makes RS256
 * fifteen times slower (measured: 400 µs instead of 25).
 *
 * Threads: any.
 */

#include "auth/key.h"

enum {
    SIGNATURE_LONGEST_TOKEN = 8192, /* bytes; bounds everything a token can hold */
    SIGNATURE_LONGEST = 1024,       /* bytes: RSA of the largest key */
};

/* A token in compact form (RFC 7515, 7.1): header.payload.signature, of SIGNATURE_LONGEST_TOKEN
 * bytes at most. */
struct compact {
    struct str whole;
    struct str header; /* as are the next two, in the whole and still encoded */
    struct str payload;
    struct str signature;
};

/* The key must be one for this algorithm. */
bool signature_holds(enum algorithm algorithm, const struct key *key,
                     const struct compact *token) must_use;
