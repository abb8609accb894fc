#include "server/config_tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/test.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

#define SECRET "0123456789abcdef0123456789abcdef"
#define ED25519                                                                                    \
    "-----BEGIN PUBLIC KEY-----\n"                                                                 \
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"                               \
    "-----END PUBLIC KEY-----\n"

static const char with_key[] = "--jwt-public-key=" ED25519;
static const char key_as_secret[] = "--jwt-secret=" ED25519;

static struct config config;
static struct option_error error;

static enum status load(const char *const *args)
{
    config_done(&config);
    config_init(&config);
    error.text[0] = '\0';
    if (config_load_flags(&config, args, NULL, &error) != ST_OK)
        return ST_BAD_INPUT;
    return config_load_rest(&config, LIST("DATABASE_URL=postgres:///x"), &error);
}

static void load_well(const char *const *args)
{
    if (load(args) != ST_OK)
        fail_msg("refused: %s", error.text);
}

static void serve_with(const char *const *args)
{
    load_well(args);
    if (config_check_serve(&config, &error) != ST_OK)
        fail_msg("refused: %s", error.text);
}

static void refuse(const char *const *args, const char *const *words)
{
    load_well(args);
    assert_int_equal(config_check_serve(&config, &error), ST_BAD_INPUT);
    for (; *words; words++)
        if (!strstr(error.text, *words))
            fail_msg("\"%s\" does not say \"%s\"", error.text, *words);
}

static int tear_down(void **state)
{
    config_done(&config);
    return 0;
}

static char *file_with(const char *text)
{
    static char path[] = "/tmp/guildhall-test-XXXXXX";
    int file;

    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
    file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    return path;
}

static void any_kind_of_key_will_do(void **state)
{
    char *no_keys = file_with("");

    serve_with(LIST("--jwt-secret", SECRET));
    serve_with(LIST(with_key));
    serve_with(LIST("--jwt-jwks-url", "https://issuer.example/jwks"));
    serve_with(LIST("--jwt-secret", SECRET, with_key, "--jwt-jwks-url", "http://127.0.0.1:1/"));
    serve_with(LIST("--api-keys-file", no_keys));
    unlink(no_keys);
    refuse(LIST(),
           LIST("--api-keys-file", "--jwt-secret-file", "--jwt-public-key-file", "--jwt-jwks-url"));
}

static void what_is_wrong_is_told_with_its_option(void **state)
{
    refuse(LIST("--jwt-public-key", "hello"), LIST("--jwt-public-key:", "no public key"));
    refuse(LIST(key_as_secret), LIST("--jwt-secret:", "--jwt-public-key-file"));
    refuse(LIST("--jwt-secret", SECRET, "--jwt-require-claims", "a,,b"),
           LIST("--jwt-require-claims:", "NAME=VALUE"));
    refuse(LIST("--jwt-secret", SECRET, "--jwt-algorithms", "ES512"),
           LIST("--jwt-algorithms:", "ES512", "RS256"));
    refuse(LIST("--jwt-secret", SECRET, "--jwt-algorithms", "RS256"),
           LIST("--jwt-algorithms:", "none of the algorithms"));
    refuse(LIST("--api-keys-file", "/nonexistent/keys"),
           LIST("--api-keys-file:", "/nonexistent/keys", "No such file"));
    refuse(LIST("--jwt-jwks-url", "file:///etc/keys"), LIST("--jwt-jwks-url:", "https://"));
}

static void a_preset_gives_names_and_what_is_given_counts_more(void **state)
{
    serve_with(LIST("--jwt-preset", "supabase", "--jwt-secret", SECRET));
    assert_str(config.jwt.claim_tenant, "app_metadata.tenant");
    assert_str(config.jwt.audience, "authenticated");
    assert_null(config.jwt.jwks_url.p);
    serve_with(LIST("--jwt-preset", "supabase", "--jwt-secret", SECRET, "--jwt-claim-tenant",
                    "tenant", "--jwt-audience", "chat"));
    assert_str(config.jwt.claim_tenant, "tenant");
    assert_str(config.jwt.claim_guilds, "app_metadata.guilds");
    assert_str(config.jwt.audience, "chat");
    serve_with(LIST("--jwt-preset", "cognito", "--jwt-issuer", "https://cognito.example/pool",
                    "--jwt-claim-guilds", ""));
    assert_non_null(config.jwt.claim_guilds.p);
    assert_int_equal(config.jwt.claim_guilds.n, 0);
    assert_int_equal(load(LIST("--jwt-preset", "okta")), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "cognito, supabase, auth0 or firebase"));
}

