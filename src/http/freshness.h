#pragma once

/*
 * How long an HTTP answer may be kept, by its headers (RFC 9111, 4.2), for one who keeps it for
 * himself alone.
 *
 * Threads: any.
 */

#include "base/str.h"

struct freshness_headers {
    struct str cache_control; /* absent without one; several joined by commas */
    struct str age;
    int64_t date_ms;    /* since 1970; CLOCK_NONE without one */
    int64_t expires_ms; /* counts beside a date: our clock may differ from theirs */
};

/* Milliseconds from its arrival on; 0 when it may not be kept, or no longer; -1 when the headers do
 * not say. */
int64_t freshness_ms(const struct freshness_headers *headers);
