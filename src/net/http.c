#include "net/http.h"

#include <assert.h>

#include "base/mem.h"
#include "net/exchange.h"
#include "net/forwarded.h"
#include "net/http1.h"
#include "net/http1_response.h"
#include "net/offer.h"
#include "net/origin.h"
#include "net/upgrade.h"
#include "net/ws.h"

enum {
    PIPELINE_MAX = 64 * 1024, /* bytes of further requests that are read ahead */
    IN_CEILING = 1024 * 1024, /* above that and any read of libwebsockets */
};

enum http_state {
    HTTP_BETWEEN,   /* nothing of a request has come yet */
    HTTP_HEAD,      /* a part of its head */
    HTTP_BODY,      /* its head, and perhaps a part of its body */
    HTTP_ANSWERING, /* the exchange has it */
    HTTP_ENDED,     /* no request will be read any more */
};

struct http {
    struct conn *conn;
    enum http_state state;
    struct buf in; /* bytes that no request has taken yet */
    struct http1_body framing;
    struct exchange exchange;
    bool keep_alive; /* behind the response to this request */
    bool http_1_1;
};

static const struct conn_speaker http_speaker;

static struct http *http_of(struct exchange *x)
{
    return container_of(x, struct http, exchange);
}

/* Where nothing has come a connection holds no buffers. */
static void shed(struct http *h)
{
    buf_done(&h->in);
    buf_init(&h->in, IN_CEILING);
}

static void end(struct http *h)
{
    h->state = HTTP_ENDED;
    conn_finish(h->conn);
}

/* Where there are no chunks only the end of the connection ends a stream. */
static bool will_keep_alive(const struct http *h, const struct http_response *r)
{
    return h->keep_alive && h->conn->net->state == NET_OPEN && (h->http_1_1 || !r->streams);
}

static void write_head(struct exchange *x, const struct http_response *r)
{
    struct http *h = http_of(x);
    struct http1_ending ending;
    struct buf head;

    h->keep_alive = will_keep_alive(h, r);
    x->chunked = r->streams && h->http_1_1;
    ending = (struct http1_ending){.chunked = x->chunked, .keep_alive = h->keep_alive};
    if (r->streams)
        conn_expect_acks(h->conn);
    buf_init(&head, HTTP1_RESPONSE_HEAD_MAX);
    http1_response_head(&head, r, &ending, net_unix_ms());
    assert(!buf_overflowed(&head));
    outq_push_raw(&h->conn->out, buf_str(&head));
    buf_done(&head);
}

static void wake(struct exchange *x)
{
    conn_wake(http_of(x)->conn);
}

static bool has_room(struct exchange *x)
{
    return conn_has_room(http_of(x)->conn);
}

static void after_response(struct exchange *x)
{
    struct http *h = http_of(x);

    if (x->chunked)
        outq_push_raw(&h->conn->out, STR("0\r\n\r\n"));
    x->chunked = false;
    conn_wake(h->conn); /* for the response, and for the request that may stand behind */
    if (!h->keep_alive || h->conn->net->state != NET_OPEN) {
        end(h);
        return;
    }
    h->state = HTTP_BETWEEN;
    conn_set_deadline(h->conn, DEADLINE_KEEP_ALIVE);
}

/* The last chunk does not come. */
static void cut(struct exchange *x)
{
    end(http_of(x));
}

static const struct exchange_framing http_framing = {
    .head = write_head,
    .wake = wake,
    .has_room = has_room,
    .end = after_response,
    .cut = cut,
};

/* Behind a request that is malformed nothing can be trusted to be where it seems. */
static void refuse_and_end(struct http *h, const struct http1_wrong *wrong)
{
    h->keep_alive = false;
    exchange_refuse(&h->exchange, wrong->status, wrong->reason);
}

static void begin_body(struct http *h, const struct http1_head *head)
{
    h->keep_alive = head->keep_alive; /* the body will be read */
    h->state = HTTP_BODY;
    http1_body_init(&h->framing, head);
    conn_set_deadline(h->conn, DEADLINE_BODY);
    if (head->expects_continue) {
        outq_push_raw(&h->conn->out, STR("HTTP/1.1 100 Continue\r\n\r\n"));
        conn_wake(h->conn);
    }
}

/* From here on the exchange decides when the next thing happens. */
static void hand_over(struct http *h)
{
    conn_drop_deadline(h->conn);
    h->state = HTTP_ANSWERING;
}

static void begin(struct http *h, const struct http1_head *head)
{
    /* Whoever does not read the body cannot find what stands behind it. */
    h->keep_alive = head->keep_alive && !head->request.has_body;
    h->http_1_1 = head->http_1_1;
    hand_over(h);
    if (exchange_begin(&h->exchange, &head->request))
        begin_body(h, head);
}

static void http_free(struct http *h)
{
    buf_done(&h->in);
    exchange_done(&h->exchange);
    mem_free(h);
}

