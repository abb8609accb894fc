#include "auth/token.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/lib/test.h"
#include "tests/unit/auth/signer.h"

#define SECRET "0123456789abcdef0123456789abcdef"
#define HS256  "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static const int64_t NOW_S = 1800000000;
static const int64_t NOW_MS = NOW_S * 1000 + 500;

static struct token_config config = {.secret = STR_INIT(SECRET)};
static struct token_error error;

static struct str sign_as(const char *alg, const char *header, const char *payload, const char *key)
{
    struct signer signer = signer_with_secret(alg, key);

    return signer_token_with(&signer, header, payload);
}

static struct str signed_token(const char *payload)
{
    return sign_as("HS256", HS256, payload, SECRET);
}

static enum status check_at(struct str compact, int64_t now_ms, struct viewer **ret_viewer)
{
    struct token_keys *keys;
    enum status st;

    assert_int_equal(token_keys_new(&config, &keys, &error), ST_OK);
    error.text[0] = '\0';
    st = token_check(keys, compact, now_ms, ret_viewer, &error);
    token_keys_unref(keys);
    if (st != ST_OK)
        assert_string_not_equal(error.text, "");
    return st;
}

static struct viewer *accept(const char *payload)
{
    struct viewer *v = NULL;

    if (check_at(signed_token(payload), NOW_MS, &v) != ST_OK)
        fail_msg("refused: %s", error.text);
    return v;
}

static enum status status_of(struct str compact)
{
    struct viewer *v = NULL;
    enum status st = check_at(compact, NOW_MS, &v);

    viewer_unref(v);
    return st;
}

static void refuse(struct str compact, const char *why)
{
    assert_int_equal(status_of(compact), ST_UNAUTHENTICATED);
    if (!strstr(error.text, why))
        fail_msg("said \"%s\", not \"%s\"", error.text, why);
}

static void refuse_claims(const char *payload, const char *why)
{
    refuse(signed_token(payload), why);
}

static void refuse_header(const char *header, const char *why)
{
    refuse(sign_as("HS256", header, "{\"sub\":\"ann\"}", SECRET), why);
}

static void a_token_names_its_user(void **state)
{
    struct viewer *v = accept("{\"sub\":\"ann\"}");

    assert_str(v->user_id, "ann");
    assert_str(v->tenant_id, "default");
    assert_true(v->scopes[VIEWER_CHAT]);
    assert_false(v->scopes[VIEWER_TENANT_ADMIN]);
    assert_int_equal(v->n_guilds, 0);
    assert_int_equal(v->expires_at, CLOCK_NONE);
    viewer_unref(v);
}

static void bearer_may_stand_before_it_in_any_case(void **state)
{
    char text[1024];
    struct str compact = signed_token("{\"sub\":\"ann\"}");
    int n = snprintf(text, sizeof(text), " bEaReR  %.*s ", STR_ARG(compact));

    assert_int_equal(status_of(str_of(text, (size_t)n)), ST_OK);
    refuse(STR("Bearer "), "not a JWT");
    refuse(STR("Basic abc"), "not a JWT");
    refuse(STR(""), "no token");
    refuse(STR_NULL, "no token");
}

static void the_user_is_a_string_of_1_to_128_characters(void **state)
{
    char longest[1024], too_long[1024], name[300] = "";

    for (size_t i = 0; i < 128; i++) {
        name[2 * i] = (char)0xC3; /* ä */
        name[2 * i + 1] = (char)0xA4;
    }
    snprintf(longest, sizeof(longest), "{\"sub\":\"%s\"}", name);
    snprintf(too_long, sizeof(too_long), "{\"sub\":\"%sx\"}", name);
    viewer_unref(accept(longest));
    refuse_claims(too_long, "\"sub\" must be a string");
    refuse_claims("{}", "no claim \"sub\"");
    refuse_claims("{\"sub\":\"\"}", "\"sub\" must be a string");
    refuse_claims("{\"sub\":7}", "\"sub\" must be a string");
    refuse_claims("{\"sub\":null}", "\"sub\" must be a string");
    refuse_claims("{\"sub\":\"a\\nb\"}", "\"sub\" must be a string");
    refuse_claims("{\"sub\":\"a\\u0085b\"}", "\"sub\" must be a string");
    assert_int_equal(status_of(signed_token("{\"sub\":\"a\\u0000b\"}")), ST_UNAUTHENTICATED);
}

