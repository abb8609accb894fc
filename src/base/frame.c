#include "base/frame.h"

#include <assert.h>

#include "base/mem.h"

struct frame *frame_new(struct str s)
{
    struct frame *f = mem_realloc(NULL, sizeof(*f) + s.n);

    atomic_init(&f->holders, 1);
    f->behind = NULL;
    f->n = s.n;
    if (s.n)
        memcpy(f->bytes, s.p, s.n);
    return f;
}

struct frame *frame_ref(struct frame *f)
{
    unsigned before = atomic_fetch_add_explicit(&f->holders, 1, memory_order_relaxed);

    assert(before > 0);
    return f;
}

void frame_go_on(struct frame *last, struct frame *f)
{
    assert(!last->behind);
    last->behind = frame_ref(f);
}

struct frame *frame_unref(struct frame *f)
{
    while (f && atomic_fetch_sub_explicit(&f->holders, 1, memory_order_acq_rel) == 1) {
        struct frame *behind = f->behind;

        mem_free(f);
        f = behind;
    }
    return NULL;
}
