#include "net/exchange.h"

#include <assert.h>

#include "net/inside.h"
#include "net/origin.h"
#include "net/refusal.h"

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

void exchange_init(struct exchange *x, struct net *n, const struct exchange_framing *framing,
                   struct outq *out)
{
    *x = (struct exchange){
        .net = n,
        .framing = framing,
        .out = out,
        .client = {.transport = "http", .ops = &exchange_client_ops},
    };
    buf_init(&x->body, max_body(x));
    arena_init(&x->arena);
}

void exchange_done(struct exchange *x)
{
    buf_done(&x->body);
    arena_done(&x->arena);
}

/* Ready for the next request, and without memory until then. */
static void clear(struct exchange *x)
{
    exchange_done(x);
    buf_init(&x->body, max_body(x));
    arena_init(&x->arena);
    x->state = EXCHANGE_IDLE;
    x->media = MEDIA_JSON;
    x->without_body = false;
    x->authorization = x->origin = STR_NULL;
}

static void respond(struct exchange *x, struct http_response *r, struct str body)
{
    r->length = body.n;
    r->origin = x->origin;
    x->framing->head(x, r);
    if (!x->without_body)
        outq_push_raw(x->out, body);
    clear(x);
    x->framing->end(x);
}

static void refuse_with(struct exchange *x, int status, struct str code, struct str message,
                        struct str allow)
{
    struct http_response r = {
        .status = status, .content_type = http_response_type(x->media), .allow = allow};
    struct buf body;

    buf_init(&body, ERROR_MAX);
    refusal_body(&body, code, message);
    respond(x, &r, buf_str(&body));
    buf_done(&body);
}

static void refuse(struct exchange *x, int status, struct str code, struct str message)
{
    refuse_with(x, status, code, message, STR_NULL);
}

static void refuse_method(struct exchange *x, struct str allow)
{
    refuse_with(x, 405, STR("BAD_REQUEST"), STR("The method is not allowed here."), allow);
}

void exchange_refuse(struct exchange *x, int status, struct str reason)
{
    struct str code = STR("BAD_REQUEST");

    if (status == 403)
        code = STR("FORBIDDEN");
    if (status == 413)
        code = STR("PAYLOAD_TOO_LARGE");
    refuse(x, status, code, reason);
}

static void call(struct exchange *x, struct http_request *r, bool safe_method)
{
    const struct net_service *service = &x->net->service;

    x->state = EXCHANGE_CALLING;
    x->op = (struct net_operation){.transport = &exchange_transport, .client = &x->client};
    r->call.authorization = x->authorization;
    r->call.safe_method = safe_method;
    r->call.can_stream = false;
    service->on_operation(service->user, &x->op, &r->call);
}

void exchange_run(struct exchange *x)
{
    struct http_request r;
    struct str wrong;

    if (!http_request_from_body(&x->arena, buf_str(&x->body), &r, &wrong)) {
        refuse(x, 400, STR("BAD_REQUEST"), wrong);
        return;
    }
    call(x, &r, false);
    http_request_done(&r);
}

static void run_query(struct exchange *x, struct str query_string)
{
    struct http_request r;
    struct str wrong;

    if (!http_request_from_query(&x->arena, query_string, &r, &wrong)) {
        refuse(x, 400, STR("BAD_REQUEST"), wrong);
        return;
    }
    call(x, &r, true);
    http_request_done(&r);
}

/* Answers with a page of the server's; false when it has none there. */
static bool send_page(struct exchange *x, struct str path)
{
    const struct net_service *service = &x->net->service;
    struct net_page page = {0};
    struct http_response r = {0};
    struct buf scratch;
    bool found;

    buf_init(&scratch, PAGE_MAX);
    found = service->on_page(service->user, path, &scratch, &page);
    if (found) {
        r.status = page.status;
        r.content_type = page.content_type;
        respond(x, &r, page.body);
    }
    buf_done(&scratch);
    return found;
}

