#pragma once

/*
 * Bytes on a connection, served by the transports with a toy behind them, over a socketpair.
 * Whatever comes, and wherever it ends: nothing is left behind.
 */

#include <assert.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/conn.h"
#include "net/reservation.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/net/toy.h"

enum {
    MOST_TURNS = 200,        /* of the loop, until what came has been served */
    QUIET_TURNS = 4,         /* in which nothing is heard: it has been */
    PIECE = 1500,            /* bytes that come at a time */
    DRIBBLE_MOST = 256,      /* bytes of an input that comes one by one */
    HEARD_MOST = 1024 * 1024 /* bytes that are kept of what the server says */
};

static struct toy toy;
static struct buf heard; /* what the server said, its start */

static void open_toy(void)
{
    static const struct net_config config = {.max_connections = 4,
                                             .max_request_bytes = 4096,
                                             .max_subscriptions = 4,
                                             .high_water = 4096,
                                             .websocket_deflate = true,
                                             .allowed_origins = STR_INIT("*")};
    struct net_error error;
    struct net_endpoint endpoint = {.host = STR("127.0.0.1")};
    bool listens;

    signal(SIGPIPE, SIG_IGN);
    toy_init(&toy);
    listens = toy_listen(&toy, &config, &endpoint, &error);
    assert(listens);
}

/* False when nothing was heard. */
static bool turn(int fd)
{
    char piece[16 * 1024];
    bool any = false;
    ssize_t n;

    uv_run(&toy.loop.uv, UV_RUN_NOWAIT);
    while ((n = recv(fd, piece, sizeof(piece), 0)) > 0) {
        any = true;
        buf_add(&heard, str_of(piece, (size_t)n));
    }
    return any;
}

static void say(int fd, struct str bytes, size_t step)
{
    for (int turns = 0; bytes.n && turns < MOST_TURNS + DRIBBLE_MOST; turns++) {
        ssize_t n = send(fd, bytes.p, bytes.n < step ? bytes.n : step, 0);

        if (n > 0)
            bytes = str_of(bytes.p + n, bytes.n - (size_t)n);
        turn(fd);
    }
    for (int turns = 0, quiet = 0; turns < MOST_TURNS && quiet < QUIET_TURNS; turns++)
        quiet = turn(fd) ? 0 : quiet + 1;
}

static bool is_clean(void)
{
    return list_empty(&toy.net->connections) && list_empty(&toy.running) &&
           map_count(&toy.net->event_streams) == 0;
}

/* begin: what is done with the connection before anything comes; or NULL. */
static void serve(struct str bytes, size_t step, void (*begin)(struct conn *c))
{
    int pair[2], failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
    static const struct net_address nowhere;
    bool opened;

    assert(!failed);
    if (!toy.net)
        open_toy();
    buf_reset(&heard, HEARD_MOST);
    opened = conn_open(toy.net, pair[1], &nowhere, false);
    assert(opened);
    if (begin)
        begin(list_last(&toy.net->connections, struct conn, link));
    say(pair[0], bytes, step);
    close(pair[0]);
    for (int turns = 0; !is_clean(); turns++) {
        assert(turns < MOST_TURNS);
        uv_run(&toy.loop.uv, UV_RUN_NOWAIT);
    }
    while (!list_empty(&toy.net->reservations))
        reservation_free(list_first(&toy.net->reservations, struct reservation, link));
}
