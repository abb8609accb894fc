#include "net/http1.h"

#include <stdio.h>

#include "tests/lib/test.h"

static const struct http_head_limits widest = {HTTP_HEAD_MAX, HTTP_FIELDS_MAX};

static struct http1_head head;

static int parse_within(const struct http_head_limits *limits, const char *text)
{
    struct http1_wrong wrong = {0};
    size_t length;

    switch (http1_head_parse(str_c(text), limits, &head, &length, &wrong)) {
    case HTTP1_OK:
        return 200;
    case HTTP1_MORE:
        return 100;
    case HTTP1_BAD:
        return wrong.status;
    }
    return 0;
}

static int parse_status(const char *text)
{
    return parse_within(&widest, text);
}

#define START "GET /p?q=1 HTTP/1.1\r\nHost: h\r\n"

static void a_head_is_taken_apart(void **state)
{
    assert_int_equal(parse_status("\r\n" START "X-Y:  a b \t\r\nx-y:c\r\n\r\nrest"), 200);
    assert_str(head.request.method, "GET");
    assert_str(head.request.path, "/p");
    assert_str(head.request.query, "q=1");
    assert_str(head.request.host, "h");
    assert_str(http_field(&head.request, STR("x-Y")), "a b");
    assert_true(head.keep_alive);
    assert_int_equal(head.request.content_length, 0);
}

static void every_cut_of_a_head_wants_more(void **state)
{
    const char *text = START "A: b\r\n\r\n";
    struct http1_wrong wrong;
    size_t length;

    for (size_t n = 0; n < strlen(text); n++)
        assert_int_equal(http1_head_parse(str_of(text, n), &widest, &head, &length, &wrong),
                         HTTP1_MORE);
}