static void claims_have_the_names_that_are_configured(void **state)
{
    struct viewer *v;

    config.claim_user = STR("https://example.com/user");
    config.claim_tenant = STR("org");
    v = accept("{\"sub\":\"x\",\"https://example.com/user\":\"ann\",\"org\":\"acme\"}");
    config.claim_user = config.claim_tenant = STR_NULL;
    assert_str(v->user_id, "ann");
    assert_str(v->tenant_id, "acme");
    viewer_unref(v);
}

static void a_tenant_of_the_wrong_type_is_not_the_default_one(void **state)
{
    refuse_claims("{\"sub\":\"ann\",\"tenant\":5}", "\"tenant\" must be a string");
    refuse_claims("{\"sub\":\"ann\",\"tenant\":null}", "\"tenant\" must be a string");
    refuse_claims("{\"sub\":\"ann\",\"tenant\":\"\"}", "\"tenant\" must be a string");
}

static void scopes_are_a_string_or_an_array(void **state)
{
    struct viewer *v = accept("{\"sub\":\"ann\",\"scope\":\"openid CHAT_READ\"}");

    assert_true(v->scopes[VIEWER_CHAT_READ]);
    assert_false(v->scopes[VIEWER_CHAT]);
    viewer_unref(v);

    v = accept("{\"sub\":\"ann\",\"scope\":[\"tenant_admin\",\"chat\"]}");
    assert_true(v->scopes[VIEWER_TENANT_ADMIN] && v->scopes[VIEWER_CHAT]);
    viewer_unref(v);
}

static void a_scope_claim_without_ours_gives_none(void **state)
{
    struct viewer *v = accept("{\"sub\":\"ann\",\"scope\":\"openid Chat CHATTER\"}");

    assert_false(viewer_allows(v, VIEWER_CHAT_READ));
    viewer_unref(v);
    v = accept("{\"sub\":\"ann\",\"scope\":\"\"}");
    assert_false(viewer_allows(v, VIEWER_CHAT_READ));
    viewer_unref(v);
    refuse_claims("{\"sub\":\"ann\",\"scope\":1}", "\"scope\" must be a string or an array");
    refuse_claims("{\"sub\":\"ann\",\"scope\":[1]}", "\"scope\" must hold strings");
}

static void no_claim_vouches_for_guilds_where_none_is_named(void **state)
{
    struct viewer *v;

    config.claim_guilds = STR("");
    v = accept("{\"sub\":\"ann\",\"guilds\":[\"g1\"],\"\":[\"g2\"]}");
    config.claim_guilds = STR_NULL;
    assert_int_equal(v->n_guilds, 0);
    viewer_unref(v);
}

static void guilds_are_an_array_of_strings(void **state)
{
    struct viewer *v = accept("{\"sub\":\"ann\",\"guilds\":[\"g1\",\"g2\"]}");

    assert_int_equal(v->n_guilds, 2);
    assert_str(v->guilds[0], "g1");
    assert_str(v->guilds[1], "g2");
    viewer_unref(v);
    refuse_claims("{\"sub\":\"ann\",\"guilds\":\"g1\"}", "\"guilds\" must be an array");
    refuse_claims("{\"sub\":\"ann\",\"guilds\":[1]}", "\"guilds\" must be a string");
    refuse_claims("{\"sub\":\"ann\",\"guilds\":[\"\"]}", "\"guilds\" must be a string");
}

static enum status status_with_exp(const char *exp)
{
    char payload[256];

    snprintf(payload, sizeof(payload), "{\"sub\":\"ann\",\"exp\":%s}", exp);
    return status_of(signed_token(payload));
}

