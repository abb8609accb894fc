#include "auth/fetch_plan.h"

#include "base/status.h"
#include "tests/lib/test.h"

enum {
    SECOND = 1000,
    FLOOR = 10 * SECOND,
};

static struct fetch_plan plan;

static int set_up(void **state)
{
    fetch_plan_init(&plan, FLOOR);
    return 0;
}

static void the_first_may_start_at_any_time(void **state)
{
    assert_true(fetch_plan_may_start(&plan, 0));
    assert_true(fetch_plan_may_start(&plan, 5));
}

static void between_two_lies_the_floor(void **state)
{
    fetch_plan_started(&plan, 7);
    assert_false(fetch_plan_may_start(&plan, 7));
    assert_false(fetch_plan_may_start(&plan, 7 + FLOOR - 1));
    assert_true(fetch_plan_may_start(&plan, 7 + FLOOR));
    fetch_plan_started(&plan, 7 + FLOOR);
    assert_false(fetch_plan_may_start(&plan, 8 + FLOOR));
}

static void how_a_fetch_ends_does_not_lower_the_floor(void **state)
{
    fetch_plan_started(&plan, 0);
    fetch_plan_failed(&plan);
    assert_false(fetch_plan_may_start(&plan, FLOOR - 1));
    fetch_plan_succeeded(&plan, 1);
    assert_false(fetch_plan_may_start(&plan, FLOOR - 1));
}

static void the_next_is_when_the_headers_say(void **state)
{
    assert_int_equal(fetch_plan_succeeded(&plan, 600000), 600000);
}

static void but_not_within_the_floor_nor_behind_the_ceiling(void **state)
{
    assert_int_equal(fetch_plan_succeeded(&plan, 1), FLOOR);
    assert_int_equal(fetch_plan_succeeded(&plan, INT64_MAX), FETCH_PLAN_LONGEST_MS);
}

static void where_they_do_not_say_it_is_as_usual(void **state)
{
    assert_int_equal(fetch_plan_succeeded(&plan, -1), FETCH_PLAN_USUAL_MS);
    assert_int_equal(fetch_plan_succeeded(&plan, 0), FETCH_PLAN_USUAL_MS);
}

static void failures_are_tried_again_less_and_less_often(void **state)
{
    static const uint64_t pauses[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};

    for (size_t i = 0; i < array_size(pauses); i++)
        assert_int_equal(fetch_plan_failed(&plan), pauses[i] * SECOND);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(fetch_plan_failed(&plan), FETCH_PLAN_LAST_RETRY_MS);
    fetch_plan_succeeded(&plan, 1);
    assert_int_equal(fetch_plan_failed(&plan), 1 * SECOND);
}

#define T(f) cmocka_unit_test_setup(f, set_up)

int main(void)
{
    return RUN(T(the_first_may_start_at_any_time), T(between_two_lies_the_floor),
               T(how_a_fetch_ends_does_not_lower_the_floor), T(the_next_is_when_the_headers_say),
               T(but_not_within_the_floor_nor_behind_the_ceiling),
               T(where_they_do_not_say_it_is_as_usual),
               T(failures_are_tried_again_less_and_less_often));
}