static void the_target_may_name_the_host(void **state)
{
    assert_int_equal(parse_status("GET http://h:1/p?x HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
    assert_str(head.request.path, "/p");
    assert_str(head.request.query, "x");
    assert_int_equal(parse_status("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
    assert_str(head.request.path, "/");
}

static void what_could_be_read_in_two_ways_is_refused(void **state)
{
    assert_int_equal(parse_status("GET / HTTP/1.1\nHost: h\n\n"), 400);
    assert_int_equal(parse_status("GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n"), 400);
    assert_int_equal(parse_status(START "A : b\r\n\r\n"), 400);
    assert_int_equal(parse_status(START " folded\r\n\r\n"), 400);
    assert_int_equal(parse_status(START "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), 400);
    assert_int_equal(parse_status(START "Content-Length: 1, 1\r\n\r\n"), 400);
    assert_int_equal(parse_status(START "Content-Length: -1\r\n\r\n"), 400);
    assert_int_equal(parse_status(START "Content-Length: +1\r\n\r\n"), 400);
    assert_int_equal(parse_status(START "Content-Length:\r\n\r\n"), 400);
    assert_int_equal(parse_status(START "Content-Length: 99999999999999999999\r\n\r\n"), 400);
    assert_int_equal(parse_status(START "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
                     400);
    assert_int_equal(parse_status(START "Transfer-Encoding: identity\r\n\r\n"), 501);
    assert_int_equal(
        parse_status(START "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
        501);
    assert_int_equal(parse_status("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
    assert_int_equal(parse_status(START "Host: i\r\n\r\n"), 400);
    assert_int_equal(parse_status("GET / HTTP/1.1\r\n\r\n"), 400);
}

static void a_request_line_of_another_form_is_refused(void **state)
{
    assert_int_equal(parse_status("GET /\r\nHost: h\r\n\r\n"), 400);
    assert_int_equal(parse_status("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
    assert_int_equal(parse_status("G(T / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
    assert_int_equal(parse_status("GET p HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
    assert_int_equal(parse_status("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
    assert_int_equal(parse_status("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
}

static void a_head_may_be_as_long_as_is_allowed(void **state)
{
    const struct http_head_limits enough = {sizeof(START "A: b\r\n\r\n") - 1, 2};
    const struct http_head_limits few_bytes = {enough.bytes - 1, 2}, few_fields = {enough.bytes, 1};

    assert_int_equal(parse_within(&enough, START "A: b\r\n\r\n"), 200);
    assert_int_equal(parse_within(&enough, START "A: b\r\n\r"), 100);
    assert_int_equal(parse_within(&few_bytes, START "A: b\r\n\r\n"), 431);
    assert_int_equal(parse_within(&few_bytes, START "A: b\r\n\r"), 431);
    assert_int_equal(parse_within(&few_fields, START "A: b\r\n\r\n"), 431);
}

static enum http1_parse feed(const char *fields, const char *bytes, size_t step, size_t ceiling,
                             struct buf *out, size_t *ret_left)
{
    char text[512];
    struct http1_body b;
    struct http1_wrong wrong;
    enum http1_parse got = HTTP1_MORE;
    struct str all = str_c(bytes), kept = STR("");

    snprintf(text, sizeof(text), START "%s\r\n", fields);
    assert_int_equal(parse_status(text), 200);
    http1_body_init(&b, &head);
    buf_init(out, ceiling);
    for (size_t at = 0; at < all.n && got == HTTP1_MORE;) {
        size_t n = kept.n + step < all.n - at ? kept.n + step : all.n - at;
        kept = str_of(all.p + at, n);
        got = http1_body_feed(&b, &kept, out, &wrong);
        at = (size_t)(kept.p - all.p);
        if (kept.n && at + kept.n == all.n)
            break;
    }
    *ret_left = kept.n;
    return got;
}

static void a_chunked_body_is_joined_however_it_is_cut(void **state)
{
    const char *bytes = "3\r\nabc\r\n0A;x=\"y\"\r\n0123456789\r\n0\r\nT: u\r\n\r\n";

    for (size_t step = 1; step < 60; step++) {
        struct buf out;
        size_t left;
        assert_int_equal(feed("Transfer-Encoding: chunked\r\n", bytes, step, 100, &out, &left),
                         HTTP1_OK);
        assert_str(buf_str(&out), "abc0123456789");
        buf_done(&out);
    }
}

static void what_stands_behind_a_body_is_left(void **state)
{
    struct buf out;
    size_t left;

    assert_int_equal(feed("Content-Length: 3\r\n", "abcGET", 100, 100, &out, &left), HTTP1_OK);
    assert_str(buf_str(&out), "abc");
    assert_int_equal(left, 3);
    buf_done(&out);
}

static void a_body_over_its_ceiling_is_refused_by_what_it_announces(void **state)
{
    struct buf out;
    size_t left;

    assert_int_equal(feed("Content-Length: 101\r\n", "a", 1, 100, &out, &left), HTTP1_BAD);
    assert_int_equal(out.n, 0);
    buf_done(&out);
    assert_int_equal(feed("Transfer-Encoding: chunked\r\n", "65\r\nx", 9, 100, &out, &left),
                     HTTP1_BAD);
    assert_int_equal(out.n, 0);
    buf_done(&out);
}

static void malformed_chunks_are_refused(void **state)
{
    static const char *const bodies[] = {
        "x\r\n", "\r\n", "1\nab", "1\r\nabc\r\n", "-1\r\n", " 1\r\na", "fffffffffffffffff\r\n"};

    for (size_t i = 0; i < array_size(bodies); i++) {
        struct buf out;
        size_t left;
        assert_int_equal(feed("Transfer-Encoding: chunked\r\n", bodies[i], 100, 100, &out, &left),
                         HTTP1_BAD);
        buf_done(&out);
    }
}

int main(void)
{
    return RUN(
        test(a_head_is_taken_apart), test(every_cut_of_a_head_wants_more),
        test(the_target_may_name_the_host), test(what_could_be_read_in_two_ways_is_refused),
        test(a_request_line_of_another_form_is_refused), test(a_head_may_be_as_long_as_is_allowed),
        test(a_chunked_body_is_joined_however_it_is_cut), test(what_stands_behind_a_body_is_left),
        test(a_body_over_its_ceiling_is_refused_by_what_it_announces),
        test(malformed_chunks_are_refused));
}
