/*
 * The bytes of a connection, served by the transports with a toy behind them: as HTTP/1.1, or as
 * HTTP/2 where they begin as that does. Whatever comes, and wherever it ends: nothing is left
 * behind.
 */

#include <assert.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/h2.h"
#include "net/inside.h"
#include "net/reservation.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/net/toy.h"

enum {
    MOST_TURNS = 200,  /* of the loop, until what came has been served */
    QUIET_TURNS = 4,   /* in which nothing is heard: it has been */
    PIECE = 1500,      /* bytes that come at a time */
    DRIBBLE_MOST = 256 /* bytes of an input that comes one by one */
};

static struct toy toy;

static void open_toy(void)
{
    static const struct net_config config = {.max_connections = 4,
                                             .max_request_bytes = 4096,
                                             .max_subscriptions = 4,
                                             .high_water = 4096,
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
    bool heard = false;

    uv_run(&toy.loop.uv, UV_RUN_NOWAIT);
    while (recv(fd, piece, sizeof(piece), 0) > 0)
        heard = true;
    return heard;
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

static void begin_h2(void)
{
    struct conn *c = list_entry(toy.net->connections.prev, struct conn, link);

    c->speaker->on_gone(c->user);
    h2_start(c);
}

static bool is_clean(void)
{
    return list_empty(&toy.net->connections) && list_empty(&toy.running) &&
           map_count(&toy.net->event_streams) == 0;
}

static void serve(struct str bytes, size_t step)
{
    int pair[2], failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
    static const struct net_address nowhere;
    bool opened;

    assert(!failed);
    opened = conn_open(toy.net, pair[1], &nowhere);
    assert(opened);
    if (str_starts(bytes, STR("PRI * HTTP/2.0\r\n")))
        begin_h2();
    say(pair[0], bytes, step);
    close(pair[0]);
    for (int turns = 0; !is_clean(); turns++) {
        assert(turns < MOST_TURNS);
        uv_run(&toy.loop.uv, UV_RUN_NOWAIT);
    }
    while (!list_empty(&toy.net->reservations))
        reservation_free(list_first(&toy.net->reservations, struct reservation, link));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!toy.net)
        open_toy();
    serve(str_of(data, size), PIECE);
    if (size <= DRIBBLE_MOST)
        serve(str_of(data, size), 1);
    return 0;
}
