#pragma once

/*
 * What a handshake offers: by its path, its query and its list of names the sub-protocol that will
 * be spoken, and what it shows to say who comes.
 *
 * /ws/rooms/ID is a room's socket: JSON without GraphQL. The name may be left out there, and a
 * token may stand in the list of names, as `bearer.` and the token: a browser can send it nowhere
 * else.
 *
 * The name graphql-ws stands for two protocols. AppSync's clients are told from others by the path
 * /graphql/realtime; at /graphql by the parameters `header` and `payload`, or by a second name
 * that begins with `header-`.
 */

#include "net/dialect.h"
#include "net/http1.h"

struct offer {
    const struct dialect *dialect;
    struct str chosen;        /* of the names offered, or absent */
    bool is_spoken;           /* false: none of the names is spoken here */
    struct json_value *shown; /* owned: as subprotocol_open() takes it */
};

/* Is it a handshake, well or badly made, or a request for a path where nothing but a socket is? */
bool offer_is_made(const struct http1_head *head);

/* For a request that is one. url_token: a room's token may also stand in the parameter `token`. */
void offer_read(const struct http1_head *head, bool url_token, struct offer *ret_offer);
