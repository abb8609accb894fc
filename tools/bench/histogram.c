#include "tools/bench/histogram.h"

enum {
    STEP_BITS = 7,
    EXACT = 2 * HISTOGRAM_STEPS, /* values below have a bucket each */
};

static const int64_t largest = ((int64_t)2 << HISTOGRAM_LARGEST_POWER) - 1;

/* How many low bits of the value its bucket does not tell apart. */
static unsigned blur_of(uint64_t value)
{
    if (value < EXACT)
        return 0;
    return 63 - (unsigned)__builtin_clzll(value) - STEP_BITS;
}

static unsigned bucket_of(uint64_t value)
{
    unsigned blur = blur_of(value);

    return blur * HISTOGRAM_STEPS + (unsigned)(value >> blur);
}

/* The middle of the bucket's values. */
static int64_t value_of(unsigned bucket)
{
    unsigned blur = bucket < EXACT ? 0 : bucket / HISTOGRAM_STEPS - 1;
    int64_t low = (int64_t)(bucket - blur * HISTOGRAM_STEPS) << blur;

    return low + ((int64_t)1 << blur) / 2;
}

void histogram_add(struct histogram *h, int64_t value)
{
    if (value < 0)
        value = 0;
    if (value > largest)
        value = largest;
    h->n++;
    h->buckets[bucket_of((uint64_t)value)]++;
    if (h->max < value)
        h->max = value;
}

int64_t histogram_at(const struct histogram *h, double part)
{
    double wanted = part * (double)h->n;
    uint64_t seen = 0;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (seen > 0 && (double)seen >= wanted)
            return value_of(i) < h->max ? value_of(i) : h->max;
    }
    return h->max;
}
