#include "net/subprotocol_inside.h"

#include <assert.h>

#include "base/mem.h"
#include "net/refusal.h"

/*
 * The way out: what the server calls, and how it is put to the client.
 */

void subprotocol_send(struct subprotocol *s, struct outq_id *id, struct str type,
                      struct str payload)
{
    struct buf text;

    buf_init(&text, TEXT_CEILING);
    if (s->dialect->write)
        s->dialect->write(&text, id, type, payload);
    else
        dialect_write(&text, id, type, payload);
    assert(!buf_overflowed(&text));
    s->host->send(s, id, buf_str(&text));
    buf_done(&text);
}

void subprotocol_send_errors(struct subprotocol *s, struct outq_id *id, struct str type,
                             struct str errors)
{
    struct buf payload;

    if (!s->dialect->write_errors) {
        subprotocol_send(s, id, type, errors);
        return;
    }
    buf_init(&payload, TEXT_CEILING);
    s->dialect->write_errors(&payload, errors);
    subprotocol_send(s, id, type, buf_str(&payload));
    buf_done(&payload);
}

void subprotocol_tell(struct subprotocol *s, struct str id, struct str type, enum status why,
                      struct str message)
{
    struct outq_id *wire_id = id.n ? outq_id_new(id) : NULL;
    struct buf errors;

    buf_init(&errors, TEXT_CEILING);
    refusal_errors(&errors, why, message, s->dialect->typed_errors);
    subprotocol_send_errors(s, wire_id, type, buf_str(&errors));
    buf_done(&errors);
    outq_id_unref(wire_id);
}

/* The operation has ended: its id is free. */
static void drop_op(struct subprotocol_op *op)
{
    struct subprotocol *s = op->subprotocol;

    subprotocol_ops_take(&s->ops, op);
    subprotocol_op_free(op);
    subprotocol_close_when_drained(s);
}

static struct subprotocol_op *op_of(struct net_operation *op)
{
    return container_of(op, struct subprotocol_op, base);
}

static void send_started(struct subprotocol_op *op, struct str cursor)
{
    struct subprotocol *s = op->subprotocol;
    const struct dialect *d = s->dialect;
    struct buf payload;

    if (!d->started.p)
        return;
    buf_init(&payload, TEXT_CEILING);
    if (d->write_started)
        d->write_started(s, &payload, cursor);
    subprotocol_send(s, op->wire_id, d->started, payload.n ? buf_str(&payload) : STR_NULL);
    buf_done(&payload);
}

static void started(struct net_operation *base, struct str cursor)
{
    struct subprotocol_op *op = op_of(base);

    base->is_stream = true;
    if (subprotocol_is_open(op->subprotocol))
        send_started(op, cursor);
}

static enum net_push next(struct net_operation *base, struct frame *payload)
{
    struct subprotocol_op *op = op_of(base);
    struct subprotocol *s = op->subprotocol;

    base->is_stream = true;
    if (!subprotocol_is_open(s))
        return NET_TOOK;
    if (!s->host->has_room(s)) {
        list_remove(&op->waiting);
        list_append(&s->waiting, &op->waiting);
        return NET_FULL;
    }
    s->host->send_result(s, op->wire_id, payload);
    return NET_TOOK;
}

static void send_only_result(struct subprotocol_op *op, struct str body)
{
    struct subprotocol *s = op->subprotocol;
    struct frame *payload;

    if (s->dialect->on_result) {
        s->dialect->on_result(s, op->wire_id, body);
        return;
    }
    send_started(op, STR_NULL);
    payload = frame_new(body);
    s->host->send_result(s, op->wire_id, payload);
    frame_unref(payload);
    subprotocol_send(s, op->wire_id, s->dialect->complete, STR_NULL);
}

static void send_failure(struct subprotocol_op *op, struct str errors)
{
    struct subprotocol *s = op->subprotocol;

    subprotocol_send_errors(s, op->wire_id, s->dialect->error, errors);
    if (s->dialect->on_failed)
        s->dialect->on_failed(s, op->wire_id, errors);
}

static void finish(struct net_operation *base, const struct net_response *response)
{
    struct subprotocol_op *op = op_of(base);
    struct subprotocol *s = op->subprotocol;

    if (subprotocol_is_open(s)) {
        if (response->outcome == NET_RESULT)
            send_only_result(op, response->body);
        else
            send_failure(op, response->errors);
    }
    drop_op(op);
}

/* A dialect without a word for it has nothing but its stream. */
static void send_end(struct subprotocol_op *op)
{
    struct subprotocol *s = op->subprotocol;

    if (s->dialect->complete.p)
        subprotocol_send(s, op->wire_id, s->dialect->complete, STR_NULL);
    else
        subprotocol_close(s, WS_NORMAL, STR(""));
}

static void complete(struct net_operation *base, const struct net_response *why)
{
    struct subprotocol_op *op = op_of(base);
    struct subprotocol *s = op->subprotocol;

    if (subprotocol_is_open(s)) {
        if (why)
            send_failure(op, why->errors);
        else
            send_end(op);
    }
    drop_op(op);
}

const struct net_transport subprotocol_transport = {
    .started = started,
    .next = next,
    .finish = finish,
    .complete = complete,
};

static struct subprotocol *subprotocol_of(struct net_client *c)
{
    return container_of(c, struct subprotocol, client);
}

static void client_accept(struct net_client *c, struct str ack_payload)
{
    struct subprotocol *s = subprotocol_of(c);
    const struct dialect *d = s->dialect;

    if (s->state != SUBPROTOCOL_INITIALISING)
        return; /* it was closed meanwhile */
    subprotocol_become(s, SUBPROTOCOL_READY);
    if (d->ack.p)
        subprotocol_send(s, NULL, d->ack, d->ack_payload.p ? d->ack_payload : ack_payload);
    subprotocol_keep_alive(s);
    if (d->on_ready)
        d->on_ready(s);
    mem_free(s->shown);
    s->shown = NULL;
    subprotocol_run_held(s);
}

static void client_close(struct net_client *c, unsigned code, struct str reason)
{
    struct subprotocol *s = subprotocol_of(c);

    if (s->state == SUBPROTOCOL_INITIALISING && s->dialect->connection_error.p)
        subprotocol_tell(s, STR_NULL, s->dialect->connection_error,
                         code == SUBPROTOCOL_FORBIDDEN ? ST_UNAUTHENTICATED : ST_UNAVAILABLE,
                         reason);
    subprotocol_close(s, code, reason);
}

const struct net_client_ops subprotocol_client_ops = {
    .accept = client_accept,
    .close = client_close,
};
