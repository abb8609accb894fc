#pragma once

/*
 * The running server: a thread a core, each with a loop, a store, a hub and a listener of its own.
 */

#include "server/config.h"

struct app_hooks {
    void *user;
    /* Once clients can connect; address is "127.0.0.1:8080". */
    void (*on_listening)(void *user, struct str address);
    /* Somebody's terminal is its home: SIGHUP ends it, instead of having it read its keys again. */
    bool is_interactive;
};

/* Serves until SIGINT or SIGTERM, drains, and returns the exit status; a second signal ends the
 * draining. On SIGHUP the files of keys are read again. What cannot start is said on stderr, with
 * what to do. hooks may be NULL. */
int app_run(const struct config *config, const struct app_hooks *hooks);
