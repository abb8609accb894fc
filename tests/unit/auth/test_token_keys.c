/*
 * Which key a token is checked with, and that nothing in the token changes which algorithm that key
 * is for.
 */

#include <stdio.h>

#include "auth/token.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/lib/test.h"
#include "tests/unit/auth/signer.h"

#define SECRET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ANN    "{\"sub\":\"ann\"}"

static const int64_t NOW_MS = 1800000000500;

static struct signer rsa, other_rsa, pss, ec, ec384, ed;
static struct token_error error;

static int set_up(void **state)
{
    rsa = signer_new("RS256", "rsa");
    other_rsa = signer_new("RS256", "other");
    pss = signer_new("PS256", "pss");
    ec = signer_new("ES256", "ec");
    ec384 = signer_new("ES384", "ec384");
    ed = signer_new("EdDSA", "ed");
    return 0;
}

static int tear_down(void **state)
{
    signer_done(&rsa);
    signer_done(&other_rsa);
    signer_done(&pss);
    signer_done(&ec);
    signer_done(&ec384);
    signer_done(&ed);
    return 0;
}

static struct token_keys *keys_of(struct token_config config)
{
    struct token_keys *keys;

    if (token_keys_new(&config, &keys, &error) != ST_OK)
        fail_msg("refused: %s", error.text);
    return keys;
}

/* Keys that are fetched, and these were. */
static struct token_keys *fetched_from(struct token_config config, const char *jwks)
{
    struct token_keys *before, *keys;
    struct token_fetched fetched;

    config.jwks_url = STR("https://example.com/jwks");
    before = keys_of(config);
    if (token_keys_with_jwks(before, str_c(jwks), &keys, &fetched, &error) != ST_OK)
        fail_msg("refused: %s", error.text);
    token_keys_unref(before);
    return keys;
}

static const char *jwks_of(const struct signer *a, const struct signer *b)
{
    static char text[16 * 1024];

    snprintf(text, sizeof(text), "{\"keys\":[%s%s%s]}", signer_jwk(a).p, b ? "," : "",
             b ? signer_jwk(b).p : "");
    return text;
}

static enum status check(const struct token_keys *keys, struct str token)
{
    struct viewer *viewer = NULL;
    enum status st;

    error.text[0] = '\0';
    st = token_check(keys, token, NOW_MS, &viewer, &error);
    viewer_unref(viewer);
    return st;
}

static void refuse(const struct token_keys *keys, struct str token, const char *why)
{
    assert_int_equal(check(keys, token), ST_UNAUTHENTICATED);
    if (!strstr(error.text, why))
        fail_msg("said \"%s\", not \"%s\"", error.text, why);
}

static void a_public_key_in_pem_checks_what_its_kind_can(void **state)
{
    const struct signer *signers[] = {&rsa, &ec, &ec384, &ed};

    for (size_t i = 0; i < array_size(signers); i++) {
        struct token_keys *keys =
            keys_of((struct token_config){.public_keys = signer_pem(signers[i])});

        assert_int_equal(check(keys, signer_token(signers[i], ANN)), ST_OK);
        for (size_t other = 0; other < array_size(signers); other++)
            if (other != i)
                refuse(keys, signer_token(signers[other], ANN), "must be signed with");
        token_keys_unref(keys);
    }
}

static void an_rsa_key_takes_four_algorithms_unless_narrowed(void **state)
{
    static const char *const algs[] = {"RS256", "RS384", "RS512", "PS256"};
    struct token_config config = {.public_keys = signer_pem(&rsa)};
    struct token_keys *all = keys_of(config), *one;
    struct signer signer = rsa;

    config.algorithms = STR("PS256, ES256");
    one = keys_of(config);
    for (size_t i = 0; i < array_size(algs); i++) {
        signer.alg = algs[i];
        assert_int_equal(check(all, signer_token(&signer, ANN)), ST_OK);
        if (i == 3)
            assert_int_equal(check(one, signer_token(&signer, ANN)), ST_OK);
        else
            refuse(one, signer_token(&signer, ANN), "must be signed with PS256.");
    }
    token_keys_unref(all);
    token_keys_unref(one);
}

