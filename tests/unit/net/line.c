#include "tests/unit/net/line.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/conn.h"
#include "tests/lib/test.h"

enum {
    QUIET_TURNS = 8, /* of the loop, one after another, in which nothing is heard */
    HEARD_MAX = 64 * 1024 * 1024,
    PATIENCE_S = 60, /* ends a test that would wait for ever */
};

void line_toy(struct toy *toy, const struct net_config *config)
{
    static const struct net_config usual = {.max_connections = 1000,
                                            .max_request_bytes = 65536,
                                            .max_subscriptions = 16,
                                            .high_water = 65536};
    struct net_error error;
    struct net_endpoint endpoint = {.host = STR("127.0.0.1")};

    signal(SIGPIPE, SIG_IGN);
    toy_init(toy);
    assert_true(toy_listen(toy, config ? config : &usual, &endpoint, &error));
}

static void on_closed(void *user)
{
    bool *closed = user;

    *closed = true;
}

void line_toy_done(struct toy *toy)
{
    bool closed = false;

    net_close(toy->net, 1, on_closed, &closed);
    while (!closed)
        uv_run(&toy->loop.uv, UV_RUN_ONCE);
    toy_done(toy);
}

void line_open(struct line *l, struct toy *toy)
{
    static const struct net_address nowhere;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    *l = (struct line){.toy = toy, .fd = pair[0]};
    buf_init(&l->heard, HEARD_MAX);
    assert_true(conn_open(toy->net, pair[1], &nowhere, false));
}

void line_close(struct line *l)
{
    close(l->fd);
    buf_done(&l->heard);
    for (int i = 0; i < QUIET_TURNS; i++)
        uv_run(&l->toy->loop.uv, UV_RUN_NOWAIT);
}

static bool hear(struct line *l)
{
    char piece[16 * 1024];
    ssize_t n = recv(l->fd, piece, sizeof(piece), 0);

    l->ended = l->ended || n == 0 || (n < 0 && errno != EAGAIN);
    if (n > 0)
        buf_add(&l->heard, str_of(piece, (size_t)n));
    return n > 0;
}

static bool turn(struct line *l)
{
    uv_run(&l->toy->loop.uv, UV_RUN_NOWAIT);
    return hear(l);
}

void line_say(struct line *l, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = send(l->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return;
        if (n > 0)
            bytes = str_of(bytes.p + n, bytes.n - (size_t)n);
        turn(l);
    }
}

void line_settle(struct line *l)
{
    for (int quiet = 0; quiet < QUIET_TURNS; quiet++)
        if (turn(l))
            quiet = 0;
}

/* For what a timer brings. */
static void wait_a_moment(struct line *l)
{
    struct pollfd ready = {.fd = l->fd, .events = POLLIN};

    poll(&ready, 1, 1);
}

bool line_until(struct line *l, const char *text)
{
    time_t began = time(NULL);

    while (!line_has(buf_str(&l->heard), text)) {
        assert_true(time(NULL) - began < PATIENCE_S);
        if (!turn(l) && l->ended)
            return false;
        wait_a_moment(l);
    }
    return true;
}

struct str line_take(struct line *l)
{
    struct str all = buf_str(&l->heard);

    l->heard.n = 0;
    return all;
}

struct str line_ask(struct line *l, const char *text)
{
    line_say(l, str_c(text));
    line_settle(l);
    return line_take(l);
}

const char *line_post(const char *query, const char *variables, const char *fields)
{
    static char text[8192];
    char body[1024];

    snprintf(body, sizeof(body), "{\"query\":\"%s\",\"variables\":%s}", query, variables);
    snprintf(text, sizeof(text),
             "POST /graphql HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
             "%sContent-Length: %zu\r\n\r\n%s",
             fields, strlen(body), body);
    return text;
}

bool line_has(struct str s, const char *text)
{
    return memmem(s.p, s.n, text, strlen(text));
}

unsigned line_count(struct str s, const char *text)
{
    unsigned n = 0;
    const char *at;

    while ((at = memmem(s.p, s.n, text, strlen(text)))) {
        n++;
        s = str_of(at + 1, s.n - (size_t)(at + 1 - s.p));
    }
    return n;
}
