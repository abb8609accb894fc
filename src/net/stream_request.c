#include "net/stream_request.h"

#include "net/errand.h"
#include "net/inside.h"
#include "net/reservation.h"

enum {
    REFUSAL_MAX = 32 * 1024, /* of the server's words on a token */
    TOKEN_MAX = 256,         /* bytes that are looked at: ours are shorter */
};

static const struct str methods = STR_INIT("GET, POST, PUT, DELETE");

/* Absent without one. */
static struct str token_of(struct exchange *x, const struct http_head *head)
{
    struct str token = http_field(head, STR("X-GraphQL-Event-Stream-Token"));

    if (!token.p)
        token = http_request_param(&x->arena, head->query, STR("token"));
    return token.n <= TOKEN_MAX ? token : STR("");
}

static void respond_with_token(struct exchange *x, const struct reservation *made)
{
    struct http_response r = {.status = 201, .content_type = "text/plain; charset=utf-8"};

    exchange_respond(x, &r, str_of(made->token, RESERVATION_TOKEN));
}

static void refuse_caller(struct exchange *x, int status, struct str body)
{
    struct http_response r = {.status = status, .content_type = http_response_type(x->media)};

    exchange_respond(x, &r, body);
}

static void reserve(struct exchange *x)
{
    const struct net_service *service = &x->net->service;
    const struct net_call shown = {.authorization = x->authorization, .api_key = x->api_key};
    const struct reservation *made;
    struct net_caller caller;
    struct buf refusal;
    int status;

    buf_init(&refusal, REFUSAL_MAX);
    status = service->on_caller(service->user, &shown, &caller, &refusal);
    if (status)
        refuse_caller(x, status, buf_str(&refusal));
    else if (x->net->state != NET_OPEN)
        exchange_refuse_with(x, 503, ST_UNAVAILABLE,
                             STR("The server is restarting; connect again."), STR_NULL);
    else if (reservation_has_enough(x->net, &caller))
        exchange_refuse_with(x, 429, ST_LIMIT_EXCEEDED,
                             STR("You have reserved too many event streams that are not open yet: "
                                 "open one of them, or try again later."),
                             STR_NULL);
    else if ((made = reservation_new(x->net, &caller)))
        respond_with_token(x, made);
    else
        exchange_refuse_with(x, 503, ST_UNAVAILABLE,
                             STR("Too many event streams are reserved; try again later."),
                             STR_NULL);
    buf_done(&refusal);
}

static void begin_reserve(struct exchange *x, const struct http_head *head)
{
    if (http_request_accepts(head, STR("text/plain")))
        reserve(x);
    else
        exchange_refuse_with(x, 406, ST_BAD_REQUEST,
                             STR("Accept must allow text/plain: the token comes so."), STR_NULL);
}

static struct errand *prepare(struct exchange *x, enum errand_kind kind, struct str token)
{
    x->state = EXCHANGE_ASKING;
    x->errand = errand_new(x, kind, token);
    return x->errand;
}

static void stop(struct exchange *x, const struct http_head *head, struct str token)
{
    struct str id = http_request_param(&x->arena, head->query, STR("operationId"));
    struct errand *e;

    if (!id.n) {
        exchange_refuse_with(x, 400, ST_BAD_REQUEST,
                             STR("The parameter \"operationId\" is missing."), STR_NULL);
        return;
    }
    e = prepare(x, ERRAND_STOP, token);
    e->operation_id = arena_str(&e->arena, id);
    errand_go(e);
}

static void run_query(struct exchange *x, const struct http_head *head, struct str token)
{
    struct errand *e = prepare(x, ERRAND_OPERATION, token);

    e->safe_method = true;
    e->asked = arena_str(&e->arena, head->query);
    errand_go(e);
}

void stream_request_run(struct exchange *x)
{
    struct errand *e = prepare(x, ERRAND_OPERATION, x->stream_token);

    e->asked = arena_str(&e->arena, buf_str(&x->body));
    errand_go(e);
}

static bool begin_body(struct exchange *x, const struct http_head *head, struct str token)
{
    if (!exchange_begin_post(x, head))
        return false;
    x->stream_token = arena_str(&x->arena, token.p ? token : STR(""));
    return true;
}

/* A GET or a POST. */
static bool begin(struct exchange *x, const struct http_head *head, struct str token)
{
    if (!token.p && x->dress)
        return exchange_begin_operation(x, head);
    if (str_eq(head->method, STR("POST")))
        return begin_body(x, head, token);
    if (x->dress)
        errand_go(prepare(x, ERRAND_OPEN, token));
    else
        run_query(x, head, token);
    return false;
}

bool stream_request_begin(struct exchange *x, const struct http_head *head)
{
    struct str token = token_of(x, head);

    if (str_eq(head->method, STR("GET")) || str_eq(head->method, STR("POST")))
        return begin(x, head, token);
    if (str_eq(head->method, STR("PUT")))
        begin_reserve(x, head);
    else if (str_eq(head->method, STR("DELETE")))
        stop(x, head, token);
    else if (str_eq(head->method, STR("OPTIONS")))
        exchange_answer_options(x, head, STR("GET, POST, PUT, DELETE, OPTIONS"));
    else
        exchange_refuse_with(x, 405, ST_BAD_REQUEST, STR("The method is not allowed here."),
                             methods);
    return false;
}
