#include "base/mem.h"
#include "net/h2.h"

#include <stdio.h>

#include "tests/lib/test.h"
#include "tests/unit/net/h2_client.h"

static const struct net_config usual = {.max_connections = 1000,
                                        .max_request_bytes = 20000,
                                        .head_limits = {16384, 64},
                                        .max_subscriptions = 16,
                                        .high_water = 65536};

struct scene {
    struct toy toy;
    struct h2_client c;
};

static void open_scene(struct scene *s, const struct net_config *config)
{
    line_toy(&s->toy, config);
    h2_open(&s->c, &s->toy);
}

static void close_scene(struct scene *s)
{
    h2_close(&s->c);
    line_toy_done(&s->toy);
}

#define assert_body(s, id, text) assert_str(buf_str(&h2_reply(&(s)->c, id)->body), text)

static void requests_are_answered_side_by_side(void **state)
{
    struct scene s;
    int32_t slow, quick, page, nowhere;

    open_scene(&s, &usual);
    slow = h2_post(&s.c, "slow", "{\"ms\":1000000}", NULL);
    quick = h2_post(&s.c, "echo", "{}", NULL);
    page = h2_ask(&s.c, "GET", "/healthz", NULL, NULL);
    nowhere = h2_ask(&s.c, "GET", "/nowhere", NULL, NULL);
    h2_settle(&s.c);
    assert_int_equal(h2_reply(&s.c, slow)->status, 0);
    assert_int_equal(h2_reply(&s.c, quick)->status, 200);
    assert_body(&s, quick, "{\"data\":{\"echo\":\"echo\"}}");
    assert_true(h2_reply(&s.c, quick)->closed);
    assert_body(&s, page, "ok\n");
    assert_int_equal(h2_reply(&s.c, nowhere)->status, 404);
    nghttp2_submit_rst_stream(s.c.session, NGHTTP2_FLAG_NONE, slow, NGHTTP2_CANCEL);
    h2_settle(&s.c);
    assert_int_equal(s.toy.cancelled, 1);
    close_scene(&s);
    assert_int_equal(s.toy.cancelled, 1);
}

static void what_get_head_and_authorization_ask_for_is_given(void **state)
{
    static const char *const token[] = {"authorization", "Bearer x", NULL};
    struct scene s;
    int32_t get, head, refused;

    open_scene(&s, &usual);
    get = h2_ask(&s.c, "GET", "/graphql?query=echo", token, NULL);
    head = h2_ask(&s.c, "HEAD", "/healthz", NULL, NULL);
    refused = h2_ask(&s.c, "HEAD", "/graphql", NULL, NULL);
    h2_settle(&s.c);
    assert_body(&s, get, "{\"data\":{\"echo\":\"echo\",\"auth\":\"Bearer x\"}}");
    assert_int_equal(h2_reply(&s.c, head)->status, 200);
    assert_body(&s, head, "");
    assert_true(h2_reply(&s.c, head)->whole);
    assert_int_equal(h2_reply(&s.c, refused)->status, 405);
    assert_body(&s, refused, "");
    assert_true(h2_reply(&s.c, refused)->whole);
    close_scene(&s);
}

static void streams_are_streams_of_http_2(void **state)
{
    struct scene s;
    int32_t events, parts;

    open_scene(&s, &usual);
    events = h2_post(&s.c, "follow", "{}", "text/event-stream");
    parts = h2_post(&s.c, "follow", "{}", "multipart/mixed;subscriptionSpec=1.0");
    h2_settle(&s.c);
    assert_string_equal(h2_reply(&s.c, events)->type, "text/event-stream; charset=utf-8");
    assert_body(&s, events, ":\n\n");
    h2_post(&s.c, "publish", "{\"n\":2,\"size\":1}", NULL);
    h2_settle(&s.c);
    assert_body(&s, events,
                ":\n\nevent: next\ndata: {\"data\":{\"n\":0,\"text\":\"x\"}}\n\n"
                "event: next\ndata: {\"data\":{\"n\":1,\"text\":\"x\"}}\n\n");
    assert_int_equal(line_count(buf_str(&h2_reply(&s.c, parts)->body), "{\"payload\":{\"data\":"),
                     2);
    h2_post(&s.c, "end", "{}", NULL);
    h2_settle(&s.c);
    assert_true(line_has(buf_str(&h2_reply(&s.c, events)->body), "event: complete\ndata:\n\n"));
    assert_true(h2_reply(&s.c, events)->whole && h2_reply(&s.c, parts)->whole);
    close_scene(&s);
}

