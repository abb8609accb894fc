#pragma once

/*
 * This process as the kernel sees it: Prometheus's usual process_ metrics, from /proc/self.
 *
 * Fails: what cannot be read is 0.
 */

#include <stdint.h>

struct process_facts {
    double cpu_seconds; /* user and system */
    double resident_bytes;
    double virtual_bytes;
    double open_fds;
    double max_fds; /* the soft limit */
};

/* What was seen at last, and when. */
struct process_sight {
    struct process_facts facts;
    int64_t at_ms; /* by the loop's clock; 0: never */
};

/* Counting descriptors takes the longer the more connections there are, and whoever scrapes may do
 * so as often as they like: within a second it is not done again. */
const struct process_facts *process_look(struct process_sight *sight, int64_t now_ms);