static void a_long_secret_takes_longer_hashes_unless_narrowed(void **state)
{
    struct token_config config = {.secret = STR(SECRET)};
    struct token_keys *all = keys_of(config), *one;
    struct signer signer = signer_with_secret("HS512", SECRET);

    config.algorithms = STR("HS256");
    one = keys_of(config);
    assert_int_equal(check(all, signer_token(&signer, ANN)), ST_OK);
    refuse(one, signer_token(&signer, ANN), "must be signed with HS256.");
    token_keys_unref(all);
    token_keys_unref(one);
}

static void the_list_of_algorithms_must_hold_some(void **state)
{
    static const char *const wrong[] = {"none", "HS256,", "hs256", "RS256 PS256", "ES512"};

    for (size_t i = 0; i < array_size(wrong); i++) {
        struct token_config config = {.secret = STR(SECRET), .algorithms = str_c(wrong[i])};
        struct token_keys *keys = NULL;

        assert_int_equal(token_keys_new(&config, &keys, &error), ST_BAD_INPUT);
        assert_non_null(strstr(error.text, "EdDSA are"));
        assert_null(keys);
    }
}

/* The oldest trick: the public key, which everybody knows, as the secret of HS256. */
static void a_public_key_is_never_a_secret(void **state)
{
    const struct signer *signers[] = {&rsa, &ec, &ed};
    static const char *const algs[] = {"HS256", "HS384", "HS512"};

    for (size_t i = 0; i < array_size(signers); i++) {
        struct str pem = signer_pem(signers[i]);
        struct token_keys *alone = keys_of((struct token_config){.public_keys = pem});
        struct token_keys *beside =
            keys_of((struct token_config){.public_keys = pem, .secret = STR(SECRET)});

        for (size_t j = 0; j < array_size(algs); j++) {
            struct signer forger = signer_with_secret(algs[j], pem.p);

            refuse(alone, signer_token(&forger, ANN), "must be signed with");
            refuse(beside, signer_token(&forger, ANN), "signature");
        }
        token_keys_unref(alone);
        token_keys_unref(beside);
    }
}

static void another_algorithm_in_the_header_does_not_change_the_key(void **state)
{
    struct token_keys *keys = fetched_from((struct token_config){0}, jwks_of(&rsa, &pss));
    struct signer signer = rsa;

    /* A key of the set that says alg is for that alone. */
    signer.alg = "PS256";
    refuse(keys, signer_token(&signer, ANN), "signature");
    signer.alg = "RS512";
    refuse(keys, signer_token(&signer, ANN), "signature");
    refuse(keys, signer_token_with(&rsa, "{\"alg\":\"PS256\",\"kid\":\"rsa\"}", ANN), "signature");
    refuse(keys, signer_token_with(&rsa, "{\"alg\":\"none\",\"kid\":\"rsa\"}", ANN), "signed with");
    refuse(keys, signer_token_with(&rsa, "{\"alg\":\"ES256K\",\"kid\":\"rsa\"}", ANN),
           "signed with");
    assert_int_equal(check(keys, signer_token(&rsa, ANN)), ST_OK);
    token_keys_unref(keys);
}

static void the_key_is_picked_by_its_id(void **state)
{
    struct token_keys *keys = fetched_from((struct token_config){0}, jwks_of(&rsa, &other_rsa));
    struct signer liar = rsa;

    assert_int_equal(check(keys, signer_token(&rsa, ANN)), ST_OK);
    assert_int_equal(check(keys, signer_token(&other_rsa, ANN)), ST_OK);
    liar.kid = "other";
    refuse(keys, signer_token(&liar, ANN), "signature");
    token_keys_unref(keys);
}