static void a_stream_whose_window_is_shut_holds_up_nobody(void **state)
{
    struct scene s;
    int32_t many, other;
    struct h2_reply *r;

    open_scene(&s, &usual);
    s.c.deaf = true;
    many = h2_post(&s.c, "count", "{\"n\":3000,\"size\":1000}", "text/event-stream");
    h2_settle(&s.c);
    r = h2_reply(&s.c, many);
    assert_in_range(r->body.n, 1, 65535);
    /* The connection's window is opened, this stream's is not. */
    nghttp2_session_consume_connection(s.c.session, r->body.n);
    s.c.deaf = false;
    other = h2_post(&s.c, "count", "{\"n\":300,\"size\":1000}", "text/event-stream");
    h2_until(&s.c, other, "event: complete");
    assert_int_equal(line_count(buf_str(&h2_reply(&s.c, other)->body), "event: next\n"), 300);
    assert_in_range(r->body.n, 1, 65535);
    nghttp2_session_consume_stream(s.c.session, many, r->body.n);
    h2_until(&s.c, many, "event: complete");
    assert_int_equal(line_count(buf_str(&r->body), "event: next\n"), 3000);
    close_scene(&s);
}

/* Nothing comes from the client that could remind the server. */
static void a_wide_window_is_filled_without_being_asked_again(void **state)
{
    struct scene s;
    int32_t id;

    open_scene(&s, &usual);
    h2_widen(&s.c);
    h2_settle(&s.c);
    id = h2_post(&s.c, "count", "{\"n\":3000,\"size\":1000}", "text/event-stream");
    h2_settle(&s.c);
    assert_int_equal(line_count(buf_str(&h2_reply(&s.c, id)->body), "event: next\n"), 3000);
    assert_true(h2_reply(&s.c, id)->whole);
    close_scene(&s);
}

static void begin_shared(struct scene *s, const char *token, const char *id, const char *query)
{
    const char *fields[] = {"content-type",
                            "application/json",
                            "authorization",
                            "ann",
                            "x-graphql-event-stream-token",
                            token,
                            NULL};
    char body[256];
    int32_t stream;

    snprintf(body, sizeof(body),
             "{\"query\":\"%s\",\"extensions\":{\"operationId\":\"%s\"},"
             "\"variables\":{\"n\":1000,\"size\":1000}}",
             query, id);
    stream = h2_ask(&s->c, "POST", "/graphql/stream", fields, body);
    h2_settle(&s->c);
    assert_int_equal(h2_reply(&s->c, stream)->status, 202);
}

static void publish(struct scene *s, const char *variables)
{
    h2_post(&s->c, "publish", variables, NULL);
    h2_settle(&s->c);
}

/* One operation waits for room. What another has said is dropped, and in the same turn a third
 * finds the room that this makes. */
