#pragma once

/*
 * What this server depends on, and how it stands with it: whether it can be used, since when, what
 * was refused because it could not. /readyz and /metrics tell of these.
 *
 * Threads: any worker's, while networks are open: what is looked at closes behind them.
 */

#include "server/worker.h"

enum dependency {
    DEPENDENCY_DATABASE,   /* all connections of all threads */
    DEPENDENCY_MIGRATIONS, /* what the database has is what this program needs */
    DEPENDENCY_KEYS,       /* the issuer's, where they are fetched */
    DEPENDENCY_BUS,        /* the way to the other nodes */
    DEPENDENCIES
};

struct dependency_state {
    const char *name;
    bool is_up;
    /* Whether requests can be served as it is: keys of before go on being used, and without the bus
     * messages of other nodes are late, and no more. */
    bool is_ready;
    int64_t since_ms; /* since 1970 */
    uint64_t trips;   /* how often it went down */
    uint64_t refused; /* calls that were not made, or failed, because it was down */
};

void dependency_look(const struct worker *w, enum dependency what,
                     struct dependency_state *ret_state);
