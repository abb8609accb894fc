#include "net/subprotocol.h"

#include <assert.h>
#include <stdio.h>

#include "base/mem.h"
#include "net/subprotocol_inside.h"

enum {
    REASON_MAX = 512,         /* before it is cut to what a close frame holds */
    HELD_MOST = 64 * 1024,    /* bytes of what waits for the acknowledgement */
    UNKNOWN_MOST = 16 * 1024, /* of a message before it, where nothing may wait: a token is half */
    MESSAGE_BYTES = 4 * 1024, /* of the stack: what most messages need as values */
};

static bool may_follow(enum subprotocol_state from, enum subprotocol_state to)
{
    switch (to) {
    case SUBPROTOCOL_OPENED:
        return false;
    case SUBPROTOCOL_INITIALISING:
        return from == SUBPROTOCOL_OPENED;
    case SUBPROTOCOL_READY:
        return from == SUBPROTOCOL_INITIALISING;
    case SUBPROTOCOL_DRAINING:
        return from == SUBPROTOCOL_READY;
    case SUBPROTOCOL_CLOSING:
        return from < SUBPROTOCOL_CLOSING;
    case SUBPROTOCOL_ENDED:
        return from == SUBPROTOCOL_CLOSING;
    }
    return false;
}

void subprotocol_become(struct subprotocol *s, enum subprotocol_state next)
{
    assert(may_follow(s->state, next));
    s->state = next;
    if (next == SUBPROTOCOL_CLOSING)
        s->host->wake(s);
}

/* Is anything said on this socket still? */
bool subprotocol_is_open(const struct subprotocol *s)
{
    return s->state < SUBPROTOCOL_CLOSING;
}

void subprotocol_close(struct subprotocol *s, unsigned code, struct str reason)
{
    if (subprotocol_is_open(s))
        s->host->close(s, code, reason);
}

void subprotocol_close_when_drained(struct subprotocol *s)
{
    if (s->state == SUBPROTOCOL_DRAINING && subprotocol_ops_unanswered(&s->ops) == 0)
        subprotocol_close(s, WS_RESTART, STR("Service restart"));
}

/* The close code that the dialect has for it, or an error. */
static void object(struct subprotocol *s, unsigned close_code, struct str id, enum status why,
                   struct str message)
{
    const struct dialect *d = s->dialect;

    if (close_code)
        subprotocol_close(s, close_code, message);
    else
        subprotocol_tell(s, id, id.n ? d->error : d->connection_error, why, message);
}

/* Nobody wants to hear of it any more. */
static void cancel_op(struct subprotocol_op *op)
{
    struct subprotocol *s = op->subprotocol;

    subprotocol_ops_take(&s->ops, op);
    if (!op->held)
        s->service->on_cancel(&op->base);
    subprotocol_op_free(op);
}

static void cancel_all(struct subprotocol *s)
{
    struct subprotocol_op *op;

    while ((op = subprotocol_ops_any(&s->ops)))
        cancel_op(op);
}

void subprotocol_initialise(struct subprotocol *s, const struct json_value *payload)
{
    const struct net_opening opening = {
        .payload = payload,
        .authorization = call_json_member(s->shown, STR("Authorization")),
        .api_key = call_json_member(s->shown, STR("x-api-key")),
    };

    subprotocol_become(s, SUBPROTOCOL_INITIALISING);
    s->service->on_init(s->service->user, &s->client, &opening);
}

static void on_init(struct subprotocol *s, const struct dialect_message *m)
{
    if (s->state != SUBPROTOCOL_OPENED) {
        object(s, s->dialect->close_init_twice, STR_NULL, ST_BAD_REQUEST,
               STR("Too many initialisation requests"));
        return;
    }
    subprotocol_initialise(s, m->payload);
}

static void on_ping(struct subprotocol *s, const struct dialect_message *m)
{
    struct buf payload;

    if (!m->payload) {
        subprotocol_send(s, NULL, s->dialect->pong, STR_NULL);
        return;
    }
    buf_init(&payload, TEXT_CEILING);
    json_value_write(&(struct json_out){.out = &payload}, m->payload);
    subprotocol_send(s, NULL, s->dialect->pong, buf_str(&payload));
    buf_done(&payload);
}

static void object_to_id(struct subprotocol *s, struct str id)
{
    char reason[REASON_MAX];
    int n = snprintf(reason, sizeof(reason), "Subscriber for %.*s already exists", STR_ARG(id));

    if (s->dialect->close_id_in_use)
        subprotocol_close(s, s->dialect->close_id_in_use, str_of(reason, (size_t)n));
    else
        subprotocol_tell(s, id, s->dialect->error, ST_CONFLICT,
                         STR("What was asked for under this id has not ended."));
}

static void refuse(struct subprotocol *s, const struct dialect_message *m, enum status why,
                   struct str message)
{
    subprotocol_tell(s, m->id, s->dialect->error, why, message);
}

