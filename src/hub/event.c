#include "hub/event.h"

#include <assert.h>

#include "base/mem.h"

enum {
    ARENA_BEGINS = 2048,
    ARENA_STEPS = 64 * 1024,
};

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

/* What is left of the arena's newest chunk counts as well. */
size_t event_batch_size(const struct event_batch *batch)
{
    size_t used = batch->arena.size;

    return sizeof(*batch) + used + ARENA_BEGINS + (used < ARENA_STEPS ? used : ARENA_STEPS);
}
