#include "net/event_stream.h"

#include <assert.h>

#include "base/mem.h"
#include "net/exchange.h"
#include "net/inside.h"
#include "net/refusal.h"

enum {
    ID_MAX = 256, /* bytes of an operation's id: clients choose it, we keep it */
    ERROR_MAX = 4096,
    COMPLETE_MAX = 6 * ID_MAX + 64, /* an id in JSON, and what stands around it */
};

struct stream_op {
    struct net_operation base;
    struct net_client client; /* its token's, which may end before the others' */
    struct event_stream *stream;
    struct errand *errand; /* whose verdict is still to be given */
    struct list link;      /* event_stream.running */
    struct list waiting;   /* event_stream.waiting */
    struct turn_hook expired;
    struct outq_id *wire_id;
    size_t id_length;
    char id[];
};

static const struct net_transport stream_transport;
static const struct net_client_ops stream_client_ops;
static turn_hook_fn on_expired;

static struct str id_of(const struct stream_op *op)
{
    return str_of(op->id, op->id_length);
}

static struct stream_op *op_new(struct event_stream *s, struct str id)
{
    struct stream_op *op = mem_zalloc(sizeof(*op) + id.n);

    op->base = (struct net_operation){.transport = &stream_transport, .client = &op->client};
    op->client = s->exchange->client;
    op->client.transport = "graphql-sse";
    op->client.ops = &stream_client_ops;
    op->stream = s;
    op->wire_id = outq_id_new(id);
    op->id_length = id.n;
    memcpy(op->id, id.p, id.n);
    list_init(&op->waiting);
    turn_hook_init(&op->expired, on_expired);
    list_append(&s->running, &op->link);
    map_put(&s->ops, id, op);
    return op;
}

/* Its id is free from now on. */
static void op_free(struct stream_op *op)
{
    map_take(&op->stream->ops, id_of(op));
    list_remove(&op->link);
    list_remove(&op->waiting);
    turn_hook_cancel(&op->expired);
    outq_id_unref(op->wire_id);
    mem_free(op);
}

static void cancel(struct stream_op *op)
{
    op->stream->net->service.on_cancel(&op->base);
    op_free(op);
}

struct event_stream *event_stream_new(struct exchange *x, struct str token)
{
    struct event_stream *s = mem_new(struct event_stream);

    s->net = x->net;
    s->exchange = x;
    list_init(&s->running);
    list_init(&s->waiting);
    memcpy(s->token, token.p, RESERVATION_TOKEN);
    map_put(&s->net->event_streams, token, s);
    return s;
}

void event_stream_free(struct event_stream *s)
{
    struct str token = str_of(s->token, RESERVATION_TOKEN);

    map_take(&s->net->event_streams, token);
    errand_release(s->net, token);
    while (!list_empty(&s->running))
        cancel(list_first(&s->running, struct stream_op, link));
    map_done(&s->ops);
    mem_free(s);
}

struct event_stream *event_stream_find(const struct net *n, struct str token)
{
    return map_get(&n->event_streams, token);
}

static void say_complete(struct stream_op *op)
{
    struct buf event;

    buf_init(&event, COMPLETE_MAX);
    buf_add(&event, STR("event: complete\ndata: {\"id\":\""));
    buf_add(&event, str_of(op->wire_id->json, op->wire_id->n));
    buf_add(&event, STR("\"}\n\n"));
    assert(!buf_overflowed(&event));
    exchange_say(op->stream->exchange, buf_str(&event));
    buf_done(&event);
}

static unsigned unanswered(const struct event_stream *s)
{
    unsigned n = 0;

    list_each (at, &s->running)
        n += !list_entry(at, struct stream_op, link)->base.is_stream;
    return n;
}

/* s is gone behind this, when it was draining and nobody waits any more. */
static void cut_when_drained(struct event_stream *s)
{
    if (s->draining && unanswered(s) == 0)
        exchange_cut(s->exchange);
}

/* The last result, and that there is none behind it. */
static void end_with(struct stream_op *op, struct str body)
{
    struct event_stream *s = op->stream;
    struct frame *payload;

    if (body.p) {
        payload = frame_new(body);
        exchange_say_result(s->exchange, op->wire_id, payload);
        frame_unref(payload);
    }
    say_complete(op);
    op_free(op);
    cut_when_drained(s);
}

/* What was refused before it ran is the answer to the request that asked for it. */
static void end_with_verdict(struct stream_op *op, const struct net_response *response)
{
    op->errand->status = response->http_status;
    buf_add(&op->errand->answer, response->body);
    op_free(op);
}

static struct stream_op *op_of(struct net_operation *base)
{
    return container_of(base, struct stream_op, base);
}

static enum net_push next(struct net_operation *base, struct frame *payload)
{
    struct stream_op *op = op_of(base);
    struct event_stream *s = op->stream;

    base->is_stream = true;
    if (!list_empty(&op->expired.link))
        return NET_TOOK;
    if (!exchange_has_room(s->exchange)) {
        list_remove(&op->waiting);
        list_append(&s->waiting, &op->waiting);
        return NET_FULL;
    }
    exchange_say_result(s->exchange, op->wire_id, payload);
    return NET_TOOK;
}

