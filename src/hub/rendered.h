#pragma once

/*
 * What was rendered for somebody, for the others who will need the same: payloads of those who read
 * on, so that a thousand who catch up cost one rendering a message; and messages as pages show
 * them, one by one and page by page.
 *
 * A table of fixed size in which a newer payload takes an older one's place; never more bytes than
 * its ceiling.
 *
 * Owner:   holds its frames by reference. Empty it takes no memory.
 * Threads: the hub's loop.
 */

#include <stdint.h>

#include "base/frame.h"

struct rendered_slot;

/* What a payload is of: a group, whose number is unique for ever and not an address, and within the
 * group of one row, or of all rows of a run from one to another. Likewise a row's number is that
 * row's alone. */
struct rendered_key {
    uint64_t group;
    int64_t first;
    int64_t last;
};

static inline struct rendered_key rendered_row(uint64_t group, int64_t row)
{
    return (struct rendered_key){.group = group, .first = row, .last = row};
}

struct rendered {
    struct rendered_slot *slots; /* NULL: it is empty */
    size_t n_slots;              /* a power of two */
    size_t most_bytes;
    size_t hand; /* the next slot to be emptied when there are too many bytes */
    size_t bytes;
};

/* Empty, for payloads of so many bytes together. */
void rendered_init(struct rendered *r, size_t most_bytes);

/* A holder for the caller; NULL when it is not there. */
struct frame *rendered_get(const struct rendered *r, struct rendered_key key) must_use;
/* The same, borrowed until rendered_put(); absent when it is not there. */
struct str rendered_peek(const struct rendered *r, struct rendered_key key) must_use;
void rendered_put(struct rendered *r, struct rendered_key key, struct frame *payload);

/* Empty again. */
void rendered_clear(struct rendered *r);
