#include "net/exchange.h"

#include <assert.h>

#include "net/batch.h"
#include "net/errand.h"
#include "net/event_stream.h"
#include "net/forwarded.h"
#include "net/inside.h"
#include "net/origin.h"
#include "net/refusal.h"
#include "net/stream_request.h"

enum {
    PAGE_MAX = 1024 * 1024,
    ERROR_MAX = 4096,
};

static const struct net_transport exchange_transport;
static const struct net_client_ops exchange_client_ops;

static size_t max_body(const struct exchange *x)
{
    size_t max = x->net->config.max_request_bytes;

    return max ? max : SIZE_MAX / 4;
}

static turn_hook_fn on_later;

void exchange_init(struct exchange *x, struct net *n, const struct exchange_framing *framing,
                   struct outq *out)
{
    *x = (struct exchange){
        .net = n,
        .framing = framing,
        .out = out,
        .client = {.transport = "http",
                   .address = &x->address,
                   .unsent = &n->stock.copies,
                   .ops = &exchange_client_ops},
    };
    buf_init(&x->body, max_body(x));
    arena_init(&x->arena);
    deadline_init(&x->beat);
    turn_hook_init(&x->later, on_later);
}

/* What others hold of it, or it of others. */
static void let_go(struct exchange *x)
{
    if (x->errand)
        x->errand->exchange = NULL;
    x->errand = NULL;
    if (x->events)
        event_stream_free(x->events);
    x->events = NULL;
    if (x->batch)
        batch_free(x->batch);
    x->batch = NULL;
}

void exchange_done(struct exchange *x)
{
    let_go(x);
    deadline_drop(&x->beat);
    turn_hook_cancel(&x->later);
    buf_done(&x->body);
    arena_done(&x->arena);
}

/* Of a request that has been understood nothing is kept. */
static void forget_request(struct exchange *x)
{
    buf_done(&x->body);
    buf_init(&x->body, max_body(x));
    arena_done(&x->arena);
    arena_init(&x->arena);
    x->authorization = x->api_key = x->traceparent = x->stream_token = x->origin = STR_NULL;
    x->client_name = x->schema_hash = STR_NULL;
}

/* Ready for the next request, and without memory until then. */
static void clear(struct exchange *x)
{
    exchange_done(x);
    forget_request(x);
    x->state = EXCHANGE_IDLE;
    x->media = MEDIA_JSON;
    x->dress = NULL;
    x->dress_single = x->waits_for_room = x->without_body = x->typed_errors = false;
}

void exchange_respond(struct exchange *x, struct http_response *r, struct str body)
{
    r->length = body.n;
    r->origin = x->origin;
    r->schema_hash = x->is_graphql ? x->net->config.schema_hash : STR_NULL;
    r->typed_errors = x->typed_errors;
    x->framing->head(x, r);
    if (!x->without_body && r->page && r->page->body_lasts)
        outq_push_lasting(x->out, body);
    else if (!x->without_body)
        outq_push_raw(x->out, body);
    clear(x);
    x->framing->end(x);
}

void exchange_refuse_with(struct exchange *x, int status, enum status why, struct str message,
                          struct str allow)
{
    struct http_response r = {
        .status = status, .content_type = http_response_type(x->media), .allow = allow};
    struct buf body;

    buf_init(&body, ERROR_MAX);
    refusal_body(&body, status, why, message, x->typed_errors);
    exchange_respond(x, &r, buf_str(&body));
    buf_done(&body);
}

static void refuse(struct exchange *x, int status, enum status why, struct str message)
{
    exchange_refuse_with(x, status, why, message, STR_NULL);
}

static void refuse_method(struct exchange *x, struct str allow)
{
    exchange_refuse_with(x, 405, ST_BAD_REQUEST, STR("The method is not allowed here."), allow);
}

void exchange_refuse(struct exchange *x, int status, struct str reason)
{
    enum status why = ST_BAD_REQUEST;

    if (status == 403)
        why = ST_FORBIDDEN;
    if (status == 413)
        why = ST_TOO_LARGE;
    refuse(x, status, why, reason);
}

void exchange_say(struct exchange *x, struct str bytes)
{
    if (x->chunked)
        outq_push_chunk(x->out, bytes);
    else
        outq_push_raw(x->out, bytes);
    x->framing->wake(x);
}

void exchange_say_result(struct exchange *x, struct outq_id *id, struct frame *payload)
{
    outq_push_next(x->out, x->chunked ? &x->dress->chunk : &x->dress->bare, id, payload);
    x->framing->wake(x);
}

void exchange_drop(struct exchange *x, const struct outq_id *id)
{
    outq_drop(x->out, id);
    x->framing->wake(x);
}

