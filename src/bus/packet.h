#pragma once

/*
 * What carries the bus's bytes knows packets: some hints, each ended by a newline. Those that wait
 * to leave stand in a queue with a ceiling; what would pass it is dropped, as a bus may.
 *
 * Threads: one at a time.
 */

#include "base/list.h"
#include "base/str.h"

/* To the bus, on its loop. Not called from inside a call to the carrier. */
struct bus_events {
    void (*on_packet)(void *user, struct str packet); /* borrowed for the call */
    void (*on_connected)(void *user);                 /* for the first time or again */
    void *user;
};

struct packet {
    struct list link;
    size_t n;
    char bytes[];
};

struct packet_queue {
    struct list packets; /* packet.link, the oldest first */
    size_t n;
};

void packet_queue_init(struct packet_queue *q);

/* Drops what waits. */
void packet_queue_done(struct packet_queue *q);

/* False: it is full, and the packet was dropped. */
bool packet_queue_add(struct packet_queue *q, struct str packet);

/* The oldest, for mem_free(); NULL when there is none. */
struct packet *packet_queue_take(struct packet_queue *q) must_use;
