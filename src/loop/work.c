#include "loop/work.h"

#include <assert.h>
#include <stddef.h>

static void on_uv_work(uv_work_t *uv)
{
    struct work *w = container_of(uv, struct work, uv);

    w->fn(w);
}

static void on_uv_done(uv_work_t *uv, int status)
{
    struct work *w = container_of(uv, struct work, uv);

    w->on_done(w);
}

void work_start(struct work *w, struct loop *l, work_fn *fn, work_fn *on_done)
{
    int failed;

    w->fn = fn;
    w->on_done = on_done;
    failed = uv_queue_work(&l->uv, &w->uv, on_uv_work, on_uv_done);
    assert(!failed);
}

void work_cancel(struct work *w)
{
    uv_cancel((uv_req_t *)&w->uv);
}