static void without_an_id_each_key_that_fits_is_tried(void **state)
{
    struct token_keys *keys = fetched_from((struct token_config){0}, jwks_of(&rsa, &other_rsa));
    struct signer nameless = other_rsa, stranger = signer_new("RS256", NULL);

    nameless.kid = NULL;
    assert_int_equal(check(keys, signer_token(&nameless, ANN)), ST_OK);
    refuse(keys, signer_token(&stranger, ANN), "signature");
    token_keys_unref(keys);
    signer_done(&stranger);
}

/* The ninth is not reached: who may make a server check signatures makes it work. */
static void but_no_more_than_eight(void **state)
{
    static char pems[64 * 1024];
    struct signer last = signer_new("ES256", NULL);
    size_t n = 0;

    for (int i = 0; i < 7; i++)
        n += (size_t)snprintf(pems + n, sizeof(pems) - n, "%s", signer_pem(&ec).p);
    for (int i = 8; i <= 9; i++) {
        struct token_keys *keys;

        snprintf(pems + n, sizeof(pems) - n, "%s", signer_pem(&last).p);
        keys = keys_of((struct token_config){.public_keys = str_c(pems)});
        assert_int_equal(check(keys, signer_token(&last, ANN)),
                         i == 8 ? ST_OK : ST_UNAUTHENTICATED);
        token_keys_unref(keys);
        n += (size_t)snprintf(pems + n, sizeof(pems) - n, "%s", signer_pem(&ec).p);
    }
    signer_done(&last);
}

static void secrets_pems_and_fetched_keys_stand_together(void **state)
{
    struct token_keys *keys =
        fetched_from((struct token_config){.secret = STR(SECRET), .public_keys = signer_pem(&ed)},
                     jwks_of(&rsa, &ec));
    struct signer secret = signer_with_secret("HS256", SECRET);

    secret.kid = "an id that nobody knows";
    assert_int_equal(check(keys, signer_token(&secret, ANN)), ST_OK);
    assert_int_equal(check(keys, signer_token(&ed, ANN)), ST_OK);
    assert_int_equal(check(keys, signer_token(&rsa, ANN)), ST_OK);
    assert_int_equal(check(keys, signer_token(&ec, ANN)), ST_OK);
    token_keys_unref(keys);
}

static void a_key_that_is_not_known_may_be_newer(void **state)
{
    struct token_keys *keys =
        fetched_from((struct token_config){.secret = STR(SECRET)}, jwks_of(&rsa, NULL));
    struct signer forger = signer_with_secret("HS256", "not the secret, but as long as one is");
    struct signer nameless = other_rsa, renamed = rsa;

    assert_int_equal(check(keys, signer_token(&other_rsa, ANN)), ST_NOT_FOUND);
    renamed.kid = "another";
    assert_int_equal(check(keys, signer_token(&renamed, ANN)), ST_NOT_FOUND);
    assert_string_equal(error.text, "The token's key is not known.");
    assert_int_equal(check(keys, signer_token(&ed, ANN)), ST_NOT_FOUND);
    /* Secrets are not fetched, and a key without a name is not known to be new. */
    forger.kid = "new";
    refuse(keys, signer_token(&forger, ANN), "signature");
    nameless.kid = NULL;
    refuse(keys, signer_token(&nameless, ANN), "signature");
    token_keys_unref(keys);
}

static void before_any_were_fetched_every_public_key_may_come(void **state)
{
    struct token_keys *keys = keys_of(
        (struct token_config){.secret = STR(SECRET), .jwks_url = STR("https://example.com")});
    struct signer nameless = rsa, secret = signer_with_secret("HS256", SECRET);

    assert_false(token_keys_complete(keys));
    nameless.kid = NULL;
    assert_int_equal(check(keys, signer_token(&rsa, ANN)), ST_NOT_FOUND);
    assert_int_equal(check(keys, signer_token(&nameless, ANN)), ST_NOT_FOUND);
    assert_int_equal(check(keys, signer_token(&secret, ANN)), ST_OK);
    refuse(keys, signer_token_with(&rsa, "{\"alg\":\"ES512\"}", ANN), "signed with");
    token_keys_unref(keys);
}