bool exchange_has_room(struct exchange *x)
{
    return x->framing->has_room(x);
}

static void open_stream(struct exchange *x)
{
    struct http_response r = {.status = 200,
                              .content_type = x->dress->content_type,
                              .streams = true,
                              .schema_hash = x->net->config.schema_hash,
                              .origin = x->origin};

    if (x->state >= EXCHANGE_STREAMING)
        return;
    x->state = EXCHANGE_STREAMING;
    x->framing->head(x, &r);
    exchange_say(x, x->dress->opening);
    deadline_set(&x->net->deadlines, &x->beat, DEADLINE_BEAT);
}

static void close_stream(struct exchange *x)
{
    exchange_say(x, x->dress->closing);
    clear(x);
    x->framing->end(x);
}

/* The only result of a stream, or its last. */
static void say_last(struct exchange *x, struct str body)
{
    struct frame *payload = frame_new(body);

    open_stream(x);
    exchange_say_result(x, NULL, payload);
    frame_unref(payload);
    close_stream(x);
}

void exchange_on_beat(struct deadline *beat)
{
    struct exchange *x = container_of(beat, struct exchange, beat);

    /* Where something waits to be sent, another beat would tell nobody anything. */
    if (outq_empty(x->out))
        exchange_say(x, x->dress->beat);
    deadline_set(&x->net->deadlines, &x->beat, DEADLINE_BEAT);
}

void exchange_drained(struct exchange *x)
{
    if (x->events)
        event_stream_drained(x->events);
    if (!x->waits_for_room)
        return;
    x->waits_for_room = false;
    x->net->service.on_drained(&x->op);
}

void exchange_cut(struct exchange *x)
{
    clear(x);
    x->framing->cut(x);
}

void exchange_drain(struct exchange *x)
{
    if (x->events) {
        event_stream_drain(x->events);
    } else if (x->state == EXCHANGE_STREAMING && x->op.is_stream) {
        x->net->service.on_cancel(&x->op);
        exchange_cut(x);
    }
}

/* It is a stream: its client hears so at once. */
static void begin(struct net_operation *op)
{
    struct exchange *x = container_of(op, struct exchange, op);

    open_stream(x);
    if (x->asking)
        return; /* the request's strings are in use */
    forget_request(x);
    if (x->net->state != NET_OPEN)
        loop_at_turn_end(x->net->loop, &x->later);
}

void exchange_show(const struct exchange *x, struct net_call *call)
{
    call->authorization = x->authorization;
    call->api_key = x->api_key;
    call->traceparent = x->traceparent;
    call->client_name = x->client_name;
    call->schema_hash = x->schema_hash;
    call->typed_errors = x->typed_errors;
}

static void run_call(struct exchange *x, struct net_call *call, bool safe_method)
{
    const struct net_service *service = &x->net->service;

    x->state = EXCHANGE_CALLING;
    x->op = (struct net_operation){.transport = &exchange_transport, .client = &x->client};
    exchange_show(x, call);
    call->safe_method = safe_method;
    call->can_stream = x->dress;
    x->asking = true;
    service->on_operation(service->user, &x->op, call);
    x->asking = false;
    if (x->state == EXCHANGE_STREAMING)
        begin(&x->op);
}

static void run_batch(struct exchange *x)
{
    if (x->net->config.batching)
        batch_run(x);
    else
        refuse(x, 400, ST_BAD_REQUEST,
               STR("The body must be a JSON object, one operation: batches are off on this server; "
                   "its operator turns them on with --batching."));
}

void exchange_run(struct exchange *x)
{
    struct net_call asked;
    struct str wrong;

    if (x->stream_token.p) {
        stream_request_run(x);
        return;
    }
    if (batch_is_sent(buf_str(&x->body))) {
        run_batch(x);
        return;
    }
    if (!http_request_from_body(&x->arena, buf_str(&x->body), &asked, &wrong)) {
        refuse(x, 400, ST_BAD_REQUEST, wrong);
        return;
    }
    run_call(x, &asked, false);
}

static void run_query(struct exchange *x, struct str query_string)
{
    struct net_call asked;
    struct str wrong;

    if (!http_request_from_query(&x->arena, query_string, &asked, &wrong)) {
        refuse(x, 400, ST_BAD_REQUEST, wrong);
        return;
    }
    run_call(x, &asked, true);
}

/* Has the client got it already? RFC 9110, section 13.1.2. */
static bool is_known(const struct http_head *head, const struct net_page *page)
{
    return page->tag.p && page->status == 200 &&
           (http_list_has(head, STR("If-None-Match"), page->tag) ||
            str_eq(http_field(head, STR("If-None-Match")), STR("*")));
}

