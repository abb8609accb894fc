#include "server/positions.h"

#include "base/log.h"
#include "base/mem.h"
#include "loop/mailbox.h"
#include "loop/timer.h"
#include "server/feed.h"
#include "store/position.h"

enum {
    ROOMS_AT_ONCE = 1000, /* in one statement */
};

struct positions {
    struct worker *worker;
    uint64_t interval_ms;
    struct timer timer;
    struct arena arena;                 /* of the comparison that is under way */
    const struct store_position *known; /* where the topics stood when it began */
    size_t n;
    size_t asked; /* of them */
    bool under_way;
    bool again; /* asked for meanwhile */
    bool closed;
};

static void end(struct positions *p)
{
    p->under_way = false;
    arena_reset(&p->arena);
    if (p->interval_ms && !p->closed)
        timer_start(&p->timer, p->interval_ms);
}

static void note_known(struct positions *p)
{
    struct topics *topics = hub_topics(p->worker->hub);
    struct store_position *known =
        arena_array(&p->arena, struct store_position, map_count(&topics->by_key));
    size_t n = 0;

    list_each (link, &topics->all) {
        const struct topic *t = list_entry(link, struct topic, in_topics);
        struct store_position *at = &known[n++];

        feed_topic_names(arena_str(&p->arena, t->key), &at->tenant_id, &at->room_id);
        at->seq = t->told;
    }
    p->known = known;
    p->n = n;
    p->asked = 0;
}

/* Events without rows: whoever stands below reads the log. */
static void publish(struct positions *p, const struct store_positions *ahead)
{
    struct event_batch *batch;

    if (ahead->n == 0)
        return;
    metric_add(&p->worker->counts.positions_behind, ahead->n);
    log_debug("positions.behind", LOG_INT("rooms", (int64_t)ahead->n));
    batch = event_batch_new(ahead->n);
    for (size_t i = 0; i < ahead->n; i++) {
        const struct store_position *at = &ahead->rooms[i];

        batch->events[i] = (struct event){
            .topic_key = feed_topic_key(&batch->arena, at->tenant_id, at->room_id),
            .seq = at->seq,
        };
    }
    hub_publish(&p->worker->hub, 1, p->worker->hub, batch);
}

static void ask_next(struct positions *p);

static void on_ahead(void *user, struct wait *w)
{
    struct positions *p = user;

    if (w->status != ST_OK) {
        /* Whatever is away says when it is back. */
        p->again = false;
        end(p);
        return;
    }
    publish(p, w->value);
    ask_next(p);
}

/* NOLINTNEXTLINE(misc-no-recursion): once more at most, `again` is off by then. */
static void ask_next(struct positions *p)
{
    size_t left = p->n - p->asked;
    size_t n = left < ROOMS_AT_ONCE ? left : ROOMS_AT_ONCE;
    struct wait *w;

    if (n == 0) {
        end(p);
        if (p->again)
            positions_check(p);
        return;
    }
    w = store_positions_ahead(p->worker->store, &p->arena, p->known + p->asked, n);
    p->asked += n;
    if (w->answered)
        end(p);
    else
        wait_on(w, on_ahead, p);
}

/* NOLINTNEXTLINE(misc-no-recursion): see ask_next(). */
void positions_check(struct positions *p)
{
    if (p->closed)
        return;
    p->again = p->under_way;
    if (p->under_way)
        return;
    p->under_way = true;
    note_known(p);
    ask_next(p);
}

static void on_time(struct timer *t)
{
    positions_check(container_of(t, struct positions, timer));
}

struct positions *positions_new(struct worker *w, uint64_t interval_ms)
{
    struct positions *p = mem_new(struct positions);

    p->worker = w;
    p->interval_ms = interval_ms;
    arena_init(&p->arena);
    timer_init(&p->timer, &w->loop, on_time);
    if (interval_ms)
        timer_start(&p->timer, interval_ms);
    return p;
}

void positions_close(struct positions *p)
{
    if (!p)
        return;
    p->closed = true;
    timer_close(&p->timer, NULL);
}

void positions_free(struct positions *p)
{
    if (!p)
        return;
    arena_done(&p->arena);
    mem_free(p);
}

struct order {
    struct mailbox_letter letter;
    struct worker *worker;
};

static void on_order(struct mailbox_letter *letter)
{
    struct order *order = container_of(letter, struct order, letter);

    positions_check(order->worker->positions);
    mem_free(order);
}

void positions_check_all(struct worker *workers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct order *order = mem_new(struct order);

        order->worker = &workers[i];
        mailbox_post(workers[i].loop.mailbox, &order->letter, on_order);
    }
}
