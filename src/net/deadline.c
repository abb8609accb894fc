#include "net/deadline.h"

#include "base/list.h"

enum {
    COARSENESS_MS = 50 /* deadlines this close together are one firing of the timer */
};

static int64_t earliest(const struct deadlines *ds)
{
    int64_t at = INT64_MAX;

    for (int kind = 0; kind < DEADLINE_KINDS; kind++) {
        const struct list *l = &ds->lists[kind];
        if (!list_empty(l)) {
            const struct deadline *first = list_first(l, struct deadline, link);
            at = first->at < at ? first->at : at;
        }
    }
    return at;
}

static void arm(struct deadlines *ds, int64_t at)
{
    int64_t ahead = at - loop_now_ms(ds->loop);

    ds->timer_at = at;
    timer_start(&ds->timer, ahead > 0 ? (uint64_t)ahead : 0);
}

static void run_list(struct deadlines *ds, struct list *l, int64_t now)
{
    while (!list_empty(l)) {
        struct deadline *d = list_first(l, struct deadline, link);
        if (d->at > now)
            return;
        list_remove(&d->link);
        ds->on_due(d);
    }
}

static void on_time(struct timer *t)
{
    struct deadlines *ds = container_of(t, struct deadlines, timer);
    int64_t now = loop_now_ms(ds->loop), next;

    /* Set ones that fall due while the lists are run find a timer that seems to run already. */
    ds->timer_at = INT64_MIN;
    for (int kind = 0; kind < DEADLINE_KINDS; kind++)
        run_list(ds, &ds->lists[kind], now);
    ds->timer_at = INT64_MAX;
    next = earliest(ds);
    if (next != INT64_MAX)
        arm(ds, next > now + COARSENESS_MS ? next : now + COARSENESS_MS);
}

void deadlines_init(struct deadlines *ds, struct loop *l, const uint64_t ms[DEADLINE_KINDS],
                    deadline_fn *on_due)
{
    ds->loop = l;
    ds->on_due = on_due;
    ds->timer_at = INT64_MAX;
    for (int kind = 0; kind < DEADLINE_KINDS; kind++) {
        ds->ms[kind] = ms[kind];
        list_init(&ds->lists[kind]);
    }
    timer_init(&ds->timer, l, on_time);
}

void deadlines_close(struct deadlines *ds, timer_fn *on_closed)
{
    timer_stop(&ds->timer);
    timer_close(&ds->timer, on_closed);
}

void deadline_init(struct deadline *d)
{
    list_init(&d->link);
}

void deadline_set(struct deadlines *ds, struct deadline *d, enum deadline_kind kind)
{
    list_remove(&d->link);
    d->kind = kind;
    if (!ds->ms[kind])
        return;
    d->at = loop_now_ms(ds->loop) + (int64_t)ds->ms[kind];
    list_append(&ds->lists[kind], &d->link);
    if (d->at < ds->timer_at)
        arm(ds, d->at);
}

void deadline_drop(struct deadline *d)
{
    list_remove(&d->link);
}