static void a_token_ends_at_exp(void **state)
{
    struct viewer *v = NULL;
    struct str compact = signed_token("{\"sub\":\"ann\",\"exp\":1800000001}");

    assert_int_equal(check_at(compact, 1800000000999, &v), ST_OK);
    assert_int_equal(v->expires_at, 1800000001000);
    viewer_unref(v);
    assert_int_equal(check_at(compact, 1800000001000, &v), ST_TOKEN_EXPIRED);
}

static void fractions_of_a_second_count(void **state)
{
    assert_int_equal(status_with_exp("1800000000.6"), ST_OK);
    assert_int_equal(status_with_exp("1800000000.4"), ST_TOKEN_EXPIRED);
}

static void leeway_holds_on_both_ends(void **state)
{
    config.leeway_s = 10;
    assert_int_equal(status_with_exp("1799999991"), ST_OK);
    assert_int_equal(status_with_exp("1799999990"), ST_TOKEN_EXPIRED);
    assert_int_equal(status_of(signed_token("{\"sub\":\"ann\",\"nbf\":1800000010}")), ST_OK);
    refuse_claims("{\"sub\":\"ann\",\"nbf\":1800000011}", "not valid yet");
    config.leeway_s = 0;
    refuse_claims("{\"sub\":\"ann\",\"nbf\":1800000001}", "not valid yet");
}

static void huge_and_negative_times_are_what_they_say(void **state)
{
    struct viewer *v;

    assert_int_equal(status_with_exp("1e300"), ST_OK);
    assert_int_equal(status_with_exp("-1"), ST_TOKEN_EXPIRED);
    assert_int_equal(status_with_exp("-1e300"), ST_TOKEN_EXPIRED);
    assert_int_equal(status_with_exp("0"), ST_TOKEN_EXPIRED);
    config.leeway_s = 3600;
    v = accept("{\"sub\":\"ann\",\"exp\":9223372036854775807}");
    config.leeway_s = 0;
    assert_true(v->expires_at > NOW_MS);
    viewer_unref(v);
}

static void times_of_the_wrong_type_are_refused(void **state)
{
    static const char *const wrong[] = {"\"1900000000\"", "true", "null", "[]", "{}"};
    char payload[256];

    for (size_t i = 0; i < array_size(wrong); i++)
        for (const char *const *claim = (const char *const[]){"exp", "nbf", "iat", NULL}; *claim;
             claim++) {
            snprintf(payload, sizeof(payload), "{\"sub\":\"ann\",\"%s\":%s}", *claim, wrong[i]);
            refuse_claims(payload, "must be a number");
        }
}

/* Whole seconds may have been rounded up. */
static void what_has_been_has_been(void **state)
{
    static const char *const claims[] = {"iat", "auth_time"};
    char payload[256];

    for (size_t i = 0; i < array_size(claims); i++) {
        snprintf(payload, sizeof(payload), "{\"sub\":\"ann\",\"%s\":1800000001}", claims[i]);
        viewer_unref(accept(payload));
        snprintf(payload, sizeof(payload), "{\"sub\":\"ann\",\"%s\":1800000002}", claims[i]);
        refuse_claims(payload, "lies in the future");
        config.leeway_s = 10;
        snprintf(payload, sizeof(payload), "{\"sub\":\"ann\",\"%s\":1800000011}", claims[i]);
        viewer_unref(accept(payload));
        snprintf(payload, sizeof(payload), "{\"sub\":\"ann\",\"%s\":1800000012}", claims[i]);
        refuse_claims(payload, "lies in the future");
        config.leeway_s = 0;
    }
}

static void claims_that_are_required_must_be_there(void **state)
{
    config.required = STR("email_verified=true, role=editor|admin, exp");
    viewer_unref(accept("{\"sub\":\"ann\",\"email_verified\":true,\"role\":\"admin\","
                        "\"exp\":1900000000}"));
    refuse_claims("{\"sub\":\"ann\",\"role\":\"admin\",\"exp\":1900000000}",
                  "no claim \"email_verified\"");
    refuse_claims("{\"sub\":\"ann\",\"email_verified\":true,\"role\":\"reader\","
                  "\"exp\":1900000000}",
                  "\"role\" is not what this server asks for");
    refuse_claims("{\"sub\":\"ann\",\"email_verified\":true,\"role\":\"admin\"}",
                  "no claim \"exp\"");
    config.required = STR_NULL;
}

