#include "net/gtws.h"

#include <assert.h>
#include <stdio.h>

#include "base/json_out.h"
#include "net/gtws_message.h"
#include "net/refusal.h"

enum {
    TEXT_CEILING = 64 * 1024 * 1024, /* of one message of ours: a fault, not a limit */
    REASON_MAX = 512,                /* before it is cut to what a close frame holds */
};

static const struct outq_envelope gtws_next = {
    .framing = OUTQ_MESSAGE,
    .before_id = STR_INIT("{\"id\":\""),
    .before_payload = STR_INIT("\",\"type\":\"next\",\"payload\":"),
    .behind_payload = STR_INIT("}"),
};

static const struct net_transport gtws_transport;
static const struct net_client_ops gtws_client_ops;

static bool may_follow(enum gtws_state from, enum gtws_state to)
{
    switch (to) {
    case GTWS_OPENED:
        return false;
    case GTWS_INITIALISING:
        return from == GTWS_OPENED;
    case GTWS_READY:
        return from == GTWS_INITIALISING;
    case GTWS_DRAINING:
        return from == GTWS_READY;
    case GTWS_CLOSING:
        return from < GTWS_CLOSING;
    case GTWS_ENDED:
        return from == GTWS_CLOSING;
    }
    return false;
}

static void become(struct gtws *g, enum gtws_state next)
{
    assert(may_follow(g->state, next));
    g->state = next;
    if (next == GTWS_CLOSING)
        g->host->wake(g);
}

/* Is anything said on this socket still? */
static bool is_open(const struct gtws *g)
{
    return g->state < GTWS_CLOSING;
}

static void close_socket(struct gtws *g, unsigned code, struct str reason)
{
    if (is_open(g))
        g->host->close(g, code, reason);
}

static void send_text(struct gtws *g, struct outq_id *id, struct str text)
{
    outq_push_frame(g->out, WS_TEXT, id, text);
    g->host->wake(g);
}

/* {"id":…,"type":type} or {"id":…,"type":type,"payload":payload}; id may be NULL. */
static void send_message(struct gtws *g, struct outq_id *id, struct str type, struct str payload)
{
    struct buf text;

    buf_init(&text, TEXT_CEILING);
    buf_add_char(&text, '{');
    if (id) {
        buf_add(&text, STR("\"id\":\""));
        buf_add(&text, str_of(id->json, id->n));
        buf_add(&text, STR("\","));
    }
    buf_add(&text, STR("\"type\":\""));
    buf_add(&text, type);
    buf_add_char(&text, '"');
    if (payload.p) {
        buf_add(&text, STR(",\"payload\":"));
        buf_add(&text, payload);
    }
    buf_add_char(&text, '}');
    assert(!buf_overflowed(&text));
    send_text(g, id, buf_str(&text));
    buf_done(&text);
}

static void close_when_drained(struct gtws *g)
{
    if (g->state == GTWS_DRAINING && gtws_ops_unanswered(&g->ops) == 0)
        close_socket(g, WS_RESTART, STR("Service restart"));
}

/* The operation has ended: its id is free. */
static void drop_op(struct gtws_op *op)
{
    struct gtws *g = op->gtws;

    gtws_ops_take(&g->ops, op);
    gtws_op_free(op);
    close_when_drained(g);
}

static void cancel_all(struct gtws *g)
{
    struct gtws_op *op;

    while ((op = gtws_ops_any(&g->ops))) {
        gtws_ops_take(&g->ops, op);
        g->service->on_cancel(&op->base);
        gtws_op_free(op);
    }
}

static void on_init(struct gtws *g, const struct gtws_message *m)
{
    if (g->state != GTWS_OPENED) {
        close_socket(g, GTWS_INIT_TWICE, STR("Too many initialisation requests"));
        return;
    }
    become(g, GTWS_INITIALISING);
    g->service->on_init(g->service->user, &g->client, m->payload);
}

static int add_dumped(const char *p, size_t n, void *user)
{
    buf_add(user, str_of(p, n));
    return 0;
}

