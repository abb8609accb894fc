#include "tests/unit/net/talk.h"

static struct talk *begin(enum server server)
{
    return begin_in(&dialect_legacy, server);
}

static struct talk *begin_ready(enum server server)
{
    struct talk *t = begin(server);

    say(t, "{\"type\":\"connection_init\",\"payload\":{}}");
    expect(t, "{\"type\":\"connection_ack\"}{\"type\":\"ka\"}");
    return t;
}

#define START(id)    "{\"id\":\"" id "\",\"type\":\"start\",\"payload\":{\"query\":\"{a}\"}}"
#define STOP(id)     "{\"id\":\"" id "\",\"type\":\"stop\"}"
#define DATA(id)     "{\"id\":\"" id "\",\"type\":\"data\",\"payload\":{\"data\":1}}"
#define COMPLETE(id) "{\"id\":\"" id "\",\"type\":\"complete\"}"

static void a_result_is_data_then_complete(void **state)
{
    struct talk *t = begin_ready(ECHOING);

    say(t, START("1"));
    expect(t, DATA("1") COMPLETE("1"));
    end(t);
}

static void what_is_no_message_is_told_and_the_socket_stays(void **state)
{
    struct talk *t = begin_ready(ECHOING);

    say(t, "{");
    expect(t, "{\"type\":\"connection_error\",\"payload\":{"
              "\"message\":\"Message is not well-formed JSON at line 1, column 1\","
              "\"extensions\":{\"code\":\"BAD_REQUEST\",\"http\":{\"status\":400}}}}");
    subprotocol_on_binary(&t->subprotocol);
    expect(t, "{\"type\":\"connection_error\",\"payload\":{"
              "\"message\":\"Binary messages are not supported\","
              "\"extensions\":{\"code\":\"BAD_REQUEST\",\"http\":{\"status\":400}}}}");
    say(t, "{\"id\":\"7\",\"type\":\"subscribe\"}");
    expect(t, "{\"id\":\"7\",\"type\":\"error\",\"payload\":{"
              "\"message\":\"Unexpected message type \\\"subscribe\\\"\","
              "\"extensions\":{\"code\":\"BAD_REQUEST\",\"http\":{\"status\":400}}}}");
    say(t, "{\"type\":\"start\",\"payload\":{\"query\":\"{a}\"}}");
    expect(t, "{\"type\":\"error\",\"payload\":{"
              "\"message\":\"Message \\\"id\\\" must be a string that is not empty\","
              "\"extensions\":{\"code\":\"BAD_REQUEST\",\"http\":{\"status\":400}}}}");
    assert_int_equal(t->close_code, 0);
    say(t, START("1"));
    assert_int_equal(t->n_started, 1);
    end(t);
}

static void nothing_runs_before_the_init(void **state)
{
    struct talk *t = begin(ECHOING);

    say(t, START("1"));
    expect(t, "{\"id\":\"1\",\"type\":\"error\",\"payload\":{\"message\":\"Unauthorized\","
              "\"extensions\":{\"code\":\"UNAUTHENTICATED\",\"http\":{\"status\":401}}}}");
    assert_int_equal(t->n_started, 0);
    assert_int_equal(t->close_code, 0);
    end(t);
}

static void a_start_behind_the_init_waits_for_the_ack(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"connection_init\"}");
    say(t, START("1"));
    say(t, START("2"));
    say(t, STOP("1"));
    subprotocol_on_drained(&t->subprotocol);
    expect(t, COMPLETE("1"));
    assert_int_equal(t->n_started, 0);
    assert_int_equal(t->n_cancelled, 0);
    t->server = ECHOING;
    t->subprotocol.client.ops->accept(&t->subprotocol.client, STR("{\"x\":1}"));
    expect(t, "{\"type\":\"connection_ack\",\"payload\":{\"x\":1}}{\"type\":\"ka\"}" DATA("2")
                  COMPLETE("2"));
    assert_int_equal(t->n_started, 1);
    end(t);
}

static void what_waited_for_the_ack_may_then_wait_for_room(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"connection_init\"}");
    say(t, START("1"));
    say(t, START("2"));
    t->server = STREAMING;
    t->room = false;
    t->subprotocol.client.ops->accept(&t->subprotocol.client, STR_NULL);
    assert_int_equal(t->n_started, 2);
    assert_null(t->drained);
    subprotocol_on_drained(&t->subprotocol);
    assert_ptr_equal(t->drained, t->started);
    end(t);
}

static void what_waits_for_the_ack_is_bounded(void **state)
{
    static char text[40 * 1024];
    struct talk *t = begin(SILENT);

    snprintf(text, sizeof(text),
             "{\"id\":\"1\",\"type\":\"start\",\"payload\":{\"query\":\"%*s\"}}", 36 * 1024, "{a}");
    say(t, "{\"type\":\"connection_init\"}");
    say(t, text);
    expect(t, "");
    text[7] = '2';
    say(t, text);
    assert_non_null(t->subprotocol.ops.slots);
    assert_int_equal(t->subprotocol.ops.n, 1);
    /* And goes with the connection, without having been started. */
    end(t);
}

static void a_refused_init_is_a_connection_error_then_a_close(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"connection_init\"}");
    say(t, START("1"));
    t->subprotocol.client.ops->close(&t->subprotocol.client, 4403, STR("Forbidden"));
    expect(t, "{\"type\":\"connection_error\",\"payload\":{\"message\":\"Forbidden\","
              "\"extensions\":{\"code\":\"UNAUTHENTICATED\",\"http\":{\"status\":401}}}}");
    expect_close(t, 4403, "Forbidden");
    subprotocol_on_turn_end(&t->subprotocol);
    assert_int_equal(t->n_started, 0);
    assert_int_equal(t->n_cancelled, 0);
    end(t);
}

