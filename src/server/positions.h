#pragma once

/*
 * Where the rooms stand that are followed on this loop, compared with the database at intervals and
 * whenever a connection has come back: so even the loss of a last hint, behind which none comes, is
 * found, within the interval and the time of a statement.
 *
 * Owner:   the app, one a worker.
 * Threads: the worker's loop's, but for positions_check_all().
 */

#include "server/worker.h"

struct positions;

/* Before the loop runs. interval 0: only when asked for. */
struct positions *positions_new(struct worker *w, uint64_t interval_ms) must_use;

/* Now, or as soon as the comparison that is under way has ended. */
void positions_check(struct positions *p);

/* On every worker's loop. */
void positions_check_all(struct worker *workers, size_t n);

/* When the store is closed. The loop must end before the memory is freed. */
void positions_close(struct positions *p);
void positions_free(struct positions *p);
