#pragma once

/*
 * What a loop needs to speak permessage-deflate on any number of its sockets: one packer, a reader
 * that is lent for a message, and the results that were packed last, so that what a thousand
 * subscribers hear, each of them some of it at a time, is packed once.
 *
 * Owner: its loop's struct net.
 */

#include "base/frame.h"
#include "net/deflate.h"

enum {
    PACKING_REMEMBERED = 64,
    PACKING_BYTES = 2 * 1024 * 1024,
};

struct packing;

struct packing *packing_new(void) must_use;
/* Takes NULL. */
void packing_free(struct packing *p);

/* A message, packed, in out, whose ceiling is the message's length. False: that is not shorter. */
bool packing_message(struct packing *p, struct str message, struct buf *out) must_use;

/* A result as a part of messages, deflate_part(). Borrowed, until the next call; NULL: that is not
 * shorter. PACKING_REMEMBERED of them are remembered, of PACKING_BYTES at most, or one. */
struct frame *packing_part(struct packing *p, struct frame *result) must_use;

/* For a message of a client: from its first frame to its last one. */
struct deflate_reader *packing_lend(struct packing *p) must_use;
/* Takes NULL. */
void packing_take_back(struct packing *p, struct deflate_reader *r);
