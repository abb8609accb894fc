#include "net/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "net/net.h"

enum {
    BACKLOG = 4096,
    MOST_A_TURN = 64, /* accepted, then the others have their turn */
    REST_MS = 250,
    HOST_MAX = 255,
};

static enum status fail(struct net_error *ret, enum status st, struct str host, uint16_t port,
                        const char *why)
{
    snprintf(ret->text, sizeof(ret->text), "cannot listen on %.*s:%u: %s", STR_ARG(host), port,
             why);
    return st;
}

static enum status resolve(struct str host, uint16_t port, struct addrinfo **ret_address,
                           struct net_error *ret_error)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM};
    char host_z[HOST_MAX + 1], port_z[8];
    int failed;

    if (host.n > HOST_MAX)
        return fail(ret_error, ST_BAD_INPUT, STR("(a long name)"), port, "the name is too long");
    memcpy(host_z, host.p, host.n);
    host_z[host.n] = '\0';
    snprintf(port_z, sizeof(port_z), "%u", port);
    failed = getaddrinfo(host_z, port_z, &hints, ret_address);
    if (failed)
        return fail(ret_error, ST_BAD_INPUT, host, port, gai_strerror(failed));
    return ST_OK;
}

static enum status status_of(int error)
{
    return error == EADDRINUSE ? ST_CONFLICT : error == EACCES ? ST_FORBIDDEN : ST_UNAVAILABLE;
}

static const char *words_for(int error, char *scratch, size_t n)
{
    if (error == EADDRINUSE)
        return "the port is in use; stop the program that listens there, or choose another port";
    if (error == EACCES)
        return "not permitted; choose a port above 1023";
    return strerror_r(error, scratch, n);
}

/* A socket bound and listening, or -errno. */
static int listen_on(const struct addrinfo *address, bool shared)
{
    const int yes = 1, no = 0;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
    if (address->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    error = errno;
    close(fd);
    return -error;
}

static uint16_t port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t n = sizeof(address);

    if (getsockname(fd, &address.any, &n) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

/* A port can be shared with any process of the same user; alone finds out that nobody is there
 * already, by binding without sharing first. */
static int bind_first(const struct addrinfo *address, bool alone)
{
    if (alone) {
        int probe = listen_on(address, false);
        if (probe < 0)
            return probe;
        close(probe);
    }
    return listen_on(address, true);
}

enum status listener_bind(struct str host, uint16_t *port, bool alone, int *ret_fd,
                          struct net_error *ret_error)
{
    struct addrinfo *address;
    enum status st = resolve(host, *port, &address, ret_error);
    char scratch[128];
    int fd;

    if (st != ST_OK)
        return st;
    fd = bind_first(address, alone && *port != 0);
    freeaddrinfo(address);
    if (fd < 0)
        return fail(ret_error, status_of(-fd), host, *port,
                    words_for(-fd, scratch, sizeof(scratch)));
    *port = port_of(fd);
    *ret_fd = fd;
    return ST_OK;
}

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

static void on_ready(struct watch *w, int events)
{
    struct listener *l = container_of(w, struct listener, watch);
    const int yes = 1;

    for (int i = 0; i < MOST_A_TURN; i++) {
        int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (is_shortage(errno))
                rest(l, errno);
            return; /* nobody is left, or the one at the head went away: we are called again */
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
        l->on_accept(l, fd);
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
