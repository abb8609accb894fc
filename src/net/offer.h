#pragma once

/*
 * What a handshake offers: by its path and its list of names, the sub-protocol that will be spoken.
 *
 * Pure: a request's head in, the offer out.
 */

#include "net/dialect.h"
#include "net/http1.h"

struct offer {
    const struct dialect *dialect;
    struct str chosen; /* of the names offered; absent: none of them is spoken here */
};

/* Is there a socket at this path? */
bool offer_is_path(struct str path);

/* For a request whose path is one. */
void offer_read(const struct http1_head *head, struct offer *ret_offer);
