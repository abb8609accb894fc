#pragma once

/*
 * A listening socket of this loop's own, and the connections it accepts.
 *
 * libwebsockets could listen too, but spins when descriptors run out and cannot share a port.
 */

#include "base/str.h"
#include "loop/timer.h"
#include "loop/watch.h"

struct listener;
struct net_error;

/* fd is the callback's. */
typedef void listener_fn(struct listener *l, int fd);
typedef void listener_closed_fn(struct listener *l);

struct listener {
    int fd;
    struct watch watch;
    struct timer rest; /* runs while descriptors are short: accepting again would only spin */
    unsigned handles;  /* still closing */
    listener_fn *on_accept;
    listener_closed_fn *on_closed;
};

/* Binds; *port is in and out, 0 asks for any. With alone, a port that another process listens on
 * is ST_CONFLICT although it would share it. Nothing is left open on failure. */
enum status listener_bind(struct str host, uint16_t *port, bool alone, int *ret_fd,
                          struct net_error *ret_error) must_use;

/* Takes over fd. Whoever connects waits in the kernel's queue until listener_accept(). */
void listener_start(struct listener *l, struct loop *loop, int fd, listener_fn *on_accept);
void listener_accept(struct listener *l);
void listener_close(struct listener *l, listener_closed_fn *on_closed);
