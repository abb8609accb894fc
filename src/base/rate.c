#include "base/rate.h"

uint64_t rate_take(const struct rate *rate, struct rate_state *state, int64_t now_us)
{
    int64_t most = rate->burst * rate->interval_us;
    int64_t next, early;

    if (rate->interval_us == 0)
        return 0;
    /* Not more is owed than this rate lets anybody owe: it may have been a slower one. */
    if (state->whole_at_us > now_us + most)
        state->whole_at_us = now_us + most;
    next = (state->whole_at_us > now_us ? state->whole_at_us : now_us) + rate->interval_us;
    early = next - now_us - most;
    if (early > 0)
        return (uint64_t)(early + 999) / 1000;
    state->whole_at_us = next;
    return 0;
}
