#include "base/clock.h"

#include <assert.h>
#include <time.h>

enum {
    DAY_MS = 24 * 60 * 60 * 1000
};

/* The first milliseconds of these years, in the calendar of today carried backwards. */
static const int64_t year_0 = -62167219200000;
static const int64_t year_10000 = 253402300800000;

int64_t clock_unix_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_unix_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_mono_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A day of the calendar. Years begin in March and are counted from 400 before year 0, so that a
 * leap day is the last of its year and nothing is negative. After Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms". */
struct date {
    unsigned year, month, day;
};

static struct date date_of(int64_t days_since_1970)
{
    enum {
        DAYS_BEFORE_1970 = 719468 + 146097,
        DAYS_OF_400_YEARS = 146097,
    };
    uint64_t days = (uint64_t)days_since_1970 + DAYS_BEFORE_1970;
    unsigned in_era = (unsigned)(days % DAYS_OF_400_YEARS);
    unsigned year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    unsigned in_year = in_era - (365 * year + year / 4 - year / 100);
    unsigned month = (5 * in_year + 2) / 153; /* 0 is March */
    bool after_december = month >= 10;

    return (struct date){
        .year = (unsigned)(days / DAYS_OF_400_YEARS) * 400 + year + after_december - 400,
        .month = after_december ? month - 9 : month + 3,
        .day = in_year - (153 * month + 2) / 5 + 1,
    };
}

static char *put_two_digits(char *to, unsigned value)
{
    to[0] = (char)('0' + value / 10 % 10);
    to[1] = (char)('0' + value % 10);
    return to + 2;
}

/* Pages and events write one a message: printf takes thirty times as long. */
void clock_format(int64_t unix_ms, char out[CLOCK_RFC3339_LENGTH])
{
    int64_t before = unix_ms % DAY_MS < 0;
    unsigned ms = (unsigned)(unix_ms % DAY_MS + before * DAY_MS), s = ms / 1000;
    struct date date = date_of(unix_ms / DAY_MS - before);
    char *to = out;

    to = put_two_digits(to, date.year / 100);
    to = put_two_digits(to, date.year % 100);
    *to++ = '-';
    to = put_two_digits(to, date.month);
    *to++ = '-';
    to = put_two_digits(to, date.day);
    *to++ = 'T';
    to = put_two_digits(to, s / 3600);
    *to++ = ':';
    to = put_two_digits(to, s / 60 % 60);
    *to++ = ':';
    to = put_two_digits(to, s % 60);
    *to++ = '.';
    to = put_two_digits(to, ms % 1000 / 10);
    *to++ = (char)('0' + ms % 10);
    *to = 'Z';
}

/* n digits at *at, which moves behind them. */
static bool take_digits(struct str s, size_t *at, int n, int *ret_value)
{
    int value = 0;

    for (int i = 0; i < n; i++, (*at)++) {
        if (*at >= s.n || s.p[*at] < '0' || s.p[*at] > '9')
            return false;
        value = value * 10 + (s.p[*at] - '0');
    }
    *ret_value = value;
    return true;
}

static bool take_char(struct str s, size_t *at, const char *any_of)
{
    if (*at >= s.n || s.p[*at] == '\0' || !strchr(any_of, s.p[*at]))
        return false;
    (*at)++;
    return true;
}

static bool take_date(struct str s, size_t *at, struct tm *t)
{
    static const int days_of[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int days;

    if (!take_digits(s, at, 4, &t->tm_year) || !take_char(s, at, "-") ||
        !take_digits(s, at, 2, &t->tm_mon) || !take_char(s, at, "-") ||
        !take_digits(s, at, 2, &t->tm_mday) || t->tm_mon < 1 || t->tm_mon > 12)
        return false;
    days = days_of[t->tm_mon - 1];
    if (t->tm_mon == 2 && t->tm_year % 4 == 0 && (t->tm_year % 100 != 0 || t->tm_year % 400 == 0))
        days++;
    if (t->tm_mday < 1 || t->tm_mday > days)
        return false;
    t->tm_year -= 1900;
    t->tm_mon--;
    return true;
}

static bool take_time(struct str s, size_t *at, struct tm *t, int *ret_ms)
{
    int ms = 0, scale = 100;

    if (!take_digits(s, at, 2, &t->tm_hour) || !take_char(s, at, ":") ||
        !take_digits(s, at, 2, &t->tm_min) || !take_char(s, at, ":") ||
        !take_digits(s, at, 2, &t->tm_sec) || t->tm_hour > 23 || t->tm_min > 59 || t->tm_sec > 60)
        return false;
    if (take_char(s, at, ".")) {
        int digit;
        if (!take_digits(s, at, 1, &digit))
            return false;
        do {
            ms += digit * scale;
            scale /= 10;
        } while (take_digits(s, at, 1, &digit));
    }
    *ret_ms = ms;
    return true;
}

static bool take_offset(struct str s, size_t *at, int *ret_seconds)
{
    int hours, minutes, sign;

    if (take_char(s, at, "Zz")) {
        *ret_seconds = 0;
        return true;
    }
    if (*at >= s.n)
        return false;
    sign = s.p[*at] == '-' ? -1 : 1;
    if (!take_char(s, at, "+-") || !take_digits(s, at, 2, &hours) || !take_char(s, at, ":") ||
        !take_digits(s, at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool clock_parse(struct str s, int64_t *ret_unix_ms)
{
    struct tm t = {0};
    size_t at = 0;
    int64_t unix_ms;
    int ms, offset;

    if (!take_date(s, &at, &t) || !take_char(s, &at, "Tt") || !take_time(s, &at, &t, &ms) ||
        !take_offset(s, &at, &offset) || at != s.n)
        return false;
    unix_ms = ((int64_t)timegm(&t) - offset) * 1000 + ms;
    if (unix_ms < year_0 || unix_ms >= year_10000)
        return false;
    *ret_unix_ms = unix_ms;
    return true;
}
