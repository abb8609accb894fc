/*
 * The vectors of the RFCs, and that no changed bit passes.
 */

#include "auth/signature.h"

#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/jwks.h"
#include "base/base64url.h"
#include "tests/lib/test.h"
#include "tests/unit/auth/signer.h"

/* RFC 7515, appendix A.1.1: what all its examples sign. */
#define JOE                                                                                        \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl" \
    "fQ"

static struct compact split(struct str token)
{
    struct str rest = token;
    struct compact compact = {.whole = token};

    compact.header = str_split(&rest, '.');
    compact.payload = str_split(&rest, '.');
    compact.signature = rest;
    return compact;
}

static struct key_set *from_jwk(const char *jwk)
{
    static char text[8192];
    struct jwks_count count;
    struct key_error error;
    struct key_set *set;
    size_t n = (size_t)snprintf(text, sizeof(text), "{\"keys\":[%s]}", jwk);

    assert_int_equal(jwks_read(str_of(text, n), ALGORITHM_ALL, &set, &count, &error), ST_OK);
    if (set->n != 1)
        fail_msg("the key is ignored: %s", count.first.text);
    return set;
}

static bool holds(const char *jwk, enum algorithm algorithm, const char *token)
{
    struct key_set *set = from_jwk(jwk);
    struct compact compact = split(str_c(token));
    bool answer = signature_holds(algorithm, &set->keys[0], &compact);

    key_set_unref(set);
    return answer;
}

static void rfc_7515_a_1_is_signed_with_its_secret(void **state)
{
    static const char *const token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." JOE
                                     ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    static const unsigned char secret[] = {
        3,   35,  53, 75,  43,  15, 165, 188, 131, 126, 6,   101, 119, 123, 166, 143,
        90,  179, 40, 230, 240, 84, 201, 40,  169, 15,  132, 178, 210, 80,  46,  191,
        211, 251, 90, 146, 210, 6,  71,  239, 150, 138, 180, 195, 119, 98,  61,  34,
        61,  46,  33, 114, 5,   46, 79,  8,   192, 205, 154, 245, 103, 208, 128, 163};
    struct key_set *set = key_set_new();
    struct compact compact = split(str_c(token));
    struct key_error error;

    assert_int_equal(key_set_add_secret(set, str_of(secret, sizeof(secret)), ALGORITHM_ALL, &error),
                     ST_OK);
    assert_true(signature_holds(ALGORITHM_HS256, &set->keys[0], &compact));
    assert_false(signature_holds(ALGORITHM_HS512, &set->keys[0], &compact));
    key_set_unref(set);
}

static void rfc_7515_a_2_is_signed_with_its_rsa_key(void **state)
{
    static const char *const jwk =
        "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-"
        "Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_"
        "7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb"
        "3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FR"
        "WyuXpoQ\",\"e\":\"AQAB\"}";
    static const char *const token =
        "eyJhbGciOiJSUzI1NiJ9." JOE
        ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2"
        "Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQ"
        "BMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6Ie"
        "YI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    assert_true(holds(jwk, ALGORITHM_RS256, token));
    assert_false(holds(jwk, ALGORITHM_PS256, token));
    assert_false(holds(jwk, ALGORITHM_RS512, token));
}

static void rfc_7515_a_3_is_signed_with_its_p_256_key(void **state)
{
    static const char *const jwk =
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";

    assert_true(
        holds(jwk, ALGORITHM_ES256,
              "eyJhbGciOiJFUzI1NiJ9." JOE
              ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-"
              "Kg6NU1Q"));
}

static void rfc_8037_a_4_is_signed_with_its_ed25519_key(void **state)
{
    static const char *const jwk = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
                                   "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";

    assert_true(
        holds(jwk, ALGORITHM_EDDSA,
              "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
              "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_"
              "MuM0KAg"));
}

