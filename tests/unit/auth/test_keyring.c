/*
 * Two loops with a keyring each, turned by the test, and an issuer that publishes its keys.
 */

#include "auth/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/lib/test.h"
#include "tests/unit/auth/signer.h"
#include "tests/unit/http/http_stub.h"

#define SECRET "0123456789abcdef0123456789abcdef"
#define OTHER  "another secret of the right length"

enum {
    LOOPS = 2,
    HOUR_MS = 3600 * 1000,
};

static const int64_t NOW_MS = 1800000000500;

static struct http_stub stub;
static struct loop loops[LOOPS];
static struct keyring *keyrings[LOOPS];
static struct signer old_key, new_key;
static struct arena arena;

/* What was told of fetches. */
static unsigned reports;
static struct keyring_report last;
static char last_why[256];

static void on_fetch(void *user, const struct keyring_report *report)
{
    reports++;
    last = *report;
    snprintf(last_why, sizeof(last_why), "%.*s", STR_ARG(report->why));
}

static int group_set_up(void **state)
{
    setenv("no_proxy", "*", 1);
    old_key = signer_new("RS256", "old");
    new_key = signer_new("ES256", "new");
    return 0;
}

static int group_tear_down(void **state)
{
    signer_done(&old_key);
    signer_done(&new_key);
    return 0;
}

static int set_up(void **state)
{
    reports = 0;
    last = (struct keyring_report){0};
    arena_init(&arena);
    http_stub_start(&stub);
    for (unsigned i = 0; i < LOOPS; i++)
        loop_init(&loops[i], i);
    return 0;
}

static void close_keyrings(void)
{
    for (size_t i = 0; i < LOOPS; i++) {
        keyring_close(keyrings[i]);
        loop_done(&loops[i]);
        keyring_free(keyrings[i]);
        keyrings[i] = NULL;
    }
}

static int tear_down(void **state)
{
    close_keyrings();
    arena_done(&arena);
    http_stub_stop(&stub);
    return 0;
}

static void turn(void)
{
    for (size_t i = 0; i < LOOPS; i++)
        uv_run(&loops[i].uv, UV_RUN_NOWAIT);
    usleep(1000);
}

static void publish(const struct signer *a, const struct signer *b)
{
    static char answer[2][16 * 1024], jwks[16 * 1024];
    static int place;
    int n = snprintf(jwks, sizeof(jwks), "{\"keys\":[%s%s%s]}", signer_jwk(a).p, b ? "," : "",
                     b ? signer_jwk(b).p : "");
    struct str whole = http_stub_ok("", str_of(jwks, (size_t)n));

    place = !place; /* the stub may still be reading the other */
    memcpy(answer[place], whole.p, whole.n);
    http_stub_say(&stub, str_of(answer[place], whole.n));
}

static struct token_keys *configured(const char *secret, bool fetches)
{
    struct token_config config = {.secret = str_c(secret)};
    struct token_keys *keys;
    struct token_error error;

    if (fetches)
        config.jwks_url = http_stub_url(&stub);
    assert_int_equal(token_keys_new(&config, &keys, &error), ST_OK);
    return keys;
}

/* SHA-256 of "hello". */
static struct api_keys *hello_of(const char *user)
{
    struct api_keys *keys;
    struct api_keys_error error;
    char line[256];

    snprintf(line, sizeof(line),
             "{\"sha256\":\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\","
             "\"user\":\"%s\"}",
             user);
    assert_int_equal(api_keys_read(str_c(line), &keys, &error), ST_OK);
    return keys;
}

static void open_with(bool fetches, int64_t floor_ms)
{
    struct loop *all[LOOPS] = {&loops[0], &loops[1]};
    struct token_keys *keys = configured(SECRET, fetches);
    struct api_keys *api_keys = hello_of("bot");
    struct keyring_config config = {
        .keys = keys,
        .api_keys = api_keys,
        .jwks_url = fetches ? http_stub_url(&stub) : STR_NULL,
        .jwks_floor_ms = floor_ms,
        .jwks_timeout_ms = 60000,
        .on_fetch = on_fetch,
    };

    keyring_new_all(all, LOOPS, &config, keyrings);
    token_keys_unref(keys);
    api_keys_unref(api_keys);
}

static struct str token_of(const struct signer *signer, const char *user)
{
    char payload[128];

    snprintf(payload, sizeof(payload), "{\"sub\":\"%s\"}", user);
    return signer_token(signer, payload);
}

static struct wait *show(size_t place, struct str token, const char *api_key)
{
    struct credential credential = {.token = token, .api_key = str_c(api_key)};

