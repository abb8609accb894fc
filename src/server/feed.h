#pragma once

/*
 * What has happened in rooms, on its way to the hubs: each commit of this node becomes one batch of
 * events for all loops, and hints for the other nodes; each hint of another node becomes events
 * for all loops.
 *
 *     a writer's loop ── hub_publish ──► every loop's hub
 *          └── hints, as letters ──► the first loop ── bus ──► other nodes
 *     the first loop ◄── bus: hints ── other nodes, applications ;  hub_publish ──► every loop's
 * hub
 *
 * Threads: feed_committed() on any worker's loop; the rest on the first loop's, or before the
 *          loops run and after.
 */

#include <stdatomic.h>

#include "bus/bus.h"
#include "server/worker.h"

struct feed {
    struct worker *workers; /* the first owns the bus */
    struct hub **hubs;
    size_t n;
    struct bus *bus;             /* NULL before feed_open() and once it has closed */
    bool is_shared;              /* with other nodes */
    atomic_uint_fast64_t n_rows; /* that it told the hubs of, which numbers them */
    bus_closed_fn *on_closed;
    void *user;
};

void feed_init(struct feed *feed, struct worker *workers, size_t n);
void feed_done(struct feed *feed);

/* Opens the bus, before the loops run. The config's callbacks are the feed's. */
void feed_open(struct feed *feed, const struct bus_config *config);

/* On the first loop, when nothing is committed any more. */
void feed_close(struct feed *feed, bus_closed_fn *on_closed, void *user);

/* While it is being closed, or when it has closed: the last hints are not waited for. */
void feed_hurry(struct feed *feed);

/* store_config.on_committed, user is a struct feed. */
void feed_committed(void *user, struct loop *writers_loop, const struct message *rows, size_t n);

/* The hub's key of a room's topic: tenant and room, told apart by a byte that neither can hold. */
struct str feed_topic_key(struct arena *a, struct str tenant_id, struct str room_id);

/* What the key was made of; both borrow from it. */
void feed_topic_names(struct str key, struct str *ret_tenant_id, struct str *ret_room_id);
