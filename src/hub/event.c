#include "hub/event.h"

#include <assert.h>

#include "base/mem.h"

struct event_batch *event_batch_new(size_t n)
{
    struct event_batch *batch = mem_new(struct event_batch);

    atomic_init(&batch->holders, 1);
    arena_init(&batch->arena);
    batch->events = arena_array(&batch->arena, struct event, n);
    batch->n = n;
    return batch;
}

struct event_batch *event_batch_ref(struct event_batch *batch)
{
    unsigned before = atomic_fetch_add_explicit(&batch->holders, 1, memory_order_relaxed);

    assert(before > 0);
    return batch;
}

struct event_batch *event_batch_unref(struct event_batch *batch)
{
    if (batch && atomic_fetch_sub_explicit(&batch->holders, 1, memory_order_acq_rel) == 1) {
        arena_done(&batch->arena);
        mem_free(batch);
    }
    return NULL;
}
