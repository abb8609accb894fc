#include "auth/jwks.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "auth/claim.h"
#include "base/base64url.h"

enum {
    LONGEST_NUMBER = 1024, /* bytes of a number in a key: RSA of 8,192 bits */
    LONGEST_POINT = 1 + 2 * 48,
    ED25519_BYTES = 32,
};

struct number {
    unsigned char bytes[BASE64URL_BYTES(BASE64URL_LENGTH(LONGEST_NUMBER))];
    size_t n;
};

static struct str text_member(const json_t *jwk, const char *name)
{
    return claim_text(json_object_get(jwk, name));
}

static bool read_number(const json_t *jwk, const char *name, struct number *ret_number)
{
    struct str text = text_member(jwk, name);

    return text.n > 0 && text.n <= BASE64URL_LENGTH(LONGEST_NUMBER) &&
           base64url_read(text, ret_number->bytes, &ret_number->n);
}

/* NULL when OpenSSL finds that the parts make no key. Takes the builder over. */
static EVP_PKEY *build(const char *type, OSSL_PARAM_BLD *builder)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (params && ctx && EVP_PKEY_fromdata_init(ctx) == 1)
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    return key;
}

static EVP_PKEY *read_rsa(const json_t *jwk)
{
    struct number modulus, exponent;
    OSSL_PARAM_BLD *builder;
    EVP_PKEY *key;
    BIGNUM *n, *e;

    if (!read_number(jwk, "n", &modulus) || !read_number(jwk, "e", &exponent))
        return NULL;
    builder = OSSL_PARAM_BLD_new();
    n = BN_bin2bn(modulus.bytes, (int)modulus.n, NULL);
    e = BN_bin2bn(exponent.bytes, (int)exponent.n, NULL);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
    key = build("RSA", builder);
    BN_free(n);
    BN_free(e);
    return key;
}

/* Coordinates have their full length (RFC 7518, 6.2.1.2). */
static EVP_PKEY *read_ec(const json_t *jwk)
{
    static const struct {
        struct str name;
        const char *group;
        size_t length;
    } curves[] = {{STR_INIT("P-256"), "prime256v1", 32}, {STR_INIT("P-384"), "secp384r1", 48}};
    unsigned char point[LONGEST_POINT] = {POINT_CONVERSION_UNCOMPRESSED};
    struct str name = text_member(jwk, "crv");
    struct number x, y;

    for (size_t i = 0; i < array_size(curves); i++) {
        size_t length = curves[i].length;
        OSSL_PARAM_BLD *builder;

        if (!str_eq(name, curves[i].name))
            continue;
        if (!read_number(jwk, "x", &x) || !read_number(jwk, "y", &y) || x.n != length ||
            y.n != length)
            return NULL;
        memcpy(point + 1, x.bytes, length);
        memcpy(point + 1 + length, y.bytes, length);
        builder = OSSL_PARAM_BLD_new();
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curves[i].group, 0);
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * length);
        return build("EC", builder);
    }
    return NULL;
}

static EVP_PKEY *read_okp(const json_t *jwk)
{
    struct number x;

    if (!str_eq(text_member(jwk, "crv"), STR("Ed25519")) || !read_number(jwk, "x", &x) ||
        x.n != ED25519_BYTES)
        return NULL;
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.bytes, x.n);
}

static enum status read_key(const json_t *jwk, EVP_PKEY **ret_key, struct key_error *error)
{
    static const struct {
        struct str kind;
        EVP_PKEY *(*read)(const json_t *jwk);
    } kinds[] = {
        {STR_INIT("RSA"), read_rsa}, {STR_INIT("EC"), read_ec}, {STR_INIT("OKP"), read_okp}};
    struct str kind = text_member(jwk, "kty");

    for (size_t i = 0; i < array_size(kinds); i++) {
        EVP_PKEY *key;

        if (!str_eq(kind, kinds[i].kind))
            continue;
        key = kinds[i].read(jwk);
        if (!key)
            return key_refuse(error, "its parts make no key of kind %s that is supported",
                              kinds[i].kind.p);
        *ret_key = key;
        return ST_OK;
    }
    return key_refuse(error, "its kty is not RSA, EC or OKP");
}

/* Where it says what it is for, that must be checking signatures. */
static bool is_for_signatures(const json_t *jwk)
{
    const json_t *use = json_object_get(jwk, "use"), *operations = json_object_get(jwk, "key_ops");
    const json_t *each;
    bool verifies = !operations;
    size_t i;

    json_array_foreach(operations, i, each) verifies =
        verifies || str_eq(claim_text(each), STR("verify"));
    return verifies && (!use || str_eq(claim_text(use), STR("sig")));
}

static enum status read_algorithm(const json_t *jwk, algorithm_set *allowed,
                                  struct key_error *error)
{
    const json_t *value = json_object_get(jwk, "alg");
    enum algorithm algorithm;

    if (!value)
        return ST_OK;
    if (!algorithm_from_name(claim_text(value), &algorithm))
        return key_refuse(error, "its alg is none that is supported");
    *allowed &= 1U << algorithm;
    return ST_OK;
}

static enum status read_id(const json_t *jwk, struct str *ret_id, struct key_error *error)
{
    const json_t *value = json_object_get(jwk, "kid");

    *ret_id = claim_text(value);
    if (value && (!ret_id->p || ret_id->n > KEY_LONGEST_ID))
        return key_refuse(error, "its kid is not a string of at most %d bytes", KEY_LONGEST_ID);
    return ST_OK;
}

static enum status add(struct key_set *set, const json_t *jwk, algorithm_set allowed,
                       struct key_error *error)
{
    EVP_PKEY *key = NULL;
    struct str id = STR_NULL;
    enum status st;

    if (!is_for_signatures(jwk))
        return key_refuse(error, "it is not for checking signatures");
    st = read_algorithm(jwk, &allowed, error);
    if (st == ST_OK)
        st = read_id(jwk, &id, error);
    if (st == ST_OK)
        st = read_key(jwk, &key, error);
    return st == ST_OK ? key_set_add_public(set, id, key, allowed, error) : st;
}

static void add_all(struct key_set *set, const json_t *keys, algorithm_set allowed,
                    struct jwks_count *count)
{
    const json_t *jwk;
    size_t i;

    json_array_foreach(keys, i, jwk)
    {
        struct key_error why;

        if (add(set, jwk, allowed, &why) == ST_OK)
            count->usable++;
        else if (count->ignored++ == 0)
            count->first = why;
    }
    ERR_clear_error(); /* this thread's other users of OpenSSL look there */
}

enum status jwks_read(struct str text, algorithm_set allowed, struct key_set **ret_set,
                      struct jwks_count *ret_count, struct key_error *ret_error)
{
    const json_t *keys;
    json_t *json;
    enum status st = ST_OK;

    if (text.n > KEY_LARGEST_TEXT)
        return key_refuse(ret_error, "it is larger than 1 MiB");
    json = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, NULL);
    keys = json_object_get(json, "keys");
    if (!json_is_array(keys))
        st = key_refuse(ret_error, "it is no JSON Web Key Set: there is no array \"keys\"");
    else if (json_array_size(keys) > KEY_SET_MOST)
        st = key_refuse(ret_error, "it has more than %d keys", KEY_SET_MOST);
    if (st == ST_OK) {
        *ret_count = (struct jwks_count){0};
        *ret_set = key_set_new();
        add_all(*ret_set, keys, allowed, ret_count);
    }
    json_decref(json);
    return st;
}
