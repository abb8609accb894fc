#include "net/batch.h"

#include "base/mem.h"
#include "net/exchange.h"
#include "net/inside.h"
#include "net/refusal.h"

enum {
    RESPONSE_MAX = 32 * 1024 * 1024, /* of all operations together, as of one alone */
    ERROR_MAX = 4096,
};

struct part {
    struct net_operation op;
    struct batch *batch;
    struct frame *response; /* NULL: not answered yet */
    int status;             /* that the response would have alone */
};

struct batch {
    struct exchange *exchange;
    size_t waits; /* for so many answers; while the operations are begun, for one more */
    size_t bytes; /* of the responses that are there */
    size_t n;
    struct part parts[];
};

bool batch_is_sent(struct str body)
{
    size_t at = 0;

    while (at < body.n && body.p[at] && strchr(" \t\r\n", body.p[at]))
        at++;
    return at < body.n && body.p[at] == '[';
}

/* The status that all have alike tells something of the request, such as that its token is not
 * valid; one among others does not. */
static int common_status(const struct batch *b)
{
    for (size_t i = 1; i < b->n; i++)
        if (b->parts[i].status != b->parts[0].status)
            return 200;
    return b->parts[0].status;
}

/* b is gone behind this. */
static void respond(struct batch *b)
{
    struct exchange *x = b->exchange;
    struct http_response r = {.status = common_status(b),
                              .content_type = http_response_type(x->media)};
    struct buf body;

    buf_init(&body, b->bytes + b->n + 2);
    for (size_t i = 0; i < b->n; i++) {
        buf_add_char(&body, i ? ',' : '[');
        buf_add(&body, frame_str(b->parts[i].response));
    }
    buf_add_char(&body, ']');
    exchange_respond(x, &r, buf_str(&body));
    buf_done(&body);
}

static void wait_for_one_less(struct batch *b)
{
    if (--b->waits == 0)
        respond(b);
}

/* In place of a response that makes them too large together. */
static struct frame *too_large(bool typed_errors)
{
    struct frame *response;
    struct buf body;

    buf_init(&body, ERROR_MAX);
    refusal_body(&body, 429, ST_LIMIT_EXCEEDED,
                 STR("The responses of the batch are too large together."), typed_errors);
    response = frame_new(buf_str(&body));
    buf_done(&body);
    return response;
}

static void finish(struct net_operation *op, const struct net_response *response)
{
    struct part *p = container_of(op, struct part, op);
    struct batch *b = p->batch;

    p->status = http_response_status(b->exchange->media, response);
    p->response = b->bytes + response->body.n <= RESPONSE_MAX
                      ? frame_new(response->body)
                      : too_large(b->exchange->typed_errors);
    b->bytes += p->response->n;
    wait_for_one_less(b);
}

/* The rest is for streams, which none of them can become. */
static const struct net_transport batch_transport = {
    .finish = finish,
};

static struct batch *batch_new(struct exchange *x, size_t n)
{
    struct batch *b = mem_zalloc(sizeof(*b) + n * sizeof(b->parts[0]));

    b->exchange = x;
    b->n = n;
    b->waits = n + 1;
    for (size_t i = 0; i < n; i++) {
        b->parts[i].batch = b;
        b->parts[i].op.transport = &batch_transport;
        b->parts[i].op.client = &x->client;
    }
    return b;
}

static void begin_all(struct batch *b, struct http_batch *asked)
{
    const struct net_service *service = &b->exchange->net->service;

    for (size_t i = 0; i < b->n; i++) {
        exchange_show(b->exchange, &asked->calls[i]);
        asked->calls[i].goes_on = i > 0;
        service->on_operation(service->user, &b->parts[i].op, &asked->calls[i]);
    }
}

void batch_run(struct exchange *x)
{
    struct http_batch asked;
    struct str wrong;

    if (x->media == MEDIA_NONE) {
        exchange_refuse(x, 406,
                        STR("A batch is answered as application/json or "
                            "application/graphql-response+json: Accept must allow one of them."));
        return;
    }
    if (!http_batch_from_body(&x->arena, buf_str(&x->body), x->net->config.batching, &asked,
                              &wrong)) {
        exchange_refuse(x, 400, wrong);
        return;
    }
    x->state = EXCHANGE_CALLING;
    x->batch = batch_new(x, asked.n);
    begin_all(x->batch, &asked);
    wait_for_one_less(x->batch);
}

void batch_free(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct part *p = &b->parts[i];

        if (!p->response)
            b->exchange->net->service.on_cancel(&p->op);
        frame_unref(p->response);
    }
    mem_free(b);
}
