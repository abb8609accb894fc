#include "net/event_stream.h"

#include <poll.h>
#include <stdio.h>

#include "net/inside.h"
#include "tests/lib/test.h"
#include "tests/unit/net/line.h"

/*
 * A toy, Ann's event stream on one connection, and requests about it on another.
 */
struct scene {
    struct toy toy;
    struct line stream;
    struct line other;
    char token[RESERVATION_TOKEN + 1];
};

static const struct net_config usual = {
    .max_connections = 4, .max_request_bytes = 65536, .max_subscriptions = 3, .high_water = 65536};

#define ANN    "Authorization: ann\r\n"
#define EVENTS "Accept: text/event-stream\r\n"

static struct str request(struct line *l, const char *line, const char *fields)
{
    char text[2048];

    snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: h\r\n%s\r\n", line, fields);
    return line_ask(l, text);
}

static struct str body_of(struct str response)
{
    const char *at = memmem(response.p, response.n, "\r\n\r\n", 4);

    assert_non_null(at);
    return str_of(at + 4, response.n - (size_t)(at + 4 - response.p));
}

static int status_of(struct str response)
{
    return response.n > 12
               ? (response.p[9] - '0') * 100 + (response.p[10] - '0') * 10 + response.p[11] - '0'
               : 0;
}

static void reserve(struct scene *s)
{
    struct str got = request(&s->other, "PUT /graphql/stream", ANN);

    assert_int_equal(status_of(got), 201);
    assert_true(line_has(got, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
    assert_int_equal(body_of(got).n, RESERVATION_TOKEN);
    memcpy(s->token, body_of(got).p, RESERVATION_TOKEN);
}

static struct str open_with(struct scene *s, struct line *l, const char *fields)
{
    char line[256];

    snprintf(line, sizeof(line), "GET /graphql/stream?token=%s", s->token);
    return request(l, line, fields);
}

static void set_up(struct scene *s, const struct net_config *config)
{
    *s = (struct scene){0};
    line_toy(&s->toy, config);
    line_open(&s->stream, &s->toy);
    line_open(&s->other, &s->toy);
}

static void open_scene(struct scene *s)
{
    set_up(s, &usual);
    reserve(s);
    assert_int_equal(status_of(open_with(s, &s->stream, EVENTS)), 200);
}

static void close_scene(struct scene *s)
{
    line_close(&s->stream);
    line_close(&s->other);
    line_toy_done(&s->toy);
}

static struct str post_as(struct scene *s, const char *query, const char *rest, const char *fields)
{
    char text[2048], body[512];

    snprintf(body, sizeof(body), "{\"query\":\"%s\"%s}", query, rest);
    snprintf(text, sizeof(text),
             "POST /graphql/stream HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
             "X-GraphQL-Event-Stream-Token: %s\r\n%sContent-Length: %zu\r\n\r\n%s",
             s->token, fields, strlen(body), body);
    return line_ask(&s->other, text);
}

/* Under the id "1". */
static int post(struct scene *s, const char *query)
{
    return status_of(post_as(s, query, ",\"extensions\":{\"operationId\":\"1\"}", ANN));
}

static struct str hear(struct scene *s)
{
    line_settle(&s->stream);
    return line_take(&s->stream);
}

static void make_happen(struct scene *s, const char *query)
{
    line_ask(&s->other, line_post(query, "{}", ""));
}

static void a_token_is_a_reservation_of_ones_own(void **state)
{
    struct scene s;
    char first[RESERVATION_TOKEN];

    set_up(&s, &usual);
    reserve(&s);
    memcpy(first, s.token, sizeof(first));
    reserve(&s);
    assert_memory_not_equal(first, s.token, sizeof(first));
    assert_int_equal(status_of(request(&s.other, "PUT /graphql/stream", "")), 401);
    assert_int_equal(
        status_of(request(&s.other, "PUT /graphql/stream", ANN "Accept: application/json\r\n")),
        406);
    close_scene(&s);
}

static void results_of_all_operations_come_on_the_one_stream(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s);
    assert_int_equal(post(&s, "echo"), 202);
    assert_str(hear(&s), "4e\r\nevent: next\ndata: {\"id\":\"1\",\"payload\":{\"data\":{\"echo\":"
                         "\"echo\",\"auth\":\"ann\"}}}\n\n\r\n"
                         "22\r\nevent: complete\ndata: {\"id\":\"1\"}\n\n\r\n");
    assert_int_equal(post(&s, "follow"), 202);
    assert_int_equal(
        status_of(post_as(&s, "follow", ",\"extensions\":{\"operationId\":\"2\"}", ANN)), 202);
    make_happen(&s, "publish");
    got = hear(&s);
    assert_true(line_has(got, "data: {\"id\":\"1\",\"payload\":{\"data\":{\"n\":0,"));
    assert_true(line_has(got, "data: {\"id\":\"2\",\"payload\":{\"data\":{\"n\":0,"));
    make_happen(&s, "end");
    got = hear(&s);
    assert_int_equal(line_count(got, "event: complete\n"), 2);
    assert_false(s.stream.ended);
    close_scene(&s);
}

static void what_is_refused_is_the_answer_to_who_asked(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s);
    got = post_as(&s, "invalid", ",\"extensions\":{\"operationId\":\"1\"}", ANN);
    assert_int_equal(status_of(got), 400);
    assert_str(body_of(got), "{\"errors\":[{\"message\":\"invalid\"}]}");
    assert_int_equal(post(&s, "refused"), 401);
    assert_int_equal(status_of(post_as(&s, "echo", "", ANN)), 400);
    assert_int_equal(status_of(post_as(&s, "echo", ",\"extensions\":{\"operationId\":\"\"}", ANN)),
                     400);
    assert_int_equal(status_of(post_as(&s, "echo", ",\"extensions\":{\"operationId\":7}", ANN)),
                     400);
    assert_int_equal(hear(&s).n, 0);
    assert_int_equal(post(&s, "echo"), 202); /* the id was not taken */
    close_scene(&s);
}

