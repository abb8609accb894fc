#pragma once

/*
 * What a hub counts, for /metrics.
 *
 * Threads: the hub's loop; read by any.
 */

#include "base/metric.h"

enum {
    HUB_STATES = 4 /* the last of the states is to have ended */
};

struct hub_counts {
    struct metric in_state[HUB_STATES]; /* subscribers, by enum subscriber_state */
    struct metric delivered;            /* events that were taken, live */
    struct metric replayed;             /* the same in replays */
    struct metric replays;              /* begun */
    struct metric gaps;                 /* events of followed rooms behind one that did not come */
    /* From this node's commits, until the sockets of this loop that had room had taken the events;
     * once a turn, of its oldest commit. In microseconds. */
    struct metric_histogram latency;
};
