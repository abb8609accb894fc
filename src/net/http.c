#include "net/http.h"

#include <assert.h>

#include "base/mem.h"
#include "net/http_response.h"
#include "net/origin.h"
#include "net/refusal.h"
#include "net/upgrade.h"
#include "net/ws.h"

enum {
    PIPELINE_MAX = 64 * 1024, /* bytes of further requests that are read ahead */
    IN_CEILING = 1024 * 1024, /* above that and any read of libwebsockets */
    PAGE_MAX = 1024 * 1024,
    ERROR_MAX = 4096,
};

enum http_state {
    HTTP_BETWEEN,   /* nothing of a request has come yet */
    HTTP_HEAD,      /* a part of its head */
    HTTP_BODY,      /* its head, and perhaps a part of its body */
    HTTP_ANSWERING, /* the server has it */
    HTTP_ENDED,     /* no request will be read any more */
};

struct http {
    struct conn *conn;
    enum http_state state;
    struct buf in; /* bytes that no request has taken yet */
    struct buf body;
    struct http1_body framing;
    struct net_client client;
    struct net_operation op;
    /* Of the request being answered; its strings are in the arena. */
    struct arena arena;
    enum http_media media;
    bool keep_alive;
    bool without_body; /* HEAD: the answer's head only */
    struct str authorization;
    struct str origin; /* of an allowed page of another server */
};

static const struct conn_speaker http_speaker;
static const struct net_transport http_transport;
static const struct net_client_ops http_client_ops;

static void run(struct http *h);

static size_t max_body(const struct http *h)
{
    size_t max = h->conn->net->config.max_request_bytes;

    return max ? max : SIZE_MAX / 4;
}

/* Between requests a connection holds no buffers. */
static void shed(struct http *h)
{
    buf_done(&h->body);
    buf_init(&h->body, max_body(h));
    arena_done(&h->arena);
    arena_init(&h->arena);
    if (h->in.n)
        return;
    buf_done(&h->in);
    buf_init(&h->in, IN_CEILING);
}

static void end(struct http *h)
{
    h->state = HTTP_ENDED;
    conn_finish(h->conn);
}

static void after_answer(struct http *h)
{
    if (!h->keep_alive) {
        end(h);
        return;
    }
    h->state = HTTP_BETWEEN;
    h->authorization = h->origin = STR_NULL;
    shed(h);
    conn_set_deadline(h->conn, DEADLINE_KEEP_ALIVE);
    conn_wake(h->conn); /* for the request that may stand behind */
}

static void respond(struct http *h, struct http_response *r, struct str body)
{
    struct buf head;

    if (h->conn->net->state != NET_OPEN)
        h->keep_alive = false;
    r->length = body.n;
    r->keep_alive = h->keep_alive;
    r->origin = h->origin;
    buf_init(&head, HTTP_RESPONSE_HEAD_MAX);
    http_response_head(&head, r, net_unix_ms());
    outq_push_raw(&h->conn->out, buf_str(&head));
    buf_done(&head);
    if (!h->without_body)
        outq_push_raw(&h->conn->out, body);
    conn_wake(h->conn);
    after_answer(h);
}

static void refuse_with(struct http *h, int status, struct str code, struct str message,
                        struct str allow)
{
    struct http_response r = {
        .status = status, .content_type = http_response_type(h->media), .allow = allow};
    struct buf body;

    buf_init(&body, ERROR_MAX);
    refusal_body(&body, code, message);
    respond(h, &r, buf_str(&body));
    buf_done(&body);
}

static void refuse(struct http *h, int status, struct str code, struct str message)
{
    refuse_with(h, status, code, message, STR_NULL);
}

static void refuse_method(struct http *h, struct str allow)
{
    refuse_with(h, 405, STR("BAD_REQUEST"), STR("The method is not allowed here."), allow);
}

/* Behind a request that is malformed nothing can be trusted to be where it seems. */
static void refuse_and_end(struct http *h, const struct http1_wrong *wrong)
{
    h->keep_alive = false;
    refuse(h, wrong->status, wrong->status == 413 ? STR("PAYLOAD_TOO_LARGE") : STR("BAD_REQUEST"),
           wrong->reason);
}

static void call(struct http *h, struct http_request *r, bool safe_method)
{
    const struct net_service *service = &h->conn->net->service;

    conn_drop_deadline(h->conn);
    h->state = HTTP_ANSWERING;
    h->op = (struct net_operation){.transport = &http_transport, .client = &h->client};
    r->call.authorization = h->authorization;
    r->call.safe_method = safe_method;
    r->call.can_stream = false;
    service->on_operation(service->user, &h->op, &r->call);
}