static size_t from_hex(const char *hex, unsigned char *out)
{
    size_t n = 0;

    for (; hex[0]; hex += 2) {
        char pair[] = {hex[0], hex[1], '\0'};

        out[n++] = (unsigned char)strtoul(pair, NULL, 16);
    }
    return n;
}

/* RFC 6979, appendix A.2.6, has a signature of "sample" with SHA-384: to signature_holds() the text
 * is what lies between the header's first byte and the payload's last. */
static void rfc_6979_a_2_6_is_signed_with_its_p_384_key(void **state)
{
    unsigned char x[48], y[48], numbers[96];
    char jwk[512], x64[128], y64[128], signature[256];
    struct compact sample = {.header = STR("sa"), .whole = STR("sample")};
    struct key_set *set;

    from_hex(
        "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254"
        "515480BC13",
        x);
    from_hex(
        "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD"
        "2533264720",
        y);
    from_hex(
        "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD"
        "1E80FABE4699EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E"
        "679E7B82C71A38628AC8",
        numbers);
    x64[signer_base64url(x64, x, sizeof(x))] = '\0';
    y64[signer_base64url(y64, y, sizeof(y))] = '\0';
    snprintf(jwk, sizeof(jwk), "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"%s\",\"y\":\"%s\"}", x64,
             y64);
    set = from_jwk(jwk);
    sample.payload = str_of(sample.header.p + 3, 3);
    sample.signature = str_of(signature, signer_base64url(signature, numbers, sizeof(numbers)));
    sample.header.p = sample.whole.p;
    sample.payload.p = sample.whole.p + 3;
    assert_true(signature_holds(ALGORITHM_ES384, &set->keys[0], &sample));
    key_set_unref(set);
}

static const char *const public_algorithms[] = {"RS256", "RS384", "RS512", "PS256",
                                                "ES256", "ES384", "EdDSA"};

/* Each algorithm, with a key of its own that the body gets. */
static void each_public(void (*body)(enum algorithm algorithm, const struct key *key,
                                     const struct signer *signer))
{
    for (size_t i = 0; i < array_size(public_algorithms); i++) {
        struct signer signer = signer_new(public_algorithms[i], NULL);
        struct key_set *set = from_jwk(signer_jwk(&signer).p);
        enum algorithm algorithm;

        assert_true(algorithm_from_name(str_c(public_algorithms[i]), &algorithm));
        body(algorithm, &set->keys[0], &signer);
        key_set_unref(set);
        signer_done(&signer);
    }
}

static void check_changes(enum algorithm algorithm, const struct key *key,
                          const struct signer *signer)
{
    struct str token = signer_token(signer, "{\"sub\":\"ann\"}");
    char *bytes = (char *)token.p;
    struct compact compact = split(token);

    assert_true(signature_holds(algorithm, key, &compact));
    for (size_t i = 0; i < token.n; i += 3) {
        char before = bytes[i];

        if (before == '.')
            continue;
        bytes[i] = before == 'A' ? 'B' : 'A';
        assert_false(signature_holds(algorithm, key, &compact));
        bytes[i] = before;
    }
    assert_true(signature_holds(algorithm, key, &compact));
}

static void every_changed_byte_breaks_the_signature(void **state)
{
    each_public(check_changes);
}

static void check_lengths(enum algorithm algorithm, const struct key *key,
                          const struct signer *signer)
{
    struct str token = signer_token(signer, "{}");
    struct compact compact = split(token);
    size_t whole = compact.signature.n;

    for (size_t n = 0; n < whole; n++) {
        compact.signature.n = n;
        assert_false(signature_holds(algorithm, key, &compact));
    }
    memcpy((char *)token.p + token.n, "AAAA", 4);
    compact.signature.n = whole + 4;
    assert_false(signature_holds(algorithm, key, &compact));
}

static void a_signature_has_its_length(void **state)
{
    each_public(check_lengths);
}