static void only_a_token_that_is_ours_is_called_expired(void **state)
{
    const char *old = "{\"sub\":\"ann\",\"exp\":1}";

    assert_int_equal(status_of(signed_token(old)), ST_TOKEN_EXPIRED);
    refuse(sign_as("HS256", HS256, old, "another secret of the right length!!"), "signature");
    config.issuer = STR("us");
    refuse_claims(old, "issuer");
    config.issuer = STR_NULL;
}

static void the_issuer_must_be_the_one_configured(void **state)
{
    config.issuer = STR("https://us.example");
    viewer_unref(accept("{\"sub\":\"ann\",\"iss\":\"https://us.example\"}"));
    refuse_claims("{\"sub\":\"ann\",\"iss\":\"https://us.example/\"}", "issuer");
    refuse_claims("{\"sub\":\"ann\",\"iss\":[\"https://us.example\"]}", "issuer");
    refuse_claims("{\"sub\":\"ann\"}", "issuer");
    config.issuer = STR_NULL;
}

static void the_audience_may_be_one_of_several(void **state)
{
    config.audience = STR("chat");
    viewer_unref(accept("{\"sub\":\"ann\",\"aud\":\"chat\"}"));
    viewer_unref(accept("{\"sub\":\"ann\",\"aud\":[\"mail\",\"chat\"]}"));
    refuse_claims("{\"sub\":\"ann\",\"aud\":\"mail\"}", "not meant for");
    refuse_claims("{\"sub\":\"ann\",\"aud\":[\"mail\",7]}", "not meant for");
    refuse_claims("{\"sub\":\"ann\",\"aud\":[]}", "not meant for");
    refuse_claims("{\"sub\":\"ann\",\"aud\":{\"chat\":\"chat\"}}", "not meant for");
    refuse_claims("{\"sub\":\"ann\"}", "not meant for");
    config.audience = STR("mobile, chat ,");
    viewer_unref(accept("{\"sub\":\"ann\",\"aud\":\"chat\"}"));
    viewer_unref(accept("{\"sub\":\"ann\",\"aud\":[\"x\",\"mobile\"]}"));
    refuse_claims("{\"sub\":\"ann\",\"aud\":\"mobile, chat\"}", "not meant for");
    refuse_claims("{\"sub\":\"ann\",\"aud\":\"\"}", "not meant for");
    config.audience = STR_NULL;
}

static void an_unsigned_token_is_refused(void **state)
{
    static const char *const headers[] = {"{\"alg\":\"none\"}", "{\"alg\":\"None\"}",
                                          "{\"alg\":\"NONE\",\"typ\":\"JWT\"}", "{}"};
    char text[512];

    for (size_t i = 0; i < array_size(headers); i++) {
        size_t n = signer_base64url(text, headers[i], strlen(headers[i]));

        n += (size_t)snprintf(text + n, sizeof(text) - n, ".eyJzdWIiOiJhbm4ifQ.");
        refuse(str_of(text, n), "not a JWT");
        n += (size_t)snprintf(text + n, sizeof(text) - n, "AAAA");
        refuse(str_of(text, n), "HS256");
    }
}

static void another_algorithm_is_refused_though_the_key_fits(void **state)
{
    refuse(sign_as("HS512", "{\"alg\":\"HS512\",\"typ\":\"JWT\"}", "{\"sub\":\"ann\"}", SECRET),
           "HS256");
    refuse(sign_as("HS384", "{\"alg\":\"HS384\"}", "{\"sub\":\"ann\"}", SECRET), "HS256");
    refuse_header("{\"alg\":\"RS256\"}", "HS256");
    refuse_header("{\"alg\":\"hs256\"}", "HS256");
    refuse_header("{\"alg\":\"HS256 \"}", "HS256");
    refuse_header("{\"alg\":[\"HS256\"]}", "HS256");
    refuse_header("{\"alg\":null}", "HS256");
    refuse(sign_as("HS512", HS256, "{\"sub\":\"ann\"}", SECRET), "signature");
}

