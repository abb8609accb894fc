#pragma once

/*
 * Waiting at start-up until every worker's store is connected, so that the first request is
 * served. Should the database not come, the server opens all the same after a while: /readyz says
 * then that it is away.
 *
 * Owner:   the app.
 * Threads: begun before the loops run; on_ready is called on the first worker's loop.
 */

#include <stdatomic.h>

#include "server/worker.h"

typedef void readiness_fn(void *user);

struct readiness {
    const struct worker *first;
    size_t missing; /* workers that have not reported */
    atomic_bool hurried;
    readiness_fn *on_ready;
    void *user;
};

void readiness_begin(struct readiness *r, struct worker *workers, size_t n, readiness_fn *on_ready,
                     void *user);

/* The stores are waited for no more. */
void readiness_hurry(struct readiness *r);
