#pragma once

/*
 * This process as the kernel sees it: Prometheus's usual process_ metrics, from /proc/self.
 *
 * Fails: what cannot be read is 0.
 */

struct process_facts {
    double cpu_seconds; /* user and system */
    double resident_bytes;
    double virtual_bytes;
    double open_fds;
    double max_fds; /* the soft limit */
};

void process_look(struct process_facts *ret);
