/*
 * A conversation in graphql-transport-ws, a message a line, with a server that answers each in
 * another way: whatever is said, every operation ends exactly once and nothing is sent after the
 * close.
 */

#include <assert.h>

#include "net/gtws.h"
#include "tests/fuzz/fuzz.h"

struct talk {
    struct gtws gtws;
    struct outq out;
    struct net_operation *held; /* one that is still to be answered */
    unsigned running;
    size_t unsent_at_close;
    bool closed;
};

static struct talk *talk_of(struct gtws *g)
{
    return container_of(g, struct talk, gtws);
}

static bool has_room(struct gtws *g)
{
    return talk_of(g)->out.unsent < 1000;
}

static void wake(struct gtws *g)
{
}

static void host_close(struct gtws *g, unsigned code, struct str reason)
{
    struct talk *t = talk_of(g);

    assert(!t->closed && code >= 1000 && code < 5000 && str_is_utf8(reason));
    t->closed = true;
    t->unsent_at_close = t->out.unsent;
    gtws_end(g);
}

static const struct gtws_host host = {has_room, wake, host_close};

static void on_init(void *user, struct net_client *c, const json_t *payload)
{
    c->session = user;
    if (json_object_get(payload, "reject"))
        c->ops->close(c, GTWS_FORBIDDEN, STR("Forbidden"));
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
    struct talk *t = talk_of(container_of(op->client, struct gtws, client));

    assert(t->running > 0);
    t->running--;
    if (t->held == op)
        t->held = NULL;
}

static void on_drained(struct net_operation *op)
{
    struct talk *t = talk_of(container_of(op->client, struct gtws, client));

    t->running--;
    op->transport->complete(op, NULL);
}

static void on_gone(void *user, struct net_client *c)
{
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct talk t = {0};
    const struct net_service service = {.user = &t,
                                        .on_init = on_init,
                                        .on_operation = on_operation,
                                        .on_cancel = on_cancel,
                                        .on_drained = on_drained,
                                        .on_gone = on_gone};
    struct str rest = str_of(data, size);
    char sent[512];

    outq_init(&t.out);
    gtws_init(&t.gtws, &host, &t.out, &service, 4, 1);
    while (rest.p) {
        gtws_on_message(&t.gtws, str_split(&rest, '\n'));
        if (!t.closed && outq_take(&t.out, sent, sizeof(sent)) < sizeof(sent))
            gtws_on_drained(&t.gtws);
        assert(!t.closed || t.out.unsent <= t.unsent_at_close);
        gtws_on_turn_end(&t.gtws);
    }
    gtws_done(&t.gtws);
    assert(t.running == 0);
    outq_done(&t.out);
    return 0;
}
