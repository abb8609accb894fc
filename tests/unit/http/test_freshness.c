#include "http/freshness.h"

#include "base/clock.h"
#include "tests/lib/test.h"

static int64_t of(const char *cache_control, const char *age)
{
    struct freshness_headers headers = {.cache_control = str_c(cache_control),
                                        .age = str_c(age),
                                        .date_ms = CLOCK_NONE,
                                        .expires_ms = CLOCK_NONE};

    return freshness_ms(&headers);
}

static void max_age_says_how_long(void **state)
{
    assert_int_equal(of("max-age=600", NULL), 600000);
    assert_int_equal(of("public, max-age=19302, must-revalidate, no-transform", NULL), 19302000);
    assert_int_equal(of("Max-Age=5", NULL), 5000);
    assert_int_equal(of("max-age=\"7\"", NULL), 7000);
    assert_int_equal(of(",,max-age=5,", NULL), 5000);
    assert_int_equal(of("max-age=0", NULL), 0);
}

static void what_another_cache_kept_before_is_taken_off(void **state)
{
    assert_int_equal(of("max-age=600", "100"), 500000);
    assert_int_equal(of("max-age=600", "600"), 0);
    assert_int_equal(of("max-age=600", "900"), 0);
    assert_int_equal(of("max-age=600", "soon"), 600000);
    assert_int_equal(of("max-age=600", "-5"), 600000);
}

static void what_may_not_be_kept_is_not_fresh(void **state)
{
    assert_int_equal(of("no-store", NULL), 0);
    assert_int_equal(of("no-cache", NULL), 0);
    assert_int_equal(of("max-age=600, NO-STORE", NULL), 0);
}

static void nothing_is_said_by_what_is_malformed(void **state)
{
    assert_int_equal(of(NULL, NULL), -1);
    assert_int_equal(of("", NULL), -1);
    assert_int_equal(of("public", NULL), -1);
    assert_int_equal(of("max-age", NULL), -1);
    assert_int_equal(of("max-age=", NULL), -1);
    assert_int_equal(of("max-age=-1", NULL), -1);
    assert_int_equal(of("max-age=1.5", NULL), -1);
    assert_int_equal(of("s-maxage=600", NULL), -1);
    assert_int_equal(of("x-max-age=600", NULL), -1);
    assert_int_equal(of("max-age=99999999999999999999", NULL), -1);
    assert_true(of("max-age=9223372036854775807", NULL) > 0);
}

static int64_t between(int64_t date_ms, int64_t expires_ms, const char *cache_control)
{
    struct freshness_headers headers = {
        .cache_control = str_c(cache_control), .date_ms = date_ms, .expires_ms = expires_ms};

    return freshness_ms(&headers);
}

static void expires_counts_from_the_date(void **state)
{
    assert_int_equal(between(1000000, 1600000, NULL), 600000);
    assert_int_equal(between(1000000, 1000000, NULL), 0);
    assert_int_equal(between(1000000, 0, NULL), 0);
    assert_int_equal(between(CLOCK_NONE, 1600000, NULL), -1);
    assert_int_equal(between(1000000, CLOCK_NONE, NULL), -1);
}

static void max_age_counts_more_than_expires(void **state)
{
    assert_int_equal(between(1000000, 1600000, "max-age=5"), 5000);
    assert_int_equal(between(1000000, 1600000, "no-cache"), 0);
    assert_int_equal(between(1000000, 1600000, "public"), 600000);
}

int main(void)
{
    return RUN(test(max_age_says_how_long), test(what_another_cache_kept_before_is_taken_off),
               test(what_may_not_be_kept_is_not_fresh), test(nothing_is_said_by_what_is_malformed),
               test(expires_counts_from_the_date), test(max_age_counts_more_than_expires));
}
