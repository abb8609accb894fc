#include "base/breaker.h"

struct breaker_state breaker_look(const struct breaker *b)
{
    int64_t changed = atomic_load_explicit(&b->changed_ms, memory_order_relaxed);

    return (struct breaker_state){.up = changed > 0, .since_ms = changed > 0 ? changed : -changed};
}

void breaker_note(struct breaker *b, bool up, int64_t now_ms)
{
    struct breaker_state before = breaker_look(b);

    if (before.up == up && before.since_ms)
        return;
    if (before.up)
        metric_add(&b->trips, 1);
    now_ms = now_ms > 0 ? now_ms : 1;
    atomic_store_explicit(&b->changed_ms, up ? now_ms : -now_ms, memory_order_relaxed);
}
