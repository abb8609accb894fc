#pragma once

/*
 * Whether something that others depend on can be used (the database, the bus, a source of keys),
 * since when, and how often it was refused meanwhile: what /readyz and /metrics say of it.
 *
 * It decides nothing: whoever talks to the other side does, and notes here what it decided.
 *
 * Owner:   embedded in whoever does. All zero is one that has never been up.
 * Threads: written by one at a time, read by any at any time.
 */

#include <stdbool.h>

#include "base/metric.h"

struct breaker {
    _Atomic int64_t changed_ms; /* when it went up; minus when it went down; 0: never up or down */
    struct metric trips;        /* how often it went down */
    struct metric refused;      /* calls that were not made, or failed, because it is down */
};

struct breaker_state {
    bool up;
    int64_t since_ms; /* 0: since before the first note */
};

/* now_ms: of clock_mono_us(), as is since_ms. Nothing changes when it was so already. */
void breaker_note(struct breaker *b, bool up, int64_t now_ms);

static inline void breaker_refuse(struct breaker *b, uint64_t n)
{
    metric_add(&b->refused, n);
}

struct breaker_state breaker_look(const struct breaker *b);
