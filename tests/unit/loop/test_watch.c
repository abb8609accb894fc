#include "loop/watch.h"

#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/test.h"

struct reader {
    struct watch watch;
    struct loop loop;
    int fd;
    size_t got;
    bool ended;
};

static void on_closed(struct watch *w)
{
    close(container_of(w, struct reader, watch)->fd);
}

/* Reads once a call, as libpq does. */
static void on_ready(struct watch *w, int events)
{
    struct reader *r = container_of(w, struct reader, watch);
    char bytes[16];
    ssize_t n = recv(r->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (n > 0) {
        r->got += (size_t)n;
        return;
    }
    r->ended = true;
    watch_set(w, 0);
    watch_close(w, on_closed);
}

/* The peer goes with a last word and with something of ours unread: the kernel tells of an error
 * while there is still something to read. */
static void an_error_does_not_hide_what_comes_behind_it(void **state)
{
    struct reader r = {.got = 0};
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(write(pair[0], "unread", 6), 6);
    assert_int_equal(write(pair[1], "bye", 3), 3);
    close(pair[1]);
    r.fd = pair[0];
    loop_init(&r.loop, 0);
    watch_init(&r.watch, &r.loop, r.fd, on_ready);
    watch_set(&r.watch, WATCH_READ);
    for (int turn = 0; turn < 10 && !r.ended; turn++)
        uv_run(&r.loop.uv, UV_RUN_NOWAIT);
    assert_int_equal(r.got, 3);
    assert_true(r.ended);
    loop_done(&r.loop);
}

int main(void)
{
    return RUN(test(an_error_does_not_hide_what_comes_behind_it));
}
