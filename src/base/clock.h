#pragma once

/*
 * Times: milliseconds since 1970 (UTC, without leap seconds) as int64_t, and RFC 3339 for people.
 *
 * Below server/ a time is passed in, never asked for, so that tests choose it.
 */

#include "base/status.h"
#include "base/str.h"

enum {
    CLOCK_RFC3339_LENGTH = 24
};

/* Absent, where a time may be. */
#define CLOCK_NONE INT64_MIN

/* The wall clock; in nanoseconds it reaches to the year 2262. */
int64_t clock_unix_ms(void);
int64_t clock_unix_ns(void);

/* Never goes back; for measuring and for timers. Microseconds. */
int64_t clock_mono_us(void);

/* "2026-11-19T21:52:23.248Z", without a NUL. Years 0 to 9999. */
void clock_format(int64_t unix_ms, char out[CLOCK_RFC3339_LENGTH]);

/* RFC 3339 with any offset and any number of fractional digits (cut to milliseconds). What an
 * offset moves out of the years 0 to 9999 is refused: clock_format() could not write it. */
must_use bool clock_parse(struct str s, int64_t *ret_unix_ms);
