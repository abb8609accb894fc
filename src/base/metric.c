#include "base/metric.h"

const struct metric_scale metric_durations = {
    .bounds = {100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000,
               1000000, 2500000, 5000000, 10000000},
    .n = 16,
    .unit = 1e-6,
};

const struct metric_scale metric_sizes = {
    .bounds = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512},
    .n = 10,
    .unit = 1,
};

void metric_observe(struct metric_histogram *h, const struct metric_scale *scale, uint64_t value)
{
    size_t i = 0;

    while (i < scale->n && value > scale->bounds[i])
        i++;
    metric_add(&h->buckets[i], 1);
    metric_add(&h->sum, value);
}

void metric_histogram_merge(struct metric_histogram *to, const struct metric_histogram *h)
{
    for (size_t i = 0; i <= METRIC_BUCKETS; i++)
        metric_add(&to->buckets[i], metric_get(&h->buckets[i]));
    metric_add(&to->sum, metric_get(&h->sum));
}
