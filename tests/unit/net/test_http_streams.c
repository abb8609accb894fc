#include "net/exchange.h"

#include "net/conn.h"
#include "tests/lib/test.h"
#include "tests/unit/net/line.h"

/*
 * A toy, somebody who listens to a stream on one connection, and somebody who makes things happen
 * on another.
 */
struct scene {
    struct toy toy;
    struct line stream;
    struct line other;
};

static const struct net_config usual = {
    .max_connections = 1000, .max_request_bytes = 65536, .high_water = 65536};

#define EVENTS "Accept: text/event-stream\r\n"
#define PARTS  "Accept: multipart/mixed;boundary=x;subscriptionSpec=1.0,application/json\r\n"

static void open_scene(struct scene *s, const struct net_config *config)
{
    line_toy(&s->toy, config);
    line_open(&s->stream, &s->toy);
    line_open(&s->other, &s->toy);
}

static void close_scene(struct scene *s)
{
    line_close(&s->stream);
    line_close(&s->other);
    line_toy_done(&s->toy);
}

static void make_happen(struct scene *s, const char *query, const char *variables)
{
    line_ask(&s->other, line_post(query, variables, ""));
    line_settle(&s->stream);
}

static struct str ask(struct scene *s, const char *query, const char *fields)
{
    return line_ask(&s->stream, line_post(query, "{}", fields));
}

static struct str body_of(struct str response)
{
    const char *at = memmem(response.p, response.n, "\r\n\r\n", 4);

    assert_non_null(at);
    return str_of(at + 4, response.n - (size_t)(at + 4 - response.p));
}

static void a_stream_begins_before_there_is_a_result(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    got = ask(&s, "follow", EVENTS);
    assert_true(str_starts(got, STR("HTTP/1.1 200 OK\r\n")));
    assert_true(line_has(got, "\r\nContent-Type: text/event-stream; charset=utf-8\r\n"));
    assert_true(line_has(got, "\r\nCache-Control: no-cache, "));
    assert_true(line_has(got, "\r\nTransfer-Encoding: chunked\r\n"));
    assert_false(line_has(got, "Content-Length"));
    assert_str(body_of(got), "3\r\n:\n\n\r\n");
    close_scene(&s);
    assert_int_equal(s.toy.cancelled, 1);
}

static void results_are_events_and_the_connection_serves_on_behind_the_last(void **state)
{
    struct scene s;

    open_scene(&s, &usual);
    ask(&s, "follow", EVENTS);
    make_happen(&s, "publish", "{\"n\":2,\"size\":1}");
    assert_str(line_take(&s.stream),
               "2f\r\nevent: next\ndata: {\"data\":{\"n\":0,\"text\":\"x\"}}\n\n\r\n"
               "2f\r\nevent: next\ndata: {\"data\":{\"n\":1,\"text\":\"x\"}}\n\n\r\n");
    make_happen(&s, "end", "{}");
    assert_str(line_take(&s.stream), "17\r\nevent: complete\ndata:\n\n\r\n0\r\n\r\n");
    assert_false(s.stream.ended);
    assert_true(line_has(ask(&s, "echo", ""), "{\"echo\":\"echo\"}"));
    close_scene(&s);
    assert_int_equal(s.toy.cancelled, 0);
}

static void why_a_stream_ends_is_its_last_result(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    ask(&s, "follow", EVENTS);
    make_happen(&s, "fail", "{}");
    got = line_take(&s.stream);
    assert_true(line_has(got, "event: next\ndata: {\"errors\":[{\"message\":\"it ended\"}]}\n\n"));
    assert_true(line_has(got, "event: complete\ndata:\n\n\r\n0\r\n\r\n"));
    close_scene(&s);
}

static void a_stream_ends_with_its_token_and_says_so(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    ask(&s, "follow", EVENTS);
    make_happen(&s, "expire", "{}");
    got = line_take(&s.stream);
    assert_true(line_has(
        got, "\"extensions\":{\"code\":\"TOKEN_EXPIRED\",\"http\":{\"status\":401}}}]}\n\n"));
    assert_true(line_has(got, "event: complete\ndata:\n\n\r\n0\r\n\r\n"));
    assert_int_equal(s.toy.cancelled, 1);
    close_scene(&s);
    assert_int_equal(s.toy.cancelled, 1);
}

static void who_accepts_only_events_gets_a_single_result_as_one(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    got = ask(&s, "echo", EVENTS);
    assert_true(line_has(got, "event: next\ndata: {\"data\":{\"echo\":\"echo\"}}\n\n"));
    assert_true(line_has(got, "event: complete\ndata:\n\n\r\n0\r\n\r\n"));
    line_say(&s.stream, str_c(line_post("slow", "{}", EVENTS)));
    assert_true(line_until(&s.stream, "event: complete"));
    assert_true(line_has(line_take(&s.stream), "data: {\"data\":{\"slow\":true}}\n\n"));
    close_scene(&s);
}

