#pragma once

/*
 * A rate: so many in a period, so many of them at once. Kept as one number, the time at which the
 * allowance will be whole again (the generic cell rate algorithm, ITU-T I.371).
 *
 * Pure: the time is passed in.
 */

#include <stdint.h>

struct rate {
    int64_t interval_us; /* one may come every so often in the long run; 0: any number may */
    int64_t burst;       /* at once, after a pause; at least 1 */
};

/* All zero is a fresh one. */
struct rate_state {
    int64_t whole_at_us;
};

/* Takes one and returns 0, or takes none and returns in how many milliseconds one may come. */
uint64_t rate_take(const struct rate *rate, struct rate_state *state, int64_t now_us);

/* As if none had ever been taken: nothing need be remembered. */
static inline int rate_is_whole(const struct rate_state *state, int64_t now_us)
{
    return state->whole_at_us <= now_us;
}