static void keys_that_are_fetched_again_take_the_place_of_those_before(void **state)
{
    struct token_keys *first =
        fetched_from((struct token_config){.secret = STR(SECRET)}, jwks_of(&rsa, NULL));
    struct token_keys *second;
    struct token_fetched fetched;
    struct signer secret = signer_with_secret("HS256", SECRET);

    assert_int_equal(
        token_keys_with_jwks(first, str_c(jwks_of(&ec, NULL)), &second, &fetched, &error), ST_OK);
    assert_int_equal(fetched.usable, 1);
    assert_int_equal(check(first, signer_token(&rsa, ANN)), ST_OK);
    token_keys_unref(first);
    assert_int_equal(check(second, signer_token(&rsa, ANN)), ST_NOT_FOUND);
    assert_int_equal(check(second, signer_token(&ec, ANN)), ST_OK);
    assert_int_equal(check(second, signer_token(&secret, ANN)), ST_OK);
    assert_true(token_keys_complete(second));
    token_keys_unref(second);
}

static void what_is_no_key_set_changes_nothing(void **state)
{
    struct token_keys *keys = fetched_from((struct token_config){0}, jwks_of(&rsa, NULL));
    struct token_keys *newer = NULL;
    struct token_fetched fetched;

    assert_int_equal(token_keys_with_jwks(keys, STR("<html>"), &newer, &fetched, &error),
                     ST_BAD_INPUT);
    assert_null(newer);
    assert_int_equal(check(keys, signer_token(&rsa, ANN)), ST_OK);
    token_keys_unref(keys);
}

static void a_new_configuration_inherits_what_was_fetched(void **state)
{
    struct token_keys *older =
        fetched_from((struct token_config){.secret = STR(SECRET)}, jwks_of(&rsa, NULL));
    struct token_keys *newer =
        keys_of((struct token_config){.secret = STR("another secret of the right length, really"),
                                      .jwks_url = STR("https://example.com/jwks")});
    struct signer secret = signer_with_secret("HS256", SECRET);

    token_keys_inherit(newer, older);
    token_keys_unref(older);
    assert_int_equal(check(newer, signer_token(&rsa, ANN)), ST_OK);
    refuse(newer, signer_token(&secret, ANN), "signature");
    token_keys_unref(newer);
}

/* RFC 7515 would have a token bring its key along, or say where it is. */
static void keys_that_a_token_brings_are_not_looked_at(void **state)
{
    struct token_keys *keys = keys_of((struct token_config){.public_keys = signer_pem(&ec)});
    struct signer thief = signer_new("ES256", NULL);
    char header[4096];

    snprintf(header, sizeof(header),
             "{\"alg\":\"ES256\",\"jwk\":%s,\"jku\":\"http://127.0.0.1:1/\",\"x5u\":"
             "\"http://127.0.0.1:1/\",\"x5c\":[\"AAAA\"]}",
             signer_jwk(&thief).p);
    refuse(keys, signer_token_with(&thief, header, ANN), "signature");
    assert_int_equal(check(keys, signer_token_with(&ec, header, ANN)), ST_OK);
    token_keys_unref(keys);
    signer_done(&thief);
}

static void the_type_is_jwt_or_an_access_tokens(void **state)
{
    static const char *const good[] = {
        "JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "application/jwt"};
    static const char *const bad[] = {"dpop+jwt", "logout+jwt",   "secevent+jwt",
                                      "JOSE",     "application/", ""};
    struct token_keys *keys = keys_of((struct token_config){.public_keys = signer_pem(&ec)});
    char header[256];

    for (size_t i = 0; i < array_size(good); i++) {
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"typ\":\"%s\"}", good[i]);
        assert_int_equal(check(keys, signer_token_with(&ec, header, ANN)), ST_OK);
    }
    for (size_t i = 0; i < array_size(bad); i++) {
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"typ\":\"%s\"}", bad[i]);
        refuse(keys, signer_token_with(&ec, header, ANN), "typ");
    }
    token_keys_unref(keys);
}