/* Answers with a page of the server's; false when it has none there. */
static bool send_page(struct exchange *x, const struct http_head *head)
{
    const struct net_service *service = &x->net->service;
    struct net_page page = {0};
    struct http_response r = {.page = &page};
    struct buf scratch;
    bool found;

    buf_init(&scratch, PAGE_MAX);
    found = x->aside ? service->on_page_aside(service->user, head, &scratch, &page)
                     : service->on_page(service->user, &x->address, head, &scratch, &page);
    if (found && is_known(head, &page)) {
        r.status = 304;
        exchange_respond(x, &r, STR(""));
    } else if (found) {
        r.status = page.status;
        r.content_type = page.content_type;
        exchange_respond(x, &r, page.body);
    }
    buf_done(&scratch);
    return found;
}

bool exchange_begin_post(struct exchange *x, const struct http_head *head)
{
    if (!http_request_is_json(http_field(head, STR("Content-Type")))) {
        refuse(x, 415, ST_BAD_REQUEST, STR("Content-Type must be application/json."));
        return false;
    }
    if (head->content_length > max_body(x)) {
        refuse(x, 413, ST_TOO_LARGE, STR("The request's body is too large."));
        return false;
    }
    x->state = EXCHANGE_READING;
    return true;
}

static void begin_get(struct exchange *x, const struct http_head *head)
{
    if (!http_request_has_param(head->query, STR("query")) && http_request_wants_html(head) &&
        send_page(x, head))
        return;
    run_query(x, head->query);
}

void exchange_answer_options(struct exchange *x, const struct http_head *head, struct str methods)
{
    struct http_response r = {.status = 204, .allow = methods};

    r.preflight = http_field(head, STR("Access-Control-Request-Method")).p;
    exchange_respond(x, &r, STR(""));
}

bool exchange_begin_operation(struct exchange *x, const struct http_head *head)
{
    if (str_eq(head->method, STR("OPTIONS")))
        exchange_answer_options(x, head, STR("GET, POST, OPTIONS"));
    else if (!str_eq(head->method, STR("GET")) && !str_eq(head->method, STR("POST")))
        refuse_method(x, STR("GET, POST"));
    else if (x->media == MEDIA_NONE && !x->dress && !http_request_wants_html(head))
        refuse(x, 406, ST_BAD_REQUEST,
               STR("Accept must allow application/json, application/graphql-response+json or "
                   "text/event-stream."));
    else if (str_eq(head->method, STR("POST")))
        return exchange_begin_post(x, head);
    else
        begin_get(x, head);
    return false;
}

/* True when the body is wanted. */
static bool begin_graphql(struct exchange *x, const struct http_head *head)
{
    struct str origin = http_field(head, STR("Origin"));

    x->is_graphql = true;
    if (!origin_allowed(x->net->config.allowed_origins, origin, head->host)) {
        refuse(x, 403, ST_FORBIDDEN, STR("Pages of this origin may not use this server."));
        return false;
    }
    x->origin = arena_str(&x->arena, origin);
    x->media = http_request_media(head);
    x->dress = stream_dress(http_request_stream(head, &x->dress_single));
    return str_eq(head->path, STR("/graphql")) ? exchange_begin_operation(x, head)
                                               : stream_request_begin(x, head);
}

static void begin_page(struct exchange *x, const struct http_head *head)
{
    if (str_eq(head->method, STR("OPTIONS")))
        exchange_answer_options(x, head, STR("GET, HEAD, OPTIONS"));
    else if (!x->without_body && !str_eq(head->method, STR("GET")))
        refuse_method(x, STR("GET, HEAD"));
    else if (!send_page(x, head))
        refuse(x, 404, ST_NOT_FOUND, STR("There is no such page; GraphQL is at /graphql."));
}

/* Only who shows a schema's hash is asked for a name. */
static void take_client(struct exchange *x, const struct http_head *head)
{
    struct str name;

    x->schema_hash = arena_str(&x->arena, http_field(head, STR("X-Schema-Hash")));
    if (!x->schema_hash.p)
        return;
    name = http_field(head, STR("GraphQL-Client-Name"));
    if (!name.p)
        name = http_field(head, STR("ApolloGraphQL-Client-Name"));
    x->client_name = arena_str(&x->arena, name);
}

