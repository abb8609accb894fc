#include "net/gtws.h"

#include <stdio.h>

#include "base/mem.h"
#include "tests/lib/test.h"

enum server {
    SILENT,
    ACCEPTING, /* and answers nothing by itself */
    ECHOING,
};

/* A socket and a server that only write down what they hear. */
struct talk {
    struct gtws gtws;
    struct outq out;
    unsigned close_code;
    char close_reason[256];
    struct net_operation *started; /* the newest */
    struct net_operation *cancelled;
    struct net_operation *drained;
    unsigned n_started, n_cancelled, n_gone;
    bool room;
    enum server server;
};

static struct talk *talk_of(struct gtws *g)
{
    return container_of(g, struct talk, gtws);
}

static bool has_room(struct gtws *g)
{
    return talk_of(g)->room;
}

static void wake(struct gtws *g)
{
}

static void host_close(struct gtws *g, unsigned code, struct str reason)
{
    struct talk *t = talk_of(g);

    t->close_code = code;
    snprintf(t->close_reason, sizeof(t->close_reason), "%.*s", STR_ARG(reason));
    gtws_end(g);
}

static const struct gtws_host host = {has_room, wake, host_close};

static void on_init(void *user, struct net_client *c, const json_t *payload)
{
    struct talk *t = user;

    c->session = t;
    if (t->server != SILENT)
        c->ops->accept(c, STR_NULL);
}

static void answer(struct net_operation *op)
{
    const struct net_response r = {.outcome = NET_RESULT, .body = STR("{\"data\":1}")};

    op->transport->finish(op, &r);
}

static void on_operation(void *user, struct net_operation *op, const struct net_call *call)
{
    struct talk *t = user;

    t->started = op;
    t->n_started++;
    assert_true(call->can_stream);
    assert_false(call->safe_method);
    if (t->server == ECHOING)
        answer(op);
}

static void on_cancel(struct net_operation *op)
{
    struct talk *t = talk_of(container_of(op->client, struct gtws, client));

    t->cancelled = op;
    t->n_cancelled++;
}

static void on_drained(struct net_operation *op)
{
    talk_of(container_of(op->client, struct gtws, client))->drained = op;
}

static void on_gone(void *user, struct net_client *c)
{
    struct talk *t = user;

    t->n_gone++;
}

static struct net_service service;

static struct talk *begin(enum server server)
{
    struct talk *t = mem_new(struct talk);

    t->room = true;
    t->server = server;
    service = (struct net_service){.user = t,
                                   .on_init = on_init,
                                   .on_operation = on_operation,
                                   .on_cancel = on_cancel,
                                   .on_drained = on_drained,
                                   .on_gone = on_gone};
    outq_init(&t->out);
    gtws_init(&t->gtws, &host, &t->out, &service, 2, 1);
    return t;
}

static void end(struct talk *t)
{
    gtws_done(&t->gtws);
    outq_done(&t->out);
    mem_free(t);
}

static void say(struct talk *t, const char *text)
{
    gtws_on_message(&t->gtws, str_c(text));
}

/* Everything that was sent, without the heads of the frames, which are two bytes in these tests. */
static void expect(struct talk *t, const char *texts)
{
    char wire[4096], got[4096];
    size_t n = outq_take(&t->out, wire, sizeof(wire)), to = 0;

    for (size_t i = 0; i < n;) {
        size_t length = (unsigned char)wire[i + 1];
        assert_true(length < 126);
        memcpy(got + to, wire + i + 2, length);
        to += length;
        i += 2 + length;
    }
    assert_str(str_of(got, to), texts);
}

static void expect_close(struct talk *t, unsigned code, const char *reason)
{
    assert_int_equal(t->close_code, code);
    assert_string_equal(t->close_reason, reason);
}

static struct talk *begin_ready(enum server server)
{
    struct talk *t = begin(server);

    say(t, "{\"type\":\"connection_init\"}");
    expect(t, "{\"type\":\"connection_ack\"}");
    return t;
}

#define SUBSCRIBE(id) "{\"id\":\"" id "\",\"type\":\"subscribe\",\"payload\":{\"query\":\"{a}\"}}"
#define COMPLETE(id)  "{\"id\":\"" id "\",\"type\":\"complete\"}"

static void check_refused(const char *message, const char *reason)
{
    struct talk *t = begin_ready(ACCEPTING);

    say(t, message);
    expect_close(t, GTWS_BAD_MESSAGE, reason);
    assert_int_equal(t->n_started, 0);
    end(t);
}

