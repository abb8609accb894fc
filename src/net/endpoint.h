#pragma once

/*
 * Where a server listens: a TCP port, which each loop opens for itself (SO_REUSEPORT); a Unix
 * socket, or a socket that systemd has opened (socket activation), of which there is one, shared by
 * the loops.
 *
 * Owner:   the caller; the descriptors that are given out are the taker's.
 * Threads: before the loops run, and after.
 */

#include <stdint.h>

#include "base/status.h"
#include "base/str.h"

enum net_endpoint_kind {
    NET_TCP,
    NET_UNIX,
    NET_INHERITED,
};

struct net_endpoint {
    enum net_endpoint_kind kind;
    struct str host; /* of TCP: "127.0.0.1", "::", "0.0.0.0" */
    uint16_t port;   /* of TCP; 0: the kernel's choice, which then stands here */
    struct str path; /* of a Unix socket */
    bool is_open;    /* by the first loop; the others join it */
    int shared_fd;   /* the first loop's, which the others duplicate before any of them runs */
};

enum {
    NET_ENDPOINT_MAX = 320 /* bytes of its text, and a NUL */
};

struct net_error {
    char text[256]; /* for a person: what was wrong and what to do */
};

/* A listening socket for one more loop. The first finds out that nobody else listens there:
 * ST_CONFLICT. Nothing is left open on failure. */
enum status net_endpoint_open(struct net_endpoint *e, int *ret_fd,
                              struct net_error *ret_error) must_use;

/* "127.0.0.1:8080", "[::]:80", "unix:/run/guildhall.sock", "systemd"; in scratch. */
struct str net_endpoint_format(const struct net_endpoint *e, char scratch[NET_ENDPOINT_MAX]);

/* Nobody listens any more: a Unix socket of ours goes from the file system. */
void net_endpoint_close(struct net_endpoint *e);
