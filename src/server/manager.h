#pragma once

/*
 * The service manager that started the process (systemd), and what it is told: that the doors are
 * open, that configuration is read again, that the end has begun, and, where it has a watchdog,
 * that every loop turns. Nobody is told anything where there is no manager.
 *
 * A round of the watchdog is a letter to every worker and an answer of each. It is not complete
 * while one loop is stuck, so the manager hears nothing and does what its unit says.
 *
 * Owner:   the app.
 * Threads: called on the first worker's loop, or while no loop runs.
 */

#include "loop/timer.h"
#include "server/worker.h"

struct pulse;

struct manager {
    struct worker *workers;
    size_t n;
    struct pulse *pulses; /* one a worker */
    size_t missing;       /* workers that have not answered in this round */
    uint64_t interval_ms; /* between two rounds; 0: the manager has no watchdog */
    bool is_told;         /* that it is ready, and not yet of the end */
    struct timer timer;
    bool ended;
};

void manager_init(struct manager *m, struct worker *workers, size_t n);

/* Until it is ready: what it waits for. */
void manager_waits(const struct manager *m, const char *what);

/* Once, with the address that it serves on; the watchdog begins. */
void manager_ready(struct manager *m, struct str address);

/* Before and after what SIGHUP does; nothing where the manager has not been told ready, or has been
 * told of the end. */
void manager_reloads(const struct manager *m);
void manager_reloaded(const struct manager *m);

void manager_stops(struct manager *m);

/* When the loops have stopped, or were never run; its letters may still be on their way. */
void manager_done(struct manager *m);

/* When they are delivered: the loops are gone. */
void manager_free(struct manager *m);
