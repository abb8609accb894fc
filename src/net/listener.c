#include "net/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

enum {
    MOST_A_TURN = 64, /* accepted, then the others have their turn */
    REST_MS = 250,
    UNSENT_IN_KERNEL = 64 * 1024, /* bytes of a connection */
};

static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void rest(struct listener *l, int error)
{
    log_warn("accept_failed", LOG_INT("errno", error));
    watch_set(&l->watch, 0);
    timer_start(&l->rest, REST_MS);
}

static void on_rested(struct timer *t)
{
    struct listener *l = container_of(t, struct listener, rest);

    watch_set(&l->watch, WATCH_READ);
}

union socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage largest;
};

/* A listener on an IPv6 address has IPv4 clients in the form ::ffff:a.b.c.d already. */
static struct net_address address_of(const union socket_address *from)
{
    struct net_address a = {0};

    if (from->any.sa_family == AF_INET)
        a = net_address_v4(&from->v4.sin_addr);
    else if (from->any.sa_family == AF_INET6)
        memcpy(a.ip, &from->v6.sin6_addr, sizeof(a.ip));
    return a;
}

/* What may be under way to a client is the kernel's to say, but what it cannot send yet, because
 * the client does not read, would grow to megabytes. */
static void prepare(int fd)
{
    const int yes = 1, unsent = UNSENT_IN_KERNEL;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
}

static void on_ready(struct watch *w, int events)
{
    struct listener *l = container_of(w, struct listener, watch);

    for (int i = 0; i < MOST_A_TURN; i++) {
        union socket_address from = {.any.sa_family = AF_UNSPEC};
        socklen_t n = sizeof(from);
        struct net_address client;
        int fd = accept4(l->fd, &from.any, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (is_shortage(errno))
                rest(l, errno);
            return; /* nobody is left, or the one at the head went away: we are called again */
        }
        client = address_of(&from);
        if (net_address_known(&client))
            prepare(fd);
        l->on_accept(l, fd, &client);
    }
}

void listener_start(struct listener *l, struct loop *loop, int fd, listener_fn *on_accept)
{
    l->fd = fd;
    l->on_accept = on_accept;
    timer_init(&l->rest, loop, on_rested);
    watch_init(&l->watch, loop, fd, on_ready);
}

void listener_accept(struct listener *l)
{
    watch_set(&l->watch, WATCH_READ);
}

static void handle_closed(struct listener *l)
{
    if (--l->handles == 0)
        l->on_closed(l);
}

static void on_watch_closed(struct watch *w)
{
    handle_closed(container_of(w, struct listener, watch));
}

static void on_rest_closed(struct timer *t)
{
    handle_closed(container_of(t, struct listener, rest));
}

void listener_close(struct listener *l, listener_closed_fn *on_closed)
{
    l->on_closed = on_closed;
    l->handles = 2;
    watch_set(&l->watch, 0);
    timer_stop(&l->rest);
    watch_close(&l->watch, on_watch_closed);
    timer_close(&l->rest, on_rest_closed);
    close(l->fd);
    l->fd = -1;
}
