#pragma once

/*
 * One stream of events that serves many operations, which other requests begin and stop: the single
 * connection mode of graphql-sse's PROTOCOL.md.
 *
 * The stream is the response of an exchange, on the loop that has its connection. Requests about it
 * come as errands, from any loop.
 *
 * Owner:   the exchange.
 * Threads: the exchange's loop.
 */

#include "base/list.h"
#include "base/map.h"
#include "net/errand.h"
#include "net/reservation.h"

struct event_stream {
    struct net *net;
    struct exchange *exchange;
    struct map ops;      /* by their ids */
    struct list running; /* the same, for going through them */
    struct list waiting; /* those that were told NET_FULL */
    bool draining;
    char token[RESERVATION_TOKEN];
};

struct event_stream *event_stream_new(struct exchange *x, struct str token) must_use;
/* Cancels what still runs, and tells the stream's home. */
void event_stream_free(struct event_stream *s);

/* NULL: there is none of that token on this loop. */
struct event_stream *event_stream_find(const struct net *n, struct str token);

/* Give the verdict: 202 when the operation's results come on the stream, 200 when it is stopped. */
void event_stream_begin(struct event_stream *s, struct errand *e);
void event_stream_stop(struct event_stream *s, struct errand *e);

/* There is room again. */
void event_stream_drained(struct event_stream *s);

/* The server stops: cuts the exchange off, once what is no stream has been answered. */
void event_stream_drain(struct event_stream *s);
