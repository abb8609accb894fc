#include "hub/hub.h"

#include "base/clock.h"
#include "base/mem.h"
#include "hub/recall.h"
#include "hub/subscriber.h"
#include "hub/topic.h"
#include "loop/mailbox.h"

enum {
    RENDERED_SHARE = 4, /* one part in so many, of what is kept */
};

struct hub {
    struct loop *loop;
    struct topics topics;
    struct recall recall; /* with the newest events, which are ours */
    struct rendered rendered;
    int64_t oldest_us; /* of the commits that this turn has fanned out; 0: none */
    struct turn_hook written;
};

/* Asked for behind the sockets that were pushed to, it runs behind them. */
static void on_written(struct turn_hook *hook)
{
    struct hub *hub = container_of(hook, struct hub, written);

    metric_observe(&hub->topics.counts.latency, &metric_durations,
                   (uint64_t)(clock_mono_us() - hub->oldest_us));
    hub->oldest_us = 0;
}

static void note_commit(struct hub *hub, const struct event_batch *batch)
{
    if (!batch->committed_us)
        return;
    if (!hub->oldest_us)
        hub->oldest_us = batch->committed_us;
    turn_hook_cancel(&hub->written); /* else it would stay in front of the sockets of this batch */
    loop_at_turn_end(hub->loop, &hub->written);
}

/* The newest that was told of a room is not the one before this one. A room that was told of
 * nothing yet has missed nothing that is known of. */
static void note_gap(struct hub *hub, const struct topic *t, const struct event *e)
{
    if (e->row && t->told && e->seq > t->told + 1)
        metric_add(&hub->topics.counts.gaps, 1);
}

struct hub *hub_new(struct loop *l)
{
    struct hub *hub = mem_new(struct hub);

    hub->loop = l;
    recall_init(&hub->recall, l, recent_new(0));
    topics_init(&hub->topics, l, &hub->recall);
    turn_hook_init(&hub->written, on_written);
    return hub;
}

void hub_free(struct hub *hub)
{
    if (!hub)
        return;
    turn_hook_cancel(&hub->written);
    topics_done(&hub->topics);
    recall_done(&hub->recall);
    recent_free(hub->recall.recent);
    rendered_clear(&hub->rendered);
    mem_free(hub);
}

void hub_keep(struct hub *hub, size_t most_bytes)
{
    recent_free(hub->recall.recent);
    rendered_clear(&hub->rendered);
    hub->recall.recent = recent_new(most_bytes - most_bytes / RENDERED_SHARE);
    rendered_init(&hub->rendered, most_bytes / RENDERED_SHARE);
}

struct recent_run hub_recent(struct hub *hub, struct str topic_key)
{
    return recent_run(hub->recall.recent, topic_key);
}

struct rendered *hub_rendered(struct hub *hub)
{
    return &hub->rendered;
}

const struct hub_counts *hub_counts(const struct hub *hub)
{
    return &hub->topics.counts;
}

struct topics *hub_topics(struct hub *hub)
{
    return &hub->topics;
}

/* Returns how many of them the group was told. Subscriber by subscriber, not event by event: what
 * is known of a thousand of them does not fit into the cache. */
static size_t tell_group(struct topic_group *g, const struct event *events, size_t n)
{
    size_t most = n < SUBSCRIBER_AT_ONCE ? n : SUBSCRIBER_AT_ONCE;
    struct subscriber_events e = {.events = events, .n = most};

    list_each_safe (link, &g->live)
        subscriber_tell(list_entry(link, struct subscriber, in_group), &e);
    for (size_t i = 0; i < most; i++)
        frame_unref(e.rendered[i]);
    metric_add(&g->topic->topics->counts.delivered, e.delivered);
    return e.n;
}

/* Events of one topic, in the log's order. True when somebody listens. */
static bool fan_out(struct hub *hub, const struct event *events, size_t n)
{
    struct topic *t = topic_find(&hub->topics, events->topic_key);

    if (!t)
        return false;
    /* Before anybody is told: whoever reads the log from here on has to reach all of them. */
    for (size_t i = 0; i < n; i++) {
        note_gap(hub, t, &events[i]);
        topic_tell(t, events[i].seq);
    }
    list_each_safe (link, &t->groups) {
        struct topic_group *g = list_entry(link, struct topic_group, in_topic);

        for (size_t told = 0; told < n;)
            told += tell_group(g, events + told, n - told);
    }
    return true;
}

/* How many of the first events are of one topic. */
static size_t of_one_topic(const struct event *events, size_t n)
{
    size_t same = 1;

    while (same < n && str_eq(events[same].topic_key, events->topic_key))
        same++;
    return same;
}

/* Kept first: whoever reads on because of one of these events may find it. */
static void fan_out_batch(struct hub *hub, struct event_batch *batch)
{
    bool is_heard = false;

    recent_add(hub->recall.recent, batch);
    for (size_t at = 0, n; at < batch->n; at += n) {
        n = of_one_topic(batch->events + at, batch->n - at);
        is_heard |= fan_out(hub, batch->events + at, n);
    }
    if (is_heard)
        note_commit(hub, batch);
}

/* A batch on its way to another loop. */
struct delivery {
    struct mailbox_letter letter;
    struct hub *hub;
    struct event_batch *batch;
};

static void on_delivery(struct mailbox_letter *letter)
{
    struct delivery *d = container_of(letter, struct delivery, letter);

    fan_out_batch(d->hub, d->batch);
    event_batch_unref(d->batch);
    mem_free(d);
}

static void post(struct hub *to, struct event_batch *batch)
{
    struct delivery *d = mem_new(struct delivery);

    d->hub = to;
    d->batch = event_batch_ref(batch);
    mailbox_post(to->loop->mailbox, &d->letter, on_delivery);
}

void hub_publish(struct hub *const *hubs, size_t n, struct hub *here, struct event_batch *batch)
{
    for (size_t i = 0; i < n; i++)
        if (hubs[i] != here)
            post(hubs[i], batch);
    fan_out_batch(here, batch);
    event_batch_unref(batch);
}