/* True when the body is wanted. */
static bool begin_post(struct exchange *x, const struct http_head *head)
{
    if (!http_request_is_json(http_field(head, STR("Content-Type")))) {
        refuse(x, 415, STR("BAD_REQUEST"), STR("Content-Type must be application/json."));
        return false;
    }
    if (head->content_length > max_body(x)) {
        refuse(x, 413, STR("PAYLOAD_TOO_LARGE"), STR("The request's body is too large."));
        return false;
    }
    x->state = EXCHANGE_READING;
    return true;
}

static void begin_get(struct exchange *x, const struct http_head *head)
{
    if (!http_request_has_param(head->query, STR("query")) && http_request_wants_html(head) &&
        send_page(x, head->path))
        return;
    run_query(x, head->query);
}

static void answer_options(struct exchange *x, const struct http_head *head)
{
    struct http_response r = {.status = 204, .allow = STR("GET, POST, OPTIONS")};

    r.preflight = http_field(head, STR("Access-Control-Request-Method")).p;
    respond(x, &r, STR(""));
}

static bool begin_graphql(struct exchange *x, const struct http_head *head)
{
    struct str origin = http_field(head, STR("Origin"));

    if (!origin_allowed(x->net->config.allowed_origins, origin, head->host)) {
        refuse(x, 403, STR("FORBIDDEN"), STR("Pages of this origin may not use this server."));
        return false;
    }
    x->origin = arena_str(&x->arena, origin);
    x->media = http_request_media(head);
    if (str_eq(head->method, STR("OPTIONS")))
        answer_options(x, head);
    else if (!str_eq(head->method, STR("GET")) && !str_eq(head->method, STR("POST")))
        refuse_method(x, STR("GET, POST"));
    else if (x->media == MEDIA_NONE && !http_request_wants_html(head))
        refuse(x, 406, STR("BAD_REQUEST"),
               STR("Accept must allow application/json or application/graphql-response+json."));
    else if (str_eq(head->method, STR("POST")))
        return begin_post(x, head);
    else
        begin_get(x, head);
    return false;
}

static void begin_page(struct exchange *x, const struct http_head *head)
{
    x->without_body = str_eq(head->method, STR("HEAD"));
    if (str_eq(head->method, STR("OPTIONS")))
        answer_options(x, head);
    else if (!x->without_body && !str_eq(head->method, STR("GET")))
        refuse_method(x, STR("GET, HEAD"));
    else if (!send_page(x, head->path))
        refuse(x, 404, STR("NOT_FOUND"), STR("There is no such page."));
}

bool exchange_begin(struct exchange *x, const struct http_head *head)
{
    assert(x->state == EXCHANGE_IDLE);
    x->client.id = net_client_id(x->net);
    x->authorization = arena_str(&x->arena, http_field(head, STR("Authorization")));
    if (str_eq(head->path, STR("/graphql")))
        return begin_graphql(x, head);
    begin_page(x, head);
    return false;
}

void exchange_cancel(struct exchange *x)
{
    if (x->state == EXCHANGE_CALLING)
        x->net->service.on_cancel(&x->op);
    clear(x);
}

static enum net_push next(struct net_operation *op, struct frame *payload)
{
    assert(false); /* the call had said that it cannot stream */
    return NET_TOOK;
}

static void finish(struct net_operation *op, const struct net_response *response)
{
    struct exchange *x = container_of(op, struct exchange, op);
    struct http_response r = {.status = http_response_status(x->media, response),
                              .content_type = http_response_type(x->media)};

    assert(x->state == EXCHANGE_CALLING);
    if (r.status == 405)
        r.allow = STR("POST");
    respond(x, &r, response->body);
}

static void complete(struct net_operation *op, const struct net_response *why)
{
    struct exchange *x = container_of(op, struct exchange, op);

    if (why)
        finish(op, why);
    else
        refuse(x, 500, STR("INTERNAL_SERVER_ERROR"), STR("There is no result."));
}

static const struct net_transport exchange_transport = {
    .next = next,
    .finish = finish,
    .complete = complete,
};

/* There is no session over HTTP to be accepted, or to be closed. */
static void client_accept(struct net_client *c, struct str ack_payload)
{
}

static void client_close(struct net_client *c, unsigned code, struct str reason)
{
}

static const struct net_client_ops exchange_client_ops = {
    .accept = client_accept,
    .close = client_close,
};
