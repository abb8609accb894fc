#pragma once

/*
 * /metrics: the table of all metrics, and their values summed over the threads.
 *
 * Threads: any worker's, while networks are open: what is read is counted by each thread for
 *          itself (base/metric.h).
 */

#include "server/worker.h"

/* In the text format of base/exposition.h. */
void metrics_write(struct worker *w, struct buf *out);
