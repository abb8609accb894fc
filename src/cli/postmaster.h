#pragma once

/*
 * What runs of PostgreSQL in the directory that is its own: as postmaster.pid says, and as /proc
 * knows.
 */

#include <sys/types.h>

#include "cli/state_dir.h"

enum {
    POSTMASTER_SOCKET_DIR = 108, /* bytes with the NUL: what the path of a Unix socket may have */
};

struct postmaster {
    pid_t pid;                              /* 0: none noted */
    bool ready;                             /* it accepts connections */
    char socket_dir[POSTMASTER_SOCKET_DIR]; /* where its Unix socket is; empty: none noted */
};

/* What postmaster.pid in a data directory says, be it true or stale. */
struct postmaster postmaster_read(const char *data);

/* Ends what an earlier run may have left in home, a postmaster or an initdb, and waits for it; then
 * clears the lock files that nobody stands behind, of home's data and beside the socket: the
 * process they name could be a stranger by now. Fails when something does not end. */
enum status postmaster_end_left_over(const char *home, const char *socket_dir,
                                     struct state_error *ret_error) must_use;