static void check_der(enum algorithm algorithm, const struct key *key, const struct signer *signer)
{
    struct compact compact = split(signer_token(signer, "{}"));
    unsigned char der[256];
    char text[512];
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    size_t n = sizeof(der);

    if (key->kind == KEY_P256 || key->kind == KEY_P384) {
        EVP_DigestSignInit(md, NULL, algorithm_hash(algorithm), NULL, signer->key);
        assert_int_equal(EVP_DigestSign(md, der, &n, (const unsigned char *)compact.header.p,
                                        compact.header.n + 1 + compact.payload.n),
                         1);
        compact.signature = str_of(text, signer_base64url(text, der, n));
        assert_false(signature_holds(algorithm, key, &compact));
    }
    EVP_MD_CTX_free(md);
}

/* As OpenSSL gives it: other libraries let it pass. */
static void an_ecdsa_signature_in_der_is_none(void **state)
{
    each_public(check_der);
}

static void check_padded(enum algorithm algorithm, const struct key *key,
                         const struct signer *signer)
{
    struct compact compact = split(signer_token(signer, "{}"));
    unsigned char numbers[128], padded[128] = {0};
    char text[256];
    size_t n;

    if (key->kind != KEY_P256 && key->kind != KEY_P384)
        return;
    assert_true(base64url_read(compact.signature, numbers, &n));
    memcpy(padded + 1, numbers, n / 2);
    memcpy(padded + n / 2 + 2, numbers + n / 2, n / 2);
    compact.signature = str_of(text, signer_base64url(text, padded, n + 2));
    assert_false(signature_holds(algorithm, key, &compact));
}

/* Else one token had many forms. */
static void numbers_with_noughts_before_them_are_no_signature(void **state)
{
    each_public(check_padded);
}

static void check_nought(enum algorithm algorithm, const struct key *key,
                         const struct signer *signer)
{
    static const unsigned char zeros[1024];
    struct compact compact = split(signer_token(signer, "{}"));
    char text[2048];
    size_t n;

    assert_true(base64url_read(compact.signature, text, &n));
    compact.signature = str_of(text, signer_base64url(text, zeros, n));
    assert_false(signature_holds(algorithm, key, &compact));
}

/* CVE-2022-21449: r = s = 0. */
static void a_signature_of_zeros_signs_nothing(void **state)
{
    each_public(check_nought);
}

static void check_salt(enum algorithm algorithm, const struct key *key, const struct signer *signer)
{
    struct compact compact = split(signer_token(signer, "{}"));
    unsigned char signature[512];
    char text[1024];
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx;
    size_t n = sizeof(signature);

    if (algorithm == ALGORITHM_PS256) {
        EVP_DigestSignInit(md, &ctx, EVP_sha256(), NULL, signer->key);
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 0);
        assert_int_equal(EVP_DigestSign(md, signature, &n, (const unsigned char *)compact.header.p,
                                        compact.header.n + 1 + compact.payload.n),
                         1);
        compact.signature = str_of(text, signer_base64url(text, signature, n));
        assert_false(signature_holds(algorithm, key, &compact));
    }
    EVP_MD_CTX_free(md);
}

/* RFC 7518, 3.5. */
static void the_salt_of_ps256_is_as_long_as_its_hash(void **state)
{
    each_public(check_salt);
}

int main(void)
{
    return RUN(
        test(rfc_7515_a_1_is_signed_with_its_secret), test(rfc_7515_a_2_is_signed_with_its_rsa_key),
        test(rfc_7515_a_3_is_signed_with_its_p_256_key),
        test(rfc_8037_a_4_is_signed_with_its_ed25519_key),
        test(rfc_6979_a_2_6_is_signed_with_its_p_384_key),
        test(every_changed_byte_breaks_the_signature), test(a_signature_has_its_length),
        test(an_ecdsa_signature_in_der_is_none),
        test(numbers_with_noughts_before_them_are_no_signature),
        test(a_signature_of_zeros_signs_nothing), test(the_salt_of_ps256_is_as_long_as_its_hash));
}
