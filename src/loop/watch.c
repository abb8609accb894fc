#include "loop/watch.h"

#include <assert.h>
#include <stddef.h>

static void on_uv_ready(uv_poll_t *uv, int status, int events)
{
    struct watch *w = container_of(uv, struct watch, uv);

    if (status < 0) {
        /* libuv has stopped the handle, and what the peer said last may still be unread. */
        events = w->events;
        uv_poll_start(uv, events, on_uv_ready);
    }
    w->on_ready(w, events);
}

static void on_uv_closed(uv_handle_t *uv)
{
    struct watch *w = container_of(uv, struct watch, uv);

    if (w->on_closed)
        w->on_closed(w);
}

void watch_init(struct watch *w, struct loop *l, int fd, watch_fn *on_ready)
{
    int failed = uv_poll_init(&l->uv, &w->uv, fd);

    assert(!failed);
    w->on_ready = on_ready;
    w->on_closed = NULL;
    w->events = 0;
}

void watch_set(struct watch *w, int events)
{
    if (events == w->events)
        return;
    w->events = events;
    if (events)
        uv_poll_start(&w->uv, events, on_uv_ready);
    else
        uv_poll_stop(&w->uv);
}

void watch_close(struct watch *w, watch_closed_fn *on_closed)
{
    w->on_closed = on_closed;
    uv_close((uv_handle_t *)&w->uv, on_uv_closed);
}
