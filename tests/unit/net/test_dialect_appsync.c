#include "tests/unit/net/talk.h"

static struct talk *begin(enum server server)
{
    struct talk *t = begin_in(&dialect_appsync, server);

    subprotocol_open(&t->subprotocol, json_text_kept("{'Authorization': 'of the connection'}"));
    return t;
}

#define ACK                                                                                        \
    "{\"type\":\"connection_ack\",\"payload\":{\"connectionTimeoutMs\":300000}}{\"type\":\"ka\"}"
#define WRAP(id, p)  "{\"id\":\"" id "\",\"type\":\"start\",\"payload\":" p "}"
#define DATA         "\"data\":\"{\\\"query\\\":\\\"{a}\\\",\\\"variables\\\":{\\\"x\\\":1}}\""
#define START(id)    WRAP(id, "{" DATA "}")
#define STOP(id)     "{\"id\":\"" id "\",\"type\":\"stop\"}"
#define ACKED(id)    "{\"id\":\"" id "\",\"type\":\"start_ack\"}"
#define COMPLETE(id) "{\"id\":\"" id "\",\"type\":\"complete\"}"

static struct talk *begin_ready(enum server server)
{
    struct talk *t = begin(server);

    say(t, "{\"type\":\"connection_init\"}");
    expect(t, ACK);
    return t;
}

static void the_handshake_shows_who_comes(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);

    assert_string_equal(t->shown, "of the connection|");
    assert_null(t->subprotocol.shown);
    end(t);
}

static void a_start_is_json_in_a_string_and_may_show_a_token_of_its_own(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);

    say(t, START("1"));
    assert_string_equal(t->asked, "{a}");
    assert_string_equal(t->shown, "|");
    assert_true(t->typed_errors);
    say(t, WRAP("2", "{" DATA ",\"extensions\":{\"authorization\":{\"host\":\"h\","
                     "\"authorization\":\"own\",\"X-Api-Key\":\"key\"}}}"));
    assert_string_equal(t->shown, "own|key");
    expect(t, "");
    end(t);
}

static void a_stream_is_acknowledged_once_it_stands(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);
    struct frame *f = frame_new(STR("{\"data\":1}"));

    say(t, START("1"));
    expect(t, "");
    t->started->transport->started(t->started, STR("cursor"));
    assert_int_equal(t->started->transport->next(t->started, f), NET_TOOK);
    expect(t, ACKED("1") "{\"id\":\"1\",\"type\":\"data\",\"payload\":{\"data\":1}}");
    say(t, STOP("1"));
    expect(t, COMPLETE("1"));
    frame_unref(f);
    end(t);
}

static void a_query_is_acknowledged_before_its_result(void **state)
{
    struct talk *t = begin_ready(ECHOING);

    say(t, START("1"));
    expect(t, ACKED("1") "{\"id\":\"1\",\"type\":\"data\",\"payload\":{\"data\":1}}" COMPLETE("1"));
    end(t);
}

static void an_operation_that_is_refused_is_an_error_without_an_ack(void **state)
{
    const struct net_response r = {.outcome = NET_REFUSED,
                                   .errors = STR("[{\"errorType\":\"X\"}]")};
    struct talk *t = begin_ready(ACCEPTING);

    say(t, START("1"));
    t->started->transport->finish(t->started, &r);
    expect(t, "{\"id\":\"1\",\"type\":\"error\",\"payload\":{\"errors\":[{\"errorType\":\"X\"}]}}");
    end(t);
}

static void a_refused_connection_is_told_with_a_type_and_a_number(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"connection_init\"}");
    t->subprotocol.client.ops->close(&t->subprotocol.client, 4403, STR("Token expired"));
    expect(t, "{\"type\":\"connection_error\",\"payload\":{\"errors\":[{"
              "\"message\":\"Token expired\",\"errorType\":\"UnauthorizedException\","
              "\"errorCode\":401,\"extensions\":{\"code\":\"UNAUTHENTICATED\",\"http\":{\"status\":"
              "401}}}]}}");
    expect_close(t, 4403, "Token expired");
    end(t);
}

