#include "auth/fetch_plan.h"

#include "base/clock.h"

void fetch_plan_init(struct fetch_plan *plan, int64_t floor_ms)
{
    *plan = (struct fetch_plan){.floor_ms = floor_ms, .started_ms = CLOCK_NONE};
}

bool fetch_plan_may_start(const struct fetch_plan *plan, int64_t now_ms)
{
    return plan->started_ms == CLOCK_NONE || now_ms - plan->started_ms >= plan->floor_ms;
}

void fetch_plan_started(struct fetch_plan *plan, int64_t now_ms)
{
    plan->started_ms = now_ms;
}

uint64_t fetch_plan_succeeded(struct fetch_plan *plan, int64_t fresh_ms)
{
    plan->failures = 0;
    if (fresh_ms <= 0)
        fresh_ms = FETCH_PLAN_USUAL_MS;
    if (fresh_ms > FETCH_PLAN_LONGEST_MS)
        fresh_ms = FETCH_PLAN_LONGEST_MS;
    return (uint64_t)(fresh_ms > plan->floor_ms ? fresh_ms : plan->floor_ms);
}

uint64_t fetch_plan_failed(struct fetch_plan *plan)
{
    uint64_t pause = FETCH_PLAN_FIRST_RETRY_MS;

    for (unsigned i = 0; i < plan->failures && pause < FETCH_PLAN_LAST_RETRY_MS; i++)
        pause *= 2;
    plan->failures++;
    return pause < FETCH_PLAN_LAST_RETRY_MS ? pause : FETCH_PLAN_LAST_RETRY_MS;
}
