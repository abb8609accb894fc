#include "tests/unit/net/talk.h"

#define FOLLOW                                                                                     \
    "subscription ($roomId: ID!, $since: String) { onMessage(roomId: $roomId, since: $since) "     \
    "{ id roomId seq senderId text ts cursor } }"

static struct talk *begin_with(enum server server, struct json_value *shown)
{
    struct talk *t = begin_in(&dialect_room, server);

    subprotocol_open(&t->subprotocol, shown);
    return t;
}

static struct talk *begin(enum server server)
{
    return begin_with(server, json_text_kept("{'roomId': 'club', 'since': 'there', "
                                             "'Authorization': 'token'}"));
}

/* Followed, and one message heard of. */
static struct talk *begin_ready(struct net_operation **ret_follow)
{
    struct talk *t = begin(ACCEPTING);

    *ret_follow = t->started;
    t->started->transport->started(t->started, STR("c1"));
    expect(t, "{\"type\":\"hello\",\"roomId\":\"club\",\"cursor\":\"c1\"}");
    return t;
}

static void finish_with(struct talk *t, const char *body)
{
    const struct net_response r = {.outcome = NET_RESULT, .body = str_c(body)};

    t->started->transport->finish(t->started, &r);
}

static void the_room_is_followed_as_soon_as_the_viewer_is_accepted(void **state)
{
    struct talk *t = begin(SILENT);

    assert_string_equal(t->shown, "token|");
    assert_false(subprotocol_awaits_init(&t->subprotocol));
    assert_int_equal(t->n_started, 0);
    t->subprotocol.client.ops->accept(&t->subprotocol.client, STR("{}"));
    assert_int_equal(t->n_started, 1);
    assert_string_equal(t->asked, FOLLOW);
    assert_string_equal(t->variables, "{\"roomId\":\"club\",\"since\":\"there\"}");
    assert_true(t->bare_field);
    expect(t, "");
    end(t);
}

static void a_message_of_the_room_stands_bare(void **state)
{
    struct net_operation *follow;
    struct talk *t = begin_ready(&follow);
    struct frame *f = frame_new(STR("{\"seq\":1}"));

    assert_int_equal(follow->transport->next(follow, f), NET_TOOK);
    expect(t, "{\"type\":\"message\",\"message\":{\"seq\":1}}");
    frame_unref(f);
    end(t);
}

static void what_is_sent_is_answered_under_its_ref(void **state)
{
    struct net_operation *follow;
    struct talk *t = begin_ready(&follow);

    say(t, "{\"type\":\"send\",\"ref\":\"a\\\"b\",\"text\":\"hi\",\"idempotencyKey\":\"k\"}");
    assert_string_equal(t->variables, "{\"roomId\":\"club\",\"text\":\"hi\",\"key\":\"k\"}");
    assert_false(t->bare_field);
    finish_with(t, "{\"data\":{\"sendMessage\":{\"seq\":2}}}");
    expect(t, "{\"type\":\"sent\",\"ref\":\"a\\\"b\",\"message\":{\"seq\":2}}");
    say(t, "{\"type\":\"send\",\"ref\":\"c\",\"text\":\"hi\"}");
    assert_string_equal(t->variables, "{\"roomId\":\"club\",\"text\":\"hi\"}");
    finish_with(t, "{\"errors\":[{\"message\":\"m\",\"path\":[\"sendMessage\"],\"extensions\":"
                   "{\"code\":\"UNAVAILABLE\",\"http\":{\"status\":503},\"retryAfterMs\":9}}],"
                   "\"data\":{\"sendMessage\":null}}");
    expect(t, "{\"type\":\"error\",\"ref\":\"c\",\"message\":\"m\",\"code\":\"UNAVAILABLE\","
              "\"retryAfterMs\":9}");
    assert_int_equal(t->close_code, 0);
    end(t);
}

static void a_send_that_comes_before_the_acceptance_waits(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"send\",\"ref\":\"1\",\"text\":\"early\"}");
    assert_int_equal(t->n_started, 0);
    t->subprotocol.client.ops->accept(&t->subprotocol.client, STR_NULL);
    assert_int_equal(t->n_started, 2);
    finish_with(t, "{\"data\":{\"sendMessage\":{}}}");
    expect(t, "{\"type\":\"sent\",\"ref\":\"1\",\"message\":{}}");
    end(t);
}

