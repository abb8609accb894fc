#pragma once

/*
 * What a handshake offers: by its path, its query and its list of names the sub-protocol that will
 * be spoken, and what it shows to say who comes.
 *
 * The name graphql-ws stands for two protocols. AppSync's clients are told from others by the path
 * /graphql/realtime; at /graphql by the parameters `header` and `payload`, or by a second name
 * that begins with `header-`.
 */

#include "net/dialect.h"
#include "net/http1.h"

struct offer {
    const struct dialect *dialect;
    struct str chosen; /* of the names offered; absent: none of them is spoken here */
    json_t *shown;     /* owned: as subprotocol_show() takes it */
};

/* Is there a socket at this path? */
bool offer_is_path(struct str path);

/* For a request whose path is one. */
void offer_read(const struct http1_head *head, struct offer *ret_offer);
