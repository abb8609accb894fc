#pragma once

/*
 * Payloads that were made for somebody who reads on, for the others of the group who will need the
 * same: a thousand who catch up cost one rendering a message.
 *
 * A table of fixed size in which a newer payload takes an older one's place; never more bytes than
 * its ceiling.
 *
 * Owner:   holds its frames by reference. All-zero is empty and ready, and takes no memory.
 * Threads: the hub's loop.
 */

#include <stdint.h>

#include "base/frame.h"

struct rendered_slot;

struct rendered {
    struct rendered_slot *slots;
    size_t hand; /* the next slot to be emptied when there are too many bytes */
    size_t bytes;
};

/* A holder for the caller; NULL when it is not there. group is unique for ever, not an address. */
struct frame *rendered_get(const struct rendered *r, uint64_t group, int64_t seq) must_use;
void rendered_put(struct rendered *r, uint64_t group, int64_t seq, struct frame *payload);

/* Empty again. */
void rendered_clear(struct rendered *r);
