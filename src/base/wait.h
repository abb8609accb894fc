#pragma once

/*
 * One value that is not there yet: the only currency of asynchrony. The store, key fetching and
 * the bus hand it out; the engine and flows take it.
 *
 *     struct wait *w = store_room(arena, id);     a source makes it, in the asker's arena
 *     wait_on(w, on_room, user);                  one listener, told once
 *     wait_answer(w, ST_OK, row);                 the source, from the loop
 *
 * No call answers inside itself: a source answers from a later callback of the loop, never before
 * it has returned the wait. A value that is there already is made with wait_done(); take it
 * without listening.
 *
 * Owner:   the arena it was made in, which must live until the answer. A request that dies early
 *          is abandoned, not freed: it ends when its last wait is answered.
 * Threads: the loop's that made it.
 */

#include "base/arena.h"
#include "base/status.h"

struct wait;

typedef void wait_answer_fn(void *user, struct wait *w);

struct wait {
    bool answered;
    enum status status; /* once answered */
    const void *value;  /* once answered with ST_OK; whose it is, the source says */
    struct str detail;  /* once answered with a failure: words for the client, or absent */
    wait_answer_fn *on_answer;
    void *user;
};

struct wait *wait_new(struct arena *a) must_use;

/* A value or a failure that is there already; the second with words for the client, which are
 * borrowed. */
struct wait *wait_done(struct arena *a, enum status status, const void *value) must_use;
struct wait *wait_failed(struct arena *a, enum status status, struct str detail) must_use;

/* Not for a wait that is answered; at most once. */
void wait_on(struct wait *w, wait_answer_fn *on_answer, void *user);

/* The source's, exactly once. The listener may free the wait's arena before this returns. */
void wait_answer(struct wait *w, enum status status, const void *value);

/* As wait_answer with a failure, and words that tell the client what was wrong. They are borrowed
 * and must live as long as the wait. */
void wait_fail(struct wait *w, enum status status, struct str detail);