static void a_start_may_come_without_an_init(void **state)
{
    struct talk *t = begin(ACCEPTING);

    say(t, START("1"));
    expect(t, ACK);
    assert_int_equal(t->n_started, 1);
    end(t);
    t = begin(SILENT);
    say(t, START("1"));
    assert_int_equal(t->n_started, 0);
    t->subprotocol.client.ops->accept(&t->subprotocol.client, STR("{\"schemaHash\":1}"));
    expect(t, ACK);
    assert_int_equal(t->n_started, 1);
    end(t);
}

static void check_refused(const char *payload, const char *message)
{
    struct talk *t = begin_ready(ACCEPTING);
    char text[512], expected[512];

    snprintf(text, sizeof(text), WRAP("1", "%s"), payload);
    snprintf(expected, sizeof(expected),
             "{\"id\":\"1\",\"type\":\"error\",\"payload\":{\"errors\":[{\"message\":\"%s\","
             "\"errorType\":\"BadRequestException\",\"errorCode\":400,"
             "\"extensions\":{\"code\":\"BAD_REQUEST\",\"http\":{\"status\":400}}}]}}",
             message);
    say(t, text);
    expect(t, expected);
    assert_int_equal(t->n_started, 0);
    assert_int_equal(t->close_code, 0);
    end(t);
}

static void a_malformed_start_is_told_what_is_wrong(void **state)
{
    check_refused("7", "Message \\\"payload\\\" must be an object");
    check_refused("{}", "Message \\\"payload.data\\\" must be a string that holds JSON");
    check_refused("{\"data\":{\"query\":\"{a}\"}}",
                  "Message \\\"payload.data\\\" must be a string that holds JSON");
    check_refused("{\"data\":\"{\"}", "Message \\\"payload.data\\\" is not well-formed JSON at "
                                      "line 1, column 1");
    check_refused("{\"data\":\"[]\"}", "Message \\\"payload.data\\\" must hold a JSON object");
    check_refused("{\"data\":\"{}\"}", "Message \\\"payload.data.query\\\" must be a string");
}

static void an_id_in_use_is_refused_and_the_first_goes_on(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);

    say(t, START("1"));
    say(t, START("1"));
    expect(t, "{\"id\":\"1\",\"type\":\"error\",\"payload\":{\"errors\":[{"
              "\"message\":\"What was asked for under this id has not ended.\","
              "\"errorType\":\"DuplicatedOperationError\",\"errorCode\":409,"
              "\"extensions\":{\"code\":\"CONFLICT\",\"http\":{\"status\":409}}}]}}");
    assert_int_equal(t->n_started, 1);
    assert_int_equal(t->n_cancelled, 0);
    end(t);
}

static void more_operations_than_allowed_are_refused_in_its_words(void **state)
{
    struct talk *t = begin_ready(ACCEPTING);

    say(t, START("1"));
    say(t, START("2"));
    say(t, START("3"));
    expect(t, "{\"id\":\"3\",\"type\":\"error\",\"payload\":{\"errors\":[{"
              "\"message\":\"Too many operations run on this connection at a time.\","
              "\"errorType\":\"MaxSubscriptionsReachedError\",\"errorCode\":429,"
              "\"extensions\":{\"code\":\"LIMIT_EXCEEDED\",\"http\":{\"status\":429}}}]}}");
    end(t);
}

int main(void)
{
    return RUN(test(the_handshake_shows_who_comes),
               test(a_start_is_json_in_a_string_and_may_show_a_token_of_its_own),
               test(a_stream_is_acknowledged_once_it_stands),
               test(a_query_is_acknowledged_before_its_result),
               test(an_operation_that_is_refused_is_an_error_without_an_ack),
               test(a_refused_connection_is_told_with_a_type_and_a_number),
               test(a_start_may_come_without_an_init),
               test(a_malformed_start_is_told_what_is_wrong),
               test(an_id_in_use_is_refused_and_the_first_goes_on),
               test(more_operations_than_allowed_are_refused_in_its_words));
}
