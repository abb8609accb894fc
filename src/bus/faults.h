#pragma once

/*
 * A bus that misbehaves, for tests and for staging: of the hints that come in, some are dropped,
 * some come twice, some late and so behind younger ones; and from time to time all are dropped for
 * a while, as if the connection had been lost. What happens to the n-th hint follows from the seed.
 *
 * Threads: the loop's.
 */

#include "bus/bus.h"

struct faults;

/* seed is not 0. on_connected ends each time of silence. */
struct faults *faults_new(struct loop *l, uint64_t seed, bus_hint_fn *on_hint,
                          bus_connected_fn *on_connected, void *user) must_use;

/* What is left of the hint comes out of on_hint, now or later. */
void faults_take(struct faults *f, struct str hint);

/* Drops what is late; freed when on_closed is called. */
void faults_close(struct faults *f, bus_closed_fn *on_closed, void *user);