static void on_a_shared_stream_nobody_who_waits_for_room_is_forgotten(void **state)
{
    static const char *const ann[] = {"authorization", "ann", NULL};
    const char *fields[] = {"accept", "text/event-stream", "x-graphql-event-stream-token", NULL,
                            NULL};
    char token[64], path[128];
    struct h2_reply *r;
    struct scene s;
    int32_t id;

    open_scene(&s, &usual);
    id = h2_ask(&s.c, "PUT", "/graphql/stream", ann, NULL);
    h2_settle(&s.c);
    snprintf(token, sizeof(token), "%.*s", STR_ARG(buf_str(&h2_reply(&s.c, id)->body)));
    fields[3] = token;
    id = h2_ask(&s.c, "GET", "/graphql/stream", fields, NULL);
    h2_settle(&s.c);
    s.c.deaf = true;
    begin_shared(&s, token, "dropped", "follow");
    begin_shared(&s, token, "quick", "follow");
    publish(&s, "{\"n\":70,\"size\":1000}"); /* the window is shut behind these */
    publish(&s, "{\"n\":25,\"size\":1000}");
    begin_shared(&s, token, "waits", "count");
    assert_in_range(h2_unsent(list_first(&s.toy.net->connections, struct conn, link)),
                    usual.high_water, usual.high_water + 2000);
    snprintf(path, sizeof(path), "/graphql/stream?operationId=dropped&token=%s", token);
    h2_ask(&s.c, "DELETE", path, ann, NULL);
    publish(&s, "{\"size\":7}");
    s.c.deaf = false;
    r = h2_reply(&s.c, id);
    nghttp2_session_consume(s.c.session, id, r->body.n);
    h2_until(&s.c, id, "event: complete\ndata: {\"id\":\"waits\"}");
    assert_int_equal(line_count(buf_str(&r->body), "{\"id\":\"waits\",\"payload\""), 1000);
    assert_int_equal(line_count(buf_str(&r->body), "\"xxxxxxx\"}}}"), 1);
    close_scene(&s);
}

static void what_waits_is_bounded_for_all_streams_together(void **state)
{
    const struct conn *conn;
    struct scene s;

    open_scene(&s, &usual);
    s.c.deaf = true;
    for (int i = 0; i < 50; i++)
        h2_post(&s.c, "count", "{\"n\":1000,\"size\":1000}", "text/event-stream");
    h2_settle(&s.c);
    conn = list_first(&s.toy.net->connections, struct conn, link);
    /* Each may have one result beyond the mark. */
    assert_in_range(h2_unsent(conn), usual.high_water, usual.high_water + 55000);
    close_scene(&s);
    assert_int_equal(s.toy.cancelled, 50);
}

static void a_body_is_read_within_its_limit(void **state)
{
    static const char *const json[] = {"content-type", "application/json", NULL};
    static const char *const expects[] = {"content-type", "application/json", "expect",
                                          "100-continue", NULL};
    static const char *const long_one[] = {"content-type", "application/json", "content-length",
                                           "20001", NULL};
    static char body[30001];
    struct scene s;
    int32_t fits, too_long, said_too_long, waits;

    open_scene(&s, &usual);
    memset(body, ' ', sizeof(body) - 1);
    memcpy(body + sizeof(body) - 17, "{\"query\":\"echo\"}", 16);
    fits = h2_ask(&s.c, "POST", "/graphql", json, body + 11000);
    too_long = h2_ask(&s.c, "POST", "/graphql", json, body);
    said_too_long = h2_ask(&s.c, "POST", "/graphql", long_one, body + 9999);
    waits = h2_ask(&s.c, "POST", "/graphql", expects, "{\"query\":\"echo\"}");
    h2_settle(&s.c);
    assert_int_equal(h2_reply(&s.c, fits)->status, 200);
    assert_int_equal(h2_reply(&s.c, too_long)->status, 413);
    assert_int_equal(h2_reply(&s.c, said_too_long)->status, 413);
    assert_true(h2_reply(&s.c, said_too_long)->closed);
    assert_int_equal(h2_reply(&s.c, waits)->status, 200);
    assert_int_equal(h2_reply(&s.c, waits)->continues, 1);
    assert_false(s.c.goaway);
    close_scene(&s);
}

