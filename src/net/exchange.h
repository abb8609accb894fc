#pragma once

/*
 * One request over HTTP and its response, whatever version of HTTP carries them: where it goes,
 * which media type it is answered in, which pages may ask, and the operation that it calls.
 *
 *     IDLE ──exchange_begin──► READING ──exchange_run──► CALLING ──the server answers──► IDLE
 *              │                                            └──► STREAMING ──its end──► IDLE
 *              └──answered from its head alone, or refused──► IDLE
 *     READING or IDLE ──an errand──► ASKING ──its verdict──► IDLE, or STREAMING
 *
 * Results that come one by one are streamed when the request accepts a form of that
 * (net/stream_dress.h); the head goes out at once, before there is a result. A stream that is cut
 * off, because the server stops, ends as something broken does: the client is to come again.
 *
 * Knows no connection: a framing brings the request and writes the response.
 *
 * Owner: the framing, which embeds it. It serves one request after another; between two it holds
 *        no memory.
 */

#include "net/address.h"
#include "net/deadline.h"
#include "net/http_response.h"
#include "net/stream_dress.h"

struct batch;
struct errand;
struct event_stream;
struct exchange;
struct net;

/* How a version of HTTP carries a response. */
struct exchange_framing {
    /* Writes the head. The body is put in the exchange's queue behind it; of one that streams, as
     * x->chunked says, and wake() is called after each piece. */
    void (*head)(struct exchange *x, const struct http_response *r);
    void (*wake)(struct exchange *x);
    /* Of the queue; when the answer is false, exchange_drained() comes later. */
    bool (*has_room)(struct exchange *x);
    /* The response is whole. The next request may be begun, but not from inside this call. */
    void (*end)(struct exchange *x);
    /* The response ends here, and the client shall see that it is not whole. */
    void (*cut)(struct exchange *x);
};

enum exchange_state {
    EXCHANGE_IDLE,
    EXCHANGE_READING, /* the framing adds to the body */
    EXCHANGE_ASKING,  /* an errand is under way */
    EXCHANGE_CALLING, /* the server has the operation */
    EXCHANGE_STREAMING,
    EXCHANGE_EXPIRED, /* the server closed the stream; at the end of the turn the client hears so */
};

struct exchange {
    struct net *net;
    const struct exchange_framing *framing;
    struct outq *out;               /* the framing's */
    const struct net_address *peer; /* who connected; the framing sets it */
    bool chunked; /* the pieces of a stream are chunks of HTTP/1.1; the framing sets it */
    bool aside;   /* an operator's: for pages alone; the framing sets it */
    enum exchange_state state;
    struct buf body; /* of the request */
    struct net_client client;
    struct net_address address; /* the client's: the peer's, or as a trusted proxy tells it */
    struct net_operation op;
    struct errand *errand;       /* what the request is about is another loop's, perhaps */
    struct event_stream *events; /* it streams the results of other requests' operations */
    struct batch *batch;         /* in op's place: the request brought several operations */
    /* Of the request being answered; its strings are in the arena. */
    struct arena arena;
    enum http_media media;
    const struct stream_dress *dress; /* NULL: nothing can be streamed */
    bool dress_single;                /* a single result is streamed, too */
    bool waits_for_room;              /* the server was told NET_FULL */
    bool asking;                      /* on_operation() is on the stack */
    struct deadline beat;             /* while it streams */
    struct turn_hook later;
    bool is_graphql;   /* it is for /graphql or below: no page */
    bool without_body; /* HEAD: the response's head only */
    struct str authorization;
    struct str api_key;
    struct str traceparent; /* where net_config.traces is set */
    struct str client_name;
    struct str schema_hash;  /* that the client shows */
    bool typed_errors;       /* for AppSync's clients */
    struct str stream_token; /* the body asks for an operation on that event stream; else absent */
    struct str origin;       /* of an allowed page of another server */
};

void exchange_init(struct exchange *x, struct net *n, const struct exchange_framing *framing,
                   struct outq *out);
void exchange_done(struct exchange *x);

/* A request's head has come. True when its body is wanted: the framing adds it to x->body, which is
 * bounded, and then calls exchange_run(). Else the response is on its way. */
bool exchange_begin(struct exchange *x, const struct http_head *head) must_use;
/* The body is whole. */
void exchange_run(struct exchange *x);

/* Answers a request that the framing found wrong. */
void exchange_refuse(struct exchange *x, int status, struct str reason);

/* There is room again. */
void exchange_drained(struct exchange *x);

/* The server stops: a stream is cut off. What is being answered is answered. */
void exchange_drain(struct exchange *x);

/* For deadlines. */
void exchange_on_beat(struct deadline *beat);

/* The client has gone: what the server still does for it is cancelled. */
void exchange_cancel(struct exchange *x);

/* For net/stream_request.c: requests to /graphql/stream. */

void exchange_respond(struct exchange *x, struct http_response *r, struct str body);
/* An error, with the methods that are allowed, or none. */
void exchange_refuse_with(struct exchange *x, int status, enum status why, struct str message,
                          struct str allow);
void exchange_answer_options(struct exchange *x, const struct http_head *head, struct str methods);
/* As on /graphql. */
bool exchange_begin_operation(struct exchange *x, const struct http_head *head) must_use;
bool exchange_begin_post(struct exchange *x, const struct http_head *head) must_use;

/* For net/batch.h: tells the server what the request shows of its client. */
void exchange_show(const struct exchange *x, struct net_call *call);

/* For net/errand.h: the verdict on x->errand, which is gone when this returns. */
void exchange_on_verdict(struct exchange *x, struct errand *e);

/* For net/event_stream.h. */

/* Bytes of the stream, and a result under an id. */
void exchange_say(struct exchange *x, struct str bytes);
void exchange_say_result(struct exchange *x, struct outq_id *id, struct frame *payload);
/* What waits under the id is not said. */
void exchange_drop(struct exchange *x, const struct outq_id *id);
/* When the answer is false, event_stream_drained() comes later. */
bool exchange_has_room(struct exchange *x);
/* The stream is broken off. */
void exchange_cut(struct exchange *x);