static void what_is_no_message_is_told_under_its_ref_and_the_socket_stays(void **state)
{
    struct net_operation *follow;
    struct talk *t = begin_ready(&follow);

    say(t, "{");
    expect(t, "{\"type\":\"error\",\"message\":\"Message is not well-formed JSON at line 1, column "
              "1\",\"code\":\"BAD_REQUEST\"}");
    say(t, "{\"type\":\"send\",\"text\":\"x\"}");
    expect(t, "{\"type\":\"error\",\"message\":\"Message \\\"ref\\\" must be a string that is not "
              "empty\",\"code\":\"BAD_REQUEST\"}");
    say(t, "{\"type\":\"send\",\"ref\":\"1\"}");
    expect(t, "{\"type\":\"error\",\"ref\":\"1\",\"message\":\"Message \\\"text\\\" must be a "
              "string\",\"code\":\"BAD_REQUEST\"}");
    say(t, "{\"type\":\"send\",\"ref\":\"1\",\"text\":\"x\",\"idempotencyKey\":1}");
    expect(t, "{\"type\":\"error\",\"ref\":\"1\",\"message\":\"Message \\\"idempotencyKey\\\" must "
              "be a string\",\"code\":\"BAD_REQUEST\"}");
    say(t, "{\"type\":\"subscribe\"}");
    expect(t, "{\"type\":\"error\",\"message\":\"Unexpected message type \\\"subscribe\\\"\","
              "\"code\":\"BAD_REQUEST\"}");
    say(t, "{\"type\":\"send\",\"ref\":\"1\",\"text\":\"x\"}");
    say(t, "{\"type\":\"send\",\"ref\":\"1\",\"text\":\"x\"}");
    expect(t,
           "{\"type\":\"error\",\"ref\":\"1\",\"message\":\"What was asked for under this id has "
           "not ended.\",\"code\":\"CONFLICT\"}");
    assert_int_equal(t->n_started, 2);
    assert_int_equal(t->close_code, 0);
    end(t);
}

static void a_ping_is_answered(void **state)
{
    struct talk *t = begin(SILENT);

    say(t, "{\"type\":\"ping\"}");
    expect(t, "{\"type\":\"pong\"}");
    end(t);
}

static void a_room_that_may_not_be_followed_ends_the_socket(void **state)
{
    const struct net_response r = {
        .outcome = NET_REQUEST_ERROR,
        .errors = STR("[{\"message\":\"m\",\"extensions\":{\"code\":\"HISTORY_EXPIRED\","
                      "\"http\":{\"status\":410},\"earliestCursor\":\"e\"}}]")};
    struct net_operation *follow;
    struct talk *t = begin_ready(&follow);

    follow->transport->complete(follow, &r);
    expect(t, "{\"type\":\"error\",\"message\":\"m\",\"code\":\"HISTORY_EXPIRED\","
              "\"earliestCursor\":\"e\"}");
    expect_close(t, 4410, "HISTORY_EXPIRED");
    end(t);
    t = begin_ready(&follow);
    follow->transport->complete(follow, NULL);
    expect_close(t, WS_NORMAL, "");
    end(t);
}

static void who_is_refused_is_told_why_then_closed(void **state)
{
    struct talk *t = begin(SILENT);

    t->subprotocol.client.ops->close(&t->subprotocol.client, 4403, STR("Token expired"));
    expect(t, "{\"type\":\"error\",\"message\":\"Token expired\",\"code\":\"UNAUTHENTICATED\"}");
    expect_close(t, 4403, "Token expired");
    end(t);
}

static void a_path_without_an_id_is_closed(void **state)
{
    struct talk *t = begin_with(ACCEPTING, NULL);

    expect_close(t, 4400, "The path holds no room id");
    assert_int_equal(t->n_started, 0);
    end(t);
}

int main(void)
{
    return RUN(test(the_room_is_followed_as_soon_as_the_viewer_is_accepted),
               test(a_message_of_the_room_stands_bare),
               test(what_is_sent_is_answered_under_its_ref),
               test(a_send_that_comes_before_the_acceptance_waits),
               test(what_is_no_message_is_told_under_its_ref_and_the_socket_stays),
               test(a_ping_is_answered), test(a_room_that_may_not_be_followed_ends_the_socket),
               test(who_is_refused_is_told_why_then_closed), test(a_path_without_an_id_is_closed));
}