    return keyring_check(keyrings[place], &arena, &credential, NOW_MS);
}

static struct wait *show_token(size_t place, const struct signer *signer)
{
    return show(place, token_of(signer, "ann"), NULL);
}

static void await(const struct wait *w)
{
    while (!w->answered)
        turn();
}

static void await_reports(unsigned n)
{
    while (reports < n)
        turn();
    turn(); /* the letters behind it */
}

static void assert_user(const struct wait *w, const char *user)
{
    const struct viewer *viewer = w->value;

    assert_true(w->answered);
    if (w->status != ST_OK)
        fail_msg("refused: %.*s", STR_ARG(w->detail));
    assert_str(viewer->user_id, user);
}

static void assert_refused(const struct wait *w, enum status st, const char *words)
{
    assert_true(w->answered);
    assert_int_equal(w->status, st);
    if (!memmem(w->detail.p, w->detail.n, words, strlen(words)))
        fail_msg("said \"%.*s\", not \"%s\"", STR_ARG(w->detail), words);
}

static void what_is_configured_is_answered_at_once(void **state)
{
    struct signer secret = signer_with_secret("HS256", SECRET);

    open_with(false, HOUR_MS);
    for (size_t i = 0; i < LOOPS; i++) {
        assert_user(show_token(i, &secret), "ann");
        assert_user(show(i, STR_NULL, "hello"), "bot");
        assert_refused(show(i, STR_NULL, "hullo"), ST_UNAUTHENTICATED, "API key");
        assert_refused(show(i, STR_NULL, NULL), ST_UNAUTHENTICATED, "no token");
        assert_refused(show_token(i, &old_key), ST_UNAUTHENTICATED, "signed with");
        assert_true(keyring_ready(keyrings[i]));
    }
}

/* Whoever shows a bad token is not let in for a good API key. */
static void a_token_counts_more_than_an_api_key(void **state)
{
    struct signer secret = signer_with_secret("HS256", SECRET);

    open_with(false, HOUR_MS);
    assert_user(show(0, token_of(&secret, "ann"), "hello"), "ann");
    assert_refused(show(0, STR("x.y.z"), "hello"), ST_UNAUTHENTICATED, "JWT");
    assert_refused(show(0, STR(""), "hello"), ST_UNAUTHENTICATED, "no token");
}

static void tokens_wait_for_the_first_keys(void **state)
{
    struct wait *waits[LOOPS];

    publish(&old_key, NULL);
    open_with(true, HOUR_MS);
    for (size_t i = 0; i < LOOPS; i++) {
        assert_false(keyring_ready(keyrings[i]));
        waits[i] = show_token(i, &old_key);
        assert_false(waits[i]->answered);
    }
    for (size_t i = 0; i < LOOPS; i++) {
        await(waits[i]);
        assert_user(waits[i], "ann");
        assert_true(keyring_ready(keyrings[i]));
    }
    assert_int_equal(http_stub_requests(&stub), 1);
    assert_true(last.fetched);
    assert_int_equal(last.keys.usable, 1);
    assert_user(show_token(1, &old_key), "ann");
}

static void a_key_that_is_new_is_fetched_once(void **state)
{
    struct wait *waits[LOOPS];

    publish(&old_key, NULL);
    open_with(true, 0);
    await_reports(1);
    publish(&old_key, &new_key);
    for (size_t i = 0; i < LOOPS; i++)
        waits[i] = show_token(i, &new_key);
    for (size_t i = 0; i < LOOPS; i++) {
        await(waits[i]);
        assert_user(waits[i], "ann");
        assert_user(show_token(i, &old_key), "ann");
    }
    assert_int_equal(last.keys.usable, 2);
}

static void a_key_that_is_gone_is_not_used_any_more(void **state)
{
    struct wait *w;

    publish(&old_key, NULL);
    open_with(true, 0);
    await_reports(1);
    assert_user(show_token(0, &old_key), "ann");
    publish(&new_key, NULL);
    w = show_token(0, &new_key);
    await(w);
    assert_user(w, "ann");
    w = show_token(0, &old_key);
    await(w);
    assert_refused(w, ST_UNAUTHENTICATED, "key is not known");
}

static void within_the_floor_nothing_is_fetched_however_many_ask(void **state)
{
    struct signer stranger = signer_new("EdDSA", "unknown");

    publish(&old_key, NULL);
    open_with(true, HOUR_MS);
    await_reports(1);
    for (int i = 0; i < 50; i++) {
        struct wait *waits[LOOPS];

        for (size_t place = 0; place < LOOPS; place++)
            waits[place] = show_token(place, &stranger);
        for (size_t place = 0; place < LOOPS; place++) {
            await(waits[place]);
            assert_refused(waits[place], ST_UNAUTHENTICATED, "key is not known");
        }
    }
    assert_int_equal(http_stub_requests(&stub), 1);
    signer_done(&stranger);
}

