#include "http/freshness.h"

#include "base/clock.h"

enum {
    SECOND_MS = 1000,
    LONGEST_S = 10 * 365 * 86400,
};

/* A whole number of seconds, perhaps in quotes; -1 for what is none. */
static int64_t read_seconds(struct str s)
{
    int64_t seconds;

    s = str_trim(s);
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        s = str_of(s.p + 1, s.n - 2);
    if (!str_to_i64(s, &seconds) || seconds < 0)
        return -1;
    return seconds < LONGEST_S ? seconds : LONGEST_S;
}

/* As the result of freshness_ms(), before the answer's age. */
static int64_t read_cache_control(struct str list)
{
    int64_t fresh_ms = -1;

    while (list.p) {
        struct str value = str_split(&list, ',');
        struct str name = str_trim(str_split(&value, '='));
        int64_t seconds;

        if (str_eq_nocase(name, STR("no-store")) || str_eq_nocase(name, STR("no-cache")))
            return 0;
        seconds = str_eq_nocase(name, STR("max-age")) ? read_seconds(value) : -1;
        if (seconds >= 0)
            fresh_ms = seconds * SECOND_MS;
    }
    return fresh_ms;
}

static int64_t read_expires(const struct freshness_headers *headers)
{
    if (headers->expires_ms == CLOCK_NONE || headers->date_ms == CLOCK_NONE)
        return -1;
    return headers->expires_ms > headers->date_ms ? headers->expires_ms - headers->date_ms : 0;
}

int64_t freshness_ms(const struct freshness_headers *headers)
{
    int64_t fresh_ms = read_cache_control(headers->cache_control);
    int64_t age = read_seconds(headers->age);

    if (fresh_ms < 0)
        fresh_ms = read_expires(headers);
    if (fresh_ms > 0 && age > 0)
        fresh_ms = fresh_ms > age * SECOND_MS ? fresh_ms - age * SECOND_MS : 0;
    return fresh_ms;
}