/* What has been said of the body when the stream closed. */
static size_t said_until_closed(struct scene *s, size_t length)
{
    static const char *const json[] = {"content-type", "application/json", NULL};
    char *body = mem_zalloc(length + 1);
    const struct h2_reply *reply;
    size_t said;

    memset(body, ' ', length);
    reply = h2_reply(&s->c, h2_ask(&s->c, "POST", "/graphql", json, body));
    while (!reply->closed)
        h2_settle(&s->c);
    assert_int_equal(reply->status, 413);
    assert_true(reply->whole);
    assert_int_equal(reply->error, NGHTTP2_NO_ERROR);
    said = length - reply->unsaid.n;
    mem_free(body);
    return said;
}

static void the_rest_of_a_body_that_was_refused_is_read_over_up_to_a_megabyte(void **state)
{
    const size_t megabyte = (size_t)1024 * 1024;
    struct scene s;

    open_scene(&s, &usual);
    assert_int_equal(said_until_closed(&s, megabyte), megabyte);
    assert_in_range(said_until_closed(&s, 3 * megabyte), megabyte, 3 * megabyte / 2);
    assert_false(s.c.goaway);
    close_scene(&s);
}

static void who_does_not_end_a_request_that_was_refused_is_told_to_stop(void **state)
{
    static const char *const text[] = {"content-type", "text/plain", NULL};
    const struct h2_reply *reply;
    struct scene s;

    open_scene(&s, &usual);
    s.c.trailing = true;
    reply = h2_reply(&s.c, h2_ask(&s.c, "POST", "/graphql", text, "and no end"));
    while (!reply->closed)
        h2_settle(&s.c);
    assert_int_equal(reply->status, 415);
    assert_true(reply->whole);
    assert_int_equal(reply->error, NGHTTP2_NO_ERROR);
    assert_false(s.c.goaway);
    close_scene(&s);
}

static void a_body_may_be_longer_than_a_window(void **state)
{
    static const char *const json[] = {"content-type", "application/json", NULL};
    struct net_config config = usual;
    static char body[200001];
    struct scene s;
    int32_t id;

    config.max_request_bytes = sizeof(body);
    open_scene(&s, &config);
    memset(body, ' ', sizeof(body) - 1);
    memcpy(body + sizeof(body) - 17, "{\"query\":\"echo\"}", 16);
    id = h2_ask(&s.c, "POST", "/graphql", json, body);
    h2_settle(&s.c);
    assert_int_equal(h2_reply(&s.c, id)->status, 200);
    close_scene(&s);
}

static void a_head_is_read_within_its_limits(void **state)
{
    static char value[17000];
    const char *large[] = {"x", value, NULL}, *many[2 * 70 + 1] = {NULL}, *none[] = {NULL};
    struct scene s;
    int32_t too_large, too_many, fine;

    open_scene(&s, &usual);
    memset(value, 'v', sizeof(value) - 1);
    for (size_t i = 0; i < 65; i++) {
        many[2 * i] = "x";
        many[2 * i + 1] = "y";
    }
    too_large = h2_ask(&s.c, "GET", "/healthz", large, NULL);
    too_many = h2_ask(&s.c, "GET", "/healthz", many, NULL);
    many[128] = NULL;
    fine = h2_ask(&s.c, "GET", "/healthz", many, NULL);
    h2_ask(&s.c, "GET", "/healthz", none, NULL);
    h2_settle(&s.c);
    assert_int_equal(h2_reply(&s.c, too_large)->status, 431);
    assert_int_equal(h2_reply(&s.c, too_many)->status, 431);
    assert_int_equal(h2_reply(&s.c, fine)->status, 200);
    close_scene(&s);
}

static void more_streams_than_allowed_are_not_served(void **state)
{
    struct scene s;
    unsigned served = 0;

    open_scene(&s, &usual);
    h2_settle(&s.c);
    for (int i = 0; i < 130; i++)
        h2_post(&s.c, "follow", "{}", "text/event-stream");
    h2_settle(&s.c);
    for (size_t i = 0; i < s.c.n; i++)
        served += s.c.replies[i].status == 200;
    assert_int_equal(served, 100);
    close_scene(&s);
}

