#include "auth/key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pemerr.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "base/mem.h"

enum {
    FEWEST_RSA_BITS = 2048, /* RFC 7518, 3.3 */
    MOST_RSA_BITS = 8192,   /* what is checked with a longer one takes milliseconds */
    LEAST_EXPONENT = 65537,
    MOST_EXPONENT_BITS = 32,
    LONGEST_CURVE_NAME = 40,
};

enum status key_refuse(struct key_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return ST_BAD_INPUT;
}

struct key_set *key_set_new(void)
{
    struct key_set *set = mem_new(struct key_set);

    atomic_init(&set->holders, 1);
    arena_init(&set->arena);
    return set;
}

struct key_set *key_set_ref(struct key_set *set)
{
    atomic_fetch_add_explicit(&set->holders, 1, memory_order_relaxed);
    return set;
}

struct key_set *key_set_unref(struct key_set *set)
{
    if (!set || atomic_fetch_sub_explicit(&set->holders, 1, memory_order_acq_rel) != 1)
        return NULL;
    for (size_t i = 0; i < set->n; i++)
        EVP_PKEY_free(set->keys[i].public_key);
    arena_done(&set->arena);
    mem_free(set);
    return NULL;
}

algorithm_set key_set_algorithms(const struct key_set *set)
{
    algorithm_set all = 0;

    for (size_t i = 0; i < set->n; i++)
        all |= set->keys[i].algorithms;
    return all;
}

/* Those for which it is as long as the hash. */
static algorithm_set algorithms_of_secret(struct str secret)
{
    algorithm_set set = algorithms_of_kind(KEY_SECRET);

    for (int i = 0; i < ALGORITHMS; i++)
        if (ALGORITHM_IN(set, i) &&
            secret.n < (size_t)EVP_MD_size(algorithm_hash((enum algorithm)i)))
            set &= ~(1U << i);
    return set;
}

static enum status put(struct key_set *set, struct key key, struct str id, struct key_error *error)
{
    if (set->n == KEY_SET_MOST)
        return key_refuse(error, "there are more than %d keys", KEY_SET_MOST);
    if (key.algorithms == 0)
        return key_refuse(error, "none of the algorithms that are allowed fits the key");
    if (id.p)
        key.id = arena_str(&set->arena, id);
    set->keys[set->n++] = key;
    return ST_OK;
}

enum status key_set_add_secret(struct key_set *set, struct str secret, algorithm_set allowed,
                               struct key_error *ret_error)
{
    struct key key = {.kind = KEY_SECRET, .secret = arena_str(&set->arena, secret)};

    if (secret.n < KEY_SHORTEST_SECRET || secret.n > KEY_LARGEST_TEXT)
        return key_refuse(ret_error, "the JWT secret must have at least %d bytes",
                          KEY_SHORTEST_SECRET);
    /* Who knows a public key could sign with it, were it a secret. */
    if (memmem(secret.p, secret.n, "-----BEGIN ", strlen("-----BEGIN ")))
        return key_refuse(ret_error, "the JWT secret is a key in PEM: public keys are given with "
                                     "--jwt-public-key-file");
    key.algorithms = algorithms_of_secret(secret) & allowed;
    return put(set, key, STR_NULL, ret_error);
}

static enum status judge_rsa(const EVP_PKEY *key, struct key_error *error)
{
    BIGNUM *exponent = NULL;
    int bits = EVP_PKEY_get_bits(key);
    bool good;

    if (bits < FEWEST_RSA_BITS || bits > MOST_RSA_BITS)
        return key_refuse(error, "an RSA key has %d bits: %d to %d are allowed", bits,
                          FEWEST_RSA_BITS, MOST_RSA_BITS);
    good = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
           BN_num_bits(exponent) <= MOST_EXPONENT_BITS && BN_is_odd(exponent) &&
           BN_get_word(exponent) >= LEAST_EXPONENT;
    BN_free(exponent);
    return good ? ST_OK
                : key_refuse(error, "an RSA key has a weak exponent: %d is usual", LEAST_EXPONENT);
}

