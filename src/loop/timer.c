#include "loop/timer.h"

#include <stddef.h>

static void on_uv_time(uv_timer_t *uv)
{
    struct timer *t = container_of(uv, struct timer, uv);

    t->on_time(t);
}

static void on_uv_closed(uv_handle_t *uv)
{
    struct timer *t = container_of(uv, struct timer, uv);

    if (t->on_closed)
        t->on_closed(t);
}

void timer_init(struct timer *t, struct loop *l, timer_fn *on_time)
{
    uv_timer_init(&l->uv, &t->uv);
    t->on_time = on_time;
    t->on_closed = NULL;
}

void timer_start(struct timer *t, uint64_t ms)
{
    /* libuv counts from the start of the turn; a long turn must not shorten the wait. */
    uv_update_time(t->uv.loop);
    uv_timer_start(&t->uv, on_uv_time, ms, 0);
}

void timer_stop(struct timer *t)
{
    uv_timer_stop(&t->uv);
}

void timer_close(struct timer *t, timer_fn *on_closed)
{
    t->on_closed = on_closed;
    uv_close((uv_handle_t *)&t->uv, on_uv_closed);
}
