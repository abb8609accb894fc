#include "net/taken.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/test.h"

enum {
    PIECE = 64 * 1024,
    PATIENCE_S = 20, /* ends a test that would wait for ever */
};

struct pair {
    int server, client;
};

static void open_pair(struct pair *p)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &n), 0);
    p->client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(p->client, (struct sockaddr *)&at, n), 0);
    p->server = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    assert_true(p->server >= 0);
    close(listener);
}

static void close_pair(const struct pair *p)
{
    close(p->server);
    close(p->client);
}

/* More than the client has room for. */
static void fill(const struct pair *p)
{
    static const char bytes[PIECE];

    while (send(p->server, bytes, sizeof(bytes), MSG_NOSIGNAL) > 0)
        ;
}

/* Until nothing more is taken of what was sent. */
static void settle(const struct pair *p, uint64_t *at)
{
    time_t began = time(NULL);

    while (taken_since(p->server, at)) {
        assert_true(time(NULL) - began < PATIENCE_S);
        usleep(10000);
    }
}

static void a_client_that_reads_some_of_what_it_has_no_room_for_takes_some(void **state)
{
    static char bytes[PIECE];
    time_t began = time(NULL);
    struct pair p;
    uint64_t at = 0;

    open_pair(&p);
    fill(&p);
    settle(&p, &at);
    assert_true(at > 0);
    assert_false(taken_since(p.server, &at));
    while (!taken_since(p.server, &at)) {
        assert_true(time(NULL) - began < PATIENCE_S);
        (void)!recv(p.client, bytes, sizeof(bytes), MSG_DONTWAIT);
    }
    close_pair(&p);
}

static void a_client_that_has_room_for_all_is_no_slow_reader(void **state)
{
    struct pair p;
    uint64_t at = 0;

    open_pair(&p);
    assert_int_equal(send(p.server, "hello", 5, MSG_NOSIGNAL), 5);
    assert_false(taken_since(p.server, &at));
    close_pair(&p);
}

static void what_is_no_tcp_tells_nothing(void **state)
{
    uint64_t at = 0;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_false(taken_since(pair[0], &at));
    close_pair(&(struct pair){pair[0], pair[1]});
}

int main(void)
{
    return RUN(test(a_client_that_reads_some_of_what_it_has_no_room_for_takes_some),
               test(a_client_that_has_room_for_all_is_no_slow_reader),
               test(what_is_no_tcp_tells_nothing));
}