static void on_ping(struct gtws *g, const struct gtws_message *m)
{
    struct buf payload;

    if (!m->payload) {
        send_message(g, NULL, STR("pong"), STR_NULL);
        return;
    }
    buf_init(&payload, TEXT_CEILING);
    json_dump_callback(m->payload, add_dumped, &payload, JSON_COMPACT);
    send_message(g, NULL, STR("pong"), buf_str(&payload));
    buf_done(&payload);
}

static void refuse_operation(struct gtws *g, struct str id, struct str code, struct str message)
{
    struct outq_id *wire_id = outq_id_new(id);
    struct buf errors;

    buf_init(&errors, TEXT_CEILING);
    refusal_errors(&errors, code, message);
    send_message(g, wire_id, STR("error"), buf_str(&errors));
    buf_done(&errors);
    outq_id_unref(wire_id);
}

static void close_id_in_use(struct gtws *g, struct str id)
{
    char reason[REASON_MAX];
    int n = snprintf(reason, sizeof(reason), "Subscriber for %.*s already exists", STR_ARG(id));

    close_socket(g, GTWS_ID_IN_USE, str_of(reason, (size_t)n));
}

static void start_operation(struct gtws *g, const struct gtws_message *m)
{
    struct gtws_op *op = gtws_ops_add(&g->ops, m->id);
    struct net_call call = m->call;

    op->gtws = g;
    op->base.transport = &gtws_transport;
    op->base.client = &g->client;
    call.can_stream = true;
    g->service->on_operation(g->service->user, &op->base, &call);
}

static void on_subscribe(struct gtws *g, const struct gtws_message *m)
{
    if (g->state < GTWS_READY)
        close_socket(g, GTWS_UNAUTHORIZED, STR("Unauthorized"));
    else if (gtws_ops_find(&g->ops, m->id))
        close_id_in_use(g, m->id);
    else if (g->state == GTWS_DRAINING)
        refuse_operation(g, m->id, STR("UNAVAILABLE"),
                         STR("The server is restarting; connect again."));
    else if (g->max_operations && g->ops.n >= g->max_operations)
        refuse_operation(g, m->id, STR("LIMIT_EXCEEDED"),
                         STR("Too many operations run on this connection at a time."));
    else
        start_operation(g, m);
}

/* What waits under the id is dropped even when the operation has ended by itself meanwhile: the
 * client wants to hear nothing more of it. */
static void on_complete(struct gtws *g, const struct gtws_message *m)
{
    struct gtws_op *op = gtws_ops_find(&g->ops, m->id);
    struct outq_id *wire_id;

    if (!outq_empty(g->out)) {
        wire_id = outq_id_new(m->id);
        outq_drop(g->out, wire_id);
        outq_id_unref(wire_id);
    }
    if (!op)
        return;
    gtws_ops_take(&g->ops, op);
    g->service->on_cancel(&op->base);
    gtws_op_free(op);
    close_when_drained(g);
}

static void on_parsed(struct gtws *g, const struct gtws_message *m)
{
    switch (m->type) {
    case GTWS_CONNECTION_INIT:
        on_init(g, m);
        return;
    case GTWS_PING:
        on_ping(g, m);
        return;
    case GTWS_PONG:
        return;
    case GTWS_SUBSCRIBE:
        on_subscribe(g, m);
        return;
    case GTWS_COMPLETE:
        on_complete(g, m);
        return;
    }
}

void gtws_on_message(struct gtws *g, struct str text)
{
    struct gtws_message m;
    struct gtws_reason reason;

    if (!is_open(g))
        return;
    if (!gtws_message_parse(text, &m, &reason)) {
        close_socket(g, GTWS_BAD_MESSAGE, str_c(reason.text));
        return;
    }
    on_parsed(g, &m);
    gtws_message_done(&m);
}

void gtws_on_turn_end(struct gtws *g)
{
    if (g->state != GTWS_CLOSING)
        return;
    become(g, GTWS_ENDED);
    cancel_all(g);
}

void gtws_on_drained(struct gtws *g)
{
    struct list now;

    /* Moved aside: who fills the queue again waits for the next time. */
    list_init(&now);
    while (!list_empty(&g->waiting)) {
        struct list *link = g->waiting.next;
        list_remove(link);
        list_append(&now, link);
    }
    while (!list_empty(&now)) {
        struct gtws_op *op = list_first(&now, struct gtws_op, waiting);
        list_remove(&op->waiting);
        g->service->on_drained(&op->base);
    }
}

