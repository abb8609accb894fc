#pragma once

/*
 * UTF-8 that arrives in pieces: well-formed as Unicode has it (table 3-7), and refused at the first
 * byte that cannot belong to it.
 *
 * Pure: a struct utf8 of zeros has read nothing yet.
 */

#include "base/status.h"
#include "base/str.h"

struct utf8 {
    unsigned char left;      /* bytes that the sequence still wants */
    unsigned char low, high; /* what the next of them must lie between */
};

/* False: no well-formed text goes on like that; what comes behind is not to be asked about. */
bool utf8_take_byte(struct utf8 *u, unsigned char byte) must_use;
bool utf8_take(struct utf8 *u, struct str piece) must_use;

/* Does no sequence want more bytes? */
static inline bool utf8_is_whole(const struct utf8 *u)
{
    return u->left == 0;
}