static void an_id_stands_for_one_operation_at_a_time(void **state)
{
    struct scene s;

    open_scene(&s);
    assert_int_equal(post(&s, "follow"), 202);
    assert_int_equal(post(&s, "follow"), 409);
    assert_int_equal(status_of(request(&s.other, "DELETE /graphql/stream?operationId=1", ANN)),
                     404);
    assert_int_equal(s.toy.cancelled, 0);
    {
        char line[256];
        snprintf(line, sizeof(line), "DELETE /graphql/stream?operationId=%%31&token=%s", s.token);
        assert_int_equal(status_of(request(&s.other, line, ANN)), 200);
        assert_int_equal(s.toy.cancelled, 1);
        assert_int_equal(status_of(request(&s.other, line, ANN)), 200);
        snprintf(line, sizeof(line), "DELETE /graphql/stream?token=%s", s.token);
        assert_int_equal(status_of(request(&s.other, line, ANN)), 400);
    }
    make_happen(&s, "publish");
    assert_int_equal(hear(&s).n, 0);
    assert_int_equal(post(&s, "follow"), 202);
    close_scene(&s);
}

static void so_many_operations_and_no_more(void **state)
{
    struct scene s;
    char rest[64];

    open_scene(&s);
    for (size_t i = 0; i < usual.max_subscriptions; i++) {
        snprintf(rest, sizeof(rest), ",\"extensions\":{\"operationId\":\"%zu\"}", i);
        assert_int_equal(status_of(post_as(&s, "follow", rest, ANN)), 202);
    }
    assert_int_equal(
        status_of(post_as(&s, "follow", ",\"extensions\":{\"operationId\":\"x\"}", ANN)), 429);
    close_scene(&s);
    assert_int_equal(s.toy.cancelled, usual.max_subscriptions);
}

static void a_reservation_opens_one_stream(void **state)
{
    struct scene s;
    struct str got;

    set_up(&s, &usual);
    reserve(&s);
    assert_int_equal(post(&s, "echo"), 409); /* not open yet */
    got = open_with(&s, &s.stream, EVENTS);
    assert_int_equal(status_of(got), 200);
    assert_true(line_has(got, "\r\nContent-Type: text/event-stream; charset=utf-8\r\n"));
    assert_str(body_of(got), "3\r\n:\n\n\r\n");
    assert_int_equal(status_of(open_with(&s, &s.other, EVENTS)), 409);
    line_close(&s.stream);
    assert_true(list_empty(&s.toy.net->reservations));
    assert_int_equal(post(&s, "echo"), 404);
    line_open(&s.stream, &s.toy);
    assert_int_equal(status_of(open_with(&s, &s.stream, EVENTS)), 404);
    memset(s.token, 'f', RESERVATION_TOKEN);
    assert_int_equal(status_of(open_with(&s, &s.stream, EVENTS)), 404);
    s.token[0] = 'g';
    assert_int_equal(status_of(open_with(&s, &s.stream, EVENTS)), 404);
    close_scene(&s);
}

