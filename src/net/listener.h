#pragma once

/*
 * A listening socket of this loop's own, and the connections it accepts.
 *
 * libwebsockets could listen too, but spins when descriptors run out and cannot share a port.
 */

#include "loop/timer.h"
#include "loop/watch.h"
#include "net/address.h"

struct listener;

/* fd is the callback's; client is borrowed for the call. */
typedef void listener_fn(struct listener *l, int fd, const struct net_address *client);
typedef void listener_closed_fn(struct listener *l);

struct listener {
    int fd;
    struct watch watch;
    struct timer rest; /* runs while descriptors are short: accepting again would only spin */
    unsigned handles;  /* still closing */
    listener_fn *on_accept;
    listener_closed_fn *on_closed;
};

/* Takes over fd. Whoever connects waits in the kernel's queue until listener_accept(). */
void listener_start(struct listener *l, struct loop *loop, int fd, listener_fn *on_accept);
void listener_accept(struct listener *l);
void listener_close(struct listener *l, listener_closed_fn *on_closed);
