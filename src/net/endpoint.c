#include "net/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum {
    BACKLOG = 4096,
    HOST_MAX = 255,
    ANYBODY = 0666, /* may connect: who may reach the socket is the folder's to say */
};

/* --- TCP: a socket a loop */

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

static enum status open_tcp(struct net_endpoint *e, int *ret_fd, struct net_error *ret_error)
{
    struct addrinfo *address;
    enum status st = resolve(e->host, e->port, &address, ret_error);
    char scratch[128];
    int fd;

    if (st != ST_OK)
        return st;
    fd = bind_first(address, !e->is_open && e->port != 0);
    freeaddrinfo(address);
    if (fd < 0)
        return fail(ret_error, status_of(-fd), e->host, e->port,
                    words_for(-fd, scratch, sizeof(scratch)));
    e->port = port_of(fd);
    *ret_fd = fd;
    return ST_OK;
}

/* --- a Unix socket: one for all loops */

static enum status fail_path(struct net_error *ret, enum status st, const struct net_endpoint *e,
                             const char *why)
{
    snprintf(ret->text, sizeof(ret->text), "cannot listen on unix:%.*s: %s", STR_ARG(e->path), why);
    return st;
}

static bool somebody_listens(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answered;

    if (fd < 0)
        return false;
    answered = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
    close(fd);
    return answered;
}

/* Only a socket is taken away, and only one that a process left behind when it died. */
static bool clear_path(const struct sockaddr_un *address)
{
    struct stat found;

    if (lstat(address->sun_path, &found) != 0)
        return true;
    return S_ISSOCK(found.st_mode) && !somebody_listens(address) && unlink(address->sun_path) == 0;
}

static enum status open_unix(struct net_endpoint *e, int *ret_fd, struct net_error *ret_error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (e->path.n >= sizeof(address.sun_path))
        return fail_path(ret_error, ST_BAD_INPUT, e, "the path is too long for a Unix socket");
    memcpy(address.sun_path, e->path.p, e->path.n);
    if (!clear_path(&address))
        return fail_path(ret_error, ST_CONFLICT, e,
                         "a program listens there already, or it is no socket; stop it, or choose "
                         "another path");
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail_path(ret_error, ST_UNAVAILABLE, e, "no socket can be made");
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        chmod(address.sun_path, ANYBODY) != 0 || listen(fd, BACKLOG) != 0) {
        enum status st = status_of(errno);

        close(fd);
        return fail_path(ret_error, st, e, "its folder must exist, and the server may write to it");
    }
    *ret_fd = fd;
    return ST_OK;
}

/* --- a socket from systemd */

static enum status open_inherited(int *ret_fd, struct net_error *ret_error)
{
    int fd = SD_LISTEN_FDS_START;

    if (sd_listen_fds(0) != 1 || sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
        snprintf(ret_error->text, sizeof(ret_error->text),
                 "--listen systemd needs one listening stream socket from systemd: start the "
                 "server from a socket unit (LISTEN_FDS)");
        return ST_BAD_INPUT;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    *ret_fd = fd;
    return ST_OK;
}

/* --- any of them */

static enum status open_more(const struct net_endpoint *e, int *ret_fd, struct net_error *ret_error)
{
    int fd = fcntl(e->shared_fd, F_DUPFD_CLOEXEC, 0);

    if (fd < 0) {
        snprintf(ret_error->text, sizeof(ret_error->text),
                 "cannot share the listening socket: too many open files");
        return ST_UNAVAILABLE;
    }
    *ret_fd = fd;
    return ST_OK;
}

static enum status open_first(struct net_endpoint *e, int *ret_fd, struct net_error *ret_error)
{
    switch (e->kind) {
    case NET_TCP:
        break;
    case NET_UNIX:
        return open_unix(e, ret_fd, ret_error);
    case NET_INHERITED:
        return open_inherited(ret_fd, ret_error);
    }
    return open_tcp(e, ret_fd, ret_error);
}

enum status net_endpoint_open(struct net_endpoint *e, int *ret_fd, struct net_error *ret_error)
{
    enum status st;

    if (e->is_open && e->kind != NET_TCP)
        return open_more(e, ret_fd, ret_error);
    st = open_first(e, ret_fd, ret_error);
    if (st != ST_OK)
        return st;
    e->is_open = true;
    e->shared_fd = *ret_fd;
    return ST_OK;
}

void net_endpoint_close(struct net_endpoint *e)
{
    struct sockaddr_un address;

    if (!e->is_open || e->kind != NET_UNIX)
        return;
    memcpy(address.sun_path, e->path.p, e->path.n);
    address.sun_path[e->path.n] = '\0';
    unlink(address.sun_path);
}

struct str net_endpoint_format(const struct net_endpoint *e, char scratch[NET_ENDPOINT_MAX])
{
    bool v6 = str_find(e->host, ':') < e->host.n;
    int n = 0;

    switch (e->kind) {
    case NET_TCP:
        n = snprintf(scratch, NET_ENDPOINT_MAX, v6 ? "[%.*s]:%u" : "%.*s:%u", STR_ARG(e->host),
                     e->port);
        break;
    case NET_UNIX:
        n = snprintf(scratch, NET_ENDPOINT_MAX, "unix:%.*s", STR_ARG(e->path));
        break;
    case NET_INHERITED:
        return STR("systemd");
    }
    return str_of(scratch, n < NET_ENDPOINT_MAX ? (size_t)n : NET_ENDPOINT_MAX - 1);
}
