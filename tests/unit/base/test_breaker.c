#include "base/breaker.h"

#include "tests/lib/test.h"

static void a_fresh_one_was_never_up(void **state)
{
    struct breaker b = {0};

    assert_false(breaker_look(&b).up);
    assert_int_equal(breaker_look(&b).since_ms, 0);
}

static void it_says_since_when(void **state)
{
    struct breaker b = {0};

    breaker_note(&b, true, 1000);
    assert_true(breaker_look(&b).up);
    assert_int_equal(breaker_look(&b).since_ms, 1000);
    breaker_note(&b, false, 2000);
    assert_false(breaker_look(&b).up);
    assert_int_equal(breaker_look(&b).since_ms, 2000);
}

static void hearing_the_same_again_changes_nothing(void **state)
{
    struct breaker b = {0};

    breaker_note(&b, false, 1000);
    breaker_note(&b, false, 1500);
    assert_int_equal(breaker_look(&b).since_ms, 1000);
    breaker_note(&b, true, 2000);
    breaker_note(&b, true, 3000);
    assert_int_equal(breaker_look(&b).since_ms, 2000);
}

static void only_what_was_up_trips(void **state)
{
    struct breaker b = {0};

    breaker_note(&b, false, 1);
    assert_int_equal(metric_get(&b.trips), 0);
    breaker_note(&b, true, 2);
    breaker_note(&b, false, 3);
    breaker_note(&b, false, 4);
    assert_int_equal(metric_get(&b.trips), 1);
}

static void a_machine_that_has_just_started_can_tell_up_from_down(void **state)
{
    struct breaker b = {0};

    breaker_note(&b, true, 0);
    assert_true(breaker_look(&b).up);
    breaker_note(&b, false, 0);
    assert_false(breaker_look(&b).up);
}

int main(void)
{
    return RUN(test(a_fresh_one_was_never_up), test(it_says_since_when),
               test(hearing_the_same_again_changes_nothing), test(only_what_was_up_trips),
               test(a_machine_that_has_just_started_can_tell_up_from_down));
}