static enum status judge_ec(const EVP_PKEY *key, enum key_kind *ret_kind, struct key_error *error)
{
    char curve[LONGEST_CURVE_NAME] = "";

    EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof(curve), NULL);
    if (str_eq_c(STR("prime256v1"), curve)) {
        *ret_kind = KEY_P256;
        return ST_OK;
    }
    if (str_eq_c(STR("secp384r1"), curve)) {
        *ret_kind = KEY_P384;
        return ST_OK;
    }
    return key_refuse(error, "a key is of the curve %s: P-256 and P-384 are supported",
                      curve[0] ? curve : "without a name");
}

static enum status judge(const EVP_PKEY *key, enum key_kind *ret_kind, struct key_error *error)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        *ret_kind = KEY_RSA;
        return judge_rsa(key, error);
    case EVP_PKEY_EC:
        return judge_ec(key, ret_kind, error);
    case EVP_PKEY_ED25519:
        *ret_kind = KEY_ED25519;
        return ST_OK;
    default:
        return key_refuse(error, "a key is of no kind that is supported: RSA, P-256, P-384 and "
                                 "Ed25519 are");
    }
}

enum status key_set_add_public(struct key_set *set, struct str id, EVP_PKEY *key,
                               algorithm_set allowed, struct key_error *ret_error)
{
    struct key new = {.public_key = key};
    enum status st = judge(key, &new.kind, ret_error);

    if (st == ST_OK) {
        new.algorithms = algorithms_of_kind(new.kind) & allowed;
        st = put(set, new, id, ret_error);
    }
    if (st != ST_OK)
        EVP_PKEY_free(key);
    return st;
}

/* --- PEM */

/* A block's key; NULL when it is damaged. */
static EVP_PKEY *read_block(struct str name, const unsigned char *der, long n)
{
    EVP_PKEY *key = NULL;

    if (str_eq(name, STR("PUBLIC KEY")))
        return d2i_PUBKEY(NULL, &der, n);
    if (str_eq(name, STR("RSA PUBLIC KEY")))
        return d2i_PublicKey(EVP_PKEY_RSA, NULL, &der, n);
    if (str_eq(name, STR("CERTIFICATE"))) {
        X509 *certificate = d2i_X509(NULL, &der, n);

        key = X509_get_pubkey(certificate);
        X509_free(certificate);
    }
    return key;
}

static enum status add_block(struct key_set *set, struct str name, const unsigned char *der, long n,
                             algorithm_set allowed, struct key_error *error)
{
    EVP_PKEY *key;

    if (memmem(name.p, name.n, "PRIVATE KEY", strlen("PRIVATE KEY")))
        return key_refuse(error, "a private key is not needed here, and should be nowhere near: "
                                 "give the public one");
    key = read_block(name, der, n);
    if (!key)
        return key_refuse(error, "the PEM block \"%.60s\" is no public key or certificate", name.p);
    return key_set_add_public(set, STR_NULL, key, allowed, error);
}

enum status key_set_add_pem(struct key_set *set, struct str pem, algorithm_set allowed,
                            struct key_error *ret_error)
{
    BIO *in;
    char *name, *header;
    unsigned char *der;
    enum status st = ST_OK;
    size_t before = set->n;
    long n;

    if (pem.n == 0 || pem.n > KEY_LARGEST_TEXT)
        return key_refuse(ret_error, "there is no public key in PEM");
    in = BIO_new_mem_buf(pem.p, (int)pem.n);
    ERR_clear_error();
    while (st == ST_OK && in && PEM_read_bio(in, &name, &header, &der, &n) == 1) {
        st = add_block(set, str_c(name), der, n, allowed, ret_error);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }
    BIO_free(in);
    if (st == ST_OK && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        return key_refuse(ret_error, "a block of the PEM is damaged");
    if (st == ST_OK && set->n == before)
        return key_refuse(ret_error, "there is no public key in PEM");
    return st;
}
