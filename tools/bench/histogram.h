#pragma once

/*
 * How often each value came: for percentiles of latencies without keeping them all.
 *
 * Buckets are log-linear: a value below 256 has its own, above that every power of two is cut
 * into 128, so that what is read back is within 0.4 % of what was put in.
 *
 * Owner: whoever declared it; an all-zero one is empty and ready.
 */

#include <stdint.h>

enum {
    HISTOGRAM_STEPS = 128, /* a power of two */
    HISTOGRAM_LARGEST_POWER = 40,
    HISTOGRAM_BUCKETS = (HISTOGRAM_LARGEST_POWER - 7 + 2) * HISTOGRAM_STEPS,
};

struct histogram {
    uint64_t n;
    int64_t max; /* as it was put in */
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* Below 0 counts as 0, from 2^41 on as what is just below. */
void histogram_add(struct histogram *h, int64_t value);

/* The value that at least this part (0 to 1) of all does not exceed; 0 of an empty one. */
int64_t histogram_at(const struct histogram *h, double part);
