#include "auth/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "tests/lib/test.h"
#include "tests/unit/auth/signer.h"

#define TEN "0123456789"

static struct key_error error;

static struct key_set *pem_set(struct str pem)
{
    struct key_set *set = key_set_new();

    if (key_set_add_pem(set, pem, ALGORITHM_ALL, &error) != ST_OK)
        fail_msg("refused: %s", error.text);
    return set;
}

static void refuse_pem(struct str pem, const char *why)
{
    struct key_set *set = key_set_new();

    error.text[0] = '\0';
    assert_int_equal(key_set_add_pem(set, pem, ALGORITHM_ALL, &error), ST_BAD_INPUT);
    if (!strstr(error.text, why))
        fail_msg("said \"%s\", not \"%s\"", error.text, why);
    key_set_unref(set);
}

static algorithm_set algorithms_of_secret(struct str secret)
{
    struct key_set *set = key_set_new();
    algorithm_set algorithms;

    assert_int_equal(key_set_add_secret(set, secret, ALGORITHM_ALL, &error), ST_OK);
    algorithms = set->keys[0].algorithms;
    key_set_unref(set);
    return algorithms;
}

static void a_secret_signs_with_hashes_no_longer_than_itself(void **state)
{
    algorithm_set hs256 = 1U << ALGORITHM_HS256, hs384 = 1U << ALGORITHM_HS384,
                  hs512 = 1U << ALGORITHM_HS512;

    assert_int_equal(algorithms_of_secret(STR(TEN TEN TEN "01")), hs256);
    assert_int_equal(algorithms_of_secret(STR(TEN TEN TEN TEN "0123456")), hs256);
    assert_int_equal(algorithms_of_secret(STR(TEN TEN TEN TEN "01234567")), hs256 | hs384);
    assert_int_equal(algorithms_of_secret(STR(TEN TEN TEN TEN TEN TEN "012")), hs256 | hs384);
    assert_int_equal(algorithms_of_secret(STR(TEN TEN TEN TEN TEN TEN "0123")),
                     hs256 | hs384 | hs512);
}

static void a_short_secret_is_refused(void **state)
{
    struct key_set *set = key_set_new();

    assert_int_equal(key_set_add_secret(set, STR(TEN TEN TEN "0"), ALGORITHM_ALL, &error),
                     ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "32 bytes"));
    assert_int_equal(set->n, 0);
    key_set_unref(set);
}

/* Were it one, whoever knows the public key could sign HS256 with it. */
static void a_public_key_is_no_secret(void **state)
{
    struct signer rsa = signer_new("RS256", NULL);
    struct key_set *set = key_set_new();

    assert_int_equal(key_set_add_secret(set, signer_pem(&rsa), ALGORITHM_ALL, &error),
                     ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "--jwt-public-key-file"));
    key_set_unref(set);
    signer_done(&rsa);
}

static void each_kind_of_key_is_for_its_algorithms(void **state)
{
    static const struct {
        const char *alg;
        enum key_kind kind;
        algorithm_set algorithms;
    } kinds[] = {
        {"RS256", KEY_RSA,
         1U << ALGORITHM_RS256 | 1U << ALGORITHM_RS384 | 1U << ALGORITHM_RS512 |
             1U << ALGORITHM_PS256},
        {"ES256", KEY_P256, 1U << ALGORITHM_ES256},
        {"ES384", KEY_P384, 1U << ALGORITHM_ES384},
        {"EdDSA", KEY_ED25519, 1U << ALGORITHM_EDDSA},
    };

    for (size_t i = 0; i < array_size(kinds); i++) {
        struct signer signer = signer_new(kinds[i].alg, NULL);
        struct key_set *set = pem_set(signer_pem(&signer));

        assert_int_equal(set->n, 1);
        assert_int_equal(set->keys[0].kind, kinds[i].kind);
        assert_int_equal(set->keys[0].algorithms, kinds[i].algorithms);
        assert_null(set->keys[0].id.p);
        key_set_unref(set);
        signer_done(&signer);
    }
}

static void algorithms_can_be_narrowed_but_not_to_none(void **state)
{
    struct signer rsa = signer_new("RS256", NULL);
    struct key_set *set = key_set_new();

    assert_int_equal(key_set_add_pem(set, signer_pem(&rsa), 1U << ALGORITHM_PS256, &error), ST_OK);
    assert_int_equal(set->keys[0].algorithms, 1U << ALGORITHM_PS256);
    assert_int_equal(key_set_add_pem(set, signer_pem(&rsa), 1U << ALGORITHM_ES256, &error),
                     ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "none of the algorithms"));
    assert_int_equal(set->n, 1);
    key_set_unref(set);
    signer_done(&rsa);
}