static void run_op(struct subprotocol_op *op, const struct dialect_message *m)
{
    struct subprotocol *s = op->subprotocol;
    struct net_call call = m->call;

    call.can_stream = true;
    call.typed_errors = s->dialect->typed_errors;
    s->service->on_operation(s->service->user, &op->base, &call);
}

static size_t held_bytes(const struct subprotocol *s)
{
    size_t n = 0;

    list_each (at, &s->waiting)
        n += list_entry(at, struct subprotocol_op, waiting)->held->n;
    return n;
}

/* Its text, to be read again: few wait, and none for long. */
static void hold_op(struct subprotocol_op *op, const struct dialect_message *m)
{
    op->held = frame_new(m->text);
    list_append(&op->subprotocol->waiting, &op->waiting);
}

static void run_held_op(struct subprotocol_op *op)
{
    const struct subprotocol *s = op->subprotocol;
    struct frame *text = op->held;
    struct dialect_wrong wrong;
    struct arena arena;
    struct dialect_message m = {.arena = &arena};
    bool right;

    arena_init(&arena);
    right = s->dialect->read(s, frame_str(text), &m, &wrong);
    assert(right); /* as before */
    op->held = NULL;
    run_op(op, &m);
    frame_unref(text);
    arena_done(&arena);
}

void subprotocol_run_held(struct subprotocol *s)
{
    struct list held;

    /* Moved aside: who has begun may wait already, for room. */
    list_init(&held);
    list_each_safe (at, &s->waiting) {
        if (!list_entry(at, struct subprotocol_op, waiting)->held)
            continue;
        list_remove(at);
        list_append(&held, at);
    }
    while (!list_empty(&held)) {
        struct subprotocol_op *op = list_first(&held, struct subprotocol_op, waiting);

        list_remove(&op->waiting);
        if (subprotocol_is_open(s)) /* else it goes with the rest */
            run_held_op(op);
    }
}

void subprotocol_add_op(struct subprotocol *s, const struct dialect_message *m)
{
    struct subprotocol_op *op = subprotocol_ops_add(&s->ops, m->id);

    op->subprotocol = s;
    op->base.transport = &subprotocol_transport;
    op->base.client = &s->client;
    if (s->state == SUBPROTOCOL_INITIALISING)
        hold_op(op, m);
    else
        run_op(op, m);
}

static void start(struct subprotocol *s, const struct dialect_message *m)
{
    if (*s->max_operations && s->ops.n >= *s->max_operations)
        refuse(s, m, ST_LIMIT_EXCEEDED,
               STR("Too many operations run on this connection at a time."));
    else if (s->state == SUBPROTOCOL_INITIALISING && held_bytes(s) + m->text.n > HELD_MOST)
        refuse(s, m, ST_LIMIT_EXCEEDED,
               STR("Too much is asked for before the connection is acknowledged."));
    else
        subprotocol_add_op(s, m);
}

/* What waits under the id is dropped even when the operation has ended by itself meanwhile: the
 * client wants to hear nothing more of it. Where a stop is answered, the client waits for an end:
 * then the one that is on its way already must stay. */
static bool stop(struct subprotocol *s, struct str id)
{
    struct subprotocol_op *op = subprotocol_ops_find(&s->ops, id);

    if (op || !s->dialect->stop_answered)
        s->host->drop(s, id);
    if (op)
        cancel_op(op);
    return op;
}

/* Whether it may start now or wait to; if not, it has been told. */
static bool may_start(struct subprotocol *s, const struct dialect_message *m)
{
    const struct dialect *d = s->dialect;

    if (s->state == SUBPROTOCOL_OPENED && d->start_begins)
        subprotocol_initialise(s, NULL);
    if (!subprotocol_is_open(s))
        return false;
    if (subprotocol_is_acknowledged(s) || (s->state == SUBPROTOCOL_INITIALISING && d->start_waits))
        return true;
    object(s, d->close_unacknowledged, m->id, ST_UNAUTHENTICATED, STR("Unauthorized"));
    return false;
}

static void on_start(struct subprotocol *s, const struct dialect_message *m)
{
    bool in_use = subprotocol_ops_find(&s->ops, m->id);

    if (!may_start(s, m))
        return;
    if (in_use && !s->dialect->start_replaces) {
        object_to_id(s, m->id);
        return;
    }
    if (s->state == SUBPROTOCOL_DRAINING) {
        refuse(s, m, ST_UNAVAILABLE, STR("The server is restarting; connect again."));
        return;
    }
    if (in_use)
        stop(s, m->id);
    start(s, m);
}

static void on_stop(struct subprotocol *s, const struct dialect_message *m)
{
    struct outq_id *wire_id;

    if (!stop(s, m->id))
        return;
    if (s->dialect->stop_answered) {
        wire_id = outq_id_new(m->id);
        subprotocol_send(s, wire_id, s->dialect->complete, STR_NULL);
        outq_id_unref(wire_id);
    }
    subprotocol_close_when_drained(s);
}

