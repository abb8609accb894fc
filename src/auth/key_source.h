#pragma once

/*
 * A JWKS that is kept fresh: fetched at the start, when it has become old, when somebody misses a
 * key, and again after failures.
 *
 * Owner:   its maker; gone some turns after key_source_close().
 * Threads: the loop's.
 */

#include "loop/loop.h"

#include "auth/fetch_plan.h"
#include "base/breaker.h"

/* Keys that came; false: they are none, and *ret_why, which lives as long as the source, says so.
 */
typedef bool key_source_take_fn(void *user, struct str jwks, struct str *ret_why);

/* A fetch is over, and this is how it went. failures: how many in a row; 0 after a success. */
typedef void key_source_settled_fn(void *user, unsigned failures, struct str why);

struct key_source_config {
    struct str url;
    int64_t floor_ms;
    uint64_t timeout_ms; /* of a fetch */
    key_source_take_fn *take;
    key_source_settled_fn *on_settled;
    void *user;
};

enum key_source_answer {
    KEY_SOURCE_UNDER_WAY, /* on_settled() comes */
    KEY_SOURCE_NO_NEWER,  /* it is too soon to ask again */
    KEY_SOURCE_AWAY,      /* the same, and the last time failed */
};

struct key_source;

/* Fetches as soon as the loop runs. The config is copied. */
struct key_source *key_source_new(struct loop *l, const struct key_source_config *config) must_use;

/* A key is missed. */
enum key_source_answer key_source_miss(struct key_source *s) must_use;

/* Fetches now, or once more when that is under way: an operator says that there is something new.
 */
void key_source_refresh(struct key_source *s);

/* Whether the latest fetch went well. Any thread may read it. */
const struct breaker *key_source_breaker(const struct key_source *s);

/* Takes NULL. */
void key_source_close(struct key_source *s);
