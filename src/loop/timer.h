#pragma once

/*
 * Once, after some milliseconds.
 *
 * There are tens of thousands of them, one for each token that ends: they are small, and libuv sees
 * one timer a loop, which fires for the soonest of ours.
 *
 * Owner: the timer is embedded in its owner. While it does not run, nobody else knows of it.
 */

#include <stdint.h>

#include "loop/loop.h"

struct timer;

typedef void timer_fn(struct timer *t);

/* Those that run are a pairing heap: a tree in which nobody is sooner than who stands above. */
struct timer {
    struct loop *loop;
    timer_fn *on_time;   /* NULL: it is closed */
    uint64_t at;         /* by the loop's time */
    uint64_t number;     /* of its latest start: of two for the same time the older one is sooner */
    struct timer *below; /* the first of those below it; the others stand beside that one */
    struct timer *beside;
    struct timer **from; /* what points to it; NULL: it does not run */
};

void timer_init(struct timer *t, struct loop *l, timer_fn *on_time);

/* From now on; a running timer starts anew. It keeps the loop from ending, until it has fired. */
void timer_start(struct timer *t, uint64_t ms);
void timer_stop(struct timer *t);

/* It does nothing any more. on_closed comes from the loop, and gives the memory back to the owner;
 * NULL: it is the owner's at once. */
void timer_close(struct timer *t, timer_fn *on_closed);

/* For loop.c: the first and the last that is done with a loop's timers. */
void timers_open(struct loop *l);
void timers_close(struct loop *l);
