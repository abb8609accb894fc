#pragma once

/*
 * What a loop checks tokens and API keys with. Every loop has a keyring, which holds the keys in
 * force; the first one's also has the source that fetches keys, and hands new ones to all.
 *
 *     struct wait *w = keyring_check(k, arena, &credential, now_ms);
 *     if (w->answered) …                       nearly always
 *     wait_on(w, on_checked, user);            a token names a key that is being fetched
 *
 * Keys are frozen sets that are exchanged as a whole: whoever was let in by the old ones stays,
 * until the token itself ends.
 *
 * A token whose key is not known waits for one fetch, if the floor between fetches allows one; how
 * many may wait is bounded.
 *
 * Owner:   its maker: when no loop runs any more, keyring_close() before loop_done() and
 *          keyring_free() behind it, in the order in which they were made.
 * Threads: its loop's; keyring_new_all() is called before the loops run.
 */

#include "auth/api_keys.h"
#include "base/breaker.h"
#include "base/wait.h"
#include "loop/loop.h"

struct keyring;

/* How a fetch went; borrowed for the call. */
struct keyring_report {
    bool fetched;
    bool has_older; /* keys that go on being used where it failed */
    struct token_fetched keys;
    unsigned failures; /* in a row */
    struct str why;    /* of a failure */
};

/* On the first loop. */
typedef void keyring_report_fn(void *user, const struct keyring_report *report);

struct keyring_config {
    struct token_keys *keys;   /* the caller keeps its own hold of it, and of the next */
    struct api_keys *api_keys; /* NULL without any */
    struct str jwks_url;       /* absent: nothing is fetched */
    int64_t jwks_floor_ms;     /* between two fetches that tokens ask for */
    uint64_t jwks_timeout_ms;  /* of a fetch */
    keyring_report_fn *on_fetch;
    void *user;
};

/* What a client shows; a token counts more than an API key. */
struct credential {
    struct str token; /* as token_check() takes it; absent without one */
    struct str api_key;
};

/* One for each loop, the first first. The config is copied. */
void keyring_new_all(struct loop *const *loops, size_t n, const struct keyring_config *config,
                     struct keyring **ret_keyrings);

/* The value is a const struct viewer that lives as long as the arena; keyring_viewer() keeps it.
 * ST_UNAUTHENTICATED, ST_TOKEN_EXPIRED, and ST_UNAVAILABLE while keys cannot be had; with words for
 * the client. The credential is copied where it must wait. */
struct wait *keyring_check(struct keyring *k, struct arena *a, const struct credential *credential,
                           int64_t now_ms) must_use;

/* A hold of the viewer of a check that was answered with ST_OK. */
struct viewer *keyring_viewer(const struct wait *checked) must_use;

/* False while keys are to be fetched and never were. */
bool keyring_ready(const struct keyring *k);

/* Whether the latest fetch of keys went well; NULL where none are fetched. Any thread may read it
 * while the loops run. */
const struct breaker *keyring_source(const struct keyring *k);

/* For the first: these are configured from now on, on every loop; fetched ones stay, and are
 * fetched again. The caller keeps its own hold. */
void keyring_replace(struct keyring *first, struct token_keys *keys, struct api_keys *api_keys);

/* Whoever waits is answered ST_UNAVAILABLE; nothing is fetched any more. Takes NULL, as does the
 * next. */
void keyring_close(struct keyring *k);
void keyring_free(struct keyring *k);
