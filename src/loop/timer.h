#pragma once

/*
 * Once, after some milliseconds.
 *
 * Owner: the timer is embedded in its owner and closed by libuv asynchronously: its memory is the
 *        owner's again only in on_closed.
 */

#include <uv.h>

#include "loop/loop.h"

struct timer;

typedef void timer_fn(struct timer *t);

struct timer {
    uv_timer_t uv;
    timer_fn *on_time;
    timer_fn *on_closed;
};

void timer_init(struct timer *t, struct loop *l, timer_fn *on_time);

/* From now on; a running timer starts anew. It keeps the loop from ending, until it has fired. */
void timer_start(struct timer *t, uint64_t ms);
void timer_stop(struct timer *t);

/* on_closed may be NULL. */
void timer_close(struct timer *t, timer_fn *on_closed);
