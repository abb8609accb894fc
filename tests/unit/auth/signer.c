#include "tests/unit/auth/signer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "tests/lib/test.h"

enum {
    LONGEST_TOKEN = 64 * 1024,
    LONGEST_TEXT = 8 * 1024,
};

static bool is(const char *alg, const char *family)
{
    return strncmp(alg, family, strlen(family)) == 0;
}

static const EVP_MD *hash_of(const char *alg)
{
    if (is(alg, "Ed"))
        return NULL;
    return strstr(alg, "384") ? EVP_sha384() : strstr(alg, "512") ? EVP_sha512() : EVP_sha256();
}

struct signer signer_new(const char *alg, const char *kid)
{
    struct signer s = {.alg = alg, .kid = kid};

    if (is(alg, "ES"))
        s.key = EVP_EC_gen(is(alg, "ES384") ? "P-384" : "P-256");
    else if (is(alg, "Ed"))
        s.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    else
        s.key = EVP_RSA_gen(2048);
    assert_non_null(s.key);
    return s;
}

struct signer signer_with_secret(const char *alg, const char *secret)
{
    return (struct signer){.alg = alg, .secret = secret};
}

void signer_done(struct signer *s)
{
    EVP_PKEY_free(s->key);
    s->key = NULL;
}

size_t signer_base64url(char *out, const void *bytes, size_t n)
{
    size_t length = (size_t)EVP_EncodeBlock((unsigned char *)out, bytes, (int)n);

    while (length && out[length - 1] == '=')
        length--;
    for (size_t i = 0; i < length; i++)
        out[i] = out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i];
    return length;
}

/* DER of two numbers becomes the numbers, each of `half` bytes. */
static size_t to_numbers(unsigned char *signature, size_t n, size_t half)
{
    const unsigned char *der = signature;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);

    assert_non_null(sig);
    assert_true(BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, (int)half) > 0);
    assert_true(BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + half, (int)half) > 0);
    ECDSA_SIG_free(sig);
    return 2 * half;
}

static size_t sign_with_key(const struct signer *s, struct str text, unsigned char *out,
                            size_t room)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx;
    size_t n = room;

    assert_int_equal(EVP_DigestSignInit(md, &ctx, hash_of(s->alg), NULL, s->key), 1);
    if (is(s->alg, "PS")) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST), 1);
    }
    assert_int_equal(EVP_DigestSign(md, out, &n, (const unsigned char *)text.p, text.n), 1);
    EVP_MD_CTX_free(md);
    if (is(s->alg, "ES"))
        n = to_numbers(out, n, is(s->alg, "ES384") ? 48 : 32);
    return n;
}

static size_t sign(const struct signer *s, struct str text, unsigned char *out, size_t room)
{
    unsigned n = 0;

    if (!s->secret)
        return sign_with_key(s, text, out, room);
    assert_non_null(HMAC(hash_of(s->alg), s->secret, (int)strlen(s->secret),
                         (const unsigned char *)text.p, text.n, out, &n));
    return n;
}

struct str signer_token_with(const struct signer *s, const char *header, const char *payload)
{
    static char token[LONGEST_TOKEN];
    unsigned char signature[2048];
    size_t n = signer_base64url(token, header, strlen(header)), signature_n;

    token[n++] = '.';
    n += signer_base64url(token + n, payload, strlen(payload));
    signature_n = sign(s, str_of(token, n), signature, sizeof(signature));
    token[n++] = '.';
    n += signer_base64url(token + n, signature, signature_n);
    return str_of(token, n);
}

struct str signer_token(const struct signer *s, const char *payload)
{
    char header[512];

    if (s->kid)
        snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%s\"}", s->alg,
                 s->kid);
    else
        snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"typ\":\"JWT\"}", s->alg);
    return signer_token_with(s, header, payload);
}

/* --- as others are given it */

static char *keep(void)
{
    static char texts[256][LONGEST_TEXT];
    static size_t n;

    assert_true(n < array_size(texts));
    return texts[n++];
}

static struct str read_all(BIO *bio)
{
    char *text = keep();
    int n = BIO_read(bio, text, LONGEST_TEXT - 1);

    assert_true(n > 0);
    text[n] = '\0';
    BIO_free(bio);
    return str_of(text, (size_t)n);
}

struct str signer_pem(const struct signer *s)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(PEM_write_bio_PUBKEY(bio, s->key), 1);
    return read_all(bio);
}

struct str signer_private_pem(const struct signer *s)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(PEM_write_bio_PrivateKey(bio, s->key, NULL, NULL, 0, NULL, NULL), 1);
    return read_all(bio);
}

static size_t put_member(char *out, size_t room, const char *name, const void *bytes, size_t n)
{
    char text[2048];
    size_t length = signer_base64url(text, bytes, n);

    return (size_t)snprintf(out, room, ",\"%s\":\"%.*s\"", name, (int)length, text);
}

static size_t put_number(const struct signer *s, char *out, size_t room, const char *name,
                         const char *param, int width)
{
    unsigned char bytes[1024];
    BIGNUM *number = NULL;
    size_t n;

    assert_int_equal(EVP_PKEY_get_bn_param(s->key, param, &number), 1);
    n = (size_t)(width ? BN_bn2binpad(number, bytes, width) : BN_bn2bin(number, bytes));
    BN_free(number);
    return put_member(out, room, name, bytes, n);
}

static size_t put_parts(const struct signer *s, char *out, size_t room)
{
    unsigned char raw[32];
    size_t n = sizeof(raw);
    int width = is(s->alg, "ES384") ? 48 : 32;

    if (is(s->alg, "ES")) {
        n = (size_t)snprintf(out, room, "\"kty\":\"EC\",\"crv\":\"P-%d\"", width * 8);
        n += put_number(s, out + n, room - n, "x", OSSL_PKEY_PARAM_EC_PUB_X, width);
        return n + put_number(s, out + n, room - n, "y", OSSL_PKEY_PARAM_EC_PUB_Y, width);
    }
    if (is(s->alg, "Ed")) {
        assert_int_equal(EVP_PKEY_get_raw_public_key(s->key, raw, &n), 1);
        n = (size_t)snprintf(out, room, "\"kty\":\"OKP\",\"crv\":\"Ed25519\"");
        return n + put_member(out + n, room - n, "x", raw, sizeof(raw));
    }
    n = (size_t)snprintf(out, room, "\"kty\":\"RSA\"");
    n += put_number(s, out + n, room - n, "n", OSSL_PKEY_PARAM_RSA_N, 0);
    return n + put_number(s, out + n, room - n, "e", OSSL_PKEY_PARAM_RSA_E, 0);
}

struct str signer_jwk(const struct signer *s)
{
    char *text = keep();
    size_t n = (size_t)snprintf(text, LONGEST_TEXT, "{");

    n += put_parts(s, text + n, LONGEST_TEXT - n);
    n += (size_t)snprintf(text + n, LONGEST_TEXT - n, ",\"alg\":\"%s\",\"use\":\"sig\"", s->alg);
    if (s->kid)
        n += (size_t)snprintf(text + n, LONGEST_TEXT - n, ",\"kid\":\"%s\"", s->kid);
    n += (size_t)snprintf(text + n, LONGEST_TEXT - n, "}");
    return str_of(text, n);
}
