#pragma once

/*
 * What may change while the server runs: the options that are `live` in the table. A reading gives
 * a config like the one before but for these; each worker takes it over on its own loop.
 *
 * Owner:   the first config is the caller's, and stays until live_done(). One that was read later
 *          needs none but the first, and is freed when the last worker has gone on from it, which
 *          each says in a letter to the first loop.
 * Threads: the first worker's loop.
 */

#include "server/worker.h"

struct live {
    struct worker *workers;
    size_t n;
    const struct config *first;
    const struct config *latest; /* of those that were read */
    struct list versions;        /* those behind the first that a worker may hold still */
};

/* Before the loops run; the workers have the first config. */
void live_init(struct live *live, struct worker *workers, size_t n);

/* What a worker makes of its config. */
struct gql_limits live_limits(const struct config *c);
void live_fill_facts(struct context_facts *facts, const struct config *c);
void live_fill_net(struct net_limits *limits, const struct config *c, size_t n_workers);
void live_fill_quotas(struct quotas_config *quotas, const struct config *c);

/* Reads the file of --config again, if there is one, and hands the workers what has changed; the
 * log says what that was, what needs a restart, and what was wrong: then nothing changes. */
void live_reload(struct live *live);

/* When no worker is left. */
void live_done(struct live *live);
