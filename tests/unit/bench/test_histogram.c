#include "tools/bench/histogram.h"

#include <stdlib.h>

#include "tests/lib/test.h"

static void an_empty_histogram_answers_zero(void **state)
{
    struct histogram h = {0};

    assert_int_equal(histogram_at(&h, 0.5), 0);
    assert_int_equal(h.max, 0);
}

static void a_single_value_is_every_percentile(void **state)
{
    struct histogram h = {0};

    histogram_add(&h, 77);
    assert_int_equal(histogram_at(&h, 0.0), 77);
    assert_int_equal(histogram_at(&h, 0.5), 77);
    assert_int_equal(histogram_at(&h, 1.0), 77);
}

static void small_values_are_exact(void **state)
{
    struct histogram h = {0};

    for (int64_t value = 1; value <= 200; value++)
        histogram_add(&h, value);
    assert_int_equal(h.n, 200);
    assert_int_equal(histogram_at(&h, 0.50), 100);
    assert_int_equal(histogram_at(&h, 0.95), 190);
    assert_int_equal(histogram_at(&h, 0.99), 198);
    assert_int_equal(histogram_at(&h, 1.00), 200);
}

/* Alone, so that only the bucket's own width can be between what goes in and what comes out; with a
 * larger one behind it, so that the answer is not simply the largest. */
static void assert_near(int64_t value)
{
    struct histogram h = {0};
    int64_t got;

    histogram_add(&h, value);
    histogram_add(&h, INT64_MAX);
    got = histogram_at(&h, 0.5);
    if (llabs(got - value) * 200 > value)
        fail_msg("%lld became %lld", (long long)value, (long long)got);
}

static void large_values_are_within_half_a_percent(void **state)
{
    for (int power = 8; power <= 40; power++) {
        int64_t value = (int64_t)1 << power;

        assert_near(value - 1);
        assert_near(value);
        assert_near(value + 1);
        assert_near(value + value / 3);
        assert_near(2 * value - 1);
    }
}

static void no_percentile_is_beyond_the_largest_value(void **state)
{
    struct histogram h = {0};

    histogram_add(&h, 1000000);
    assert_int_equal(h.max, 1000000);
    assert_true(histogram_at(&h, 0.99) <= 1000000);
}

static void what_is_out_of_bounds_counts_at_the_bounds(void **state)
{
    struct histogram h = {0};

    histogram_add(&h, -5);
    assert_int_equal(histogram_at(&h, 1.0), 0);
    histogram_add(&h, INT64_MAX);
    assert_int_equal(h.n, 2);
    assert_int_equal(h.max, ((int64_t)1 << 41) - 1);
}

static void rare_large_values_show_only_in_the_tail(void **state)
{
    struct histogram h = {0};

    for (int i = 0; i < 990; i++)
        histogram_add(&h, 10);
    for (int i = 0; i < 10; i++)
        histogram_add(&h, 200);
    assert_int_equal(histogram_at(&h, 0.99), 10);
    assert_int_equal(histogram_at(&h, 0.995), 200);
}

int main(void)
{
    return RUN(test(an_empty_histogram_answers_zero), test(a_single_value_is_every_percentile),
               test(small_values_are_exact), test(large_values_are_within_half_a_percent),
               test(no_percentile_is_beyond_the_largest_value),
               test(what_is_out_of_bounds_counts_at_the_bounds),
               test(rare_large_values_show_only_in_the_tail));
}