static void a_preset_finds_the_keys_of_its_issuer(void **state)
{
    serve_with(LIST("--jwt-preset", "cognito", "--jwt-issuer", "https://cognito.example/pool"));
    assert_str(config.jwt.jwks_url, "https://cognito.example/pool/.well-known/jwks.json");
    serve_with(LIST("--jwt-preset", "cognito", "--jwt-issuer", "https://cognito.example/pool",
                    "--jwt-jwks-url", "https://mirror.example/"));
    assert_str(config.jwt.jwks_url, "https://mirror.example/");
    serve_with(
        LIST("--jwt-preset", "cognito", "--jwt-issuer", "https://cognito.example/pool", with_key));
    assert_null(config.jwt.jwks_url.p);
    refuse(LIST("--jwt-preset", "cognito"), LIST("--jwt-preset cognito", "--jwt-issuer"));
}

static void firebase_follows_from_its_project(void **state)
{
    serve_with(LIST("--jwt-preset", "firebase", "--jwt-audience", "my-project"));
    assert_str(config.jwt.issuer, "https://securetoken.google.com/my-project");
    assert_true(str_starts(config.jwt.jwks_url, STR("https://www.googleapis.com/")));
    assert_int_equal(load(LIST("--jwt-preset", "firebase", "--jwt-audience", "a,b")), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "--jwt-audience"));
}

static void whose_keys_sign_for_others_needs_an_audience(void **state)
{
    refuse(LIST("--jwt-preset", "firebase"), LIST("--jwt-preset firebase", "--jwt-audience"));
    refuse(LIST("--jwt-preset", "auth0", "--jwt-issuer", "https://x.auth0.com/"),
           LIST("--jwt-preset auth0", "--jwt-audience"));
    serve_with(LIST("--jwt-preset", "auth0", "--jwt-issuer", "https://x.auth0.com/",
                    "--jwt-audience", "https://chat.example"));
    assert_str(config.jwt.jwks_url, "https://x.auth0.com/.well-known/jwks.json");
}

static void replace(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void files_can_be_read_again(void **state)
{
    char *path = file_with(SECRET "\n");
    struct token_config again;
    struct arena arena;

    arena_init(&arena);
    serve_with(LIST("--jwt-secret-file", path, with_key, "--jwt-issuer", "us"));
    replace(path, "another secret, which is long enough too\n");
    assert_int_equal(config_tokens_reread(&config, &arena, &again, &error), ST_OK);
    assert_str(again.secret, "another secret, which is long enough too");
    assert_str(again.public_keys, ED25519);
    assert_str(again.issuer, "us");
    assert_str(config.jwt.secret, SECRET);
    replace(path, "");
    assert_int_equal(config_tokens_reread(&config, &arena, &again, &error), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "--jwt-secret-file"));
    unlink(path);
    assert_int_equal(config_tokens_reread(&config, &arena, &again, &error), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, path));
    assert_str(again.secret, "another secret, which is long enough too");
    arena_done(&arena);
}

/* `up` makes one, and no option says it. */
static void a_secret_that_no_option_gave_stays(void **state)
{
    struct token_config again;
    struct arena arena;

    arena_init(&arena);
    load_well(LIST());
    config.jwt.secret = STR(SECRET);
    assert_int_equal(config_tokens_reread(&config, &arena, &again, &error), ST_OK);
    assert_str(again.secret, SECRET);
    arena_done(&arena);
}

#define T(f) cmocka_unit_test_teardown(f, tear_down)

int main(void)
{
    return RUN(T(any_kind_of_key_will_do), T(what_is_wrong_is_told_with_its_option),
               T(a_preset_gives_names_and_what_is_given_counts_more),
               T(a_preset_finds_the_keys_of_its_issuer), T(firebase_follows_from_its_project),
               T(whose_keys_sign_for_others_needs_an_audience), T(files_can_be_read_again),
               T(a_secret_that_no_option_gave_stays));
}