static void a_malformed_message_is_closed_with_the_reason(void **state)
{
    check_refused("{", "Message is not well-formed JSON at line 1, column 1");
    check_refused("[]", "Message must be a JSON object");
    check_refused("{}", "Message \"type\" must be a string");
    check_refused("{\"type\":\"next\"}", "Unexpected message type \"next\"");
    check_refused("{\"type\":\"ping\",\"payload\":1}",
                  "Message \"payload\" must be an object, null or left out");
    check_refused("{\"type\":\"complete\"}", "Message \"id\" must be a string that is not empty");
    check_refused("{\"id\":\"\",\"type\":\"complete\"}",
                  "Message \"id\" must be a string that is not empty");
    check_refused("{\"id\":\"1\",\"type\":\"subscribe\"}", "Message \"payload\" must be an object");
    check_refused("{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{}}",
                  "Message \"payload.query\" must be a string");
    check_refused(
        "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"\",\"variables\":[]}}",
        "Message \"payload.variables\" must be an object or null");
}

static void an_operation_before_the_ack_is_unauthorized(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"connection_init\"}");
    say(t, SUBSCRIBE("1"));
    expect_close(t, GTWS_UNAUTHORIZED, "Unauthorized");
    end(t);
}

static void an_ack_after_a_close_is_not_sent(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"connection_init\"}");
    say(t, "{\"type\":\"connection_init\"}");
    expect_close(t, GTWS_INIT_TWICE, "Too many initialisation requests");
    t->gtws.client.ops->accept(&t->gtws.client, STR_NULL);
    expect(t, "");
    end(t);
}

static void a_ping_is_answered_at_any_time_with_its_payload(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"ping\"}");
    say(t, "{\"type\":\"ping\",\"payload\":{\"a\":[1,null]}}");
    say(t, "{\"type\":\"pong\",\"payload\":{}}");
    expect(t, "{\"type\":\"pong\"}{\"type\":\"pong\",\"payload\":{\"a\":[1,null]}}");
    assert_true(gtws_awaits_init(&t->gtws));
    gtws_on_init_timeout(&t->gtws);
    expect_close(t, GTWS_INIT_TIMEOUT, "Connection initialisation timeout");
    end(t);
}

static void an_id_in_use_is_closed_and_an_ended_one_is_free(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);

    say(t, SUBSCRIBE("1"));
    answer(t->started);
    expect(t, "{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":1}}" COMPLETE("1"));
    say(t, SUBSCRIBE("1"));
    assert_int_equal(t->n_started, 2);
    say(t, SUBSCRIBE("1"));
    expect_close(t, GTWS_ID_IN_USE, "Subscriber for 1 already exists");
    assert_int_equal(t->n_started, 2);
    end(t);
}

static void an_operation_may_end_before_it_was_started(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);

    t->server = ECHOING;
    say(t, SUBSCRIBE("1"));
    say(t, SUBSCRIBE("1"));
    assert_int_equal(t->n_started, 2);
    assert_int_equal(t->close_code, 0);
    end(t);
}

static void nothing_is_sent_for_an_id_after_the_clients_complete(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);
    struct frame *f = frame_new(STR("{}"));

    say(t, SUBSCRIBE("1"));
    say(t, SUBSCRIBE("2"));
    assert_int_equal(t->started->transport->next(t->started, f), NET_TOOK);
    say(t, COMPLETE("2"));
    assert_int_equal(t->n_cancelled, 1);
    say(t, COMPLETE("2"));
    say(t, COMPLETE("none"));
    assert_int_equal(t->n_cancelled, 1);
    expect(t, "");
    /* It had ended by itself, but the client had not heard so yet. */
    say(t, SUBSCRIBE("2"));
    answer(t->started);
    say(t, COMPLETE("2"));
    expect(t, "");
    frame_unref(f);
    end(t);
}

static void a_request_error_is_one_error_message(void **state)
{
    const struct net_response r = {.outcome = NET_REQUEST_ERROR, .errors = STR("[{}]")};
    struct talk *t = begin_ready(ACCEPTING);

    say(t, SUBSCRIBE("1"));
    t->started->transport->finish(t->started, &r);
    say(t, SUBSCRIBE("1"));
    t->started->transport->complete(t->started, &r);
    expect(t, "{\"id\":\"1\",\"type\":\"error\",\"payload\":[{}]}"
              "{\"id\":\"1\",\"type\":\"error\",\"payload\":[{}]}");
    assert_int_equal(t->close_code, 0);
    end(t);
}