static void a_second_init_is_told_and_the_socket_stays(void **state)
{
    struct talk *t = begin_ready(ECHOING);

    say(t, "{\"type\":\"connection_init\"}");
    expect(t, "{\"type\":\"connection_error\",\"payload\":{"
              "\"message\":\"Too many initialisation requests\","
              "\"extensions\":{\"code\":\"BAD_REQUEST\",\"http\":{\"status\":400}}}}");
    assert_int_equal(t->close_code, 0);
    end(t);
}

static void the_same_id_again_replaces_the_first_without_a_complete(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);
    struct frame *f = frame_new(STR("{\"old\":1}"));
    struct net_operation *first;

    say(t, START("1"));
    first = t->started;
    assert_int_equal(first->transport->next(first, f), NET_TOOK);
    say(t, START("1"));
    assert_int_equal(t->n_started, 2);
    assert_int_equal(t->n_cancelled, 1);
    answer(t->started);
    expect(t, DATA("1") COMPLETE("1"));
    frame_unref(f);
    end(t);
}

static void a_stop_of_what_runs_is_answered_and_no_other(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);

    say(t, START("1"));
    say(t, STOP("1"));
    expect(t, COMPLETE("1"));
    say(t, STOP("1"));
    expect(t, "");
    assert_int_equal(t->n_cancelled, 1);
    end(t);
}

static void a_stop_does_not_take_away_the_end_that_is_on_its_way(void **state)
{
    struct talk *t = begin_ready(STREAMING);

    say(t, START("1"));
    say(t, STOP("1"));
    say(t, STOP("1"));
    expect(t, COMPLETE("1"));
    /* It had ended by itself, and the client has not heard so yet. */
    t->server = ECHOING;
    say(t, START("2"));
    say(t, STOP("2"));
    expect(t, DATA("2") COMPLETE("2"));
    end(t);
}

static void errors_are_one_object_that_holds_the_others(void **state)
{
    const struct net_response one = {.outcome = NET_REQUEST_ERROR,
                                     .errors = STR("[{\"message\":\"a\",\"path\":[\"x\"]}]")};
    const struct net_response two = {.outcome = NET_REQUEST_ERROR,
                                     .errors = STR("[{\"message\":\"a\"},{\"message\":\"b\"}]")};
    struct talk *t = begin_ready(ACCEPTING);

    say(t, START("1"));
    t->started->transport->finish(t->started, &one);
    expect(t, "{\"id\":\"1\",\"type\":\"error\",\"payload\":{\"message\":\"a\",\"path\":[\"x\"]}}");
    say(t, START("1"));
    t->started->transport->complete(t->started, &two);
    expect(t, "{\"id\":\"1\",\"type\":\"error\",\"payload\":{\"message\":\"a\",\"errors\":["
              "{\"message\":\"a\"},{\"message\":\"b\"}]}}");
    end(t);
}

static void it_says_that_it_is_there_once_it_was_acknowledged(void **state)
{
    struct talk *t = begin(SILENT);

    subprotocol_keep_alive(&t->subprotocol);
    say(t, "{\"type\":\"connection_init\"}");
    subprotocol_keep_alive(&t->subprotocol);
    expect(t, "");
    t->subprotocol.client.ops->accept(&t->subprotocol.client, STR_NULL);
    subprotocol_keep_alive(&t->subprotocol);
    expect(t, "{\"type\":\"connection_ack\"}{\"type\":\"ka\"}{\"type\":\"ka\"}");
    end(t);
}

static void a_client_that_terminates_is_let_go(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);

    say(t, START("1"));
    say(t, "{\"type\":\"connection_terminate\",\"payload\":null}");
    expect_close(t, WS_NORMAL, "");
    subprotocol_on_turn_end(&t->subprotocol);
    assert_int_equal(t->n_cancelled, 1);
    end(t);
}

static void a_drain_ends_though_its_last_operation_is_replaced(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);

    say(t, START("1"));
    subprotocol_drain(&t->subprotocol);
    say(t, START("1"));
    assert_int_equal(t->n_started, 1);
    assert_int_equal(t->n_cancelled, 0);
    answer(t->started);
    expect_close(t, WS_RESTART, "Service restart");
    end(t);
}

int main(void)
{
    return RUN(test(a_result_is_data_then_complete),
               test(what_is_no_message_is_told_and_the_socket_stays),
               test(nothing_runs_before_the_init), test(a_start_behind_the_init_waits_for_the_ack),
               test(what_waited_for_the_ack_may_then_wait_for_room),
               test(what_waits_for_the_ack_is_bounded),
               test(a_refused_init_is_a_connection_error_then_a_close),
               test(a_second_init_is_told_and_the_socket_stays),
               test(the_same_id_again_replaces_the_first_without_a_complete),
               test(a_stop_of_what_runs_is_answered_and_no_other),
               test(a_stop_does_not_take_away_the_end_that_is_on_its_way),
               test(errors_are_one_object_that_holds_the_others),
               test(it_says_that_it_is_there_once_it_was_acknowledged),
               test(a_client_that_terminates_is_let_go),
               test(a_drain_ends_though_its_last_operation_is_replaced));
}
