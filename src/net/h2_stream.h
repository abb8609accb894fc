#pragma once

/*
 * One stream of HTTP/2: a request on its way in, the exchange that answers it, and the response's
 * body on its way out, as fast as the client's windows allow.
 *
 * Owner: the connection, from the request's first field until nghttp2 closes the stream.
 */

#include <nghttp2/nghttp2.h>

#include "net/exchange.h"

struct h2_stream {
    struct list link; /* of the connection's streams */
    struct conn *conn;
    nghttp2_session *session;
    int32_t id;
    struct deadline due; /* for the body to be whole; for the whole response to be taken; for the
                            client to end a request that was answered before it was whole */
    struct exchange exchange;
    struct outq out; /* of the response's body */
    bool full;       /* the exchange waits for exchange_drained() */
    bool ended;      /* nothing is added to the body any more */
    bool all_sent;   /* and it has gone out */
    /* The head, while it arrives, then NULL; its strings are in the arena. */
    struct http_head *head;
    struct arena arena;
    size_t read_over;  /* bytes of the body that came after it was refused */
    size_t head_bytes; /* as SETTINGS_MAX_HEADER_LIST_SIZE counts them */
    bool too_large;
};

struct h2_stream *h2_stream_new(struct conn *c, nghttp2_session *session, int32_t id) must_use;
/* nghttp2 knows of it no more. What the server still does for it is cancelled. */
void h2_stream_free(struct h2_stream *s);

void h2_stream_add_field(struct h2_stream *s, struct str name, struct str value);
/* The head has come; ends: no body follows. */
void h2_stream_begin(struct h2_stream *s, bool ends);
/* Bytes of the body that came: they are no part of it if it has been answered already. */
void h2_stream_take_body(struct h2_stream *s, struct str bytes);
/* The response has gone out, and the request is not whole yet. */
void h2_stream_await_end(struct h2_stream *s);
/* The body has come. */
void h2_stream_end_body(struct h2_stream *s);

/* May more be added to what waits? */
bool h2_stream_has_room(const struct h2_stream *s);

/* For deadlines. */
void h2_stream_on_deadline(struct deadline *due);
