#pragma once

/*
 * A socket and a server that only write down what they hear, around a sub-protocol.
 */

#include <stdio.h>

#include "base/mem.h"
#include "net/subprotocol.h"
#include "tests/lib/json_text.h"
#include "tests/lib/test.h"

enum server {
    SILENT,
    ACCEPTING, /* and answers nothing by itself */
    ECHOING,
    STREAMING, /* one result at once, and no end */
};

struct talk {
    struct subprotocol subprotocol;
    struct outq out;
    unsigned close_code;
    char close_reason[256];
    struct net_operation *started; /* the newest */
    struct net_operation *cancelled;
    struct net_operation *drained;
    unsigned n_started, n_cancelled, n_gone;
    bool room;
    enum server server;
    char shown[256]; /* authorization and key of the newest init or operation */
    char asked[256]; /* the newest operation's query */
    char variables[256];
    bool typed_errors; /* and how it is to be answered */
    bool bare_field;
};

static inline struct talk *talk_of(struct subprotocol *s)
{
    return container_of(s, struct talk, subprotocol);
}

static inline bool has_room(struct subprotocol *s)
{
    return talk_of(s)->room;
}

static inline void host_send(struct subprotocol *s, struct outq_id *id, struct str text)
{
    outq_push_frame(&talk_of(s)->out, WS_TEXT, id, text);
}

static inline void host_send_result(struct subprotocol *s, struct outq_id *id,
                                    struct frame *payload)
{
    outq_push_next(&talk_of(s)->out, &s->dialect->result, id, payload);
}

static inline void host_drop(struct subprotocol *s, struct str id)
{
    struct outq_id *wire_id = outq_id_new(id);

    outq_drop(&talk_of(s)->out, wire_id);
    outq_id_unref(wire_id);
}

static inline void wake(struct subprotocol *s)
{
}

static inline void host_close(struct subprotocol *s, unsigned code, struct str reason)
{
    struct talk *t = talk_of(s);

    t->close_code = code;
    snprintf(t->close_reason, sizeof(t->close_reason), "%.*s", STR_ARG(reason));
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

static inline void note_shown(struct talk *t, struct str authorization, struct str api_key)
{
    snprintf(t->shown, sizeof(t->shown), "%.*s|%.*s", STR_ARG(authorization), STR_ARG(api_key));
}

static inline void on_init(void *user, struct net_client *c, const struct net_opening *opening)
{
    struct talk *t = user;

    note_shown(t, opening->authorization, opening->api_key);
    c->session = t;
    if (t->server != SILENT)
        c->ops->accept(c, STR_NULL);
}

static inline void answer(struct net_operation *op)
{
    const struct net_response r = {.outcome = NET_RESULT, .body = STR("{\"data\":1}")};

    op->transport->finish(op, &r);
}

static inline void stream(struct net_operation *op)
{
    struct frame *f = frame_new(STR("{\"data\":1}"));

    (void)!op->transport->next(op, f);
    frame_unref(f);
}

static inline void on_operation(void *user, struct net_operation *op, const struct net_call *call)
{
    struct talk *t = user;
    struct buf variables;

    note_shown(t, call->authorization, call->api_key);
    snprintf(t->asked, sizeof(t->asked), "%.*s", STR_ARG(call->query));
    t->typed_errors = call->typed_errors;
    t->bare_field = call->bare_field;
    buf_init(&variables, sizeof(t->variables));
    json_value_write(&(struct json_out){.out = &variables}, call->variables);
    snprintf(t->variables, sizeof(t->variables), "%.*s", STR_ARG(buf_str(&variables)));
    buf_done(&variables);
    t->started = op;
    t->n_started++;
    assert_true(call->can_stream);
    assert_false(call->safe_method);
    if (t->server == ECHOING)
        answer(op);
    if (t->server == STREAMING)
        stream(op);
}

static inline void on_cancel(struct net_operation *op)
{
    struct talk *t = talk_of(container_of(op->client, struct subprotocol, client));

    t->cancelled = op;
    t->n_cancelled++;
}

static inline void on_drained(struct net_operation *op)
{
    talk_of(container_of(op->client, struct subprotocol, client))->drained = op;
}

static inline void on_gone(void *user, struct net_client *c)
{
    struct talk *t = user;

    t->n_gone++;
}

static struct net_service service;

static inline struct talk *begin_in(const struct dialect *dialect, enum server server)
{
    static const size_t most = 2;
    struct talk *t = mem_new(struct talk);

    t->room = true;
    t->server = server;
    service = (struct net_service){.user = t,
                                   .on_init = on_init,
                                   .on_operation = on_operation,
                                   .on_cancel = on_cancel,
                                   .on_drained = on_drained,
                                   .on_gone = on_gone};
    outq_init(&t->out, NULL);
    subprotocol_init(&t->subprotocol, dialect, &host, &service, &most, 1);
    return t;
}

static inline void end(struct talk *t)
{
    subprotocol_done(&t->subprotocol);
    outq_done(&t->out);
    mem_free(t);
}

static inline void say(struct talk *t, const char *text)
{
    subprotocol_on_message(&t->subprotocol, str_c(text));
}

/* Everything that was sent, without the heads of the frames. */
static inline void expect(struct talk *t, const char *texts)
{
    char wire[4096], got[4096];
    size_t n = outq_take(&t->out, wire, sizeof(wire)), to = 0;

    for (size_t i = 0; i < n;) {
        const unsigned char *head = (const unsigned char *)wire + i;
        size_t n_head = head[1] < 126 ? 2 : 4;
        size_t length = head[1] < 126 ? head[1] : (size_t)head[2] << 8 | head[3];

        assert_true(head[1] < 127);
        memcpy(got + to, wire + i + n_head, length);
        to += length;
        i += n_head + length;
    }
    assert_str(str_of(got, to), texts);
}

static inline void expect_close(struct talk *t, unsigned code, const char *reason)
{
    assert_int_equal(t->close_code, code);
    assert_string_equal(t->close_reason, reason);
}
