#include "net/http.h"

#include "tests/lib/test.h"
#include "tests/unit/net/line.h"

static void one_request_after_another_is_answered_on_a_connection(void **state)
{
    struct toy toy;
    struct line l;

    line_toy(&toy, NULL);
    line_open(&l, &toy);
    for (int i = 0; i < 3; i++) {
        struct str got = line_ask(&l, line_post("echo", "{}", ""));
        assert_true(str_starts(got, STR("HTTP/1.1 200 OK\r\n")));
        assert_true(
            line_has(got, "\r\nConnection: keep-alive\r\n\r\n{\"data\":{\"echo\":\"echo\"}}"));
        assert_false(l.ended);
    }
    line_close(&l);
    line_toy_done(&toy);
}

static void requests_sent_ahead_are_answered_in_their_order(void **state)
{
    struct toy toy;
    struct line l;
    struct str got;
    const char *slow, *first, *second;

    line_toy(&toy, NULL);
    line_open(&l, &toy);
    line_say(&l, str_c(line_post("slow", "{}", "")));
    line_say(&l, str_c(line_post("echo 1", "{}", "")));
    line_say(&l, str_c(line_post("echo 2", "{}", "")));
    assert_true(line_until(&l, "echo 2"));
    got = line_take(&l);
    slow = memmem(got.p, got.n, "slow", 4);
    first = memmem(got.p, got.n, "echo 1", 6);
    second = memmem(got.p, got.n, "echo 2", 6);
    assert_true(slow && slow < first && first < second);
    line_close(&l);
    line_toy_done(&toy);
}

static void who_waits_for_leave_to_send_the_body_gets_it(void **state)
{
    struct toy toy;
    struct line l;

    line_toy(&toy, NULL);
    line_open(&l, &toy);
    assert_str(line_ask(&l,
                        "POST /graphql HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                        "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"),
               "HTTP/1.1 100 Continue\r\n\r\n");
    assert_true(
        line_has(line_ask(&l, "10\r\n{\"query\":\"echo\"}\r\n0\r\n\r\n"), "{\"echo\":\"echo\"}"));
    line_close(&l);
    line_toy_done(&toy);
}

static void behind_a_body_that_is_not_read_nothing_is_answered(void **state)
{
    struct toy toy;
    struct line l;
    struct str got;

    line_toy(&toy, NULL);
    line_open(&l, &toy);
    got = line_ask(&l, "POST /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: 45\r\n\r\n"
                       "GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n....");
    assert_int_equal(line_count(got, "HTTP/1.1 "), 1);
    assert_true(line_has(got, "HTTP/1.1 405 ") && line_has(got, "Connection: close\r\n"));
    assert_true(l.ended);
    line_close(&l);
    line_toy_done(&toy);
}

static void a_malformed_request_ends_the_connection(void **state)
{
    struct toy toy;
    struct line l;
    struct str got;

    line_toy(&toy, NULL);
    line_open(&l, &toy);
    got =
        line_ask(&l, "GET / HTTP/1.1\r\nHost : h\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(line_has(got, "HTTP/1.1 400 "));
    assert_int_equal(line_count(got, "HTTP/1.1 "), 1);
    assert_true(l.ended);
    line_close(&l);
    line_toy_done(&toy);
}

static void head_gives_the_head_alone(void **state)
{
    struct toy toy;
    struct line l;
    struct str got;

    line_toy(&toy, NULL);
    line_open(&l, &toy);
    got = line_ask(&l, "HEAD /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(line_has(got, "Content-Length: 3\r\n"));
    assert_memory_equal(got.p + got.n - 4, "\r\n\r\n", 4);
    got = line_ask(&l, "HEAD /graphql HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(line_has(got, "HTTP/1.1 405 ") && !line_has(got, "Content-Length: 0\r\n"));
    assert_memory_equal(got.p + got.n - 4, "\r\n\r\n", 4);
    line_close(&l);
    line_toy_done(&toy);
}

static void who_goes_while_waiting_cancels_the_operation(void **state)
{
    struct toy toy;
    struct line l;

    line_toy(&toy, NULL);
    line_open(&l, &toy);
    line_ask(&l, line_post("slow", "{}", ""));
    line_close(&l);
    assert_int_equal(toy.cancelled, 1);
    line_toy_done(&toy);
}

int main(void)
{
    return RUN(test(one_request_after_another_is_answered_on_a_connection),
               test(requests_sent_ahead_are_answered_in_their_order),
               test(who_waits_for_leave_to_send_the_body_gets_it),
               test(behind_a_body_that_is_not_read_nothing_is_answered),
               test(a_malformed_request_ends_the_connection), test(head_gives_the_head_alone),
               test(who_goes_while_waiting_cancels_the_operation));
}