static void what_the_header_demands_beyond_us_is_refused(void **state)
{
    refuse_header("{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", "crit");
    refuse_header("{\"alg\":\"HS256\",\"crit\":null}", "crit");
    refuse_header("{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", "typ");
    refuse_header("{\"alg\":\"HS256\",\"typ\":1}", "typ");
    refuse_header("{\"alg\":\"HS256\",\"alg\":\"none\"}", "header");
    refuse_header("[\"HS256\"]", "header");
    refuse_header("{\"alg\":\"HS256\"", "header");
}

static void a_header_without_typ_will_do(void **state)
{
    assert_int_equal(
        status_of(sign_as("HS256", "{\"alg\":\"HS256\"}", "{\"sub\":\"ann\"}", SECRET)), ST_OK);
}

static void every_changed_byte_is_noticed(void **state)
{
    struct str compact = signed_token("{\"sub\":\"ann\",\"exp\":1900000000}");
    char *token = (char *)compact.p;

    for (size_t i = 0; i < compact.n; i++) {
        char before = token[i];

        token[i] = before == 'A' ? 'B' : 'A';
        assert_int_equal(status_of(compact), ST_UNAUTHENTICATED);
        token[i] = before;
    }
    assert_int_equal(status_of(compact), ST_OK);
}

static void every_cut_is_noticed(void **state)
{
    struct str compact = signed_token("{\"sub\":\"ann\"}");

    for (size_t n = 0; n < compact.n; n++)
        assert_int_equal(status_of(str_of(compact.p, n)), ST_UNAUTHENTICATED);
    assert_int_equal(status_of(compact), ST_OK);
}

static void what_follows_a_token_is_noticed(void **state)
{
    static const char *const tails[] = {".", "=", "A", ".AAAA", "\n", "%41", " x"};
    struct str compact = signed_token("{\"sub\":\"ann\"}");
    char *token = (char *)compact.p;
    size_t n = compact.n;

    for (size_t i = 0; i < array_size(tails); i++) {
        memcpy(token + n, tails[i], strlen(tails[i]));
        assert_int_equal(status_of(str_of(token, n + strlen(tails[i]))), ST_UNAUTHENTICATED);
    }
    token[n] = '\0';
    assert_int_equal(status_of(str_of(token, n + 1)), ST_UNAUTHENTICATED);
}

static void a_payload_must_be_one_object_without_repeats(void **state)
{
    refuse_claims("{\"sub\":\"ann\",\"sub\":\"root\"}", "");
    refuse_claims("[\"sub\"]", "");
    refuse_claims("\"sub\"", "");
    refuse_claims("{\"sub\":\"ann\"} {}", "");
    refuse_claims("{\"sub\":\"\xff\"}", "");
    refuse_claims("", "not a JWT");
}

static void garbage_is_refused(void **state)
{
    static const char *const garbage[] = {".",
                                          "..",
                                          "...",
                                          "a.b.c",
                                          "AAAA.AAAA.AAAA",
                                          "eyJhbGciOiJIUzI1NiJ9..AAAA",
                                          "\xff\xfe.AAAA.AAAA"};

    for (size_t i = 0; i < array_size(garbage); i++)
        refuse(str_c(garbage[i]), "");
}

static void a_token_has_a_longest_length(void **state)
{
    static char payload[16 * 1024];
    int pad = 6000;

    snprintf(payload, sizeof(payload), "{\"sub\":\"ann\",\"pad\":\"%0*d\"}", pad, 0);
    assert_int_equal(status_of(signed_token(payload)), ST_OK);
    pad = 9000;
    snprintf(payload, sizeof(payload), "{\"sub\":\"ann\",\"pad\":\"%0*d\"}", pad, 0);
    refuse_claims(payload, "longer than 8192 bytes");
}

static void deep_nesting_is_refused_or_read_but_never_more(void **state)
{
    static char payload[16 * 1024];
    size_t n = (size_t)snprintf(payload, sizeof(payload), "{\"sub\":\"ann\",\"deep\":");

    memset(payload + n, '[', 3000);
    memset(payload + n + 3000, ']', 2999);
    payload[n + 5999] = '\0';
    refuse_claims(payload, "");
}

