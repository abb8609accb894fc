#pragma once

/*
 * An issuer of tokens: keys of every kind, and signatures made by OpenSSL alone, so that tokens may
 * be wrong in every way that token_make() would not make them.
 */

#include <openssl/evp.h>

#include "base/str.h"

struct signer {
    const char *alg;    /* as a header has it */
    const char *kid;    /* NULL: none */
    const char *secret; /* of HS…; NULL for the others */
    EVP_PKEY *key;
};

/* A key made for this algorithm: "RS256", "ES384", … */
struct signer signer_new(const char *alg, const char *kid);
struct signer signer_with_secret(const char *alg, const char *secret);
void signer_done(struct signer *s);

/* base64url of any bytes; returns the length. */
size_t signer_base64url(char *out, const void *bytes, size_t n);

/* A token in memory that the next call uses again: with {"alg":…,"typ":"JWT","kid":…} or the header
 * given. */
struct str signer_token(const struct signer *s, const char *payload);
struct str signer_token_with(const struct signer *s, const char *header, const char *payload);

/* The public key as a PEM, as the private one, and as a JWK with its alg and kid; all in memory
 * that lives as long as the process. */
struct str signer_pem(const struct signer *s);
struct str signer_private_pem(const struct signer *s);
struct str signer_jwk(const struct signer *s);