static void every_block_of_a_pem_counts(void **state)
{
    struct signer rsa = signer_new("RS256", NULL), ec = signer_new("ES256", NULL);
    char both[8192];
    struct key_set *set;

    snprintf(both, sizeof(both), "keys of the issuer\n%s\nand the next one:\n%s",
             signer_pem(&rsa).p, signer_pem(&ec).p);
    set = pem_set(str_c(both));
    assert_int_equal(set->n, 2);
    assert_int_equal(set->keys[1].kind, KEY_P256);
    key_set_unref(set);
    signer_done(&rsa);
    signer_done(&ec);
}

static void a_damaged_block_behind_a_good_one_is_noticed(void **state)
{
    struct signer ec = signer_new("ES256", NULL);
    char pem[4096];

    snprintf(pem, sizeof(pem), "%s-----BEGIN PUBLIC KEY-----\nAA*A\n-----END PUBLIC KEY-----\n",
             signer_pem(&ec).p);
    refuse_pem(str_c(pem), "damaged");
    snprintf(pem, sizeof(pem), "%s", signer_pem(&ec).p);
    pem[strlen(pem) - 10] = '\0';
    refuse_pem(str_c(pem), "damaged");
    signer_done(&ec);
}

static struct str read_all(BIO *bio)
{
    static char text[8192];
    int n = BIO_read(bio, text, sizeof(text) - 1);

    assert_true(n > 0);
    text[n] = '\0';
    BIO_free(bio);
    return str_of(text, (size_t)n);
}

static void a_certificate_gives_its_key(void **state)
{
    struct signer rsa = signer_new("RS256", NULL);
    X509 *certificate = X509_new();
    BIO *bio = BIO_new(BIO_s_mem());
    struct key_set *set;

    X509_set_version(certificate, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, rsa.key);
    assert_true(X509_sign(certificate, rsa.key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
    set = pem_set(read_all(bio));
    assert_int_equal(EVP_PKEY_eq(set->keys[0].public_key, rsa.key), 1);
    key_set_unref(set);
    X509_free(certificate);
    signer_done(&rsa);
}

static void a_pkcs_1_public_key_is_one_too(void **state)
{
    struct signer rsa = signer_new("RS256", NULL);
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned char *der = NULL;
    int n = i2d_PublicKey(rsa.key, &der);
    struct key_set *set;

    assert_true(PEM_write_bio(bio, "RSA PUBLIC KEY", "", der, n) > 0);
    OPENSSL_free(der);
    set = pem_set(read_all(bio));
    assert_int_equal(EVP_PKEY_eq(set->keys[0].public_key, rsa.key), 1);
    key_set_unref(set);
    signer_done(&rsa);
}

static void a_private_key_has_no_place_here(void **state)
{
    struct signer ec = signer_new("ES256", NULL);

    refuse_pem(signer_private_pem(&ec), "private key");
    signer_done(&ec);
}

static void what_is_no_pem_of_a_public_key_is_refused(void **state)
{
    refuse_pem(STR(""), "no public key");
    refuse_pem(STR("hello"), "no public key");
    refuse_pem(STR("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"), "damaged");
    refuse_pem(STR("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END CERTIFICATE-----\n"), "damaged");
    refuse_pem(STR("-----BEGIN PUBLIC KEY-----\nAAAA\n"), "damaged");
    refuse_pem(STR("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), "PUBLIC KEY");
    refuse_pem(STR("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
               "CERTIFICATE");
    refuse_pem(STR("-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n"),
               "DH PARAMETERS");
}

static EVP_PKEY *rsa_with(int bits, BN_ULONG exponent)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_new(), *e = BN_new();
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params;

    BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
    BN_set_word(e, exponent);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
    params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_fromdata_init(ctx);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(ctx);
    BN_free(n);
    BN_free(e);
    return key;
}

static enum status add(EVP_PKEY *key)
{
    struct key_set *set = key_set_new();
    enum status st = key_set_add_public(set, STR("k"), key, ALGORITHM_ALL, &error);

    key_set_unref(set);
    return st;
}

static void a_weak_rsa_key_is_refused(void **state)
{
    assert_int_equal(add(rsa_with(2048, 65537)), ST_OK);
    assert_int_equal(add(rsa_with(8192, 65537)), ST_OK);
    assert_int_equal(add(rsa_with(2047, 65537)), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "2047 bits"));
    assert_int_equal(add(rsa_with(512, 65537)), ST_BAD_INPUT);
    assert_int_equal(add(rsa_with(8193, 65537)), ST_BAD_INPUT);
    assert_int_equal(add(rsa_with(2048, 1)), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "exponent"));
    assert_int_equal(add(rsa_with(2048, 3)), ST_BAD_INPUT);
    assert_int_equal(add(rsa_with(2048, 65535)), ST_BAD_INPUT);
    assert_int_equal(add(rsa_with(2048, 65538)), ST_BAD_INPUT);
    assert_int_equal(add(rsa_with(2048, 0x100000001)), ST_BAD_INPUT);
}

static void other_curves_and_kinds_are_refused_by_name(void **state)
{
    assert_int_equal(add(EVP_EC_gen("P-521")), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "secp521r1"));
    assert_int_equal(add(EVP_EC_gen("secp256k1")), ST_BAD_INPUT);
    assert_int_equal(add(EVP_PKEY_Q_keygen(NULL, NULL, "ED448")), ST_BAD_INPUT);
    assert_int_equal(add(EVP_PKEY_Q_keygen(NULL, NULL, "X25519")), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "Ed25519"));
}