static void a_secret_must_have_32_bytes(void **state)
{
    struct token_config shorter = {.secret = STR("0123456789abcdef0123456789abcde")};
    struct token_draft draft = {.user = STR("ann")};
    struct token_keys *keys = NULL;
    char *made = NULL;

    assert_int_equal(token_keys_new(&shorter, &keys, &error), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "32"));
    assert_int_equal(token_make(&shorter, &draft, NOW_MS, &made), ST_BAD_INPUT);
    assert_null(keys);
    assert_null(made);
    token_keys_unref(NULL);
}

static void a_token_that_is_made_says_what_was_asked(void **state)
{
    struct str guilds[] = {STR("g1"), STR("g\"2")};
    struct token_draft draft = {.user = STR("ann"),
                                .tenant = STR("acme"),
                                .scopes = STR("CHAT_READ TENANT_ADMIN"),
                                .guilds = guilds,
                                .n_guilds = 2,
                                .ttl_s = 60};
    struct viewer *v = NULL;
    char *made;

    config.issuer = STR("us");
    config.audience = STR("chat,mobile");
    assert_int_equal(token_make(&config, &draft, NOW_MS, &made), ST_OK);
    assert_int_equal(check_at(str_c(made), NOW_MS, &v), ST_OK);
    config.issuer = config.audience = STR_NULL;
    mem_free(made);
    assert_str(v->user_id, "ann");
    assert_str(v->tenant_id, "acme");
    assert_true(v->scopes[VIEWER_CHAT_READ] && v->scopes[VIEWER_TENANT_ADMIN]);
    assert_int_equal(v->n_guilds, 2);
    assert_str(v->guilds[1], "g\"2");
    assert_int_equal(v->expires_at, (NOW_S + 60) * 1000);
    viewer_unref(v);
}

static void a_token_without_ttl_does_not_end(void **state)
{
    struct token_draft draft = {.user = STR("ann")};
    struct viewer *v = NULL;
    char *made;

    assert_int_equal(token_make(&config, &draft, NOW_MS, &made), ST_OK);
    assert_int_equal(check_at(str_c(made), NOW_MS * 2, &v), ST_OK);
    mem_free(made);
    assert_int_equal(v->expires_at, CLOCK_NONE);
    viewer_unref(v);
    draft.user = STR("");
    assert_int_equal(token_make(&config, &draft, NOW_MS, &made), ST_BAD_INPUT);
}

int main(void)
{
    return RUN(
        test(a_token_names_its_user), test(bearer_may_stand_before_it_in_any_case),
        test(the_user_is_a_string_of_1_to_128_characters),
        test(claims_have_the_names_that_are_configured),
        test(a_tenant_of_the_wrong_type_is_not_the_default_one),
        test(scopes_are_a_string_or_an_array), test(a_scope_claim_without_ours_gives_none),
        test(guilds_are_an_array_of_strings), test(no_claim_vouches_for_guilds_where_none_is_named),
        test(a_token_ends_at_exp), test(fractions_of_a_second_count),
        test(leeway_holds_on_both_ends), test(huge_and_negative_times_are_what_they_say),
        test(times_of_the_wrong_type_are_refused), test(what_has_been_has_been),
        test(claims_that_are_required_must_be_there),
        test(only_a_token_that_is_ours_is_called_expired),
        test(the_issuer_must_be_the_one_configured), test(the_audience_may_be_one_of_several),
        test(an_unsigned_token_is_refused), test(another_algorithm_is_refused_though_the_key_fits),
        test(what_the_header_demands_beyond_us_is_refused), test(a_header_without_typ_will_do),
        test(every_changed_byte_is_noticed), test(every_cut_is_noticed),
        test(what_follows_a_token_is_noticed), test(a_payload_must_be_one_object_without_repeats),
        test(garbage_is_refused), test(a_token_has_a_longest_length),
        test(deep_nesting_is_refused_or_read_but_never_more), test(a_secret_must_have_32_bytes),
        test(a_token_that_is_made_says_what_was_asked), test(a_token_without_ttl_does_not_end));
}