static void on_read(struct subprotocol *s, const struct dialect_message *m)
{
    switch (m->verb) {
    case DIALECT_INIT:
        on_init(s, m);
        return;
    case DIALECT_PING:
        on_ping(s, m);
        return;
    case DIALECT_PONG:
        return;
    case DIALECT_START:
        on_start(s, m);
        return;
    case DIALECT_STOP:
        on_stop(s, m);
        return;
    case DIALECT_TERMINATE:
        subprotocol_close(s, WS_NORMAL, STR(""));
        return;
    }
}

/* Text that is no message belongs to no operation. */
static void on_unreadable(struct subprotocol *s, const struct dialect_message *m, struct str reason)
{
    const struct dialect *d = s->dialect;

    if (d->close_malformed)
        subprotocol_close(s, d->close_malformed, reason);
    else if (json_value_is(m->json, JSON_VALUE_OBJECT))
        subprotocol_tell(s, m->id, d->error, ST_BAD_REQUEST, reason);
    else
        subprotocol_tell(s, STR_NULL, d->connection_error, ST_BAD_REQUEST, reason);
}

void subprotocol_on_message(struct subprotocol *s, struct str text)
{
    _Alignas(max_align_t) char memory[MESSAGE_BYTES];
    struct arena arena;
    struct dialect_message m = {.arena = &arena};
    struct dialect_wrong wrong;

    if (!subprotocol_is_open(s))
        return;
    arena_init_in(&arena, memory, sizeof(memory));
    if (s->dialect->read(s, text, &m, &wrong))
        on_read(s, &m);
    else
        on_unreadable(s, &m, str_c(wrong.text));
    arena_done(&arena);
}

void subprotocol_on_binary(struct subprotocol *s)
{
    const struct dialect_message none = {0};

    if (subprotocol_is_open(s))
        on_unreadable(s, &none, STR("Binary messages are not supported"));
}

void subprotocol_on_turn_end(struct subprotocol *s)
{
    if (s->state != SUBPROTOCOL_CLOSING)
        return;
    subprotocol_become(s, SUBPROTOCOL_ENDED);
    cancel_all(s);
}

void subprotocol_on_drained(struct subprotocol *s)
{
    struct list now;

    if (s->state == SUBPROTOCOL_INITIALISING)
        return; /* who waits, waits for something else */
    /* Moved aside: who fills the queue again waits for the next time. */
    list_init(&now);
    list_move_all(&s->waiting, &now);
    while (!list_empty(&now)) {
        struct subprotocol_op *op = list_first(&now, struct subprotocol_op, waiting);
        list_remove(&op->waiting);
        s->service->on_drained(&op->base);
    }
}

void subprotocol_on_init_timeout(struct subprotocol *s)
{
    if (s->state == SUBPROTOCOL_OPENED)
        subprotocol_close(s, s->dialect->close_init_late, STR("Connection initialisation timeout"));
}

bool subprotocol_awaits_init(const struct subprotocol *s)
{
    return s->state == SUBPROTOCOL_OPENED;
}

bool subprotocol_is_acknowledged(const struct subprotocol *s)
{
    return s->state == SUBPROTOCOL_READY || s->state == SUBPROTOCOL_DRAINING;
}

size_t subprotocol_longest(const struct subprotocol *s)
{
    if (subprotocol_is_acknowledged(s))
        return SIZE_MAX;
    return s->dialect->start_waits ? HELD_MOST : UNKNOWN_MOST;
}

void subprotocol_keep_alive(struct subprotocol *s)
{
    if (s->dialect->keep_alive.p && subprotocol_is_acknowledged(s))
        subprotocol_send(s, NULL, s->dialect->keep_alive, STR_NULL);
}

void subprotocol_drain(struct subprotocol *s)
{
    if (s->state == SUBPROTOCOL_READY) {
        subprotocol_become(s, SUBPROTOCOL_DRAINING);
        subprotocol_close_when_drained(s);
    } else {
        subprotocol_close(s, WS_RESTART, STR("Service restart"));
    }
}

void subprotocol_end(struct subprotocol *s)
{
    if (subprotocol_is_open(s))
        subprotocol_become(s, SUBPROTOCOL_CLOSING);
}

void subprotocol_init(struct subprotocol *s, const struct dialect *dialect,
                      const struct subprotocol_host *host, const struct net_service *service,
                      const size_t *max_operations, uint64_t client_id)
{
    *s = (struct subprotocol){
        .client = {.id = client_id, .transport = dialect->name, .ops = &subprotocol_client_ops},
        .dialect = dialect,
        .host = host,
        .service = service,
        .max_operations = max_operations,
    };
    list_init(&s->waiting);
}

void subprotocol_open(struct subprotocol *s, struct json_value *shown)
{
    s->shown = shown;
    if (s->dialect->on_opened)
        s->dialect->on_opened(s);
}

void subprotocol_done(struct subprotocol *s)
{
    bool known = s->client.session; /* the server holds something for it */

    s->state = SUBPROTOCOL_ENDED;
    cancel_all(s);
    subprotocol_ops_done(&s->ops);
    mem_free(s->shown);
    mem_free(s->own);
    if (known)
        s->service->on_gone(s->service->user, &s->client);
}
