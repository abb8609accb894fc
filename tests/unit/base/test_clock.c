#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "tests/lib/test.h"

static const int64_t day_ms = 86400000;

/* The earliest and the latest millisecond of the years 0 to 9999. */
static const int64_t first_ms = -62167219200000;
static const int64_t last_ms = 253402300799999;

static int64_t parsed(const char *text)
{
    int64_t ms;

    if (!clock_parse(str_c(text), &ms))
        fail_msg("refused: %s", text);
    return ms;
}

static void assert_refused(const char *text)
{
    int64_t ms = 42;

    if (clock_parse(str_c(text), &ms))
        fail_msg("taken: %s", text);
    assert_int_equal(ms, 42);
}

static void assert_formats(int64_t ms, const char *expected)
{
    char text[CLOCK_RFC3339_LENGTH];

    clock_format(ms, text);
    assert_str(str_of(text, sizeof(text)), expected);
}

static void known_times_are_written_as_people_know_them(void **state)
{
    assert_formats(0, "1970-01-01T00:00:00.000Z");
    assert_formats(1000000000000, "2001-09-09T01:46:40.000Z");
    assert_formats(1234567890123, "2009-02-13T23:31:30.123Z");
    assert_formats(2147483648000, "2038-01-19T03:14:08.000Z");
    assert_formats(first_ms, "0000-01-01T00:00:00.000Z");
    assert_formats(last_ms, "9999-12-31T23:59:59.999Z");
}

static void times_before_1970_count_milliseconds_forward(void **state)
{
    assert_formats(-1, "1969-12-31T23:59:59.999Z");
    assert_formats(-1000, "1969-12-31T23:59:59.000Z");
    assert_int_equal(parsed("1969-12-31T23:59:59.999Z"), -1);
}

static void what_is_written_reads_back_as_the_same_time(void **state)
{
    /* A step that shares no factor with a day walks through all times of day. */
    const int64_t step = 977 * day_ms + 12345677;
    char text[CLOCK_RFC3339_LENGTH];
    int64_t back;

    for (int64_t ms = first_ms; ms <= last_ms; ms += step) {
        clock_format(ms, text);
        assert_true(clock_parse(str_of(text, sizeof(text)), &back));
        assert_int_equal(back, ms);
    }
}

/* As the C library writes it. */
static void assert_formats_plainly(int64_t ms)
{
    char text[CLOCK_RFC3339_LENGTH], plain[CLOCK_RFC3339_LENGTH + 64];
    int64_t fraction = (ms % 1000 + 1000) % 1000;
    time_t seconds = (time_t)((ms - fraction) / 1000);
    struct tm t;

    assert_non_null(gmtime_r(&seconds, &t));
    snprintf(plain, sizeof(plain), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900,
             t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int)fraction);
    clock_format(ms, text);
    assert_str(str_of(text, sizeof(text)), plain);
}

/* The calendar repeats after 400 years, and February says where each year's days are. */
static void every_day_is_written_as_the_c_library_writes_it(void **state)
{
    const int64_t cycle = 146097;

    for (int64_t day = 0; day < cycle; day++) {
        int64_t begins = first_ms + (day + day % 25 * cycle) * day_ms;

        assert_formats_plainly(begins);
        assert_formats_plainly(begins + day_ms - 1);
    }
    for (int year = 0; year <= 9999; year++) {
        struct tm march = {.tm_year = year - 1900, .tm_mon = 2, .tm_mday = 1};
        int64_t begins = (int64_t)timegm(&march) * 1000;

        assert_formats_plainly(begins);
        assert_formats_plainly(begins - 1);
        assert_formats_plainly(begins - day_ms);
    }
}

static void every_second_and_millisecond_is_written_as_the_c_library_writes_it(void **state)
{
    for (int64_t second = 0; second < day_ms / 1000; second++)
        assert_formats_plainly(1795730404123 / day_ms * day_ms + second * 1000 + second % 1000);
    for (int64_t ms = -1500; ms < 1500; ms++)
        assert_formats_plainly(ms);
}

static void leap_days_exist_where_the_calendar_has_them(void **state)
{
    assert_int_equal(parsed("2000-03-01T00:00:00Z") - parsed("2000-02-29T00:00:00Z"), day_ms);
    assert_int_equal(parsed("2024-03-01T00:00:00Z") - parsed("2024-02-28T00:00:00Z"), 2 * day_ms);
    assert_int_equal(parsed("2100-03-01T00:00:00Z") - parsed("2100-02-28T00:00:00Z"), day_ms);
    assert_formats(951782400000, "2000-02-29T00:00:00.000Z");
    assert_refused("2023-02-29T00:00:00Z");
    assert_refused("2100-02-29T00:00:00Z");
    assert_refused("2024-02-30T00:00:00Z");
}

