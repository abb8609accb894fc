#include "loop/flow.h"

#include <assert.h>

static void run(struct flow *f);

static void on_answer(void *user, struct wait *w)
{
    struct flow *f = user;

    f->now = w;
    run(f);
}

static void run(struct flow *f)
{
    enum flow_turn turn = FLOW_WAITS;

    do {
        flow_step *step = f->next;
        f->next = NULL;
        turn = step(f);
        /* A wait that was answered when it was handed over wakes the next step from here, so the
         * stack does not grow with the number of steps. */
    } while (turn == FLOW_WAITS && f->now && f->now->answered && !f->now->on_answer && f->next);
}

struct wait *flow_start(struct flow *f, struct arena *a, flow_step *first)
{
    struct wait *result = wait_new(a);

    *f = (struct flow){.arena = a, .result = result, .next = first};
    run(f);
    return result;
}

enum flow_turn flow_wait(struct flow *f, struct wait *w, flow_step *next)
{
    f->now = w;
    f->next = next;
    if (!w->answered)
        wait_on(w, on_answer, f);
    return FLOW_WAITS;
}

enum flow_turn flow_end(struct flow *f, enum status status, const void *value)
{
    /* The listener may free the arena that f is in: nothing of f is touched behind this. */
    wait_answer(f->result, status, value);
    return FLOW_ENDED;
}

enum flow_turn flow_end_alike(struct flow *f)
{
    const struct wait *w = f->now;

    assert(w && w->answered);
    if (w->status == ST_OK)
        return flow_end(f, ST_OK, w->value);
    wait_fail(f->result, w->status, w->detail);
    return FLOW_ENDED;
}

enum status flow_status(const struct flow *f)
{
    assert(f->now && f->now->answered);
    return f->now->status;
}

const void *flow_value(const struct flow *f)
{
    assert(f->now && f->now->answered);
    return f->now->value;
}
