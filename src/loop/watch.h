#pragma once

/*
 * A file descriptor's readiness.
 *
 * Owner: the descriptor stays its owner's, who stops the watch before closing it. The watch's
 *        memory is the owner's again only in on_closed.
 */

#include <uv.h>

#include "loop/loop.h"

struct watch;

enum watch_event {
    WATCH_READ = UV_READABLE,
    WATCH_WRITE = UV_WRITABLE,
};

/* events: a set of enum watch_event; all of those asked for when the descriptor is in error. */
typedef void watch_fn(struct watch *w, int events);
typedef void watch_closed_fn(struct watch *w);

struct watch {
    uv_poll_t uv;
    watch_fn *on_ready;
    watch_closed_fn *on_closed;
    int events; /* asked for */
};

void watch_init(struct watch *w, struct loop *l, int fd, watch_fn *on_ready);

/* Which events are wanted from now on; 0 for none. */
void watch_set(struct watch *w, int events);

/* on_closed may be NULL. */
void watch_close(struct watch *w, watch_closed_fn *on_closed);