static void a_stream_is_used_by_who_has_reserved_it(void **state)
{
    static const char bob[] = "Authorization: bob\r\n";
    struct scene s;
    struct str got;
    char line[256];

    set_up(&s, &usual);
    reserve(&s);
    assert_int_equal(status_of(open_with(&s, &s.stream, "Authorization: bob\r\n" EVENTS)), 403);
    assert_int_equal(status_of(open_with(&s, &s.stream, ANN EVENTS)), 200);
    got = post_as(&s, "echo", ",\"extensions\":{\"operationId\":\"1\"}", bob);
    assert_int_equal(status_of(got), 403);
    got = post_as(&s, "echo", ",\"extensions\":{\"operationId\":\"1\"}", "");
    assert_int_equal(status_of(got), 401);
    assert_int_equal(post(&s, "follow"), 202);
    snprintf(line, sizeof(line), "DELETE /graphql/stream?operationId=1&token=%s", s.token);
    assert_int_equal(status_of(request(&s.other, line, bob)), 403);
    assert_int_equal(s.toy.cancelled, 0);
    close_scene(&s);
}

/* A turn that may wait would do so behind the firing of this timer as well, for the next one. */
static void wait_until_none_is_reserved(struct scene *s)
{
    while (!list_empty(&s->toy.net->reservations)) {
        uv_run(&s->toy.loop.uv, UV_RUN_NOWAIT);
        poll(NULL, 0, 1);
    }
}

static void a_reservation_nobody_uses_ends(void **state)
{
    struct net_config config = usual;
    struct scene s;

    config.init_timeout_ms = 1;
    set_up(&s, &config);
    reserve(&s);
    wait_until_none_is_reserved(&s);
    assert_int_equal(status_of(open_with(&s, &s.stream, EVENTS)), 404);
    close_scene(&s);
}

static void no_more_is_reserved_than_there_may_be_connections(void **state)
{
    struct scene s;

    set_up(&s, &usual);
    for (size_t i = 0; i < usual.max_connections; i++)
        reserve(&s);
    assert_int_equal(status_of(request(&s.other, "PUT /graphql/stream", ANN)), 503);
    close_scene(&s);
}

static void nobody_reserves_more_than_a_few_without_using_them(void **state)
{
    struct net_config config = usual;
    struct scene s;

    config.max_connections = 0;
    set_up(&s, &config);
    for (size_t i = 0; i < RESERVATION_MOST_UNUSED; i++)
        reserve(&s);
    assert_int_equal(status_of(request(&s.other, "PUT /graphql/stream", ANN)), 429);
    assert_int_equal(status_of(request(&s.other, "PUT /graphql/stream", "Authorization: bob\r\n")),
                     201);
    assert_int_equal(status_of(open_with(&s, &s.stream, EVENTS)), 200);
    reserve(&s);
    assert_int_equal(status_of(request(&s.other, "PUT /graphql/stream", ANN)), 429);
    line_close(&s.stream); /* it was counted before */
    assert_int_equal(status_of(request(&s.other, "PUT /graphql/stream", ANN)), 429);
    line_open(&s.stream, &s.toy);
    close_scene(&s);
}

static void what_was_reserved_in_vain_counts_no_longer(void **state)
{
    struct net_config config = usual;
    struct scene s;

    config.max_connections = 0;
    config.init_timeout_ms = 1;
    set_up(&s, &config);
    for (size_t i = 0; i < (size_t)2 * RESERVATION_MOST_UNUSED; i++) {
        reserve(&s);
        wait_until_none_is_reserved(&s);
    }
    close_scene(&s);
}

static void an_id_cannot_say_anything_of_its_own_on_the_stream(void **state)
{
    static const char rest[] =
        ",\"extensions\":{\"operationId\":\"\\n\\nevent: next\\ndata: {}\\r\\n\\\"\\u0000\"}";
    struct scene s;
    struct str got;

    open_scene(&s);
    assert_int_equal(status_of(post_as(&s, "echo", rest, ANN)), 202);
    got = hear(&s);
    assert_int_equal(line_count(got, "event: "), 4); /* two of them within the id */
    assert_int_equal(line_count(got, "\nevent: "), 2);
    assert_int_equal(line_count(got, "\\n\\nevent: next\\ndata: {}\\r\\n\\\"\\u0000\""), 2);
    close_scene(&s);
}

