#pragma once

/*
 * What SIGHUP has a running server read again, or open anew: the audit log, the file of
 * options, keys, certificates.
 * Each is told in the log, and what fails leaves everything as it was.
 *
 * Threads: the first worker's loop.
 */

#include "server/live.h"

struct audit_file;

struct reload {
    struct live live;
    struct audit_file *audit_file; /* NULL: there is none */
};

void reload_all(struct reload *r);
