#include "auth/jwks.h"

#include <stdio.h>

#include "base/base64url.h"
#include "tests/lib/test.h"
#include "tests/unit/auth/signer.h"

static struct key_error error;
static struct jwks_count count;

static struct key_set *read_keys(const char *keys)
{
    static char text[64 * 1024];
    struct key_set *set;
    int n = snprintf(text, sizeof(text), "{\"keys\":[%s]}", keys);

    if (jwks_read(str_of(text, (size_t)n), ALGORITHM_ALL, &set, &count, &error) != ST_OK)
        fail_msg("refused: %s", error.text);
    return set;
}

static void ignores(const char *key, const char *why)
{
    struct key_set *set = read_keys(key);

    assert_int_equal(set->n, 0);
    assert_int_equal(count.usable, 0);
    assert_int_equal(count.ignored, 1);
    if (!strstr(count.first.text, why))
        fail_msg("said \"%s\", not \"%s\"", count.first.text, why);
    key_set_unref(set);
}

static void takes(const char *key)
{
    struct key_set *set = read_keys(key);

    if (set->n != 1)
        fail_msg("ignored: %s", count.first.text);
    key_set_unref(set);
}

static void refuses(struct str text, const char *why)
{
    struct key_set *set = NULL;

    assert_int_equal(jwks_read(text, ALGORITHM_ALL, &set, &count, &error), ST_BAD_INPUT);
    assert_null(set);
    if (!strstr(error.text, why))
        fail_msg("said \"%s\", not \"%s\"", error.text, why);
}

static void each_kind_of_key_comes_back_as_it_was(void **state)
{
    static const char *const algs[] = {"RS256", "RS512", "PS256", "ES256", "ES384", "EdDSA"};

    for (size_t i = 0; i < array_size(algs); i++) {
        struct signer signer = signer_new(algs[i], "the key");
        struct key_set *set = read_keys(signer_jwk(&signer).p);
        enum algorithm algorithm;

        assert_int_equal(set->n, 1);
        assert_int_equal(EVP_PKEY_eq(set->keys[0].public_key, signer.key), 1);
        assert_str(set->keys[0].id, "the key");
        assert_true(algorithm_from_name(str_c(algs[i]), &algorithm));
        assert_int_equal(set->keys[0].algorithms, 1U << algorithm);
        key_set_unref(set);
        signer_done(&signer);
    }
}

#define X    "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define Y    "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define P256 "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" Y "\""

static void without_an_alg_it_is_for_all_of_its_kind(void **state)
{
    struct key_set *set = read_keys("{" P256 "}");

    assert_int_equal(set->keys[0].algorithms, 1U << ALGORITHM_ES256);
    assert_null(set->keys[0].id.p);
    key_set_unref(set);
}

/* RFC 7517, 5: what is not understood is passed over, and the rest still counts. */
static void what_is_not_understood_is_passed_over(void **state)
{
    struct key_set *set =
        read_keys("{" P256 ",\"kid\":\"a\"},{\"kty\":\"new\"},{" P256 ",\"kid\":\"b\"},7,null");

    assert_int_equal(set->n, 2);
    assert_int_equal(count.usable, 2);
    assert_int_equal(count.ignored, 3);
    assert_non_null(strstr(count.first.text, "kty"));
    key_set_unref(set);
    ignores("{}", "kty");
    ignores("{\"kty\":7}", "kty");
    ignores("{\"kty\":\"ec\"}", "kty");
}

static void a_secret_in_a_public_place_is_none(void **state)
{
    ignores("{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Y"
            "j0iPS4hcgUuTwjAzZr1Z9CAow\",\"alg\":\"HS256\"}",
            "kty");
}

static void a_key_is_taken_for_signatures_only(void **state)
{
    ignores("{" P256 ",\"use\":\"enc\"}", "signatures");
    ignores("{" P256 ",\"use\":7}", "signatures");
    ignores("{" P256 ",\"key_ops\":[\"sign\"]}", "signatures");
    ignores("{" P256 ",\"key_ops\":\"verify\"}", "signatures");
    takes("{" P256 ",\"use\":\"sig\",\"key_ops\":[\"sign\",\"verify\"]}");
}

static void an_alg_binds_the_key(void **state)
{
    ignores("{" P256 ",\"alg\":\"RS256\"}", "algorithms");
    ignores("{" P256 ",\"alg\":\"HS256\"}", "algorithms");
    ignores("{" P256 ",\"alg\":\"none\"}", "alg");
    ignores("{" P256 ",\"alg\":\"RSA-OAEP\"}", "alg");
    ignores("{" P256 ",\"alg\":null}", "alg");
    takes("{" P256 ",\"alg\":\"ES256\"}");
}

static void a_kid_is_a_string_of_bounded_length(void **state)
{
    char key[1024], kid[300];

    memset(kid, 'k', sizeof(kid));
    snprintf(key, sizeof(key), "{" P256 ",\"kid\":\"%.256s\"}", kid);
    takes(key);
    snprintf(key, sizeof(key), "{" P256 ",\"kid\":\"%.257s\"}", kid);
    ignores(key, "kid");
    ignores("{" P256 ",\"kid\":1}", "kid");
}

