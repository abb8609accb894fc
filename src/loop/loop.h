#pragma once

/*
 * A loop is a thread and owns what it touches: file descriptors, timers, a mailbox for the others.
 *
 * A turn is one round of the loop. Work that pays to be done once for many events (flushing a
 * pipeline, writing to a socket all that waits for it) is put off to the end of the turn with
 * loop_at_turn_end(); work that would be too much for one turn takes a part of itself and goes on
 * with loop_next_turn(). What must not be freed while its callbacks may be on the stack goes to the
 * graveyard with loop_bury().
 *
 * Threads: loop_run() in the loop's own thread; everything else there too, once it runs. Only a
 *          mailbox crosses from loop to loop; work.h hands to another thread what would block.
 */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/list.h"
#include "base/status.h"

struct mailbox;
struct timer;
struct turn_hook;
struct grave;

typedef void turn_hook_fn(struct turn_hook *hook);
typedef void grave_fn(struct grave *grave);

/* Embedded in whoever has something to do at the end of the turn. */
struct turn_hook {
    struct list link;
    turn_hook_fn *fn;
};

/* Embedded in what is to be freed at the end of the turn. */
struct grave {
    struct list link;
    grave_fn *fn;
};

struct loop {
    uv_loop_t uv;
    unsigned index;        /* 0 is the first */
    unsigned turn;         /* which this is; begins again after four thousand million */
    struct list hooks;     /* turn_hook.link, to run at the end of this turn */
    struct list next;      /* turn_hook.link, to run at the end of the next */
    struct list graveyard; /* grave.link */
    struct mailbox *mailbox;
    struct timer *soonest; /* of those that run, with the others below it; for timer.c alone */
    uint64_t started;      /* how often a timer was */
    uv_timer_t alarm;      /* for the soonest */
    uv_prepare_t before_poll;
    uv_check_t after_poll;
    uv_idle_t hurry; /* runs while a hook waits: then the poll does not */
};

void loop_init(struct loop *l, unsigned index);

/* Every watch, timer and other handle must be closed; runs the loop until libuv has let go. */
void loop_done(struct loop *l);

/* Until loop_stop(). */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* Another number in each turn. */
unsigned loop_turn(const struct loop *l);

/* Milliseconds that never go back, as of this turn's start. */
int64_t loop_now_ms(const struct loop *l);

void turn_hook_init(struct turn_hook *hook, turn_hook_fn *fn);
/* Once at the end of this turn, however often it is asked for. */
void loop_at_turn_end(struct loop *l, struct turn_hook *hook);
/* Once at the end of the next turn, when what has come meanwhile has been seen to. The loop does
 * not wait for anything to come. */
void loop_next_turn(struct loop *l, struct turn_hook *hook);
/* Not after all. */
void turn_hook_cancel(struct turn_hook *hook);

/* fn(grave) at the end of this turn, after the hooks: the place to free. */
void loop_bury(struct loop *l, struct grave *grave, grave_fn *fn);
