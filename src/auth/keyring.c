/*
 * Between the loops go two kinds of letters:
 *
 *     a keyring ── ask ──► the first loop     a token names a key that I do not know
 *     the first loop ── news ──► a keyring    these keys are in force; and perhaps: this is the
 *                                             answer to your ask
 *
 * A keyring asks once for all its tokens that wait. The first loop answers at once, or when the
 * fetch that is under way has ended; its own keyring is written to like all others.
 */

#include "auth/keyring.h"

#include <assert.h>

#include "auth/claims.h"
#include "auth/key_source.h"
#include "auth/signature.h"
#include "auth/token_cache.h"
#include "base/list.h"
#include "base/mem.h"
#include "loop/mailbox.h"

enum {
    MOST_WAITING = 1000, /* tokens of a loop */
    LONGEST_SHOWN =
        SIGNATURE_LONGEST_TOKEN + 64, /* bytes of a token with what may stand around it */
};

/* What an ask has come to. */
enum verdict {
    VERDICT_NONE,    /* nobody asked */
    VERDICT_CURRENT, /* there are no newer keys */
    VERDICT_AWAY,    /* whether there are cannot be known now */
};

/* What the keyrings share; of the first loop, but for the list of them, which is frozen. */
struct shared {
    struct loop *first;
    struct keyring **keyrings;
    size_t n;
    struct token_keys *keys;
    struct api_keys *api_keys;
    struct key_source *source; /* NULL: nothing is fetched */
    keyring_report_fn *on_fetch;
    void *user;
    struct token_fetched fetched; /* of the fetch that is being taken */
    struct token_error why;
};

struct keyring {
    struct loop *loop;
    struct shared *shared;
    struct token_keys *keys;
    struct api_keys *api_keys;
    struct token_cache *good;
    struct list waiting; /* struct waiting.link */
    size_t n_waiting;
    bool has_asked;
    bool is_asking; /* the first loop's: to be answered when the fetch has ended */
    bool is_closed;
};

/* A token that waits for its key, in the asker's arena. */
struct waiting {
    struct list link;
    struct keyring *keyring;
    struct arena *arena;
    struct wait *wait;
    struct str token;
    int64_t now_ms; /* when it was shown, and by the loop's clock */
    int64_t loop_ms;
};

/* --- answers */

static void drop_viewer(void *viewer)
{
    viewer_unref(viewer);
}

static struct wait *let_in(struct arena *a, struct viewer *viewer)
{
    arena_on_done(a, drop_viewer, viewer);
    return wait_done(a, ST_OK, viewer);
}

static struct wait *refuse(struct arena *a, enum status st, const struct token_error *error)
{
    return wait_failed(a, st, arena_str(a, str_c(error->text)));
}

/* --- on the first loop */

struct news {
    struct mailbox_letter letter;
    struct keyring *keyring;
    struct token_keys *keys;
    struct api_keys *api_keys;
    enum verdict verdict;
};

static void on_news(struct mailbox_letter *letter);

static void send_news(struct keyring *k, enum verdict verdict)
{
    struct news *news = mem_new(struct news);
    struct shared *shared = k->shared;

    news->keyring = k;
    news->keys = token_keys_ref(shared->keys);
    news->api_keys = shared->api_keys ? api_keys_ref(shared->api_keys) : NULL;
    news->verdict = k->is_asking ? verdict : VERDICT_NONE;
    k->is_asking = k->is_asking && verdict == VERDICT_NONE;
    mailbox_post(k->loop->mailbox, &news->letter, on_news);
}

static void send_news_to_all(struct shared *shared, enum verdict verdict)
{
    for (size_t i = 0; i < shared->n; i++)
        send_news(shared->keyrings[i], verdict);
}

static void put_keys(struct shared *shared, struct token_keys *keys)
{
    token_keys_unref(shared->keys);
    shared->keys = keys;
}

static bool take_jwks(void *user, struct str jwks, struct str *ret_why)
{
    struct shared *shared = user;
    struct token_keys *newer;

    if (token_keys_with_jwks(shared->keys, jwks, &newer, &shared->fetched, &shared->why) != ST_OK) {
        *ret_why = str_c(shared->why.text);
        return false;
    }
    put_keys(shared, newer);
    return true;
}