static void offsets_are_taken_off(void **state)
{
    int64_t noon = parsed("2026-11-19T12:00:00Z");

    assert_int_equal(parsed("2026-11-19T13:00:00+01:00"), noon);
    assert_int_equal(parsed("2026-11-19T04:30:00-07:30"), noon);
    assert_int_equal(parsed("2026-11-20T00:00:00+12:00"), noon);
    assert_int_equal(parsed("2026-11-19T12:00:00-00:00"), noon);
}

static void fractions_are_cut_to_milliseconds(void **state)
{
    int64_t second = parsed("2026-11-19T12:00:00Z");

    assert_int_equal(parsed("2026-11-19T12:00:00.5Z"), second + 500);
    assert_int_equal(parsed("2026-11-19T12:00:00.05Z"), second + 50);
    assert_int_equal(parsed("2026-11-19T12:00:00.123Z"), second + 123);
    assert_int_equal(parsed("2026-11-19T12:00:00.1239999999999999999999Z"), second + 123);
    assert_int_equal(parsed("2026-11-19T12:00:00.0009+00:00"), second);
}

static void small_letters_and_leap_seconds_are_rfc_3339_too(void **state)
{
    assert_int_equal(parsed("2026-11-19t12:00:00z"), parsed("2026-11-19T12:00:00Z"));
    assert_int_equal(parsed("2016-12-31T23:59:60Z"), parsed("2017-01-01T00:00:00Z"));
}

static void what_is_not_rfc_3339_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "now",
        "2026-11-19",
        "2026-11-19T12:00Z",
        "2026-11-19T12:00:00",
        "2026-11-19 12:00:00Z",
        "2026-1-19T12:00:00Z",
        "+2026-11-19T12:00:00Z",
        "2026-00-19T12:00:00Z",
        "2026-13-19T12:00:00Z",
        "2026-11-00T12:00:00Z",
        "2026-11-31T12:00:00Z",
        "2026-11-19T24:00:00Z",
        "2026-11-19T12:60:00Z",
        "2026-11-19T12:00:61Z",
        "2026-11-19T12:00:00.Z",
        "2026-11-19T12:00:00,5Z",
        "2026-11-19T12:00:00+24:00",
        "2026-11-19T12:00:00+01:60",
        "2026-11-19T12:00:00+0100",
        "2026-11-19T12:00:00+01",
        "2026-11-19T12:00:00ZZ",
        "2026-11-19T12:00:00Z ",
        " 2026-11-19T12:00:00Z",
        "20261119T120000Z",
    };

    for (size_t i = 0; i < array_size(wrong); i++)
        assert_refused(wrong[i]);
}

static void a_nul_ends_no_time_early(void **state)
{
    int64_t ms;

    assert_false(clock_parse(STR("2026-11-19T12:00:00\0"), &ms));
    assert_false(clock_parse(STR("2026-11-19T12:00:00Z\0"), &ms));
    assert_false(clock_parse(STR("2026-11-19\0T12:00:00Z"), &ms));
    assert_false(clock_parse(STR_NULL, &ms));
}

static void every_time_cut_short_is_refused(void **state)
{
    struct str whole = STR("2026-11-19T12:00:00.123+01:00");
    int64_t ms;

    assert_true(clock_parse(whole, &ms));
    for (size_t n = 0; n < whole.n; n++)
        assert_false(clock_parse(str_of(whole.p, n), &ms));
}

static void an_offset_must_not_lead_out_of_the_years_that_can_be_written(void **state)
{
    assert_int_equal(parsed("0000-01-01T00:00:00Z"), first_ms);
    assert_int_equal(parsed("9999-12-31T23:59:59.999Z"), last_ms);
    assert_refused("0000-01-01T00:00:00+00:01");
    assert_refused("9999-12-31T23:59:59-00:01");
}

static void the_clocks_run(void **state)
{
    int64_t before = clock_mono_us();

    assert_true(clock_unix_ms() > parsed("2025-01-01T00:00:00Z"));
    assert_true(clock_mono_us() >= before);
}

int main(void)
{
    return RUN(test(known_times_are_written_as_people_know_them),
               test(times_before_1970_count_milliseconds_forward),
               test(what_is_written_reads_back_as_the_same_time),
               test(every_day_is_written_as_the_c_library_writes_it),
               test(every_second_and_millisecond_is_written_as_the_c_library_writes_it),
               test(leap_days_exist_where_the_calendar_has_them), test(offsets_are_taken_off),
               test(fractions_are_cut_to_milliseconds),
               test(small_letters_and_leap_seconds_are_rfc_3339_too),
               test(what_is_not_rfc_3339_is_refused), test(a_nul_ends_no_time_early),
               test(every_time_cut_short_is_refused),
               test(an_offset_must_not_lead_out_of_the_years_that_can_be_written),
               test(the_clocks_run));
}