static void a_kid_is_a_string_of_bounded_length(void **state)
{
    struct token_keys *keys = keys_of((struct token_config){.public_keys = signer_pem(&ec)});
    char header[512], kid[300];

    memset(kid, 'k', sizeof(kid));
    snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":\"%.256s\"}", kid);
    assert_int_equal(check(keys, signer_token_with(&ec, header, ANN)), ST_OK);
    snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":\"%.257s\"}", kid);
    refuse(keys, signer_token_with(&ec, header, ANN), "kid");
    refuse(keys, signer_token_with(&ec, "{\"alg\":\"ES256\",\"kid\":7}", ANN), "kid");
    refuse(keys, signer_token_with(&ec, "{\"alg\":\"ES256\",\"kid\":null}", ANN), "kid");
    token_keys_unref(keys);
}

static void crit_is_refused_whatever_the_key(void **state)
{
    struct token_keys *keys = keys_of((struct token_config){.public_keys = signer_pem(&ec)});

    refuse(keys, signer_token_with(&ec, "{\"alg\":\"ES256\",\"crit\":[\"exp\"]}", ANN), "crit");
    refuse(keys,
           signer_token_with(&ec, "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}", ANN),
           "crit");
    token_keys_unref(keys);
}

static void without_a_key_every_token_is_refused(void **state)
{
    struct token_keys *keys = keys_of((struct token_config){0});

    refuse(keys, signer_token(&rsa, ANN), "signed with none");
    assert_true(token_keys_complete(keys));
    token_keys_unref(keys);
    token_keys_unref(NULL);
}

static void a_bad_key_is_told_by_what_is_wrong(void **state)
{
    struct token_config wrong[] = {
        {.public_keys = signer_private_pem(&ec)},
        {.secret = signer_pem(&ec)},
        {.secret = STR("too short")},
        {.secret = STR(SECRET), .required = STR("a,=b")},
    };
    static const char *const why[] = {"private key", "--jwt-public-key-file", "32 bytes", "\"=b\""};

    for (size_t i = 0; i < array_size(wrong); i++) {
        struct token_keys *keys = NULL;

        assert_int_equal(token_keys_new(&wrong[i], &keys, &error), ST_BAD_INPUT);
        if (!strstr(error.text, why[i]))
            fail_msg("said \"%s\", not \"%s\"", error.text, why[i]);
        assert_null(keys);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_public_key_in_pem_checks_what_its_kind_can),
        test(an_rsa_key_takes_four_algorithms_unless_narrowed),
        test(a_long_secret_takes_longer_hashes_unless_narrowed),
        test(the_list_of_algorithms_must_hold_some),
        test(a_public_key_is_never_a_secret),
        test(another_algorithm_in_the_header_does_not_change_the_key),
        test(the_key_is_picked_by_its_id),
        test(without_an_id_each_key_that_fits_is_tried),
        test(but_no_more_than_eight),
        test(secrets_pems_and_fetched_keys_stand_together),
        test(a_key_that_is_not_known_may_be_newer),
        test(before_any_were_fetched_every_public_key_may_come),
        test(keys_that_are_fetched_again_take_the_place_of_those_before),
        test(what_is_no_key_set_changes_nothing),
        test(a_new_configuration_inherits_what_was_fetched),
        test(keys_that_a_token_brings_are_not_looked_at),
        test(the_type_is_jwt_or_an_access_tokens),
        test(a_kid_is_a_string_of_bounded_length),
        test(crit_is_refused_whatever_the_key),
        test(without_a_key_every_token_is_refused),
        test(a_bad_key_is_told_by_what_is_wrong),
    };

    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
