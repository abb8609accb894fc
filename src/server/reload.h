#pragma once

/*
 * What SIGHUP has a running server read again, or open anew: the audit log, keys, certificates.
 * Each is told in the log, and what fails leaves everything as it was.
 *
 * Threads: the first worker's loop.
 */

#include "server/worker.h"

struct audit_file;

struct reload {
    struct worker *workers;
    size_t n;
    struct audit_file *audit_file; /* NULL: there is none */
};

void reload_all(const struct reload *r);
