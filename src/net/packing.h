#pragma once

/*
 * What a loop needs to speak permessage-deflate on any number of its sockets: one packer, a reader
 * that is lent for a message, and the result that was packed last, so that what a thousand
 * subscribers hear is packed once.
 *
 * Owner: its loop's struct net.
 */

#include "base/frame.h"
#include "net/deflate.h"

struct packing;

struct packing *packing_new(void) must_use;
/* Takes NULL. */
void packing_free(struct packing *p);

/* A message, packed, in out, whose ceiling is the message's length. False: that is not shorter. */
bool packing_message(struct packing *p, struct str message, struct buf *out) must_use;

/* A result as a part of messages, deflate_part(). Borrowed, until the next call; NULL: that is not
 * shorter. */
struct frame *packing_part(struct packing *p, struct frame *result) must_use;

/* For a message of a client: from its first frame to its last one. */
struct deflate_reader *packing_lend(struct packing *p) must_use;
/* Takes NULL. */
void packing_take_back(struct packing *p, struct deflate_reader *r);
