#include "loop/timer.h"

#include <assert.h>
#include <stddef.h>

#include "base/mem.h"

/* --- the heap */

static bool is_sooner(const struct timer *a, const struct timer *b)
{
    return a->at != b->at ? a->at < b->at : a->number < b->number;
}

/* Of two heaps, or one and none, one; returns who stands at its top. */
static struct timer *meld(struct timer *a, struct timer *b)
{
    struct timer *top, *other;

    if (!a || !b)
        return a ? a : b;
    top = is_sooner(b, a) ? b : a;
    other = top == a ? b : a;
    other->beside = top->below;
    if (other->beside)
        other->beside->from = &other->beside;
    other->from = &top->below;
    top->below = other;
    return top;
}

/* Of heaps that stand beside one another, one. First in pairs: that is what keeps the tree from
 * becoming a list. */
static struct timer *meld_all(struct timer *first)
{
    struct timer *pairs = NULL, *all = NULL;

    while (first) {
        struct timer *a = first, *b = a->beside, *pair;

        first = b ? b->beside : NULL;
        a->beside = NULL;
        if (b)
            b->beside = NULL;
        pair = meld(a, b);
        pair->beside = pairs;
        pairs = pair;
    }
    while (pairs) {
        struct timer *pair = pairs;

        pairs = pair->beside;
        pair->beside = NULL;
        all = meld(all, pair);
    }
    return all;
}

static void put_in(struct loop *l, struct timer *heap)
{
    l->soonest = meld(l->soonest, heap);
    if (l->soonest)
        l->soonest->from = &l->soonest;
}

static void take_out(struct timer *t)
{
    struct timer *below = meld_all(t->below);

    *t->from = t->beside;
    if (t->beside)
        t->beside->from = t->from;
    t->below = t->beside = NULL;
    t->from = NULL;
    put_in(t->loop, below);
}

/* --- the alarm */

static void on_alarm(uv_timer_t *uv);

static void set_alarm(struct loop *l)
{
    uint64_t now = uv_now(&l->uv), at;

    if (!l->soonest) {
        uv_timer_stop(&l->alarm);
        return;
    }
    at = l->soonest->at;
    uv_timer_start(&l->alarm, on_alarm, at > now ? at - now : 0, 0);
}

static void on_alarm(uv_timer_t *uv)
{
    struct loop *l = uv->data;
    uint64_t now = uv_now(&l->uv);
    struct timer *t;

    while ((t = l->soonest) && t->at <= now) {
        take_out(t);
        t->on_time(t); /* which may free it */
    }
    set_alarm(l);
}

void timer_init(struct timer *t, struct loop *l, timer_fn *on_time)
{
    *t = (struct timer){.loop = l, .on_time = on_time};
}

void timer_start(struct timer *t, uint64_t ms)
{
    struct loop *l = t->loop;

    if (!t->on_time)
        return; /* it is closed */
    timer_stop(t);
    /* libuv counts from the start of the turn; a long turn must not shorten the wait. */
    uv_update_time(&l->uv);
    t->at = uv_now(&l->uv) + ms;
    t->number = ++l->started;
    put_in(l, t);
    if (l->soonest == t)
        set_alarm(l);
}

void timer_stop(struct timer *t)
{
    bool was_soonest = t->loop->soonest == t;

    if (!t->from)
        return;
    take_out(t);
    if (was_soonest)
        set_alarm(t->loop);
}

/* --- closing */

/* A handle's close callback is what libuv neither calls inside the call nor lets wait for a poll.
 */
struct closing {
    uv_timer_t uv;
    struct timer *timer;
    timer_fn *on_closed;
};

static void on_uv_closed(uv_handle_t *uv)
{
    struct closing *closing = uv->data;

    closing->on_closed(closing->timer);
    mem_free(closing);
}

void timer_close(struct timer *t, timer_fn *on_closed)
{
    struct closing *closing;

    timer_stop(t);
    t->on_time = NULL;
    if (!on_closed)
        return;
    closing = mem_new(struct closing);
    closing->timer = t;
    closing->on_closed = on_closed;
    uv_timer_init(&t->loop->uv, &closing->uv);
    closing->uv.data = closing;
    uv_close((uv_handle_t *)&closing->uv, on_uv_closed);
}

void timers_open(struct loop *l)
{
    l->soonest = NULL;
    l->started = 0;
    uv_timer_init(&l->uv, &l->alarm);
    l->alarm.data = l;
}

void timers_close(struct loop *l)
{
    assert(!l->soonest);
    uv_close((uv_handle_t *)&l->alarm, NULL);
}