/* The error of the GOAWAY among the frames that were heard. */
static int64_t goaway_error(struct str heard)
{
    while (heard.n >= 9) {
        const unsigned char *p = (const unsigned char *)heard.p;
        size_t n = (size_t)9 + ((size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2]);

        if (p[3] == NGHTTP2_GOAWAY && heard.n >= 17)
            return p[13] << 24 | p[14] << 16 | p[15] << 8 | p[16];
        if (heard.n < n)
            return -1;
        heard = str_of(heard.p + n, heard.n - n);
    }
    return -1;
}

/* Frames by hand, behind the client's own. */
static void check_flood(const char *frame, size_t n)
{
    static const char *const json[] = {"content-type", "application/json", NULL};
    struct scene s;

    open_scene(&s, &usual);
    s.c.trailing = true;
    h2_ask(&s.c, "POST", "/graphql", json, "{"); /* stream 1, for frames that need one */
    h2_settle(&s.c);
    for (int i = 0; i < 100000 && !s.c.line.ended; i++)
        line_say(&s.c.line, str_of(frame, n));
    line_settle(&s.c.line);
    assert_true(s.c.line.ended);
    assert_int_equal(goaway_error(buf_str(&s.c.line.heard)), NGHTTP2_ENHANCE_YOUR_CALM);
    close_scene(&s);
}

static void floods_of_frames_that_ask_for_nothing_end_the_connection(void **state)
{
    check_flood("\0\0\x08\x06\0\0\0\0\0pingping", 17);       /* PING */
    check_flood("\0\0\0\x04\0\0\0\0\0", 9);                  /* SETTINGS */
    check_flood("\0\0\x05\x02\0\0\0\0\x01\0\0\0\0\x10", 14); /* PRIORITY */
    check_flood("\0\0\0\0\0\0\0\0\x01", 9);                  /* DATA without data */
}

static void a_client_that_takes_its_requests_back_again_and_again_is_let_go(void **state)
{
    struct scene s;

    open_scene(&s, &usual);
    h2_settle(&s.c);
    for (int i = 0; i < 10 && !s.c.goaway; i++) {
        int32_t ids[50];

        for (size_t k = 0; k < array_size(ids); k++)
            ids[k] = h2_post(&s.c, "follow", "{}", "text/event-stream");
        h2_settle(&s.c);
        for (size_t k = 0; k < array_size(ids); k++)
            nghttp2_submit_rst_stream(s.c.session, NGHTTP2_FLAG_NONE, ids[k], NGHTTP2_CANCEL);
        h2_settle(&s.c);
    }
    assert_true(s.c.goaway);
    /* By our own count, which is the stricter one: nghttp2's says something else. */
    assert_int_equal(s.c.goaway_error, NGHTTP2_ENHANCE_YOUR_CALM);
    assert_true(s.toy.cancelled < 500);
    close_scene(&s);
}

/* It makes the server take them back: nobody resets a stream but us. */
static void a_client_that_breaks_its_streams_again_and_again_is_let_go(void **state)
{
    struct scene s;

    open_scene(&s, &usual);
    h2_settle(&s.c);
    for (int i = 0; i < 400 && !s.c.goaway; i++) {
        int32_t id = h2_post(&s.c, "follow", "{}", "text/event-stream");
        char too_wide[13] = {0, 0, 4, 8, 0, 0, 0, (char)(id >> 8), (char)id, 0x7f, -1, -1, -1};

        h2_settle(&s.c);
        line_say(&s.c.line, str_of(too_wide, sizeof(too_wide)));
        h2_settle(&s.c);
    }
    assert_true(s.c.goaway);
    assert_int_equal(s.c.goaway_error, NGHTTP2_ENHANCE_YOUR_CALM);
    assert_in_range(s.toy.cancelled, 50, 300);
    close_scene(&s);
}

