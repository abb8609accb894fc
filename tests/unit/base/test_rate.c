#include "base/rate.h"

#include "tests/lib/test.h"

enum {
    SECOND = 1000 * 1000, /* microseconds */
};

static const struct rate ten_a_second = {.interval_us = SECOND / 10, .burst = 3};

static void a_burst_is_taken_at_once_and_then_one_an_interval(void **state)
{
    struct rate_state s = {0};

    for (int i = 0; i < 3; i++)
        assert_int_equal(rate_take(&ten_a_second, &s, SECOND), 0);
    assert_int_equal(rate_take(&ten_a_second, &s, SECOND), 100);
    assert_int_equal(rate_take(&ten_a_second, &s, SECOND + 60 * 1000), 40);
    assert_int_equal(rate_take(&ten_a_second, &s, SECOND + 100 * 1000), 0);
    assert_int_equal(rate_take(&ten_a_second, &s, SECOND + 100 * 1000), 100);
}

static void waiting_as_long_as_was_said_is_enough(void **state)
{
    const struct rate odd = {.interval_us = 333, .burst = 1};
    struct rate_state s = {0};
    int64_t now = 7;

    assert_int_equal(rate_take(&odd, &s, now), 0);
    for (int i = 0; i < 100; i++) {
        uint64_t wait_ms = rate_take(&odd, &s, now);

        assert_true(wait_ms > 0);
        now += (int64_t)wait_ms * 1000;
        assert_int_equal(rate_take(&odd, &s, now), 0);
    }
}

static void in_the_long_run_no_more_come_than_the_rate_says(void **state)
{
    struct rate_state s = {0};
    int taken = 0;

    for (int64_t now = 0; now < INT64_C(60) * SECOND; now += 1000)
        taken += rate_take(&ten_a_second, &s, now) == 0;
    assert_in_range(taken, 600, 603);
}

static void a_pause_gives_back_a_burst_and_no_more(void **state)
{
    struct rate_state s = {0};

    while (rate_take(&ten_a_second, &s, SECOND) == 0)
        ;
    assert_false(rate_is_whole(&s, SECOND));
    assert_true(rate_is_whole(&s, 100 * (int64_t)SECOND));
    for (int i = 0; i < 3; i++)
        assert_int_equal(rate_take(&ten_a_second, &s, 100 * (int64_t)SECOND), 0);
    assert_true(rate_take(&ten_a_second, &s, 100 * (int64_t)SECOND) > 0);
}

static void no_rate_allows_everything(void **state)
{
    const struct rate none = {.burst = 1};
    struct rate_state s = {0};

    for (int i = 0; i < 1000; i++)
        assert_int_equal(rate_take(&none, &s, 0), 0);
    assert_true(rate_is_whole(&s, 0));
}

static void who_owes_by_a_slower_rate_owes_a_burst_at_most_by_a_quicker_one(void **state)
{
    const struct rate one_an_hour = {.interval_us = INT64_C(3600) * SECOND, .burst = 10};
    struct rate_state s = {0};

    while (rate_take(&one_an_hour, &s, SECOND) == 0)
        ;
    assert_int_equal(rate_take(&ten_a_second, &s, SECOND), 100);
    assert_int_equal(rate_take(&ten_a_second, &s, SECOND + SECOND / 10), 0);
}

int main(void)
{
    return RUN(test(a_burst_is_taken_at_once_and_then_one_an_interval),
               test(waiting_as_long_as_was_said_is_enough),
               test(in_the_long_run_no_more_come_than_the_rate_says),
               test(a_pause_gives_back_a_burst_and_no_more), test(no_rate_allows_everything),
               test(who_owes_by_a_slower_rate_owes_a_burst_at_most_by_a_quicker_one));
}
