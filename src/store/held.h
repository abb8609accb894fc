#pragma once

/*
 * Messages whose rooms somebody else has locked: an application, say, that sends in a transaction
 * of its own and has not ended it yet. They wait here, by room, so that nothing for another room
 * waits for them.
 *
 * A room is held as long as messages for it wait. What comes for it joins them, so that they keep
 * their order.
 *
 * Owner:   the calls are their caller's; they stand here by writer_call.link.
 * Threads: the writer's loop.
 */

#include "base/arena.h"
#include "base/map.h"
#include "store/writer.h"

struct held {
    struct map by_room;
    struct list rooms; /* the one tried longest ago first */
    size_t n_rooms;
    size_t n; /* calls */
    struct arena scratch;
};

void held_init(struct held *h);

/* Only without calls. */
void held_done(struct held *h);

/* Its room is held from now on; the call stands before those that wait for it. */
void held_put(struct held *h, struct writer_call *call);

/* Behind those that wait for its room; false: nobody does. */
must_use bool held_join(struct held *h, struct writer_call *call);

/* Some of every room's, from the front, if there is room for them; at most so many, and about so
 * many bytes. They are appended in order, and no longer here. Returns how many. */
size_t held_take(struct held *h, struct list *ret_calls, size_t most, size_t most_bytes);
