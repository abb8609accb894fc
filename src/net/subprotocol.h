#pragma once

/*
 * A GraphQL sub-protocol on a WebSocket: what all of them have in common. A connection is
 * initialised once, operations run under ids of the client's choice, results wait for room, and an
 * end of either side's wish cancels what runs. What differs is a struct dialect.
 *
 *     OPENED ──a client's init──► INITIALISING ──the server accepts──► READY
 *     READY ──subprotocol_drain──► DRAINING, while operations are being answered
 *     any of them ──a close, by either side──► CLOSING ──end of the turn──► ENDED
 *
 * Knows no socket: text comes in, and the host sends what goes out.
 *
 * Owner: embedded in its host.
 */

#include "net/dialect.h"
#include "net/subprotocol_ops.h"

enum subprotocol_close_code {
    SUBPROTOCOL_FORBIDDEN = 4403,
    SUBPROTOCOL_NOT_SPOKEN = 4406, /* none of those offered */
};

struct subprotocol;

struct subprotocol_host {
    /* In the queue; when the answer is false, subprotocol_on_drained() comes later. */
    bool (*has_room)(struct subprotocol *s);
    /* A message; id is NULL when it belongs to no operation. */
    void (*send)(struct subprotocol *s, struct outq_id *id, struct str text);
    /* A result in the dialect's envelope; the frame is shared. */
    void (*send_result)(struct subprotocol *s, struct outq_id *id, struct frame *payload);
    /* Drops what waits under an id. */
    void (*drop)(struct subprotocol *s, struct str id);
    /* Something has to be done at the end of the turn. */
    void (*wake)(struct subprotocol *s);
    /* Sends a close frame, calls subprotocol_end(), and reads no more. */
    void (*close)(struct subprotocol *s, unsigned code, struct str reason);
};

enum subprotocol_state {
    SUBPROTOCOL_OPENED,
    SUBPROTOCOL_INITIALISING,
    SUBPROTOCOL_READY,
    SUBPROTOCOL_DRAINING,
    SUBPROTOCOL_CLOSING, /* nothing is said any more; at the turn's end operations are cancelled */
    SUBPROTOCOL_ENDED,
};

struct subprotocol {
    const struct dialect *dialect;
    const struct subprotocol_host *host;
    enum subprotocol_state state;
    const struct net_service *service;
    struct net_client client;
    const size_t *max_operations; /* at a time; 0: any number */
    struct json_value *shown;     /* in the handshake, until the connection is accepted; or NULL. Of
                                     the heap, as json_value_keep() makes it, and so is the next */
    struct json_value *own;       /* the dialect's; or NULL */
    struct subprotocol_ops ops;
    /* subprotocol_op.waiting: those that wait for the acknowledgement; then, those that were told
     * NET_FULL. */
    struct list waiting;
};

void subprotocol_init(struct subprotocol *s, const struct dialect *dialect,
                      const struct subprotocol_host *host, const struct net_service *service,
                      const size_t *max_operations, uint64_t client_id);
/* The handshake has been answered. What it showed is taken over: an object that may have the
 * members Authorization and x-api-key, and for a room's socket roomId and since, all of them
 * strings; or NULL. */
void subprotocol_open(struct subprotocol *s, struct json_value *shown);
/* The connection is gone: cancels what still runs, tells the server. */
void subprotocol_done(struct subprotocol *s);

void subprotocol_on_message(struct subprotocol *s, struct str text);
void subprotocol_on_binary(struct subprotocol *s);
void subprotocol_on_turn_end(struct subprotocol *s);
void subprotocol_on_drained(struct subprotocol *s);
void subprotocol_on_init_timeout(struct subprotocol *s);
bool subprotocol_awaits_init(const struct subprotocol *s);
/* Has the server accepted it, and is it not closing? */
bool subprotocol_is_acknowledged(const struct subprotocol *s);
/* Bytes that a message which begins now may have: few, until the acknowledgement. */
size_t subprotocol_longest(const struct subprotocol *s);

/* For a dialect with `keep_alive`: time has passed. */
void subprotocol_keep_alive(struct subprotocol *s);

/* The server stops: closes with 1012, once what is no stream has been answered. */
void subprotocol_drain(struct subprotocol *s);

/* The socket is closing, by whoever's wish. */
void subprotocol_end(struct subprotocol *s);
