#pragma once

/*
 * Several waits, one after another: a story told in steps, each of which says what comes next.
 *
 *     static flow_step send_check, send_write, send_answer;
 *
 *     static enum flow_turn send_check(struct flow *f)
 *     {
 *         if (flow_status(f) != ST_OK)
 *             return flow_end(f, flow_status(f), NULL);
 *         return flow_wait(f, store_…(…), send_write);
 *     }
 *
 *     flow_start(&s->flow, arena, send_check);     gives the wait that the whole flow answers
 *
 * Owner: embedded in a struct in the request's arena, which lives until the flow has ended.
 */

#include "base/wait.h"

struct flow;

enum flow_turn {
    FLOW_WAITS,
    FLOW_ENDED,
};

typedef enum flow_turn flow_step(struct flow *f);

struct flow {
    struct arena *arena;
    struct wait *result;
    struct wait *now; /* what the running step was woken by; NULL in the first */
    flow_step *next;
};

/* Runs first at once. The wait returned is answered when the flow ends, perhaps already now. */
struct wait *flow_start(struct flow *f, struct arena *a, flow_step *first) must_use;

/* For a step: go on with next once w is answered. */
enum flow_turn flow_wait(struct flow *f, struct wait *w, flow_step *next);

/* For a step: this is the flow's answer. */
enum flow_turn flow_end(struct flow *f, enum status status, const void *value);

/* For a step: what it was woken by is the flow's answer, words for the client included. */
enum flow_turn flow_end_alike(struct flow *f);

/* What the step was woken by. */
enum status flow_status(const struct flow *f);
const void *flow_value(const struct flow *f);