static void an_invalid_request_is_an_event_and_a_refused_one_has_its_status(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    got = ask(&s, "invalid", EVENTS);
    assert_true(str_starts(got, STR("HTTP/1.1 200 OK\r\n")));
    assert_true(line_has(got, "event: next\ndata: {\"errors\":[{\"message\":\"invalid\"}]}\n\n"));
    assert_true(line_has(got, "event: complete\ndata:\n\n"));
    got = ask(&s, "refused", EVENTS);
    assert_true(str_starts(got, STR("HTTP/1.1 401 ")));
    assert_true(line_has(got, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
    got = line_ask(&s.stream, "GET /graphql?query=mutation HTTP/1.1\r\nHost: h\r\n" EVENTS "\r\n");
    assert_true(str_starts(got, STR("HTTP/1.1 405 ")));
    assert_true(line_has(got, "\r\nAllow: POST\r\n"));
    close_scene(&s);
}

static void where_json_is_as_welcome_only_streams_are_streamed(void **state)
{
    static const char both[] = "Accept: application/json, text/event-stream\r\n";
    struct scene s;

    open_scene(&s, &usual);
    assert_true(line_has(ask(&s, "echo", both), "\r\nContent-Type: application/json;"));
    assert_true(line_has(ask(&s, "follow", both), "\r\nContent-Type: text/event-stream;"));
    close_scene(&s);
}

static void what_becomes_a_stream_later_begins_then(void **state)
{
    struct scene s;

    open_scene(&s, &usual);
    line_say(&s.stream, str_c(line_post("late follow", "{\"ms\":1}", EVENTS)));
    assert_true(line_until(&s.stream, "\r\n\r\n3\r\n:\n\n\r\n"));
    line_take(&s.stream);
    make_happen(&s, "publish", "{}");
    assert_true(line_has(line_take(&s.stream), "event: next\n"));
    close_scene(&s);
}

static void what_is_refused_later_has_its_status_all_the_same(void **state)
{
    struct scene s;

    open_scene(&s, &usual);
    line_say(&s.stream, str_c(line_post("late refused", "{\"ms\":1}", EVENTS)));
    assert_true(line_until(&s.stream, "\r\n\r\n"));
    assert_true(str_starts(line_take(&s.stream), STR("HTTP/1.1 401 ")));
    close_scene(&s);
}

static void get_may_open_a_stream(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    got = line_ask(&s.stream, "GET /graphql?query=follow HTTP/1.1\r\nHost: h\r\n" EVENTS "\r\n");
    assert_true(line_has(got, "\r\nContent-Type: text/event-stream;"));
    close_scene(&s);
}

static void results_are_parts_each_with_the_boundary_behind_it(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    got = ask(&s, "follow", PARTS);
    assert_true(line_has(
        got, "\r\nContent-Type: multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0\r\n"));
    assert_true(line_has(got, "\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{}"
                              "\r\n--graphql\r\n"));
    make_happen(&s, "publish", "{\"n\":1,\"size\":1}");
    assert_true(line_has(line_take(&s.stream),
                         "\r\ncontent-type: application/json\r\n\r\n"
                         "{\"payload\":{\"data\":{\"n\":0,\"text\":\"x\"}}}\r\n--graphql\r\n"));
    make_happen(&s, "end", "{}");
    assert_str(line_take(&s.stream), "4\r\n--\r\n\r\n0\r\n\r\n");
    close_scene(&s);
}

static void a_single_result_is_a_part_only_where_nothing_else_is_accepted(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    assert_true(line_has(ask(&s, "echo", PARTS), "\r\nContent-Type: application/json;"));
    got = ask(&s, "echo", "Accept: multipart/mixed;subscriptionSpec=\"1.0\"\r\n");
    assert_true(line_has(got, "{\"payload\":{\"data\":{\"echo\":\"echo\"}}}\r\n--graphql\r\n"));
    got = ask(&s, "echo", "Accept: multipart/mixed\r\n");
    assert_true(str_starts(got, STR("HTTP/1.1 406 ")));
    close_scene(&s);
}

static void http_1_0_has_no_chunks_and_ends_a_stream_with_the_connection(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    got =
        line_ask(&s.stream,
                 "GET /graphql?query=follow HTTP/1.0\r\nConnection: keep-alive\r\n" EVENTS "\r\n");
    assert_true(line_has(got, "\r\nConnection: close\r\n"));
    assert_false(line_has(got, "Transfer-Encoding"));
    assert_str(body_of(got), ":\n\n");
    make_happen(&s, "end", "{}");
    assert_str(line_take(&s.stream), "event: complete\ndata:\n\n");
    assert_true(s.stream.ended);
    close_scene(&s);
}

static void a_silent_stream_beats(void **state)
{
    struct net_config config = usual;
    struct scene s;

    config.ping_interval_ms = 1;
    open_scene(&s, &config);
    ask(&s, "follow", EVENTS);
    assert_true(line_until(&s.stream, "\r\n3\r\n:\n\n\r\n"));
    line_say(&s.other, str_c(line_post("follow", "{}", PARTS)));
    assert_true(line_until(&s.other, "\r\n31\r\n\r\ncontent-type: application/json\r\n\r\n{}"));
    close_scene(&s);
}

/* Bytes that wait for their clients, of all connections. */
static size_t unsent(const struct scene *s)
{
    size_t n = 0;

    list_each (at, &s->toy.net->connections) {
        const struct conn *c = list_entry(at, struct conn, link);
        n += conn_unsent(c);
    }
    return n;
}

static void a_slow_reader_is_waited_for_and_loses_nothing(void **state)
{
    const unsigned n = 3000;
    struct scene s;
    struct str all;

    open_scene(&s, &usual);
    line_say(&s.stream, str_c(line_post("count", "{\"n\":3000,\"size\":1000}", EVENTS)));
    line_settle(&s.other);
    assert_in_range(unsent(&s), usual.high_water / 2, usual.high_water + 2000);
    assert_true(line_until(&s.stream, "event: complete"));
    all = line_take(&s.stream);
    assert_int_equal(line_count(all, "event: next\n"), n);
    assert_true(line_has(all, "{\"n\":2999,"));
    close_scene(&s);
}

static void on_closed(void *user)
{
}

static void a_server_that_stops_breaks_streams_off_and_answers_the_rest(void **state)
{
    struct scene s;
    struct str got;

    open_scene(&s, &usual);
    ask(&s, "follow", EVENTS);
    line_ask(&s.other, line_post("slow", "{}", EVENTS));
    net_close(s.toy.net, 60000, on_closed, NULL);
    line_settle(&s.stream);
    assert_int_equal(s.toy.cancelled, 1);
    assert_true(s.stream.ended);
    assert_int_equal(s.stream.heard.n, 0); /* neither an event nor the last chunk */
    assert_true(line_until(&s.other, "\r\n0\r\n\r\n"));
    got = line_take(&s.other);
    assert_true(line_has(got, "event: complete"));
    line_settle(&s.other);
    assert_true(s.other.ended);
    assert_int_equal(s.toy.cancelled, 1);
    line_close(&s.stream);
    line_close(&s.other);
    while (s.toy.net->state != NET_CLOSED)
        uv_run(&s.toy.loop.uv, UV_RUN_ONCE);
    toy_done(&s.toy);
}

static void a_stream_that_begins_while_the_server_stops_is_broken_off(void **state)
{
    struct scene s;
    const char *request = line_post("follow", "{}", EVENTS);

    open_scene(&s, &usual);
    line_say(&s.stream, str_of(request, 30));
    net_close(s.toy.net, 60000, on_closed, NULL);
    line_say(&s.stream, str_c(request + 30));
    line_settle(&s.stream);
    assert_true(line_has(buf_str(&s.stream.heard), "text/event-stream"));
    assert_false(line_has(buf_str(&s.stream.heard), "\r\n0\r\n"));
    assert_true(s.stream.ended);
    assert_int_equal(s.toy.cancelled, 1);
    line_close(&s.stream);
    line_close(&s.other);
    while (s.toy.net->state != NET_CLOSED)
        uv_run(&s.toy.loop.uv, UV_RUN_ONCE);
    toy_done(&s.toy);
}

int main(void)
{
    return RUN(test(a_stream_begins_before_there_is_a_result),
               test(results_are_events_and_the_connection_serves_on_behind_the_last),
               test(why_a_stream_ends_is_its_last_result),
               test(a_stream_ends_with_its_token_and_says_so),
               test(who_accepts_only_events_gets_a_single_result_as_one),
               test(an_invalid_request_is_an_event_and_a_refused_one_has_its_status),
               test(where_json_is_as_welcome_only_streams_are_streamed),
               test(what_becomes_a_stream_later_begins_then),
               test(what_is_refused_later_has_its_status_all_the_same), test(get_may_open_a_stream),
               test(results_are_parts_each_with_the_boundary_behind_it),
               test(a_single_result_is_a_part_only_where_nothing_else_is_accepted),
               test(http_1_0_has_no_chunks_and_ends_a_stream_with_the_connection),
               test(a_silent_stream_beats), test(a_slow_reader_is_waited_for_and_loses_nothing),
               test(a_server_that_stops_breaks_streams_off_and_answers_the_rest),
               test(a_stream_that_begins_while_the_server_stops_is_broken_off));
}
