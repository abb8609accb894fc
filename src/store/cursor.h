#pragma once

/*
 * Cursors: a place in a room's log, as an opaque URL-safe string of 22 characters.
 *
 * One AES-128 block under a key of the database's: the seq, and a digest of tenant and room. A
 * cursor that was changed, or is of another room or tenant, does not decrypt to its room's digest;
 * it reveals neither the seq nor how many messages there are.
 */

#include "store/store.h"

enum {
    CURSOR_LENGTH = 22
};

void cursor_make(const struct store *s, struct str tenant, struct str room_id, int64_t seq,
                 char out[CURSOR_LENGTH]);

/* False: not a cursor of this room. */
must_use bool cursor_read(const struct store *s, struct str tenant, struct str room_id,
                          struct str cursor, int64_t *ret_seq);
