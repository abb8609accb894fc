/*
 * Tokens as the issuers' own documentation shows them, and what each issuer's tokens must not get
 * away with.
 */

#include "auth/preset.h"

#include "auth/token.h"
#include "tests/lib/test.h"
#include "tests/unit/auth/signer.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static const int64_t NOW_MS = 1800000000500;

#define TIMES "\"iat\":1799999000,\"exp\":1800003600"

static struct token_config config;
static struct token_error error;

static enum status check(const char *payload, struct viewer **ret_viewer)
{
    struct signer signer = signer_with_secret("HS256", SECRET);
    struct token_keys *keys;
    enum status st;

    assert_int_equal(token_keys_new(&config, &keys, &error), ST_OK);
    error.text[0] = '\0';
    st = token_check(keys, signer_token(&signer, payload), NOW_MS, ret_viewer, &error);
    token_keys_unref(keys);
    return st;
}

static struct viewer *accept(const char *payload)
{
    struct viewer *v = NULL;

    if (check(payload, &v) != ST_OK)
        fail_msg("refused: %s", error.text);
    return v;
}

static void refuse(const char *payload, const char *why)
{
    struct viewer *v = NULL;

    assert_int_equal(check(payload, &v), ST_UNAUTHENTICATED);
    if (!strstr(error.text, why))
        fail_msg("said \"%s\", not \"%s\"", error.text, why);
}

static void use(enum preset_kind preset, const char *audience)
{
    config =
        (struct token_config){.secret = STR(SECRET), .preset = preset, .audience = str_c(audience)};
}

/* --- Cognito */

#define POOL "\"iss\":\"https://cognito-idp.us-west-2.amazonaws.com/us-west-2_example\""
#define COGNITO_ACCESS                                                                             \
    "\"sub\":\"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee\"," POOL                                       \
    ",\"version\":2,\"client_id\":\"the app\",\"token_use\":\"access\","                           \
    "\"scope\":\"aws.cognito.signin.user.admin\",\"auth_time\":1799999000,"                        \
    "\"username\":\"ann\"," TIMES
#define COGNITO_ID                                                                                 \
    "\"sub\":\"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee\"," POOL                                       \
    ",\"aud\":\"the app\",\"token_use\":\"id\",\"auth_time\":1799999000,"                          \
    "\"cognito:username\":\"ann\",\"email_verified\":true," TIMES