static void call_body(struct http *h)
{
    struct http_request r;
    struct str wrong;

    if (!http_request_from_body(&h->arena, buf_str(&h->body), &r, &wrong)) {
        refuse(h, 400, STR("BAD_REQUEST"), wrong);
        return;
    }
    call(h, &r, false);
    http_request_done(&r);
}

static void call_query(struct http *h, struct str query_string)
{
    struct http_request r;
    struct str wrong;

    if (!http_request_from_query(&h->arena, query_string, &r, &wrong)) {
        refuse(h, 400, STR("BAD_REQUEST"), wrong);
        return;
    }
    call(h, &r, true);
    http_request_done(&r);
}

/* Answers with a page of the server's; false when it has none there. */
static bool send_page(struct http *h, struct str path)
{
    const struct net_service *service = &h->conn->net->service;
    struct net_page page = {0};
    struct http_response r = {0};
    struct buf scratch;
    bool found;

    buf_init(&scratch, PAGE_MAX);
    found = service->on_page(service->user, path, &scratch, &page);
    if (found) {
        r.status = page.status;
        r.content_type = page.content_type;
        respond(h, &r, page.body);
    }
    buf_done(&scratch);
    return found;
}

static void begin_post(struct http *h, const struct http1_head *head)
{
    if (!http_request_is_json(http1_field(head, STR("Content-Type")))) {
        refuse(h, 415, STR("BAD_REQUEST"), STR("Content-Type must be application/json."));
        return;
    }
    if (head->content_length > max_body(h)) {
        refuse(h, 413, STR("PAYLOAD_TOO_LARGE"), STR("The request's body is too large."));
        return;
    }
    h->keep_alive = head->keep_alive; /* the body will be read */
    h->state = HTTP_BODY;
    http1_body_init(&h->framing, head);
    conn_set_deadline(h->conn, DEADLINE_BODY);
    if (head->expects_continue) {
        outq_push_raw(&h->conn->out, STR("HTTP/1.1 100 Continue\r\n\r\n"));
        conn_wake(h->conn);
    }
}

static void begin_get(struct http *h, const struct http1_head *head)
{
    if (!http_request_has_param(head->query, STR("query")) && http_request_wants_html(head) &&
        send_page(h, head->path))
        return;
    call_query(h, head->query);
}

static void answer_options(struct http *h, const struct http1_head *head)
{
    struct http_response r = {.status = 204, .allow = STR("GET, POST, OPTIONS")};

    r.preflight = http1_field(head, STR("Access-Control-Request-Method")).p;
    respond(h, &r, STR(""));
}

static void begin_graphql(struct http *h, const struct http1_head *head)
{
    struct str origin = http1_field(head, STR("Origin"));

    if (!origin_allowed(h->conn->net->config.allowed_origins, origin, head->host)) {
        refuse(h, 403, STR("FORBIDDEN"), STR("Pages of this origin may not use this server."));
        return;
    }
    h->origin = arena_str(&h->arena, origin);
    h->media = http_request_media(head);
    if (str_eq(head->method, STR("OPTIONS")))
        answer_options(h, head);
    else if (!str_eq(head->method, STR("GET")) && !str_eq(head->method, STR("POST")))
        refuse_method(h, STR("GET, POST"));
    else if (h->media == MEDIA_NONE && !http_request_wants_html(head))
        refuse(h, 406, STR("BAD_REQUEST"),
               STR("Accept must allow application/json or application/graphql-response+json."));
    else if (str_eq(head->method, STR("POST")))
        begin_post(h, head);
    else
        begin_get(h, head);
}

static void begin_page(struct http *h, const struct http1_head *head)
{
    h->without_body = str_eq(head->method, STR("HEAD"));
    if (str_eq(head->method, STR("OPTIONS")))
        answer_options(h, head);
    else if (!h->without_body && !str_eq(head->method, STR("GET")))
        refuse_method(h, STR("GET, HEAD"));
    else if (!send_page(h, head->path))
        refuse(h, 404, STR("NOT_FOUND"), STR("There is no such page."));
}

static void begin(struct http *h, const struct http1_head *head)
{
    bool has_body = head->chunked || head->content_length;

    h->client.id = net_client_id(h->conn->net);
    h->media = MEDIA_JSON;
    h->without_body = false;
    /* Whoever does not read the body cannot find what stands behind it. */
    h->keep_alive = head->keep_alive && !has_body;
    h->authorization = arena_str(&h->arena, http1_field(head, STR("Authorization")));
    if (str_eq(head->path, STR("/graphql")))
        begin_graphql(h, head);
    else
        begin_page(h, head);
}

