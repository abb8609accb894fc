#pragma once

/*
 * One message of graphql-transport-ws from a client: text in, checked fields out.
 */

#include "net/call.h"

enum gtws_type {
    GTWS_CONNECTION_INIT,
    GTWS_PING,
    GTWS_PONG,
    GTWS_SUBSCRIBE,
    GTWS_COMPLETE,
};

enum {
    GTWS_ID_MAX = 256, /* bytes of an operation's id: clients choose it, we keep it */
    GTWS_REASON_MAX = 256
};

struct gtws_message {
    enum gtws_type type;
    struct str id;         /* of subscribe and complete */
    const json_t *payload; /* of connection_init, ping and pong: an object, or NULL */
    struct net_call call;  /* of subscribe */
    json_t *json;          /* owned: all else points into it */
};

/* What was wrong, as the reason of a close. */
struct gtws_reason {
    char text[GTWS_REASON_MAX];
};

/* False: nothing is left to free. */
bool gtws_message_parse(struct str text, struct gtws_message *ret_message,
                        struct gtws_reason *ret_reason) must_use;
void gtws_message_done(struct gtws_message *m);