static void cognito_takes_access_tokens_and_id_tokens_of_the_app(void **state)
{
    struct viewer *v;

    use(PRESET_COGNITO, "the app");
    v = accept("{" COGNITO_ACCESS ",\"cognito:groups\":[\"red\",\"blue\"]}");
    assert_str(v->user_id, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
    assert_str(v->tenant_id, "default");
    assert_true(viewer_allows(v, VIEWER_CHAT));
    assert_false(viewer_allows(v, VIEWER_TENANT_ADMIN));
    assert_int_equal(v->n_guilds, 2);
    assert_str(v->guilds[1], "blue");
    viewer_unref(v);
    v = accept("{" COGNITO_ID "}");
    assert_true(viewer_allows(v, VIEWER_CHAT));
    viewer_unref(v);
}

static void cognito_reads_the_audience_where_the_kind_of_token_has_it(void **state)
{
    use(PRESET_COGNITO, "another app");
    refuse("{" COGNITO_ACCESS "}", "not meant for");
    refuse("{" COGNITO_ID "}", "not meant for");
    refuse("{" COGNITO_ACCESS ",\"aud\":\"another app\"}", "not meant for");
    refuse("{" COGNITO_ID ",\"client_id\":\"another app\"}", "not meant for");
    use(PRESET_COGNITO, "another app, the app");
    viewer_unref(accept("{" COGNITO_ACCESS "}"));
}

static void cognito_tokens_say_what_they_are_for(void **state)
{
    use(PRESET_COGNITO, NULL);
    refuse("{\"sub\":\"ann\"," TIMES "}", "\"token_use\"");
    refuse("{\"sub\":\"ann\",\"token_use\":\"refresh\"," TIMES "}", "\"token_use\"");
    refuse("{\"sub\":\"ann\",\"token_use\":\"id\"}", "\"exp\"");
}

static void groups_of_cognito_may_be_scopes(void **state)
{
    struct viewer *v;

    use(PRESET_COGNITO, NULL);
    v = accept("{" COGNITO_ACCESS ",\"cognito:groups\":[\"red\",\"TENANT_ADMIN\"]}");
    assert_true(viewer_allows(v, VIEWER_TENANT_ADMIN));
    viewer_unref(v);
    v = accept("{" COGNITO_ACCESS ",\"cognito:groups\":[\"CHAT_READ\"]}");
    assert_true(viewer_allows(v, VIEWER_CHAT_READ));
    assert_false(viewer_allows(v, VIEWER_CHAT));
    viewer_unref(v);
}

/* A user may write custom attributes unless the app forbids it. */
static void an_attribute_of_cognito_names_no_tenant(void **state)
{
    struct viewer *v;

    use(PRESET_COGNITO, NULL);
    v = accept("{" COGNITO_ID ",\"custom:tenant\":\"acme\"}");
    assert_str(v->tenant_id, "default");
    viewer_unref(v);
    v = accept("{" COGNITO_ACCESS ",\"tenant\":\"acme\"}");
    assert_str(v->tenant_id, "acme");
    viewer_unref(v);
}

/* --- Supabase */

#define SUPABASE                                                                                   \
    "\"iss\":\"https://project-ref.supabase.co/auth/v1\",\"sub\":"                                 \
    "\"123e4567-e89b-12d3-a456-426614174000\",\"aal\":\"aal1\",\"session_id\":"                    \
    "\"123e4567-e89b-12d3-a456-426614174111\",\"email\":\"ann@example.com\","                      \
    "\"is_anonymous\":false," TIMES

static void supabase_keeps_tenant_scopes_and_guilds_in_app_metadata(void **state)
{
    struct viewer *v;

    use(PRESET_SUPABASE, "authenticated");
    v = accept("{" SUPABASE ",\"aud\":\"authenticated\",\"role\":\"authenticated\","
               "\"app_metadata\":{\"provider\":\"email\",\"tenant\":\"acme\","
               "\"scope\":\"TENANT_ADMIN\",\"guilds\":[\"red\"]},"
               "\"user_metadata\":{\"tenant\":\"evil\",\"scope\":\"CHAT\"}}");
    assert_str(v->tenant_id, "acme");
    assert_true(viewer_allows(v, VIEWER_TENANT_ADMIN));
    assert_int_equal(v->n_guilds, 1);
    viewer_unref(v);
}

static void what_users_of_supabase_write_themselves_says_nothing(void **state)
{
    struct viewer *v;

    use(PRESET_SUPABASE, "authenticated");
    v = accept("{" SUPABASE ",\"aud\":\"authenticated\",\"role\":\"authenticated\","
               "\"app_metadata\":{\"provider\":\"email\"},"
               "\"user_metadata\":{\"tenant\":\"acme\",\"scope\":\"TENANT_ADMIN\","
               "\"guilds\":[\"red\"]}}");
    assert_str(v->tenant_id, "default");
    assert_false(viewer_allows(v, VIEWER_TENANT_ADMIN));
    assert_true(viewer_allows(v, VIEWER_CHAT));
    assert_int_equal(v->n_guilds, 0);
    viewer_unref(v);
}

static void the_keys_of_a_supabase_project_are_no_users(void **state)
{
    use(PRESET_SUPABASE, "authenticated");
    refuse("{\"iss\":\"supabase\",\"ref\":\"project\",\"role\":\"anon\"," TIMES "}",
           "not meant for");
    refuse("{" SUPABASE ",\"aud\":\"authenticated\",\"role\":\"anon\"}", "\"role\"");
    refuse("{" SUPABASE ",\"aud\":\"authenticated\",\"role\":\"service_role\"}", "\"role\"");
}

/* --- Auth0 */

#define AUTH0                                                                                      \
    "\"iss\":\"https://my-domain.auth0.com/\",\"sub\":\"auth0|123456\",\"aud\":["                  \
    "\"https://example.com/chat-api\",\"https://my-domain.auth0.com/userinfo\"],"                  \
    "\"azp\":\"my_client_id\",\"scope\":\"openid profile\"," TIMES

static void auth0_has_permissions_and_organisations(void **state)
{
    struct viewer *v;

    use(PRESET_AUTH0, "https://example.com/chat-api");
    v = accept("{" AUTH0 ",\"permissions\":[\"chat_read\",\"read:reports\"],"
               "\"org_id\":\"org_9ybsU1dN2dKfDkBi\"}");
    assert_str(v->user_id, "auth0|123456");
    assert_str(v->tenant_id, "org_9ybsU1dN2dKfDkBi");
    assert_true(viewer_allows(v, VIEWER_CHAT_READ));
    assert_false(viewer_allows(v, VIEWER_CHAT));
    viewer_unref(v);
}

static void without_access_control_auth0_lets_everybody_chat(void **state)
{
    struct viewer *v;

    use(PRESET_AUTH0, "https://example.com/chat-api");
    v = accept("{" AUTH0 "}");
    assert_true(viewer_allows(v, VIEWER_CHAT));
    viewer_unref(v);
    v = accept("{" AUTH0 ",\"permissions\":[]}");
    assert_false(viewer_allows(v, VIEWER_CHAT_READ));
    viewer_unref(v);
}

static void tokens_of_auth0_for_other_apis_are_refused(void **state)
{
    use(PRESET_AUTH0, "https://example.com/another-api");
    refuse("{" AUTH0 "}", "not meant for");
}

/* --- Firebase */

#define FIREBASE                                                                                   \
    "\"iss\":\"https://securetoken.google.com/my-project\",\"aud\":\"my-project\","                \
    "\"user_id\":\"aUid\",\"sub\":\"aUid\"," TIMES

static void firebase_has_tenants_of_its_own(void **state)
{
    struct viewer *v;

    use(PRESET_FIREBASE, "my-project");
    v = accept("{" FIREBASE ",\"auth_time\":1799999000,\"scope\":\"CHAT_READ\","
               "\"firebase\":{\"sign_in_provider\":\"google.com\",\"tenant\":\"acme-x1y2z\"}}");
    assert_str(v->user_id, "aUid");
    assert_str(v->tenant_id, "acme-x1y2z");
    assert_false(viewer_allows(v, VIEWER_CHAT));
    viewer_unref(v);
    v = accept("{" FIREBASE ",\"auth_time\":1799999000,"
               "\"firebase\":{\"identities\":{},\"sign_in_provider\":\"password\"}}");
    assert_str(v->tenant_id, "default");
    assert_true(viewer_allows(v, VIEWER_CHAT));
    viewer_unref(v);
}

static void a_user_of_firebase_has_signed_in_already(void **state)
{
    use(PRESET_FIREBASE, "my-project");
    refuse("{" FIREBASE "}", "\"auth_time\"");
    refuse("{" FIREBASE ",\"auth_time\":1800000002}", "\"auth_time\"");
    refuse("{" FIREBASE ",\"auth_time\":\"1799999000\"}", "\"auth_time\"");
}

/* --- all */

static void configured_claims_count_more_than_the_presets(void **state)
{
    struct viewer *v;

    use(PRESET_COGNITO, NULL);
    config.claim_user = STR("username");
    config.claim_scopes = STR("scope");
    config.required = STR("email_verified=true");
    refuse("{" COGNITO_ACCESS "}", "\"email_verified\"");
    v = accept("{" COGNITO_ACCESS ",\"email_verified\":true}");
    assert_str(v->user_id, "ann");
    viewer_unref(v);
}

static void keys_and_issuers_are_where_the_issuer_says(void **state)
{
    struct arena a;

    arena_init(&a);
    assert_str(preset_jwks_url(&a, PRESET_COGNITO, STR("https://cognito-idp.x.amazonaws.com/x_1")),
               "https://cognito-idp.x.amazonaws.com/x_1/.well-known/jwks.json");
    assert_str(preset_jwks_url(&a, PRESET_SUPABASE, STR("https://ref.supabase.co/auth/v1")),
               "https://ref.supabase.co/auth/v1/.well-known/jwks.json");
    assert_str(preset_jwks_url(&a, PRESET_AUTH0, STR("https://my-domain.auth0.com/")),
               "https://my-domain.auth0.com/.well-known/jwks.json");
    assert_str(preset_jwks_url(&a, PRESET_FIREBASE, STR_NULL),
               "https://www.googleapis.com/service_accounts/v1/jwk/"
               "securetoken@system.gserviceaccount.com");
    assert_null(preset_jwks_url(&a, PRESET_COGNITO, STR_NULL).p);
    assert_null(preset_jwks_url(&a, PRESET_NONE, STR("https://example.com")).p);
    assert_str(preset_issuer(&a, PRESET_FIREBASE, STR("my-project")),
               "https://securetoken.google.com/my-project");
    assert_null(preset_issuer(&a, PRESET_FIREBASE, STR_NULL).p);
    assert_null(preset_issuer(&a, PRESET_AUTH0, STR("my-api")).p);
    arena_done(&a);
}

static void every_preset_has_a_name(void **state)
{
    size_t n = 0;

    while (preset_names[n])
        n++;
    assert_int_equal(n, PRESETS);
    for (int i = 0; i < PRESETS; i++)
        assert_non_null(preset_of((enum preset_kind)i)->user);
}

int main(void)
{
    return RUN(test(cognito_takes_access_tokens_and_id_tokens_of_the_app),
               test(cognito_reads_the_audience_where_the_kind_of_token_has_it),
               test(cognito_tokens_say_what_they_are_for), test(groups_of_cognito_may_be_scopes),
               test(an_attribute_of_cognito_names_no_tenant),
               test(supabase_keeps_tenant_scopes_and_guilds_in_app_metadata),
               test(what_users_of_supabase_write_themselves_says_nothing),
               test(the_keys_of_a_supabase_project_are_no_users),
               test(auth0_has_permissions_and_organisations),
               test(without_access_control_auth0_lets_everybody_chat),
               test(tokens_of_auth0_for_other_apis_are_refused),
               test(firebase_has_tenants_of_its_own),
               test(a_user_of_firebase_has_signed_in_already),
               test(configured_claims_count_more_than_the_presets),
               test(keys_and_issuers_are_where_the_issuer_says), test(every_preset_has_a_name));
}
