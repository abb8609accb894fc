#pragma once

/*
 * graphql-transport-ws: the sub-protocol of the graphql-ws library, by its PROTOCOL.md.
 *
 *     OPENED ──connection_init──► INITIALISING ──the server accepts──► READY
 *       any of them ──gtws_drain──► DRAINING (from READY, while operations are being answered)
 *       any of them ──a close, by either side──► CLOSING ──end of the turn──► ENDED
 *
 * Knows no socket: text comes in, frames go to a queue, and the host does the rest.
 *
 * Owner: embedded in its host.
 */

#include "net/gtws_ops.h"
#include "net/operation.h"

enum gtws_close_code {
    GTWS_BAD_MESSAGE = 4400,
    GTWS_UNAUTHORIZED = 4401,
    GTWS_FORBIDDEN = 4403,
    GTWS_NO_SUBPROTOCOL = 4406,
    GTWS_INIT_TIMEOUT = 4408,
    GTWS_ID_IN_USE = 4409,
    GTWS_INIT_TWICE = 4429,
};

struct gtws;

struct gtws_host {
    /* Of the queue; when the answer is false, gtws_on_drained() comes later. */
    bool (*has_room)(struct gtws *g);
    /* Something was put in the queue, or has to be done at the end of the turn. */
    void (*wake)(struct gtws *g);
    /* Sends a close frame, calls gtws_end(), and reads no more. */
    void (*close)(struct gtws *g, unsigned code, struct str reason);
};

enum gtws_state {
    GTWS_OPENED,
    GTWS_INITIALISING,
    GTWS_READY,
    GTWS_DRAINING,
    GTWS_CLOSING, /* nothing is said any more; operations are cancelled at the end of the turn */
    GTWS_ENDED,
};

struct gtws {
    struct net_client client;
    const struct gtws_host *host;
    const struct net_service *service;
    struct outq *out;
    enum gtws_state state;
    unsigned max_operations; /* at a time; 0: any number */
    struct gtws_ops ops;
    struct list waiting; /* gtws_op.waiting: those that were told NET_FULL */
};

void gtws_init(struct gtws *g, const struct gtws_host *host, struct outq *out,
               const struct net_service *service, size_t max_operations, uint64_t client_id);
/* The connection is gone: cancels what still runs, tells the server. */
void gtws_done(struct gtws *g);

void gtws_on_message(struct gtws *g, struct str text);
void gtws_on_turn_end(struct gtws *g);
void gtws_on_drained(struct gtws *g);
void gtws_on_init_timeout(struct gtws *g);
bool gtws_awaits_init(const struct gtws *g);

/* The server stops: closes with 1012, once what is no stream has been answered. */
void gtws_drain(struct gtws *g);

/* The socket is closing, by whoever's wish. */
void gtws_end(struct gtws *g);