static void many_that_ask_while_one_fetch_is_under_way_share_it(void **state)
{
    enum {
        MANY = 40
    };
    struct wait *waits[MANY];

    publish(&old_key, &new_key);
    open_with(true, HOUR_MS);
    for (size_t i = 0; i < MANY; i++)
        waits[i] = show(i % LOOPS, token_of(i % 3 ? &old_key : &new_key, "ann"), NULL);
    for (size_t i = 0; i < MANY; i++) {
        await(waits[i]);
        assert_user(waits[i], "ann");
    }
    assert_int_equal(http_stub_requests(&stub), 1);
}

static void without_any_keys_yet_tokens_are_told_to_try_again(void **state)
{
    struct wait *w;

    http_stub_say(&stub, STR("HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n"));
    open_with(true, HOUR_MS);
    w = show_token(1, &old_key);
    await(w);
    assert_refused(w, ST_UNAVAILABLE, "try again");
    assert_false(keyring_ready(keyrings[1]));
    assert_false(last.fetched);
    assert_false(last.has_older);
    assert_int_equal(last.failures, 1);
    assert_non_null(strstr(last_why, "503"));
    /* Within the floor it is said at once, without a fetch. */
    w = show_token(1, &old_key);
    await(w);
    assert_refused(w, ST_UNAVAILABLE, "try again");
}

static void the_issuer_is_tried_again_by_and_by(void **state)
{
    struct wait *w;

    http_stub_say(&stub, STR("nonsense"));
    open_with(true, HOUR_MS);
    await_reports(1);
    publish(&old_key, NULL);
    while (!last.fetched)
        turn();
    turn();
    w = show_token(1, &old_key);
    await(w);
    assert_user(w, "ann");
}