static void more_operations_than_allowed_are_refused_one_by_one(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);
    char wire[512];
    size_t n;

    say(t, SUBSCRIBE("1"));
    say(t, SUBSCRIBE("2"));
    say(t, SUBSCRIBE("3"));
    assert_int_equal(t->n_started, 2);
    assert_int_equal(t->close_code, 0);
    n = outq_take(&t->out, wire, sizeof(wire));
    assert_non_null(memmem(wire, n, "\"code\":\"LIMIT_EXCEEDED\"", 23));
    say(t, COMPLETE("1"));
    say(t, SUBSCRIBE("3"));
    assert_int_equal(t->n_started, 3);
    end(t);
}

static void a_full_socket_takes_nothing_and_says_when_it_has_drained(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);
    struct frame *f = frame_new(STR("{}"));

    say(t, SUBSCRIBE("1"));
    t->room = false;
    assert_int_equal(t->started->transport->next(t->started, f), NET_FULL);
    assert_int_equal(t->started->transport->next(t->started, f), NET_FULL);
    expect(t, "");
    t->room = true;
    gtws_on_drained(&t->gtws);
    assert_ptr_equal(t->drained, t->started);
    t->drained = NULL;
    gtws_on_drained(&t->gtws);
    assert_null(t->drained);
    frame_unref(f);
    end(t);
}

static void a_closed_socket_cancels_at_the_end_of_the_turn(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);
    struct net_operation *first;

    say(t, SUBSCRIBE("1"));
    first = t->started;
    say(t, SUBSCRIBE("2"));
    t->gtws.client.ops->close(&t->gtws.client, 4403, STR("Forbidden"));
    expect_close(t, 4403, "Forbidden");
    assert_int_equal(t->n_cancelled, 0);
    answer(first); /* too late to be heard, but it ends it */
    expect(t, "");
    gtws_on_turn_end(&t->gtws);
    assert_int_equal(t->n_cancelled, 1);
    say(t, SUBSCRIBE("3"));
    assert_int_equal(t->n_started, 2);
    gtws_done(&t->gtws);
    assert_int_equal(t->n_gone, 1);
    assert_int_equal(t->n_cancelled, 1);
    outq_done(&t->out);
    mem_free(t);
}

static void a_drain_waits_for_answers_but_not_for_streams(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);
    struct net_operation *query;

    say(t, SUBSCRIBE("1"));
    t->started->is_stream = true;
    say(t, SUBSCRIBE("2"));
    query = t->started;
    gtws_drain(&t->gtws);
    assert_int_equal(t->close_code, 0);
    say(t, SUBSCRIBE("3"));
    assert_int_equal(t->n_started, 2);
    answer(query);
    expect_close(t, WS_RESTART, "Service restart");
    gtws_on_turn_end(&t->gtws);
    assert_int_equal(t->n_cancelled, 1);
    end(t);
}

static void a_thousand_ids_are_kept_apart(void **state)
{
    struct gtws_ops ops = {0};
    char id[16];

    for (int i = 0; i < 1000; i++) {
        int n = snprintf(id, sizeof(id), "id-%d", i);
        assert_null(gtws_ops_find(&ops, str_of(id, (size_t)n)));
        (void)!gtws_ops_add(&ops, str_of(id, (size_t)n));
    }
    assert_int_equal(ops.n, 1000);
    for (int i = 0; i < 1000; i++) {
        int n = snprintf(id, sizeof(id), "id-%d", i);
        struct gtws_op *op = gtws_ops_find(&ops, str_of(id, (size_t)n));
        assert_non_null(op);
        assert_memory_equal(op->id, id, (size_t)n);
        gtws_ops_take(&ops, op);
        gtws_op_free(op);
    }
    assert_null(gtws_ops_any(&ops));
    gtws_ops_done(&ops);
}

int main(void)
{
    return RUN(
        test(a_malformed_message_is_closed_with_the_reason),
        test(an_operation_before_the_ack_is_unauthorized), test(an_ack_after_a_close_is_not_sent),
        test(a_ping_is_answered_at_any_time_with_its_payload),
        test(an_id_in_use_is_closed_and_an_ended_one_is_free),
        test(an_operation_may_end_before_it_was_started),
        test(nothing_is_sent_for_an_id_after_the_clients_complete),
        test(a_request_error_is_one_error_message),
        test(more_operations_than_allowed_are_refused_one_by_one),
        test(a_full_socket_takes_nothing_and_says_when_it_has_drained),
        test(a_closed_socket_cancels_at_the_end_of_the_turn),
        test(a_drain_waits_for_answers_but_not_for_streams), test(a_thousand_ids_are_kept_apart));
}
