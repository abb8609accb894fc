#include "tests/unit/net/talk.h"

static struct talk *begin(enum server server)
{
    return begin_in(&dialect_gtws, server);
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
    expect_close(t, 4400, reason);
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
    expect_close(t, 4401, "Unauthorized");
    end(t);
}

static void an_ack_after_a_close_is_not_sent(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"connection_init\"}");
    say(t, "{\"type\":\"connection_init\"}");
    expect_close(t, 4429, "Too many initialisation requests");
    t->subprotocol.client.ops->accept(&t->subprotocol.client, STR_NULL);
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
    assert_true(subprotocol_awaits_init(&t->subprotocol));
    subprotocol_on_init_timeout(&t->subprotocol);
    expect_close(t, 4408, "Connection initialisation timeout");
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
    expect_close(t, 4409, "Subscriber for 1 already exists");
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
    subprotocol_on_drained(&t->subprotocol);
    assert_ptr_equal(t->drained, t->started);
    t->drained = NULL;
    subprotocol_on_drained(&t->subprotocol);
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
    t->subprotocol.client.ops->close(&t->subprotocol.client, 4403, STR("Forbidden"));
    expect_close(t, 4403, "Forbidden");
    assert_int_equal(t->n_cancelled, 0);
    answer(first); /* too late to be heard, but it ends it */
    expect(t, "");
    subprotocol_on_turn_end(&t->subprotocol);
    assert_int_equal(t->n_cancelled, 1);
    say(t, SUBSCRIBE("3"));
    assert_int_equal(t->n_started, 2);
    subprotocol_done(&t->subprotocol);
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
    subprotocol_drain(&t->subprotocol);
    assert_int_equal(t->close_code, 0);
    say(t, SUBSCRIBE("3"));
    assert_int_equal(t->n_started, 2);
    answer(query);
    expect_close(t, WS_RESTART, "Service restart");
    subprotocol_on_turn_end(&t->subprotocol);
    assert_int_equal(t->n_cancelled, 1);
    end(t);
}

static void an_id_is_known_by_what_the_client_sent(void **state)
{
    static const char *const texts[] = {"",       "1",  "\"",  "\\\"",    "a\"b",
                                        "a\\\"b", "\n", "\\n", "\xc3\xa9"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct outq_id *id = outq_id_new(str_c(texts[i]));

        for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
            assert_int_equal(outq_id_is(id, str_c(texts[j])), i == j);
        outq_id_unref(id);
    }
}

static void a_thousand_ids_are_kept_apart(void **state)
{
    struct subprotocol_ops ops = {0};
    char id[16];

    for (int i = 0; i < 1000; i++) {
        int n = snprintf(id, sizeof(id), i % 2 ? "id-%d" : "\"%d\"", i);
        assert_null(subprotocol_ops_find(&ops, str_of(id, (size_t)n)));
        (void)!subprotocol_ops_add(&ops, str_of(id, (size_t)n));
    }
    assert_int_equal(ops.n, 1000);
    for (int i = 0; i < 1000; i++) {
        int n = snprintf(id, sizeof(id), i % 2 ? "id-%d" : "\"%d\"", i);
        struct subprotocol_op *op = subprotocol_ops_find(&ops, str_of(id, (size_t)n));
        assert_non_null(op);
        assert_true(outq_id_is(op->wire_id, str_of(id, (size_t)n)));
        subprotocol_ops_take(&ops, op);
        subprotocol_op_free(op);
    }
    assert_null(subprotocol_ops_any(&ops));
    subprotocol_ops_done(&ops);
}

int main(void)
{
    return RUN(test(a_malformed_message_is_closed_with_the_reason),
               test(an_operation_before_the_ack_is_unauthorized),
               test(an_ack_after_a_close_is_not_sent),
               test(a_ping_is_answered_at_any_time_with_its_payload),
               test(an_id_in_use_is_closed_and_an_ended_one_is_free),
               test(an_operation_may_end_before_it_was_started),
               test(nothing_is_sent_for_an_id_after_the_clients_complete),
               test(a_request_error_is_one_error_message),
               test(more_operations_than_allowed_are_refused_one_by_one),
               test(a_full_socket_takes_nothing_and_says_when_it_has_drained),
               test(a_closed_socket_cancels_at_the_end_of_the_turn),
               test(a_drain_waits_for_answers_but_not_for_streams),
               test(an_id_is_known_by_what_the_client_sent), test(a_thousand_ids_are_kept_apart));
}
