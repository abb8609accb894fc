#pragma once

/*
 * Numbers that one thread counts up and every thread may read: what /metrics shows.
 *
 *     metric_add(&counts->replays, 1);                         the thread that owns it
 *     metric_observe(&counts->durations, &metric_durations, us);
 *     metric_get(&counts->replays)                             any thread, at any time
 *
 * Counting is a load, an addition and a store, without a lock or a fence: the numbers of a reader
 * may be a moment old, and those of two metrics of different moments.
 *
 * Owner:   embedded in what they count; all zero is a fresh one.
 * Threads: written by one.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct metric {
    _Atomic uint64_t n;
};

static inline void metric_add(struct metric *m, uint64_t n)
{
    uint64_t before = atomic_load_explicit(&m->n, memory_order_relaxed);

    atomic_store_explicit(&m->n, before + n, memory_order_relaxed);
}

/* For what goes up and down. */
static inline void metric_sub(struct metric *m, uint64_t n)
{
    metric_add(m, -n);
}

static inline uint64_t metric_get(const struct metric *m)
{
    return atomic_load_explicit(&m->n, memory_order_relaxed);
}

enum {
    METRIC_BUCKETS = 16
};

/* Where the buckets of a histogram end: ascending bounds, each still inside its bucket. */
struct metric_scale {
    uint64_t bounds[METRIC_BUCKETS];
    size_t n;
    double unit; /* what 1 is in the metric's unit: 1e-6 where bounds are microseconds */
};

/* From 100 us to 10 s, in microseconds; from 1 to 512, doubling. */
extern const struct metric_scale metric_durations;
extern const struct metric_scale metric_sizes;

/* How many fell into each bucket, the last for those beyond all bounds. */
struct metric_histogram {
    struct metric buckets[METRIC_BUCKETS + 1];
    struct metric sum;
};

void metric_observe(struct metric_histogram *h, const struct metric_scale *scale, uint64_t value);

/* Adds what h has counted to *to, which nobody else uses. */
void metric_histogram_merge(struct metric_histogram *to, const struct metric_histogram *h);
