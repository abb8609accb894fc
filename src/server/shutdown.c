#include "server/shutdown.h"

#include <assert.h>

#include "base/mem.h"
#include "loop/mailbox.h"
#include "server/tracing.h"

/* A letter to a worker, or from it to the first. */
struct errand {
    struct mailbox_letter letter;
    struct shutdown *shutdown;
    struct worker *worker;
};

static void post(struct shutdown *s, struct worker *to, struct worker *about, mailbox_fn *fn)
{
    struct errand *e = mem_new(struct errand);

    e->shutdown = s;
    e->worker = about;
    mailbox_post(to->loop.mailbox, &e->letter, fn);
}

static struct errand take(struct mailbox_letter *letter)
{
    struct errand *e = container_of(letter, struct errand, letter);
    struct errand copy = *e;

    mem_free(e);
    return copy;
}

static void on_finished(struct mailbox_letter *letter);

/* A worker has finished the stage: the first counts. */
static void report(void *worker)
{
    struct worker *w = worker;

    post(w->shutdown, &w->shutdown->workers[0], w, on_finished);
}

static void close_network(struct mailbox_letter *letter)
{
    struct errand e = take(letter);

    net_close(e.worker->net, e.shutdown->drain_ms, report, e.worker);
}

/* The store first: what it gives up is answered while the connections are there. */
static void hurry_worker(struct mailbox_letter *letter)
{
    struct errand e = take(letter);

    store_hurry(e.worker->store);
    net_hurry(e.worker->net);
}

static void close_store(struct mailbox_letter *letter)
{
    struct errand e = take(letter);

    store_close(e.worker->store, report, e.worker);
}

static void close_traces(struct mailbox_letter *letter)
{
    tracing_close(take(letter).worker, report);
}

static void hurry_traces(struct mailbox_letter *letter)
{
    tracing_hurry(take(letter).worker);
}

static void close_bus(struct mailbox_letter *letter)
{
    struct errand e = take(letter);

    feed_close(e.shutdown->feed, report, e.worker);
}

static void hurry_bus(struct mailbox_letter *letter)
{
    feed_hurry(take(letter).shutdown->feed);
}

static void stop_loop(struct mailbox_letter *letter)
{
    loop_stop(&take(letter).worker->loop);
}

static void order_all(struct shutdown *s, mailbox_fn *fn)
{
    for (size_t i = 0; i < s->n; i++)
        post(s, &s->workers[i], &s->workers[i], fn);
}

static void hurry_stage(struct shutdown *s)
{
    switch (s->stage) {
    case SHUTDOWN_NOT_BEGUN:
    case SHUTDOWN_LOOPS:
        break;
    case SHUTDOWN_NETWORKS:
    case SHUTDOWN_STORES:
        order_all(s, hurry_worker);
        break;
    case SHUTDOWN_TRACES:
        order_all(s, hurry_traces);
        break;
    case SHUTDOWN_BUS:
        post(s, &s->workers[0], &s->workers[0], hurry_bus);
        break;
    }
}

static void enter(struct shutdown *s, enum shutdown_stage stage)
{
    assert(stage == s->stage + 1);
    s->stage = stage;
    s->finished = 0;
    switch (stage) {
    case SHUTDOWN_NOT_BEGUN:
        break;
    case SHUTDOWN_NETWORKS:
        timer_start(&s->timer, s->drain_ms);
        order_all(s, close_network);
        break;
    case SHUTDOWN_STORES:
        order_all(s, close_store);
        break;
    case SHUTDOWN_TRACES:
        order_all(s, close_traces);
        break;
    case SHUTDOWN_BUS:
        s->finished = s->n - 1;
        post(s, &s->workers[0], &s->workers[0], close_bus);
        break;
    case SHUTDOWN_LOOPS:
        timer_stop(&s->timer);
        order_all(s, stop_loop);
        break;
    }
    if (s->time_is_up)
        hurry_stage(s);
}

static void on_finished(struct mailbox_letter *letter)
{
    struct shutdown *s = take(letter).shutdown;

    if (++s->finished == s->n)
        enter(s, s->stage + 1);
}

static void on_time(struct timer *t)
{
    shutdown_hurry(container_of(t, struct shutdown, timer));
}

void shutdown_init(struct shutdown *s, struct worker *workers, size_t n, struct feed *feed,
                   uint64_t drain_ms)
{
    *s = (struct shutdown){.workers = workers, .n = n, .feed = feed, .drain_ms = drain_ms};
    timer_init(&s->timer, &workers[0].loop, on_time);
    for (size_t i = 0; i < n; i++)
        workers[i].shutdown = s;
}

void shutdown_begin(struct shutdown *s)
{
    enter(s, SHUTDOWN_NETWORKS);
}

void shutdown_hurry(struct shutdown *s)
{
    if (s->time_is_up || s->stage == SHUTDOWN_NOT_BEGUN)
        return;
    s->time_is_up = true;
    hurry_stage(s);
}

void shutdown_done(struct shutdown *s)
{
    timer_close(&s->timer, NULL);
}
