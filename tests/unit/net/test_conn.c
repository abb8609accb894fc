#include "net/conn.h"

#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "net/ws_frame.h"
#include "tests/lib/test.h"
#include "tests/unit/net/line.h"

enum {
    LONG = 50000, /* bytes of a query, and of its answer */
    SETTLED = 32, /* turns of a loop, after which only events could move it */
};

static const struct net_config roomy = {.max_connections = 10,
                                        .max_request_bytes = 2000000,
                                        .max_subscriptions = 1000,
                                        .high_water = (size_t)64 * 1024 * 1024};

static void turn(struct toy *toy)
{
    uv_run(&toy->loop.uv, UV_RUN_NOWAIT);
}

static struct conn *only_conn(const struct toy *toy)
{
    return list_entry(toy->net->connections.next, struct conn, link);
}

static void hear(struct line *l, size_t most)
{
    char bytes[LONG];
    ssize_t got = recv(l->fd, bytes, most, 0);

    if (got > 0)
        buf_add(&l->heard, str_of(bytes, (size_t)got));
}

/* Hears only as much as it has to, to be heard. */
static void say_text(struct line *l, const char *text)
{
    size_t n = strlen(text);
    char frame[WS_HEAD_MAX + 4 + LONG + 100];
    size_t n_head = ws_frame_head(WS_TEXT, false, n, frame);

    frame[1] = (char)(frame[1] | 0x80);
    memset(frame + n_head, 0, 4); /* a mask that changes nothing */
    memcpy(frame + n_head + 4, text, n);
    n += n_head + 4;
    for (size_t said = 0; said < n;) {
        ssize_t got = send(l->fd, frame + said, n - said, MSG_NOSIGNAL);
        if (got < 0) {
            hear(l, LONG / 4);
            turn(l->toy);
        }
        said += got > 0 ? (size_t)got : 0;
    }
}

static void open_socket(struct line *l, struct toy *toy)
{
    line_open(l, toy);
    line_ask(l, "GET /graphql HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n");
    say_text(l, "{\"type\":\"connection_init\"}");
    line_settle(l);
    assert_true(line_has(line_take(l), "connection_ack"));
}

/* Asks for an answer as long as the question. */
static void ask(struct line *l, int id)
{
    char text[LONG + 100];

    snprintf(text, sizeof(text),
             "{\"id\":\"%d\",\"type\":\"subscribe\",\"payload\":{\"query\":\"echo %0*d\"}}", id,
             LONG, 0);
    say_text(l, text);
}

/* More than the socket takes. */
static void ask_until_held(struct line *l)
{
    for (int i = 0; !only_conn(l->toy)->held; i++) {
        ask(l, i);
        turn(l->toy);
    }
}

/* In one turn the socket can be read and written; and what is read is answered with more than it
 * can take. */
static void who_asks_while_answers_wait_hears_all_of_them(void **state)
{
    enum {
        ASKED = 300
    };
    struct toy toy;
    struct line l;
    unsigned chance = 1;

    line_toy(&toy, &roomy);
    open_socket(&l, &toy);
    for (int i = 0; i < ASKED; i++) {
        ask(&l, i);
        turn(&toy);
        for (int reads = 0; reads < 2; reads++) {
            chance = chance * 1103515245 + 12345;
            hear(&l, chance / 65536 % LONG);
            turn(&toy);
        }
    }
    assert_true(line_until(&l, "{\"id\":\"299\",\"type\":\"complete\"}"));
    assert_int_equal(line_count(buf_str(&l.heard), "\"type\":\"next\""), ASKED);
    assert_int_equal(line_count(buf_str(&l.heard), "\"type\":\"complete\""), ASKED);
    line_close(&l);
    line_toy_done(&toy);
}

static void who_takes_no_answers_and_goes_on_asking_keeps_no_thread_busy(void **state)
{
    struct toy toy;
    struct line l;

    line_toy(&toy, &roomy);
    open_socket(&l, &toy);
    ask_until_held(&l);
    say_text(&l, "{\"type\":\"ping\"}");
    for (int i = 0; i < SETTLED; i++)
        turn(&toy);
    assert_int_not_equal(uv_backend_timeout(&toy.loop.uv), 0);
    assert_int_equal(
        poll(&(struct pollfd){.fd = uv_backend_fd(&toy.loop.uv), .events = POLLIN}, 1, 0), 0);
    assert_true(line_until(&l, "{\"type\":\"pong\"}"));
    line_close(&l);
    line_toy_done(&toy);
}

/* Far less than is written at once. */
static void narrow(const struct toy *toy)
{
    const int little = 16 * 1024;

    assert_int_equal(setsockopt(only_conn(toy)->fd, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little)),
                     0);
}