static void http_free(struct http *h)
{
    buf_done(&h->in);
    buf_done(&h->body);
    arena_done(&h->arena);
    mem_free(h);
}

/* The connection becomes a WebSocket; h is gone when the answer is true. */
static bool upgrade(struct http *h, const struct http1_head *head, size_t head_length)
{
    struct conn *c = h->conn;
    struct str origin = http1_field(head, STR("Origin"));
    struct http1_wrong wrong = {403, STR("Pages of this origin may not use this server.")};

    h->media = MEDIA_JSON;
    h->keep_alive = false;
    h->without_body = false;
    if (!upgrade_check(head, &wrong) ||
        !origin_allowed(c->net->config.allowed_origins, origin, head->host)) {
        refuse(h, wrong.status, wrong.status == 403 ? STR("FORBIDDEN") : STR("BAD_REQUEST"),
               wrong.reason);
        return false;
    }
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

    switch (http1_head_parse(buf_str(&h->in), &head, &length, &wrong)) {
    case HTTP1_MORE:
        if (h->state == HTTP_BETWEEN) {
            h->state = HTTP_HEAD;
            conn_set_deadline(h->conn, DEADLINE_HEAD);
        }
        return false;
    case HTTP1_BAD:
        h->media = MEDIA_JSON;
        h->without_body = false;
        refuse_and_end(h, &wrong);
        return false;
    case HTTP1_OK:
        break;
    }
    if (str_eq(head.path, STR("/graphql")) && upgrade_asked(&head)) {
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

    switch (http1_body_feed(&h->framing, rest, &h->body, &wrong)) {
    case HTTP1_MORE:
        return false;
    case HTTP1_BAD:
        refuse_and_end(h, &wrong);
        return false;
    case HTTP1_OK:
        call_body(h);
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
        if (!had || !conn_has_room(h->conn))
            return false;
        return take_head(h);
    case HTTP_HEAD:
        return take_head(h);
    case HTTP_BODY:
        on = take_body(h, &rest);
        consume(h, had - rest.n);
        return on;
    case HTTP_ANSWERING:
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
}

static void on_gone(void *user)
{
    struct http *h = user;

    if (h->state == HTTP_ANSWERING)
        h->conn->net->service.on_cancel(&h->op);
    http_free(h);
}

static const struct conn_speaker http_speaker = {
    .on_bytes = on_bytes,
    .on_turn_end = on_turn_end,
    .on_drained = on_turn_end,
    .on_progress = on_progress,
    .on_deadline = on_deadline,
    .on_drain = on_drain,
    .on_gone = on_gone,
};

static enum net_push http_next(struct net_operation *op, struct frame *payload)
{
    assert(false); /* the call had said that it cannot stream */
    return NET_TOOK;
}

static void http_finish(struct net_operation *op, const struct net_response *response)
{
    struct http *h = container_of(op, struct http, op);
    struct http_response r = {.status = http_response_status(h->media, response),
                              .content_type = http_response_type(h->media)};

    assert(h->state == HTTP_ANSWERING);
    if (r.status == 405)
        r.allow = STR("POST");
    respond(h, &r, response->body);
}

static void http_complete(struct net_operation *op, const struct net_response *why)
{
    struct http *h = container_of(op, struct http, op);

    if (why)
        http_finish(op, why);
    else
        refuse(h, 500, STR("INTERNAL_SERVER_ERROR"), STR("There is no result."));
}

static const struct net_transport http_transport = {
    .next = http_next,
    .finish = http_finish,
    .complete = http_complete,
};

/* There is no session over HTTP to be accepted. */
static void client_accept(struct net_client *c, struct str ack_payload)
{
    (void)c;
}

static void client_close(struct net_client *c, unsigned code, struct str reason)
{
    struct http *h = container_of(c, struct http, client);

    h->keep_alive = false;
}

static const struct net_client_ops http_client_ops = {
    .accept = client_accept,
    .close = client_close,
};

void http_start(struct conn *c)
{
    struct http *h = mem_new(struct http);

    h->conn = c;
    h->client.transport = "http";
    h->client.requests = &c->requests;
    h->client.ops = &http_client_ops;
    buf_init(&h->in, IN_CEILING);
    buf_init(&h->body, max_body(h));
    arena_init(&h->arena);
    conn_set_speaker(c, &http_speaker, h);
    conn_set_deadline(c, DEADLINE_HEAD);
}
