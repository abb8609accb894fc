#pragma once

/*
 * The server's end, in stages that every worker finishes before any begins the next: the networks,
 * so that what was accepted is answered; the stores, because one worker's calls may wait for
 * another's writer; the bus, which has the last commits' hints; the loops, because until then
 * letters cross between them.
 *
 * When time is up nothing is waited for any more, in whatever stage: the stores give up what
 * PostgreSQL was asked, so that clients are told UNAVAILABLE, and whoever is still connected a
 * moment later is cut.
 *
 * Owner:   the app.
 * Threads: called on the first worker's loop; the stages run on each worker's own.
 */

#include "loop/timer.h"
#include "server/feed.h"
#include "server/worker.h"

enum shutdown_stage {
    SHUTDOWN_NOT_BEGUN,
    SHUTDOWN_NETWORKS,
    SHUTDOWN_STORES,
    SHUTDOWN_TRACES,
    SHUTDOWN_BUS, /* the first worker's alone */
    SHUTDOWN_LOOPS,
};

struct shutdown {
    struct worker *workers;
    size_t n;
    struct feed *feed;
    enum shutdown_stage stage;
    size_t finished; /* workers that have finished this stage */
    uint64_t drain_ms;
    struct timer timer;
    bool time_is_up;
};

void shutdown_init(struct shutdown *s, struct worker *workers, size_t n, struct feed *feed,
                   uint64_t drain_ms);

/* loop_run() of every worker returns once all is done. */
void shutdown_begin(struct shutdown *s);

/* Time is up. */
void shutdown_hurry(struct shutdown *s);

/* When the loops have stopped, or were never run. */
void shutdown_done(struct shutdown *s);