bool exchange_begin(struct exchange *x, const struct http_head *head)
{
    assert(x->state == EXCHANGE_IDLE);
    buf_init(&x->body, max_body(x)); /* which may have changed since the request before */
    x->is_graphql = false;
    x->without_body = str_eq(head->method, STR("HEAD")); /* whatever the answer is */
    x->client.id = net_client_id(x->net);
    x->address = forwarded_client(head, x->peer, &x->net->config.trusted_proxies);
    x->authorization = arena_str(&x->arena, http_field(head, STR("Authorization")));
    x->api_key = arena_str(&x->arena, http_field(head, STR("X-Api-Key")));
    if (x->net->config.traces)
        x->traceparent = arena_str(&x->arena, http_field(head, STR("Traceparent")));
    x->typed_errors = http_field(head, STR("X-Amz-User-Agent")).p;
    take_client(x, head);
    if (!x->aside &&
        (str_eq(head->path, STR("/graphql")) || str_eq(head->path, STR("/graphql/stream"))))
        return begin_graphql(x, head);
    begin_page(x, head);
    return false;
}

static void open_shared(struct exchange *x, struct str token)
{
    x->dress = &stream_dress_shared;
    x->events = event_stream_new(x, token);
    open_stream(x);
    forget_request(x);
    if (x->net->state != NET_OPEN)
        exchange_drain(x);
}

void exchange_on_verdict(struct exchange *x, struct errand *e)
{
    struct http_response r = {.status = e->status, .origin = x->origin};
    struct str answer = buf_str(&e->answer);

    x->errand = NULL;
    if (e->kind == ERRAND_OPEN && e->status == 200) {
        open_shared(x, e->token);
        return;
    }
    if (answer.n)
        r.content_type = http_response_type(x->media);
    exchange_respond(x, &r, answer);
}

void exchange_cancel(struct exchange *x)
{
    if (x->state >= EXCHANGE_CALLING && !x->events && !x->batch)
        x->net->service.on_cancel(&x->op);
    clear(x);
}

static enum net_push next(struct net_operation *op, struct frame *payload)
{
    struct exchange *x = container_of(op, struct exchange, op);

    assert(x->dress); /* otherwise the call had said that it cannot stream */
    op->is_stream = true;
    open_stream(x);
    if (x->state == EXCHANGE_EXPIRED)
        return NET_TOOK;
    if (!x->framing->has_room(x)) {
        x->waits_for_room = true;
        return NET_FULL;
    }
    exchange_say_result(x, NULL, payload);
    return NET_TOOK;
}

/* A refusal has a status of its own on every media type, as long as no head has been sent. */
static bool is_streamed(const struct exchange *x, const struct net_response *response)
{
    return x->state == EXCHANGE_STREAMING || (x->dress_single && response->outcome != NET_REFUSED);
}

static void finish(struct net_operation *op, const struct net_response *response)
{
    struct exchange *x = container_of(op, struct exchange, op);
    struct http_response r = {.status = http_response_status(x->media, response),
                              .content_type = http_response_type(x->media),
                              .traceresponse = response->traceresponse};

    if (is_streamed(x, response)) {
        say_last(x, response->body);
        return;
    }
    assert(x->state == EXCHANGE_CALLING);
    if (r.status == 405)
        r.allow = STR("POST");
    exchange_respond(x, &r, response->body);
}

static void complete(struct net_operation *op, const struct net_response *why)
{
    struct exchange *x = container_of(op, struct exchange, op);

    if (why) {
        finish(op, why);
    } else if (x->dress) {
        open_stream(x);
        close_stream(x);
    } else {
        refuse(x, 500, ST_FAULT, STR("There is no result."));
    }
}

static const struct net_transport exchange_transport = {
    .begin = begin,
    .next = next,
    .finish = finish,
    .complete = complete,
};

/* Only sockets are to be accepted. */
static void client_accept(struct net_client *c, struct str ack_payload)
{
}

/* A stream lives no longer than the token it was asked for with. */
static void expire(struct exchange *x)
{
    struct buf body;

    x->net->service.on_cancel(&x->op);
    buf_init(&body, ERROR_MAX);
    refusal_expired(&body);
    say_last(x, buf_str(&body));
    buf_done(&body);
}

/* The server is no longer in the middle of what it does for the stream. */
static void on_later(struct turn_hook *hook)
{
    struct exchange *x = container_of(hook, struct exchange, later);

    if (x->state == EXCHANGE_EXPIRED)
        expire(x);
    else
        exchange_drain(x);
}

static void client_close(struct net_client *c, unsigned code, struct str reason)
{
    struct exchange *x = container_of(c, struct exchange, client);

    if (x->state != EXCHANGE_STREAMING)
        return;
    x->state = EXCHANGE_EXPIRED;
    loop_at_turn_end(x->net->loop, &x->later);
}

static const struct net_client_ops exchange_client_ops = {
    .accept = client_accept,
    .close = client_close,
};