/* The connection becomes a WebSocket; h is gone when the answer is true. */
static bool upgrade(struct http *h, const struct http1_head *head, size_t head_length)
{
    struct conn *c = h->conn;
    struct str origin = http_field(&head->request, STR("Origin"));
    struct http1_wrong wrong = {403, STR("Pages of this origin may not use this server.")};

    if (!upgrade_check(head, &wrong) ||
        !origin_allowed(c->net->config.allowed_origins, origin, head->request.host)) {
        metric_add(&c->net->counts.results[NET_KIND_HTTP][NET_REFUSED_HANDSHAKE], 1);
        refuse_and_end(h, &wrong);
        return false;
    }
    c->peer = forwarded_client(&head->request, &c->peer, &c->net->config.trusted_proxies);
    ws_start(c, head);
    /* What came behind the handshake, in the same read, belongs to the WebSocket. */
    if (h->in.n > head_length)
        c->speaker->on_bytes(c->user, h->in.p + head_length, h->in.n - head_length);
    http_free(h);
    return true;
}

static void consume(struct http *h, size_t n)
{
    if (!n)
        return;
    memmove(h->in.p, h->in.p + n, h->in.n - n);
    buf_truncate(&h->in, h->in.n - n);
}

/* False: h is gone, or has to wait. */
static bool take_head(struct http *h)
{
    struct http1_head head;
    struct http1_wrong wrong;
    size_t length;

    switch (http1_head_parse(buf_str(&h->in), &h->conn->net->config.head_limits, &head, &length,
                             &wrong)) {
    case HTTP1_MORE:
        if (h->state == HTTP_BETWEEN) {
            h->state = HTTP_HEAD;
            conn_set_deadline(h->conn, DEADLINE_HEAD);
        }
        return false;
    case HTTP1_BAD:
        refuse_and_end(h, &wrong);
        return false;
    case HTTP1_OK:
        break;
    }
    conn_shook_hands(h->conn);
    if (!h->exchange.aside && offer_is_made(&head)) {
        if (upgrade(h, &head, length))
            return false;
    } else {
        begin(h, &head);
    }
    consume(h, length);
    return true;
}

static bool take_body(struct http *h, struct str *rest)
{
    struct http1_wrong wrong;

    switch (http1_body_feed(&h->framing, rest, &h->exchange.body, &wrong)) {
    case HTTP1_MORE:
        return false;
    case HTTP1_BAD:
        refuse_and_end(h, &wrong);
        return false;
    case HTTP1_OK:
        hand_over(h);
        exchange_run(&h->exchange);
        return true;
    }
    return false;
}

/* A client may send ahead, but not without end; one whose connection is full waits anyway. */
static void mind_reading(struct http *h)
{
    bool far_ahead = h->state == HTTP_ANSWERING && h->in.n >= PIPELINE_MAX;

    if (!h->conn->full)
        conn_listen(h->conn, !far_ahead);
}

static bool step(struct http *h)
{
    struct str rest = buf_str(&h->in);
    size_t had = rest.n;
    bool on;

    mind_reading(h);
    switch (h->state) {
    case HTTP_BETWEEN:
        if (!had)
            shed(h);
        return had && conn_has_room(h->conn) && take_head(h);
    case HTTP_HEAD:
        return take_head(h);
    case HTTP_BODY:
        on = take_body(h, &rest);
        consume(h, had - rest.n);
        return on;
    case HTTP_ANSWERING:
        if (!had)
            shed(h); /* it may be a stream, which goes on for long */
        return false;
    case HTTP_ENDED:
        return false;
    }
    return false;
}

static void run(struct http *h)
{
    while (step(h))
        ;
}

static void on_bytes(void *user, char *p, size_t n)
{
    struct http *h = user;

    buf_add(&h->in, str_of(p, n));
    if (buf_overflowed(&h->in))
        conn_kill(h->conn);
    else
        run(h);
}

static void on_turn_end(void *user)
{
    run(user);
}

static void on_drained(void *user)
{
    struct http *h = user;

    exchange_drained(&h->exchange);
    run(h);
}

static void on_progress(void *user)
{
    struct http *h = user;

    if (h->state == HTTP_BETWEEN)
        conn_set_deadline(h->conn, DEADLINE_KEEP_ALIVE);
}

static void on_deadline(void *user, enum deadline_kind kind)
{
    struct http *h = user;
    const struct http1_wrong late = {408, STR("The request did not arrive in time.")};

    if (h->state == HTTP_BETWEEN)
        end(h);
    else if (h->state == HTTP_HEAD || h->state == HTTP_BODY)
        refuse_and_end(h, &late);
}

static void on_drain(void *user)
{
    struct http *h = user;

    if (h->state == HTTP_BETWEEN && !h->in.n)
        end(h);
    else
        exchange_drain(&h->exchange);
}

static void on_gone(void *user)
{
    struct http *h = user;

    exchange_cancel(&h->exchange);
    http_free(h);
}

static const struct conn_speaker http_speaker = {
    .on_bytes = on_bytes,
    .on_turn_end = on_turn_end,
    .on_drained = on_drained,
    .on_progress = on_progress,
    .on_deadline = on_deadline,
    .on_drain = on_drain,
    .on_gone = on_gone,
};

void http_start(struct conn *c)
{
    struct http *h = mem_new(struct http);

    h->conn = c;
    buf_init(&h->in, IN_CEILING);
    exchange_init(&h->exchange, c->net, &http_framing, &c->out);
    h->exchange.peer = &c->peer;
    h->exchange.aside = c->aside;
    h->exchange.client.requests = &c->requests;
    conn_set_speaker(c, &http_speaker, h);
    conn_set_deadline(c, DEADLINE_HEAD);
}