static void on_settled(void *user, unsigned failures, struct str why)
{
    struct shared *shared = user;
    struct keyring_report report = {
        .fetched = failures == 0,
        .has_older = token_keys_complete(shared->keys),
        .keys = shared->fetched,
        .failures = failures,
        .why = why,
    };

    send_news_to_all(shared, failures ? VERDICT_AWAY : VERDICT_CURRENT);
    if (shared->on_fetch)
        shared->on_fetch(shared->user, &report);
}

struct ask {
    struct mailbox_letter letter;
    struct keyring *keyring;
};

static void on_ask(struct mailbox_letter *letter)
{
    struct ask *ask = container_of(letter, struct ask, letter);
    struct keyring *k = ask->keyring;

    mem_free(ask);
    if (!k->shared->source)
        return; /* no loop runs any more, and each keyring answers when it is closed */
    k->is_asking = true;
    switch (key_source_miss(k->shared->source)) {
    case KEY_SOURCE_UNDER_WAY:
        return;
    case KEY_SOURCE_NO_NEWER:
        send_news(k, VERDICT_CURRENT);
        return;
    case KEY_SOURCE_AWAY:
        send_news(k, VERDICT_AWAY);
        return;
    }
}

void keyring_replace(struct keyring *first, struct token_keys *keys, struct api_keys *api_keys)
{
    struct shared *shared = first->shared;

    token_keys_inherit(keys, shared->keys);
    put_keys(shared, token_keys_ref(keys));
    api_keys_unref(shared->api_keys);
    shared->api_keys = api_keys ? api_keys_ref(api_keys) : NULL;
    send_news_to_all(shared, VERDICT_NONE);
    if (shared->source)
        key_source_refresh(shared->source);
}

/* --- on each loop */

static void ask(struct keyring *k)
{
    struct ask *ask = mem_new(struct ask);

    ask->keyring = k;
    k->has_asked = true;
    mailbox_post(k->shared->first->mailbox, &ask->letter, on_ask);
}

static struct waiting *take_first(struct list *waiting)
{
    struct waiting *first = list_first(waiting, struct waiting, link);

    list_remove(&first->link);
    first->keyring->n_waiting--;
    return first;
}

static void fail(struct waiting *w, enum status st, const struct token_error *error)
{
    wait_fail(w->wait, st, arena_str(w->arena, str_c(error->text)));
}

/* The listener may free the arena that w is in: nothing of w is touched behind its answer. */
static void judge(struct waiting *w, enum verdict verdict)
{
    int64_t now_ms = w->now_ms + loop_now_ms(w->keyring->loop) - w->loop_ms;
    struct viewer *viewer;
    struct token_error error;
    enum status st = token_check(w->keyring->keys, w->token, now_ms, &viewer, &error);

    if (st == ST_OK) {
        arena_on_done(w->arena, drop_viewer, viewer);
        wait_answer(w->wait, ST_OK, viewer);
        return;
    }
    if (st == ST_NOT_FOUND && verdict == VERDICT_AWAY) {
        st = ST_UNAVAILABLE;
        token_refuse(&error, "The token's key cannot be fetched now: try again.");
    } else if (st == ST_NOT_FOUND) {
        st = ST_UNAUTHENTICATED;
    }
    fail(w, st, &error);
}

/* Moved aside: who is answered may come with another token, which waits for the next answer. */
static void judge_all(struct keyring *k, enum verdict verdict)
{
    struct list now;

    list_init(&now);
    list_move_all(&k->waiting, &now);
    while (!list_empty(&now))
        judge(take_first(&now), verdict);
}

static void on_news(struct mailbox_letter *letter)
{
    struct news *news = container_of(letter, struct news, letter);
    struct keyring *k = news->keyring;
    enum verdict verdict = news->verdict;

    token_keys_unref(k->keys);
    api_keys_unref(k->api_keys);
    k->keys = news->keys;
    k->api_keys = news->api_keys;
    token_cache_clear(k->good);
    mem_free(news);
    if (verdict == VERDICT_NONE)
        return;
    k->has_asked = false;
    judge_all(k, verdict);
}

static struct wait *wait_for_key(struct keyring *k, struct arena *a, struct str token,
                                 int64_t now_ms)
{
    struct waiting *w;

    if (k->n_waiting == MOST_WAITING || k->is_closed)
        return wait_failed(a, ST_UNAVAILABLE, STR("Too many tokens wait for keys: try again."));
    w = arena_new(a, struct waiting);
    w->keyring = k;
    w->arena = a;
    w->wait = wait_new(a);
    w->token = arena_str(a, token);
    w->now_ms = now_ms;
    w->loop_ms = loop_now_ms(k->loop);
    list_append(&k->waiting, &w->link);
    k->n_waiting++;
    if (!k->has_asked)
        ask(k);
    return w->wait;
}

