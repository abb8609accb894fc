#include "base/wait.h"

#include <assert.h>

struct wait *wait_new(struct arena *a)
{
    return arena_new(a, struct wait);
}

struct wait *wait_done(struct arena *a, enum status status, const void *value)
{
    struct wait *w = wait_new(a);

    *w = (struct wait){.answered = true, .status = status, .value = value};
    return w;
}

struct wait *wait_failed(struct arena *a, enum status status, struct str detail)
{
    struct wait *w = wait_done(a, status, NULL);

    assert(status != ST_OK);
    w->detail = detail;
    return w;
}

void wait_on(struct wait *w, wait_answer_fn *on_answer, void *user)
{
    assert(!w->answered && !w->on_answer);
    w->on_answer = on_answer;
    w->user = user;
}

static void answer(struct wait *w, enum status status, const void *value, struct str detail)
{
    assert(!w->answered);
    w->answered = true;
    w->status = status;
    w->value = value;
    w->detail = detail;
    if (w->on_answer)
        w->on_answer(w->user, w);
}

void wait_answer(struct wait *w, enum status status, const void *value)
{
    answer(w, status, value, STR_NULL);
}

void wait_fail(struct wait *w, enum status status, struct str detail)
{
    assert(status != ST_OK);
    answer(w, status, NULL, detail);
}