static void a_set_has_an_end(void **state)
{
    struct key_set *set = key_set_new();
    struct signer ec = signer_new("ES256", NULL);

    for (size_t i = 0; i < KEY_SET_MOST; i++) {
        EVP_PKEY_up_ref(ec.key);
        assert_int_equal(key_set_add_public(set, STR_NULL, ec.key, ALGORITHM_ALL, &error), ST_OK);
    }
    EVP_PKEY_up_ref(ec.key);
    assert_int_equal(key_set_add_public(set, STR_NULL, ec.key, ALGORITHM_ALL, &error),
                     ST_BAD_INPUT);
    assert_ptr_equal(key_set_ref(set), set);
    assert_null(key_set_unref(set));
    assert_int_equal(set->n, KEY_SET_MOST);
    assert_null(key_set_unref(set));
    assert_null(key_set_unref(NULL));
    signer_done(&ec);
}

static void algorithms_have_names(void **state)
{
    struct arena arena;
    enum algorithm algorithm;

    arena_init(&arena);
    for (int i = 0; i < ALGORITHMS; i++) {
        assert_true(algorithm_from_name(str_c(algorithm_name((enum algorithm)i)), &algorithm));
        assert_int_equal(algorithm, i);
    }
    assert_true(algorithm_from_name(STR("Ed25519"), &algorithm));
    assert_int_equal(algorithm, ALGORITHM_EDDSA);
    assert_false(algorithm_from_name(STR("none"), &algorithm));
    assert_false(algorithm_from_name(STR("hs256"), &algorithm));
    assert_false(algorithm_from_name(STR("ES256K"), &algorithm));
    assert_false(algorithm_from_name(STR_NULL, &algorithm));
    assert_str(algorithm_names(&arena, 0), "none");
    assert_str(algorithm_names(&arena, 1U << ALGORITHM_HS256), "HS256");
    assert_str(algorithm_names(&arena, algorithms_of_kind(KEY_RSA)),
               "RS256, RS384, RS512 or PS256");
    arena_done(&arena);
}

int main(void)
{
    return RUN(
        test(a_secret_signs_with_hashes_no_longer_than_itself), test(a_short_secret_is_refused),
        test(a_public_key_is_no_secret), test(each_kind_of_key_is_for_its_algorithms),
        test(algorithms_can_be_narrowed_but_not_to_none), test(every_block_of_a_pem_counts),
        test(a_damaged_block_behind_a_good_one_is_noticed), test(a_certificate_gives_its_key),
        test(a_pkcs_1_public_key_is_one_too), test(a_private_key_has_no_place_here),
        test(what_is_no_pem_of_a_public_key_is_refused), test(a_weak_rsa_key_is_refused),
        test(other_curves_and_kinds_are_refused_by_name), test(a_set_has_an_end),
        test(algorithms_have_names));
}