static void a_point_must_lie_on_its_curve(void **state)
{
    ignores("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" Y "\",\"y\":\"" Y "\"}", "make no key");
    ignores("{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X "\",\"y\":\"" Y "\"}", "make no key");
    ignores("{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"" X "\",\"y\":\"" Y "\"}", "make no key");
    ignores("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\"}", "make no key");
    ignores("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\",\"y\":\"" Y "\"}", "make no key");
    ignores("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"" Y "\"}", "make no key");
    ignores("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "=\",\"y\":\"" Y "\"}", "make no key");
}

/* Not even one whose beginning would be a key. */
static void a_coordinate_has_its_length(void **state)
{
    char x[64], longer[64], key[512];
    size_t n;

    assert_true(base64url_read(STR(X), x, &n));
    x[n] = 0;
    longer[signer_base64url(longer, x, n + 1)] = '\0';
    snprintf(key, sizeof(key), "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"" Y "\"}",
             longer);
    ignores(key, "make no key");
}

static void an_ed25519_key_has_32_bytes(void **state)
{
    takes("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
          "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}");
    ignores("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
            "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ\"}",
            "make no key");
    ignores("{\"kty\":\"OKP\",\"crv\":\"X25519\","
            "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
            "make no key");
}

/* A modulus of so many bytes, all ones. */
static const char *rsa(size_t bytes, const char *exponent)
{
    static char key[8192];
    unsigned char modulus[2048];
    char text[4096];
    size_t n;

    memset(modulus, 0xFF, bytes);
    n = signer_base64url(text, modulus, bytes);
    snprintf(key, sizeof(key), "{\"kty\":\"RSA\",\"n\":\"%.*s\",\"e\":\"%s\"}", (int)n, text,
             exponent);
    return key;
}

static void a_weak_rsa_key_is_passed_over(void **state)
{
    takes(rsa(256, "AQAB"));
    ignores(rsa(255, "AQAB"), "2040 bits");
    ignores(rsa(64, "AQAB"), "512 bits");
    ignores(rsa(256, "AQ"), "exponent");
    ignores(rsa(256, "Aw"), "exponent");
    ignores(rsa(256, ""), "make no key");
    ignores(rsa(1025, "AQAB"), "make no key");
    ignores(rsa(2000, "AQAB"), "make no key");
}

static void algorithms_can_be_narrowed(void **state)
{
    struct key_set *set;

    assert_int_equal(
        jwks_read(STR("{\"keys\":[{" P256 "}]}"), 1U << ALGORITHM_RS256, &set, &count, &error),
        ST_OK);
    assert_int_equal(set->n, 0);
    key_set_unref(set);
}

static void a_set_may_be_empty(void **state)
{
    struct key_set *set = read_keys("");

    assert_int_equal(set->n, 0);
    assert_int_equal(count.ignored, 0);
    key_set_unref(set);
}

static void what_is_no_key_set_is_refused(void **state)
{
    static char large[KEY_LARGEST_TEXT + 2];
    char many[4096];
    size_t n = (size_t)snprintf(many, sizeof(many), "{\"keys\":[{}");

    refuses(STR_NULL, "\"keys\"");
    refuses(STR(""), "\"keys\"");
    refuses(STR("<html>"), "\"keys\"");
    refuses(STR("[]"), "\"keys\"");
    refuses(STR("{}"), "\"keys\"");
    refuses(STR("{\"keys\":{}}"), "\"keys\"");
    refuses(STR("{\"keys\":[]} trailing"), "\"keys\"");
    refuses(STR("{\"keys\":[],\"keys\":[]}"), "\"keys\"");
    memset(large, ' ', sizeof(large));
    refuses(str_of(large, KEY_LARGEST_TEXT + 1), "1 MiB");
    for (int i = 0; i < KEY_SET_MOST; i++)
        n += (size_t)snprintf(many + n, sizeof(many) - n, ",{}");
    n += (size_t)snprintf(many + n, sizeof(many) - n, "]}");
    refuses(str_of(many, n), "100 keys");
}

int main(void)
{
    return RUN(
        test(each_kind_of_key_comes_back_as_it_was), test(without_an_alg_it_is_for_all_of_its_kind),
        test(what_is_not_understood_is_passed_over), test(a_secret_in_a_public_place_is_none),
        test(a_key_is_taken_for_signatures_only), test(an_alg_binds_the_key),
        test(a_kid_is_a_string_of_bounded_length), test(a_point_must_lie_on_its_curve),
        test(a_coordinate_has_its_length), test(an_ed25519_key_has_32_bytes),
        test(a_weak_rsa_key_is_passed_over), test(algorithms_can_be_narrowed),
        test(a_set_may_be_empty), test(what_is_no_key_set_is_refused));
}
