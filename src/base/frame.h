#pragma once

/*
 * Frozen bytes, counted: rendered once, held by every queue that has yet to send them.
 *
 * Frames that many queues want one behind the other may be a run: each holds the one behind it, so
 * that who holds the first holds them all, and a queue says of a whole run where it stands in it.
 *
 * Owner:   the last holder. Never written once shared, but for the one behind it, by its maker.
 * Threads: any; the count is atomic. A run is its loop's.
 */

#include <stdatomic.h>

#include "base/status.h"
#include "base/str.h"

struct frame {
    atomic_uint holders;
    struct frame *behind; /* in its run; held */
    size_t n;
    char bytes[];
};

/* A copy of s with one holder: the caller. */
struct frame *frame_new(struct str s) must_use;

struct frame *frame_ref(struct frame *f) must_use;

/* The run goes on with this one; `last` ends it so far. */
void frame_go_on(struct frame *last, struct frame *f);

/* Takes NULL, returns NULL. */
struct frame *frame_unref(struct frame *f);

/* Has nobody but the caller got it? Of a run, ask the first. */
static inline bool frame_is_alone(const struct frame *f)
{
    return atomic_load_explicit(&f->holders, memory_order_acquire) == 1;
}

static inline struct str frame_str(const struct frame *f)
{
    return (struct str){f->bytes, f->n};
}