static void finish(struct net_operation *base, const struct net_response *response)
{
    struct stream_op *op = op_of(base);

    if (op->errand && response->outcome != NET_RESULT)
        end_with_verdict(op, response);
    else
        end_with(op, response->body);
}

static void complete(struct net_operation *base, const struct net_response *why)
{
    if (why)
        finish(base, why);
    else
        end_with(op_of(base), STR_NULL);
}

static const struct net_transport stream_transport = {
    .next = next,
    .finish = finish,
    .complete = complete,
};

static void client_accept(struct net_client *c, struct str ack_payload)
{
}

static void on_expired(struct turn_hook *hook)
{
    struct stream_op *op = container_of(hook, struct stream_op, expired);
    struct buf body;

    op->stream->net->service.on_cancel(&op->base);
    buf_init(&body, ERROR_MAX);
    refusal_expired(&body);
    end_with(op, buf_str(&body));
    buf_done(&body);
}

/* The server may be in the middle of what it does for the operation. */
static void client_close(struct net_client *c, unsigned code, struct str reason)
{
    struct stream_op *op = container_of(c, struct stream_op, client);

    loop_at_turn_end(op->stream->net->loop, &op->expired);
}

static const struct net_client_ops stream_client_ops = {
    .accept = client_accept,
    .close = client_close,
};

/* The id in the request's extensions; false: refused. */
static bool take_id(const struct net_call *call, struct errand *e, struct str *ret_id)
{
    struct str id = json_value_text(json_value_get(call->extensions, STR("operationId")));

    if (id.n == 0 || id.n > ID_MAX) {
        errand_refuse(e, 400, ST_BAD_REQUEST,
                      STR("\"extensions.operationId\" must be a string of 1 to 256 bytes."));
        return false;
    }
    *ret_id = id;
    return true;
}

/* Is there a place for one more operation, under that id? */
static bool may_begin(struct event_stream *s, struct errand *e, struct str id)
{
    size_t most = s->net->config.max_subscriptions;

    if (s->draining)
        errand_refuse(e, 503, ST_UNAVAILABLE, STR("The server is restarting; connect again."));
    else if (map_get(&s->ops, id))
        errand_refuse(e, 409, ST_CONFLICT, STR("An operation of that id runs already."));
    else if (most && map_count(&s->ops) >= most)
        errand_refuse(e, 429, ST_LIMIT_EXCEEDED,
                      STR("Too many operations run on this event stream at a time."));
    else if (!exchange_has_room(s->exchange))
        errand_refuse(e, 429, ST_LIMIT_EXCEEDED,
                      STR("Too much waits on the event stream: read it first."));
    else
        return true;
    return false;
}

static void begin(struct event_stream *s, struct errand *e, struct net_call *call)
{
    const struct net_service *service = &s->net->service;
    struct stream_op *op;
    struct str id;

    if (!take_id(call, e, &id) || !may_begin(s, e, id))
        return;
    op = op_new(s, id);
    op->errand = e;
    call->authorization = e->authorization;
    call->api_key = e->api_key;
    call->traceparent = e->traceparent;
    call->client_name = e->client_name;
    call->schema_hash = e->schema_hash;
    call->safe_method = e->safe_method;
    call->can_stream = true;
    service->on_operation(service->user, &op->base, call);
    if (e->status)
        return; /* it was refused */
    e->status = 202;
    op = map_get(&s->ops, id);
    if (op)
        op->errand = NULL;
}

void event_stream_begin(struct event_stream *s, struct errand *e)
{
    struct net_call call;
    struct str wrong;
    bool right = e->safe_method ? http_request_from_query(&e->arena, e->asked, &call, &wrong)
                                : http_request_from_body(&e->arena, e->asked, &call, &wrong);

    if (!right) {
        errand_refuse(e, 400, ST_BAD_REQUEST, wrong);
        return;
    }
    begin(s, e, &call);
}

/* One that has ended by itself meanwhile is stopped as well. */
void event_stream_stop(struct event_stream *s, struct errand *e)
{
    struct stream_op *op = map_get(&s->ops, e->operation_id);

    e->status = 200;
    if (!op)
        return;
    exchange_drop(s->exchange, op->wire_id);
    cancel(op);
    cut_when_drained(s);
}

void event_stream_drained(struct event_stream *s)
{
    struct list now;

    /* Moved aside: who fills the queue again waits for the next time. */
    list_init(&now);
    list_move_all(&s->waiting, &now);
    while (!list_empty(&now)) {
        struct stream_op *op = list_first(&now, struct stream_op, waiting);
        list_remove(&op->waiting);
        s->net->service.on_drained(&op->base);
    }
}

void event_stream_drain(struct event_stream *s)
{
    s->draining = true;
    list_each_safe (at, &s->running) {
        struct stream_op *op = list_entry(at, struct stream_op, link);
        if (op->base.is_stream)
            cancel(op);
    }
    cut_when_drained(s);
}
