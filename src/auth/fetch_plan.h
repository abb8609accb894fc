#pragma once

/*
 * When a document that is kept fresh is fetched next. Nothing here fetches, and time is passed in.
 *
 * Fetched anew when its headers say that it has become old; sooner when somebody misses something
 * in it, but never within the floor since the last time, however many ask; and after a failure
 * soon, then less and less often.
 */

#include "base/str.h"

enum {
    FETCH_PLAN_USUAL_MS = 15 * 60 * 1000, /* where the headers do not say, or forbid to keep it */
    FETCH_PLAN_LONGEST_MS = 24 * 3600 * 1000, /* whatever they say */
    FETCH_PLAN_FIRST_RETRY_MS = 1000,         /* twice as long after each failure */
    FETCH_PLAN_LAST_RETRY_MS = 60 * 1000,
};

struct fetch_plan {
    int64_t floor_ms;
    int64_t started_ms; /* the last one; CLOCK_NONE before any */
    unsigned failures;  /* since the last success */
};

void fetch_plan_init(struct fetch_plan *plan, int64_t floor_ms);

/* Whether one may start because something is missed. */
bool fetch_plan_may_start(const struct fetch_plan *plan, int64_t now_ms);
void fetch_plan_started(struct fetch_plan *plan, int64_t now_ms);

/* It came back: in how many milliseconds to fetch next. fresh_ms is as freshness_ms() has it. */
uint64_t fetch_plan_succeeded(struct fetch_plan *plan, int64_t fresh_ms);
uint64_t fetch_plan_failed(struct fetch_plan *plan);