static enum status check_token(struct keyring *k, struct str token, int64_t now_ms,
                               struct viewer **ret_viewer, struct token_error *error)
{
    unsigned char digest[TOKEN_CACHE_DIGEST];
    struct viewer *known;
    enum status st;

    if (token.n > LONGEST_SHOWN)
        return token_check(k->keys, token, now_ms, ret_viewer, error);
    token_cache_digest(token, digest);
    known = token_cache_get(k->good, digest, now_ms);
    if (known) {
        *ret_viewer = known;
        return ST_OK;
    }
    st = token_check(k->keys, token, now_ms, ret_viewer, error);
    if (st == ST_OK)
        token_cache_put(k->good, digest, *ret_viewer);
    return st;
}

struct wait *keyring_check(struct keyring *k, struct arena *a, const struct credential *credential,
                           int64_t now_ms)
{
    struct token_error error;
    struct viewer *viewer;
    enum status st;

    if (!credential->token.p && credential->api_key.p)
        st = api_keys_check(k->api_keys, credential->api_key, now_ms, &viewer, &error);
    else
        st = check_token(k, credential->token, now_ms, &viewer, &error);
    if (st == ST_NOT_FOUND)
        return wait_for_key(k, a, credential->token, now_ms);
    return st == ST_OK ? let_in(a, viewer) : refuse(a, st, &error);
}

struct viewer *keyring_viewer(const struct wait *checked)
{
    assert(checked->answered && checked->status == ST_OK);
    return viewer_ref((struct viewer *)checked->value);
}

bool keyring_ready(const struct keyring *k)
{
    return token_keys_complete(k->keys);
}

const struct breaker *keyring_source(const struct keyring *k)
{
    return k->shared->source ? key_source_breaker(k->shared->source) : NULL;
}

/* --- their life */

static struct shared *share(struct loop *const *loops, size_t n,
                            const struct keyring_config *config)
{
    struct shared *shared = mem_new(struct shared);
    struct key_source_config source = {
        .url = config->jwks_url,
        .floor_ms = config->jwks_floor_ms,
        .timeout_ms = config->jwks_timeout_ms,
        .take = take_jwks,
        .on_settled = on_settled,
        .user = shared,
    };

    shared->first = loops[0];
    shared->keyrings = mem_zalloc(n * sizeof(struct keyring *));
    shared->n = n;
    shared->keys = token_keys_ref(config->keys);
    shared->api_keys = config->api_keys ? api_keys_ref(config->api_keys) : NULL;
    shared->on_fetch = config->on_fetch;
    shared->user = config->user;
    if (config->jwks_url.n)
        shared->source = key_source_new(loops[0], &source);
    return shared;
}

static struct keyring *keyring_new(struct loop *l, struct shared *shared)
{
    struct keyring *k = mem_new(struct keyring);

    k->loop = l;
    k->shared = shared;
    k->keys = token_keys_ref(shared->keys);
    k->api_keys = shared->api_keys ? api_keys_ref(shared->api_keys) : NULL;
    k->good = token_cache_new();
    list_init(&k->waiting);
    return k;
}

void keyring_new_all(struct loop *const *loops, size_t n, const struct keyring_config *config,
                     struct keyring **ret_keyrings)
{
    struct shared *shared = share(loops, n, config);

    for (size_t i = 0; i < n; i++)
        ret_keyrings[i] = shared->keyrings[i] = keyring_new(loops[i], shared);
}

static bool is_first(const struct keyring *k)
{
    return k == k->shared->keyrings[0];
}

void keyring_close(struct keyring *k)
{
    if (!k)
        return;
    k->is_closed = true;
    judge_all(k, VERDICT_AWAY);
    if (is_first(k)) {
        key_source_close(k->shared->source);
        k->shared->source = NULL;
    }
}

static void free_shared(struct shared *shared)
{
    token_keys_unref(shared->keys);
    api_keys_unref(shared->api_keys);
    mem_free(shared->keyrings);
    mem_free(shared);
}

void keyring_free(struct keyring *k)
{
    if (!k)
        return;
    /* The last one takes along what they share: letters of others may be read until then. */
    if (k == k->shared->keyrings[k->shared->n - 1])
        free_shared(k->shared);
    token_cache_free(k->good);
    token_keys_unref(k->keys);
    api_keys_unref(k->api_keys);
    mem_free(k);
}