/* Asks for an answer far longer than a socket holds, behind which the connection ends. */
static void ask_and_leave(struct line *l, struct toy *toy)
{
    enum {
        FAR_TOO_LONG = 1000000
    };
    struct buf text;

    buf_init(&text, (size_t)2 * FAR_TOO_LONG);
    buf_printf(&text,
               "POST /graphql HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
               "Connection: close\r\nContent-Length: %d\r\n\r\n{\"query\":\"echo %0*d\"}",
               FAR_TOO_LONG + 17, FAR_TOO_LONG, 0);
    for (size_t sent = 0; sent < text.n; turn(toy)) {
        ssize_t n = send(l->fd, text.p + sent, text.n - sent, MSG_NOSIGNAL);
        sent += n > 0 ? (size_t)n : 0;
    }
    buf_done(&text);
    while (!only_conn(toy)->held)
        turn(toy);
    assert_int_equal(only_conn(toy)->state, CONN_FINISHING);
}

static void check_heard_to_the_end(struct line *l)
{
    line_settle(l);
    assert_true(l->ended);
    assert_true(line_has(buf_str(&l->heard), "0\"}}"));
}

static void what_is_held_when_a_connection_ends_goes_out_first(void **state)
{
    struct toy toy;
    struct line l;

    line_toy(&toy, &roomy);
    line_open(&l, &toy);
    ask_and_leave(&l, &toy);
    check_heard_to_the_end(&l);
    line_close(&l);
    line_toy_done(&toy);
}

static void who_has_said_all_hears_all_that_is_held(void **state)
{
    struct toy toy;
    struct line l;

    line_toy(&toy, &roomy);
    line_open(&l, &toy);
    narrow(&toy);
    ask_and_leave(&l, &toy);
    shutdown(l.fd, SHUT_WR);
    check_heard_to_the_end(&l);
    line_close(&l);
    line_toy_done(&toy);
}

static void who_takes_some_of_what_is_held_has_as_long_again_for_the_rest(void **state)
{
    struct net_config config = roomy;
    struct toy toy;
    struct line l;
    const struct conn *c;
    const struct conn_held *held;
    int64_t at;

    config.send_timeout_ms = 60000;
    line_toy(&toy, &config);
    line_open(&l, &toy);
    c = only_conn(&toy);
    narrow(&toy);
    ask_and_leave(&l, &toy);
    at = c->deadline.at;
    for (held = c->held; c->held == held && c->deadline.at == at; turn(&toy)) {
        poll(NULL, 0, 2); /* for the clock to go on */
        hear(&l, LONG);
    }
    assert_ptr_equal(c->held, held);
    assert_true(c->deadline.at > at);
    line_close(&l);
    line_toy_done(&toy);
}

static void who_takes_nothing_is_let_go_whatever_it_says(void **state)
{
    struct net_config config = roomy;
    struct toy toy;
    struct line l;

    config.ping_interval_ms = config.pong_timeout_ms = 10;
    line_toy(&toy, &config);
    open_socket(&l, &toy);
    ask_until_held(&l);
    while (!list_empty(&toy.net->connections)) {
        (void)!send(l.fd, "\x8A\x80\0\0\0\0", 6, MSG_NOSIGNAL); /* a pong */
        poll(NULL, 0, 1);
        turn(&toy);
    }
    line_close(&l);
    line_toy_done(&toy);
}

static void once_a_connection_ends_only_how_long_that_may_take_counts(void **state)
{
    struct net_config config = roomy;
    struct toy toy;
    struct line l;
    struct conn *c;

    config.send_timeout_ms = config.keep_alive_timeout_ms = 60000;
    line_toy(&toy, &config);
    line_open(&l, &toy);
    ask_and_leave(&l, &toy);
    c = only_conn(&toy);
    conn_set_deadline(c, DEADLINE_KEEP_ALIVE);
    assert_int_equal(c->deadline.kind, DEADLINE_SEND);
    conn_drop_deadline(c);
    assert_false(list_empty(&c->deadline.link));
    line_close(&l);
    line_toy_done(&toy);
}

int main(void)
{
    return RUN(test(who_asks_while_answers_wait_hears_all_of_them),
               test(who_takes_no_answers_and_goes_on_asking_keeps_no_thread_busy),
               test(what_is_held_when_a_connection_ends_goes_out_first),
               test(who_takes_some_of_what_is_held_has_as_long_again_for_the_rest),
               test(who_takes_nothing_is_let_go_whatever_it_says),
               test(who_has_said_all_hears_all_that_is_held),
               test(once_a_connection_ends_only_how_long_that_may_take_counts));
}
