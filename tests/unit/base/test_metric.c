#include "base/metric.h"

#include <pthread.h>

#include "base/status.h"

#include "tests/lib/test.h"

enum {
    MANY = 100000,
};

static void what_goes_up_can_go_down(void **state)
{
    struct metric m = {0};

    metric_add(&m, 5);
    metric_sub(&m, 3);
    assert_int_equal(metric_get(&m), 2);
}

static void a_value_on_a_bound_is_still_inside_it(void **state)
{
    struct metric_histogram h = {0};

    metric_observe(&h, &metric_sizes, 1);
    metric_observe(&h, &metric_sizes, 2);
    metric_observe(&h, &metric_sizes, 3);
    metric_observe(&h, &metric_sizes, 512);
    metric_observe(&h, &metric_sizes, 513);
    assert_int_equal(metric_get(&h.buckets[0]), 1);
    assert_int_equal(metric_get(&h.buckets[1]), 1);
    assert_int_equal(metric_get(&h.buckets[2]), 1);
    assert_int_equal(metric_get(&h.buckets[9]), 1);
    assert_int_equal(metric_get(&h.buckets[10]), 1);
    assert_int_equal(metric_get(&h.sum), 1 + 2 + 3 + 512 + 513);
}

static void the_bounds_of_every_scale_ascend(void **state)
{
    const struct metric_scale *scales[] = {&metric_durations, &metric_sizes};

    for (size_t i = 0; i < array_size(scales); i++)
        for (size_t k = 1; k < scales[i]->n; k++)
            assert_true(scales[i]->bounds[k - 1] < scales[i]->bounds[k]);
}

static void merging_adds_every_bucket_and_the_sum(void **state)
{
    struct metric_histogram a = {0}, b = {0}, sum = {0};

    metric_observe(&a, &metric_durations, 50);
    metric_observe(&b, &metric_durations, 60);
    metric_observe(&b, &metric_durations, UINT64_C(60) * 1000 * 1000);
    metric_histogram_merge(&sum, &a);
    metric_histogram_merge(&sum, &b);
    assert_int_equal(metric_get(&sum.buckets[0]), 2);
    assert_int_equal(metric_get(&sum.buckets[METRIC_BUCKETS]), 1);
    assert_int_equal(metric_get(&sum.sum), 50 + 60 + 60 * 1000 * 1000);
}

static void *count_to_many(void *m)
{
    for (int i = 0; i < MANY; i++)
        metric_add(m, 1);
    return NULL;
}

static void a_reader_beside_the_counter_never_sees_it_go_back(void **state)
{
    struct metric m = {0};
    uint64_t seen = 0;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, count_to_many, &m), 0);
    while (seen < MANY) {
        uint64_t now = metric_get(&m);
        assert_true(now >= seen);
        seen = now;
    }
    pthread_join(thread, NULL);
    assert_int_equal(metric_get(&m), MANY);
}

int main(void)
{
    return RUN(test(what_goes_up_can_go_down), test(a_value_on_a_bound_is_still_inside_it),
               test(the_bounds_of_every_scale_ascend), test(merging_adds_every_bucket_and_the_sum),
               test(a_reader_beside_the_counter_never_sees_it_go_back));
}
