#include "auth/signature.h"

#include <assert.h>
#include <jwt.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/base64url.h"

enum {
    LONGEST_DER = 128, /* bytes of an ECDSA signature as OpenSSL wants it, of P-384 */
};

/* --- with a secret */

/* libjwt takes its algorithm from the token, and so is asked afterwards which it was. It wants a C
 * string; every byte has been seen to be of base64url or a dot. */
static bool secret_holds(enum algorithm algorithm, struct str secret, struct str whole)
{
    char text[SIGNATURE_LONGEST_TOKEN + 1];
    jwt_t *jwt = NULL;
    bool holds;

    memcpy(text, whole.p, whole.n);
    text[whole.n] = '\0';
    holds = jwt_decode(&jwt, text, (const unsigned char *)secret.p, (int)secret.n) == 0 &&
            jwt_get_alg(jwt) == jwt_str_alg(algorithm_name(algorithm));
    if (jwt)
        jwt_free(jwt);
    return holds;
}

/* --- with a public key */

/* Two numbers of equal length in a row (RFC 7518, 3.4) as DER; 0 when they are none. */
static size_t to_der(struct str numbers, unsigned char out[LONGEST_DER])
{
    const unsigned char *bytes = (const unsigned char *)numbers.p;
    int half = (int)(numbers.n / 2), n = 0;
    BIGNUM *r = BN_bin2bn(bytes, half, NULL), *s = BN_bin2bn(bytes + half, half, NULL);
    ECDSA_SIG *sig = ECDSA_SIG_new();

    assert(r && s && sig);
    ECDSA_SIG_set0(sig, r, s);
    n = i2d_ECDSA_SIG(sig, NULL);
    if (n > 0 && n <= LONGEST_DER)
        n = i2d_ECDSA_SIG(sig, &out);
    else
        n = 0;
    ECDSA_SIG_free(sig);
    return (size_t)n;
}

static bool set_pss(EVP_PKEY_CTX *ctx)
{
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static bool verify(enum algorithm algorithm, EVP_PKEY *key, struct str text, struct str signature)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx = NULL;
    bool holds = md && EVP_DigestVerifyInit(md, &ctx, algorithm_hash(algorithm), NULL, key) == 1 &&
                 (algorithm != ALGORITHM_PS256 || set_pss(ctx)) &&
                 EVP_DigestVerify(md, (const unsigned char *)signature.p, signature.n,
                                  (const unsigned char *)text.p, text.n) == 1;

    EVP_MD_CTX_free(md);
    if (!holds)
        ERR_clear_error(); /* this thread's other users of OpenSSL look there */
    return holds;
}

/* An ECDSA signature has twice the length of a coordinate; 0 for what is not of ECDSA. */
static size_t ecdsa_length(enum key_kind kind)
{
    switch (kind) {
    case KEY_P256:
        return 64;
    case KEY_P384:
        return 96;
    case KEY_SECRET:
    case KEY_RSA:
    case KEY_ED25519:
        break;
    }
    return 0;
}

static bool public_key_holds(enum algorithm algorithm, const struct key *key,
                             const struct compact *token)
{
    char bytes[BASE64URL_BYTES(BASE64URL_LENGTH(SIGNATURE_LONGEST))];
    unsigned char der[LONGEST_DER];
    struct str text = str_of(token->whole.p, token->header.n + 1 + token->payload.n);
    struct str signature = {.p = bytes};
    size_t expected = ecdsa_length(key->kind);

    if (token->signature.n > BASE64URL_LENGTH(SIGNATURE_LONGEST) ||
        !base64url_read(token->signature, bytes, &signature.n))
        return false;
    if (expected) {
        if (signature.n != expected)
            return false;
        signature = str_of(der, to_der(signature, der));
    }
    return verify(algorithm, key->public_key, text, signature);
}

bool signature_holds(enum algorithm algorithm, const struct key *key, const struct compact *token)
{
    assert(ALGORITHM_IN(key->algorithms, algorithm));
    assert(token->whole.n <= SIGNATURE_LONGEST_TOKEN);
    if (key->kind == KEY_SECRET)
        return secret_holds(algorithm, key->secret, token->whole);
    return public_key_holds(algorithm, key, token);
}