void gtws_on_init_timeout(struct gtws *g)
{
    if (g->state == GTWS_OPENED)
        close_socket(g, GTWS_INIT_TIMEOUT, STR("Connection initialisation timeout"));
}

bool gtws_awaits_init(const struct gtws *g)
{
    return g->state == GTWS_OPENED;
}

void gtws_drain(struct gtws *g)
{
    if (g->state == GTWS_READY) {
        become(g, GTWS_DRAINING);
        close_when_drained(g);
    } else {
        close_socket(g, WS_RESTART, STR("Service restart"));
    }
}

void gtws_end(struct gtws *g)
{
    if (is_open(g))
        become(g, GTWS_CLOSING);
}

void gtws_init(struct gtws *g, const struct gtws_host *host, struct outq *out,
               const struct net_service *service, size_t max_operations, uint64_t client_id)
{
    *g = (struct gtws){
        .client = {.id = client_id, .transport = "graphql-transport-ws", .ops = &gtws_client_ops},
        .host = host,
        .service = service,
        .out = out,
        .max_operations = max_operations < UINT32_MAX ? (unsigned)max_operations : UINT32_MAX,
    };
    list_init(&g->waiting);
}

void gtws_done(struct gtws *g)
{
    bool known = g->client.session; /* the server holds something for it */

    g->state = GTWS_ENDED;
    cancel_all(g);
    gtws_ops_done(&g->ops);
    if (known)
        g->service->on_gone(g->service->user, &g->client);
}

static struct gtws_op *op_of(struct net_operation *op)
{
    return container_of(op, struct gtws_op, base);
}

static enum net_push next(struct net_operation *base, struct frame *payload)
{
    struct gtws_op *op = op_of(base);
    struct gtws *g = op->gtws;

    base->is_stream = true;
    if (!is_open(g))
        return NET_TOOK;
    if (!g->host->has_room(g)) {
        list_remove(&op->waiting);
        list_append(&g->waiting, &op->waiting);
        return NET_FULL;
    }
    outq_push_next(g->out, &gtws_next, op->wire_id, payload);
    g->host->wake(g);
    return NET_TOOK;
}

static void send_result(struct gtws_op *op, struct str body)
{
    struct frame *payload = frame_new(body);

    outq_push_next(op->gtws->out, &gtws_next, op->wire_id, payload);
    frame_unref(payload);
    send_message(op->gtws, op->wire_id, STR("complete"), STR_NULL);
}

static void finish(struct net_operation *base, const struct net_response *response)
{
    struct gtws_op *op = op_of(base);

    if (is_open(op->gtws)) {
        if (response->outcome == NET_RESULT)
            send_result(op, response->body);
        else
            send_message(op->gtws, op->wire_id, STR("error"), response->errors);
    }
    drop_op(op);
}

static void complete(struct net_operation *base, const struct net_response *why)
{
    struct gtws_op *op = op_of(base);

    if (is_open(op->gtws)) {
        if (why)
            send_message(op->gtws, op->wire_id, STR("error"), why->errors);
        else
            send_message(op->gtws, op->wire_id, STR("complete"), STR_NULL);
    }
    drop_op(op);
}

static const struct net_transport gtws_transport = {
    .next = next,
    .finish = finish,
    .complete = complete,
};

static struct gtws *gtws_of(struct net_client *c)
{
    return container_of(c, struct gtws, client);
}

static void client_accept(struct net_client *c, struct str ack_payload)
{
    struct gtws *g = gtws_of(c);

    if (g->state != GTWS_INITIALISING)
        return; /* it was closed meanwhile */
    become(g, GTWS_READY);
    send_message(g, NULL, STR("connection_ack"), ack_payload);
}

static void client_close(struct net_client *c, unsigned code, struct str reason)
{
    close_socket(gtws_of(c), code, reason);
}

static const struct net_client_ops gtws_client_ops = {
    .accept = client_accept,
    .close = client_close,
};
