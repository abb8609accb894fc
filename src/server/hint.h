#pragma once

/*
 * A hint, as the nodes tell it each other: where a room's log stands, with its newest rows when
 * they are small. One line of JSON:
 *
 *     {"tenant":"t","room":"lobby","seq":8,"rows":[{"seq":8,"ts":…,"id":…,"sender":…,"text":…}]}
 *
 * A row has "key" when it has an idempotency key, and "type" when it is no message. What cannot be
 * understood of the rows is left out: the log has it.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "store/store.h"

struct hint {
    struct str tenant_id;
    struct str room_id;
    int64_t seq;                /* of the room's newest row, as far as the hint's writer knew */
    const struct message *rows; /* ascending, none behind seq; may be none */
    size_t n;
};

/* Writes a hint of at most `most` bytes about the first row and those of its room that follow at
 * once, as far as they fit; returns of how many. A row that is too large is told of by its seq
 * only. */
size_t hint_write(struct buf *out, size_t most, const struct message *rows, size_t n) must_use;

/* Into the arena. ST_BAD_INPUT: it is none. */
enum status hint_read(struct arena *a, struct str text, struct hint *ret_hint) must_use;
