#pragma once

/*
 * Frozen bytes, counted: rendered once, held by every queue that has yet to send them.
 *
 * Owner:   the last holder. Never written once shared.
 * Threads: any; the count is atomic.
 */

#include <stdatomic.h>

#include "base/status.h"
#include "base/str.h"

struct frame {
    atomic_uint holders;
    size_t n;
    char bytes[];
};

/* A copy of s with one holder: the caller. */
struct frame *frame_new(struct str s) must_use;

struct frame *frame_ref(struct frame *f) must_use;

/* Takes NULL, returns NULL. */
struct frame *frame_unref(struct frame *f);

/* Has nobody but the caller got it? */
static inline bool frame_is_alone(const struct frame *f)
{
    return atomic_load_explicit(&f->holders, memory_order_acquire) == 1;
}

static inline struct str frame_str(const struct frame *f)
{
    return (struct str){f->bytes, f->n};
}