static void a_head_in_endless_pieces_ends_the_connection(void **state)
{
    struct scene s;

    open_scene(&s, &usual);
    h2_settle(&s.c);
    line_say(&s.c.line, str_of("\0\0\x01\x01\0\0\0\0\x01\x82", 10)); /* HEADERS, not ended */
    for (int i = 0; i < 50 && !s.c.line.ended; i++) {
        line_say(&s.c.line, str_of("\0\0\x01\x09\0\0\0\0\x01\x84", 10)); /* CONTINUATION */
        line_settle(&s.c.line);
    }
    assert_true(s.c.line.ended);
    close_scene(&s);
}

static void what_is_no_http_2_is_let_go(void **state)
{
    struct toy toy;
    struct h2_client c;

    line_toy(&toy, &usual);
    h2_open(&c, &toy);
    line_ask(&c.line, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(c.line.ended);
    h2_close(&c);
    line_toy_done(&toy);
}

static void a_stream_ends_with_its_token(void **state)
{
    struct scene s;
    int32_t id;

    open_scene(&s, &usual);
    id = h2_post(&s.c, "follow", "{}", "text/event-stream");
    h2_settle(&s.c);
    h2_post(&s.c, "expire", "{}", NULL);
    h2_settle(&s.c);
    assert_true(line_has(buf_str(&h2_reply(&s.c, id)->body), "\"code\":\"TOKEN_EXPIRED\""));
    assert_true(h2_reply(&s.c, id)->whole);
    close_scene(&s);
}

static void on_closed(void *user)
{
}

static void a_server_that_stops_answers_and_breaks_streams_off(void **state)
{
    struct scene s;
    int32_t stream, slow;

    open_scene(&s, &usual);
    stream = h2_post(&s.c, "follow", "{}", "text/event-stream");
    slow = h2_post(&s.c, "slow", "{\"ms\":50}", NULL);
    h2_settle(&s.c);
    net_close(s.toy.net, 60000, on_closed, NULL);
    h2_until(&s.c, slow, "\"slow\":true");
    h2_settle(&s.c);
    assert_true(s.c.goaway);
    assert_int_equal(s.c.goaway_error, NGHTTP2_NO_ERROR);
    assert_true(h2_reply(&s.c, stream)->closed && !h2_reply(&s.c, stream)->whole);
    assert_true(h2_reply(&s.c, slow)->whole);
    assert_int_equal(s.toy.cancelled, 1);
    assert_true(s.c.line.ended);
    h2_close(&s.c);
    while (s.toy.net->state != NET_CLOSED)
        uv_run(&s.toy.loop.uv, UV_RUN_ONCE);
    toy_done(&s.toy);
}

int main(void)
{
    return RUN(
        test(requests_are_answered_side_by_side),
        test(what_get_head_and_authorization_ask_for_is_given), test(streams_are_streams_of_http_2),
        test(a_stream_whose_window_is_shut_holds_up_nobody),
        test(a_wide_window_is_filled_without_being_asked_again),
        test(on_a_shared_stream_nobody_who_waits_for_room_is_forgotten),
        test(what_waits_is_bounded_for_all_streams_together), test(a_body_is_read_within_its_limit),
        test(the_rest_of_a_body_that_was_refused_is_read_over_up_to_a_megabyte),
        test(who_does_not_end_a_request_that_was_refused_is_told_to_stop),
        test(a_body_may_be_longer_than_a_window), test(a_head_is_read_within_its_limits),
        test(more_streams_than_allowed_are_not_served),
        test(floods_of_frames_that_ask_for_nothing_end_the_connection),
        test(a_client_that_takes_its_requests_back_again_and_again_is_let_go),
        test(a_client_that_breaks_its_streams_again_and_again_is_let_go),
        test(a_head_in_endless_pieces_ends_the_connection), test(what_is_no_http_2_is_let_go),
        test(a_stream_ends_with_its_token),
        test(a_server_that_stops_answers_and_breaks_streams_off));
}