static void old_keys_stay_while_the_issuer_is_away(void **state)
{
    static const struct str broken[] = {
        STR_INIT("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        STR_INIT("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"),
        STR_INIT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        STR_INIT(
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    };

    publish(&old_key, NULL);
    open_with(true, 0);
    await_reports(1);
    for (size_t i = 0; i < array_size(broken); i++) {
        struct wait *w;

        http_stub_say(&stub, broken[i]);
        w = show_token(i % LOOPS, &new_key);
        await(w);
        assert_refused(w, ST_UNAVAILABLE, "try again");
        assert_false(last.fetched);
        assert_true(last.has_older);
        for (size_t place = 0; place < LOOPS; place++) {
            assert_user(show_token(place, &old_key), "ann");
            assert_true(keyring_ready(keyrings[place]));
        }
    }
    publish(&new_key, NULL);
    {
        struct wait *w = show_token(0, &new_key);

        await(w);
        assert_user(w, "ann");
    }
}

static void keys_that_are_configured_anew_are_in_force_on_every_loop(void **state)
{
    struct signer before = signer_with_secret("HS256", SECRET);
    struct signer after = signer_with_secret("HS256", OTHER);
    struct token_keys *keys = NULL;
    struct api_keys *api_keys = hello_of("robot");

    publish(&old_key, NULL);
    open_with(true, HOUR_MS);
    await_reports(1);
    publish(&old_key, &new_key);
    for (size_t i = 0; i < LOOPS; i++) {
        assert_user(show_token(i, &before), "ann");
        assert_user(show(i, STR_NULL, "hello"), "bot");
    }
    keys = configured(OTHER, true);
    keyring_replace(keyrings[0], keys, api_keys);
    token_keys_unref(keys);
    api_keys_unref(api_keys);
    await_reports(2); /* the floor does not count here */
    for (size_t i = 0; i < LOOPS; i++) {
        assert_user(show_token(i, &after), "ann");
        assert_refused(show_token(i, &before), ST_UNAUTHENTICATED, "signature");
        assert_user(show(i, STR_NULL, "hello"), "robot");
        assert_user(show_token(i, &old_key), "ann");
        assert_user(show_token(i, &new_key), "ann");
    }
}

static void what_was_fetched_stays_when_the_rest_is_replaced(void **state)
{
    struct token_keys *keys;

    publish(&old_key, NULL);
    open_with(true, HOUR_MS);
    await_reports(1);
    http_stub_keep_silent(&stub);
    keys = configured(OTHER, true);
    keyring_replace(keyrings[0], keys, NULL);
    token_keys_unref(keys);
    turn();
    turn();
    for (size_t i = 0; i < LOOPS; i++) {
        assert_user(show_token(i, &old_key), "ann");
        assert_refused(show(i, STR_NULL, "hello"), ST_UNAUTHENTICATED, "API key");
    }
}

/* What is being fetched may be older than what the operator knows of. */
static void asked_for_during_a_fetch_another_follows(void **state)
{
    struct token_keys *keys = configured(SECRET, true);

    http_stub_keep_silent(&stub);
    open_with(true, HOUR_MS);
    while (http_stub_requests(&stub) == 0)
        turn();
    keyring_replace(keyrings[0], keys, NULL);
    token_keys_unref(keys);
    publish(&old_key, NULL);
    await_reports(2);
    assert_true(last.fetched);
    assert_int_equal(http_stub_requests(&stub), 2);
}

static void a_token_that_was_good_ends_all_the_same(void **state)
{
    struct signer secret = signer_with_secret("HS256", SECRET);
    struct credential credential = {
        .token = signer_token(&secret, "{\"sub\":\"ann\",\"exp\":1800000060}")};
    struct wait *w;

    open_with(false, HOUR_MS);
    for (int64_t s = 0; s < 60; s += 20) {
        w = keyring_check(keyrings[0], &arena, &credential, NOW_MS + s * 1000);
        assert_user(w, "ann");
    }
    w = keyring_check(keyrings[0], &arena, &credential, 1800000060000);
    assert_refused(w, ST_TOKEN_EXPIRED, "ended");
}

static void a_token_that_is_too_long_is_refused(void **state)
{
    static char token[300000];

    memset(token, 'a', sizeof(token));
    open_with(false, HOUR_MS);
    assert_refused(show(0, str_of(token, sizeof(token)), NULL), ST_UNAUTHENTICATED, "longer");
}

static void only_so_many_may_wait(void **state)
{
    enum {
        MOST = 1000
    };
    struct str token = token_of(&old_key, "ann");
    struct wait *last_wait = NULL;

    publish(&old_key, NULL);
    open_with(true, HOUR_MS);
    for (int i = 0; i < MOST; i++) {
        last_wait = show(0, token, NULL);
        assert_false(last_wait->answered);
    }
    assert_refused(show(0, token, NULL), ST_UNAVAILABLE, "try again");
    assert_false(show(1, token, NULL)->answered);
    await(last_wait);
    assert_user(last_wait, "ann");
}

static void note_answer(void *user, struct wait *w)
{
    ++*(unsigned *)user;
}

static void whoever_waits_at_the_end_is_answered(void **state)
{
    unsigned answered = 0;

    http_stub_keep_silent(&stub);
    open_with(true, HOUR_MS);
    for (size_t i = 0; i < LOOPS; i++)
        wait_on(show_token(i, &old_key), note_answer, &answered);
    while (http_stub_requests(&stub) == 0)
        turn();
    close_keyrings();
    assert_int_equal(answered, LOOPS);
    for (unsigned i = 0; i < LOOPS; i++)
        loop_init(&loops[i], i); /* for the tear-down */
}

static void asks_that_are_under_way_at_the_end_are_lost_without_harm(void **state)
{
    publish(&old_key, NULL);
    open_with(true, HOUR_MS);
    for (size_t i = 0; i < LOOPS; i++)
        assert_false(show_token(i, &old_key)->answered);
    /* No loop has turned: the letters lie in the first one's mailbox. */
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_is_configured_is_answered_at_once),
        T(a_token_counts_more_than_an_api_key),
        T(tokens_wait_for_the_first_keys),
        T(a_key_that_is_new_is_fetched_once),
        T(a_key_that_is_gone_is_not_used_any_more),
        T(within_the_floor_nothing_is_fetched_however_many_ask),
        T(many_that_ask_while_one_fetch_is_under_way_share_it),
        T(without_any_keys_yet_tokens_are_told_to_try_again),
        T(the_issuer_is_tried_again_by_and_by),
        T(old_keys_stay_while_the_issuer_is_away),
        T(keys_that_are_configured_anew_are_in_force_on_every_loop),
        T(what_was_fetched_stays_when_the_rest_is_replaced),
        T(asked_for_during_a_fetch_another_follows),
        T(a_token_that_was_good_ends_all_the_same),
        T(a_token_that_is_too_long_is_refused),
        T(only_so_many_may_wait),
        T(whoever_waits_at_the_end_is_answered),
        T(asks_that_are_under_way_at_the_end_are_lost_without_harm),
    };

    return cmocka_run_group_tests_name(__FILE__, tests, group_set_up, group_tear_down);
}
