#pragma once

/*
 * What may change while the server runs: the options that are `live` in the table. A reading gives
 * a config like the one before but for these; each worker takes it over on its own loop.
 *
 * Owner:   configs are kept until the server ends: what is under way may refer to an older one.
 * Threads: the first worker's loop.
 */

#include "server/worker.h"

/* What a worker makes of its config. */
struct gql_limits live_limits(const struct config *c);
void live_fill_facts(struct context_facts *facts, const struct config *c);
void live_fill_net(struct net_limits *limits, const struct config *c, size_t n_workers);
void live_fill_quotas(struct quotas_config *quotas, const struct config *c);

/* Reads the file of --config again, if there is one, and hands the workers what has changed, which
 * *latest is then; the log says what that was, what needs a restart, and what was wrong: then
 * nothing changes. */
void live_reload(const struct config **latest, struct worker *workers, size_t n);

/* Lets go of the configs that were read behind the first one, when no worker runs any more. */
void live_done(const struct config *latest, const struct config *first);
