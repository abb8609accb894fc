#pragma once

/*
 * What blocks and cannot be made not to, as the look-up of a name: done in another thread, while
 * the loop goes on turning.
 *
 *     work_start(&attempt->work, loop, look_up, on_looked_up);
 *
 * Owner:   embedded in what it works on, which is the other thread's until on_done.
 * Threads: fn runs in a thread of libuv's pool, and touches nothing that anybody else touches
 *          meanwhile; on_done runs in the loop's. Before a loop ends it waits for its work.
 */

#include <uv.h>

#include "loop/loop.h"

struct work;

typedef void work_fn(struct work *w);

struct work {
    uv_work_t uv;
    work_fn *fn;
    work_fn *on_done;
};

void work_start(struct work *w, struct loop *l, work_fn *fn, work_fn *on_done);

/* It need not be done any more, if it has not begun: on_done is called all the same. */
void work_cancel(struct work *w);
