#pragma once

/*
 * From the writers to the hubs: each commit becomes one batch of events for all loops.
 *
 * Threads: feed_committed() on any worker's loop; the rest before the loops run and after.
 */

#include "server/worker.h"

struct feed {
    struct hub **hubs;
    size_t n;
};

void feed_init(struct feed *feed, const struct worker *workers, size_t n);
void feed_done(struct feed *feed);

/* store_config.on_committed, user is a struct feed. */
void feed_committed(void *user, struct loop *writers_loop, const struct message *rows, size_t n);

/* The hub's key of a room's topic: tenant and room, told apart by a byte that neither can hold. */
struct str feed_topic_key(struct arena *a, struct str tenant_id, struct str room_id);