static void an_operation_ends_with_its_token_and_the_stream_stays(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s);
    assert_int_equal(post(&s, "follow"), 202);
    make_happen(&s, "expire");
    got = hear(&s);
    assert_true(line_has(got, "{\"id\":\"1\",\"payload\":{\"errors\":[{"));
    assert_true(line_has(got, "\"code\":\"TOKEN_EXPIRED\""));
    assert_true(line_has(got, "event: complete\ndata: {\"id\":\"1\"}\n\n"));
    assert_int_equal(s.toy.cancelled, 1);
    assert_int_equal(post(&s, "echo"), 202);
    close_scene(&s);
}

static void a_slow_reader_holds_back_its_operations(void **state)
{
    struct scene s;
    struct str all;

    open_scene(&s);
    assert_int_equal(status_of(post_as(&s, "count",
                                       ",\"variables\":{\"n\":3000,\"size\":1000},"
                                       "\"extensions\":{\"operationId\":\"1\"}",
                                       ANN)),
                     202);
    line_settle(&s.other);
    assert_int_equal(status_of(post_as(&s, "echo", ",\"extensions\":{\"operationId\":\"2\"}", ANN)),
                     429);
    assert_true(line_until(&s.stream, "event: complete"));
    all = line_take(&s.stream);
    assert_int_equal(line_count(all, "event: next\n"), 3000);
    assert_int_equal(status_of(post_as(&s, "echo", ",\"extensions\":{\"operationId\":\"2\"}", ANN)),
                     202);
    close_scene(&s);
}

static void get_begins_an_operation_as_well(void **state)
{
    struct scene s;
    char line[256];

    open_scene(&s);
    snprintf(
        line, sizeof(line),
        "GET /graphql/stream?token=%s&query=echo&extensions=%%7B%%22operationId%%22:%%221%%22%%7D",
        s.token);
    assert_int_equal(status_of(request(&s.other, line, ANN)), 202);
    assert_true(line_has(hear(&s), "\"echo\":\"echo\""));
    close_scene(&s);
}

static void without_a_token_the_address_serves_distinct_streams(void **state)
{
    struct scene s;
    struct str got;

    set_up(&s, &usual);
    got = request(&s.stream, "GET /graphql/stream?query=follow", EVENTS);
    assert_int_equal(status_of(got), 200);
    assert_true(line_has(got, "\r\nContent-Type: text/event-stream;"));
    assert_int_equal(status_of(request(&s.other, "GET /graphql/stream?query=echo", ANN)), 404);
    assert_int_equal(status_of(request(&s.other, "PATCH /graphql/stream", "")), 405);
    close_scene(&s);
}

static void on_closed(void *user)
{
}

static void a_server_that_stops_answers_and_then_breaks_the_stream_off(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s);
    assert_int_equal(post(&s, "follow"), 202);
    assert_int_equal(status_of(post_as(&s, "slow", ",\"extensions\":{\"operationId\":\"2\"}", ANN)),
                     202);
    net_close(s.toy.net, 60000, on_closed, NULL);
    assert_int_equal(s.toy.cancelled, 1);
    assert_true(line_until(&s.stream, "event: complete\ndata: {\"id\":\"2\"}\n\n"));
    got = hear(&s);
    assert_true(s.stream.ended);
    assert_false(line_has(got, "\r\n0\r\n\r\n"));
    assert_int_equal(s.toy.cancelled, 1);
    line_close(&s.stream);
    line_close(&s.other);
    while (s.toy.net->state != NET_CLOSED)
        uv_run(&s.toy.loop.uv, UV_RUN_ONCE);
    toy_done(&s.toy);
}

int main(void)
{
    return RUN(test(a_token_is_a_reservation_of_ones_own),
               test(results_of_all_operations_come_on_the_one_stream),
               test(what_is_refused_is_the_answer_to_who_asked),
               test(an_id_stands_for_one_operation_at_a_time), test(so_many_operations_and_no_more),
               test(a_reservation_opens_one_stream), test(a_stream_is_used_by_who_has_reserved_it),
               test(a_reservation_nobody_uses_ends),
               test(no_more_is_reserved_than_there_may_be_connections),
               test(nobody_reserves_more_than_a_few_without_using_them),
               test(what_was_reserved_in_vain_counts_no_longer),
               test(an_id_cannot_say_anything_of_its_own_on_the_stream),
               test(an_operation_ends_with_its_token_and_the_stream_stays),
               test(a_slow_reader_holds_back_its_operations), test(get_begins_an_operation_as_well),
               test(without_a_token_the_address_serves_distinct_streams),
               test(a_server_that_stops_answers_and_then_breaks_the_stream_off));
}
