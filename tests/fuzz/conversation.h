#pragma once

/*
 * A conversation in a sub-protocol, a message a line, with a server that answers each in another
 * way: whatever is said, every operation ends exactly once and nothing is sent after the close.
 */

#include <assert.h>

#include "net/subprotocol.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/json_text.h"

struct talk {
    struct subprotocol subprotocol;
    struct outq out;
    struct net_operation *held;  /* one that is still to be answered */
    struct net_client *expected; /* who is still to be accepted */
    unsigned running;
    size_t unsent_at_close;
    bool closed;
};

static struct talk *talk_of(struct subprotocol *s)
{
    return container_of(s, struct talk, subprotocol);
}

static bool has_room(struct subprotocol *s)
{
    return talk_of(s)->out.unsent < 1000;
}

static void host_send(struct subprotocol *s, struct outq_id *id, struct str text)
{
    outq_push_frame(&talk_of(s)->out, WS_TEXT, id, text);
}

static void host_send_result(struct subprotocol *s, struct outq_id *id, struct frame *payload)
{
    outq_push_next(&talk_of(s)->out, &s->dialect->result, id, payload);
}

static void host_drop(struct subprotocol *s, struct str id)
{
    struct outq_id *wire_id = outq_id_new(id);

    outq_drop(&talk_of(s)->out, wire_id);
    outq_id_unref(wire_id);
}

static void wake(struct subprotocol *s)
{
}

static void host_close(struct subprotocol *s, unsigned code, struct str reason)
{
    struct talk *t = talk_of(s);

    assert(!t->closed && code >= 1000 && code < 5000 && str_is_utf8(reason));
    t->closed = true;
    t->unsent_at_close = t->out.unsent;
    subprotocol_end(s);
}

static const struct subprotocol_host host = {
    .has_room = has_room,
    .send = host_send,
    .send_result = host_send_result,
    .drop = host_drop,
    .wake = wake,
    .close = host_close,
};

static void on_init(void *user, struct net_client *c, const struct net_opening *opening)
{
    struct talk *t = user;
    const struct json_value *payload = opening->payload;

    c->session = user;
    if (json_value_get(payload, STR("reject")))
        c->ops->close(c, SUBPROTOCOL_FORBIDDEN, STR("Forbidden"));
    else if (json_value_get(payload, STR("later")))
        t->expected = c;
    else
        c->ops->accept(c, payload ? STR("{}") : STR_NULL);
}

static void finish(struct talk *t, struct net_operation *op, enum net_outcome outcome)
{
    const struct net_response r = {
        .outcome = outcome, .http_status = 400, .body = STR("{}"), .errors = STR("[]")};

    t->running--;
    op->transport->finish(op, &r);
}

static void answer_held(struct talk *t)
{
    struct net_operation *op = t->held;

    t->held = NULL;
    if (op)
        finish(t, op, NET_RESULT);
}

static void on_operation(void *user, struct net_operation *op, const struct net_call *call)
{
    struct talk *t = user;
    struct frame *f = frame_new(call->query);

    assert(str_is_utf8(call->query));
    t->running++;
    switch (call->query.n % 4) {
    case 0:
        finish(t, op, NET_RESULT);
        break;
    case 1:
        finish(t, op, NET_REQUEST_ERROR);
        break;
    case 2:
        answer_held(t);
        t->held = op;
        break;
    default:
        while (op->transport->next(op, f) == NET_TOOK && !t->closed)
            ;
    }
    frame_unref(f);
}

static void on_cancel(struct net_operation *op)
{
    struct talk *t = talk_of(container_of(op->client, struct subprotocol, client));

    assert(t->running > 0);
    t->running--;
    if (t->held == op)
        t->held = NULL;
}

static void on_drained(struct net_operation *op)
{
    struct talk *t = talk_of(container_of(op->client, struct subprotocol, client));

    t->running--;
    op->transport->complete(op, NULL);
}

static void on_gone(void *user, struct net_client *c)
{
}

static void accept_expected(struct talk *t)
{
    struct net_client *c = t->expected;

    t->expected = NULL;
    if (c && !t->closed)
        c->ops->accept(c, STR_NULL);
}

static void turn(struct talk *t, struct str text)
{
    char sent[512];

    subprotocol_on_message(&t->subprotocol, text);
    if (!t->closed && outq_take(&t->out, sent, sizeof(sent)) < sizeof(sent))
        subprotocol_on_drained(&t->subprotocol);
    subprotocol_keep_alive(&t->subprotocol);
    assert(!t->closed || t->out.unsent <= t->unsent_at_close);
    subprotocol_on_turn_end(&t->subprotocol);
}

static int converse(const struct dialect *dialect, struct str lines)
{
    static const size_t most = 4;
    struct talk t = {0};
    const struct net_service service = {.user = &t,
                                        .on_init = on_init,
                                        .on_operation = on_operation,
                                        .on_cancel = on_cancel,
                                        .on_drained = on_drained,
                                        .on_gone = on_gone};

    outq_init(&t.out, NULL);
    subprotocol_init(&t.subprotocol, dialect, &host, &service, &most, 1);
    subprotocol_open(&t.subprotocol, json_text_kept("{'roomId': 'club', 'since': 'now'}"));
    for (unsigned n = 1; lines.p; n++) {
        turn(&t, str_split(&lines, '\n'));
        if (n % 4 == 0)
            accept_expected(&t);
    }
    subprotocol_done(&t.subprotocol);
    assert(t.running == 0);
    outq_done(&t.out);
    return 0;
}
