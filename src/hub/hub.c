#include "hub/hub.h"

#include <assert.h>

#include "base/mem.h"
#include "hub/subscriber.h"
#include "hub/topic.h"
#include "loop/mailbox.h"

struct hub {
    struct loop *loop;
    struct map topics;
};

struct topic {
    struct hub *hub;
    struct list groups; /* topic_group.in_topic */
    int64_t head;
    struct grave grave;
    struct str key; /* bytes behind the struct */
    char bytes[];
};

struct topic_group {
    struct topic *topic;
    struct list in_topic;
    struct list subscribers; /* subscriber.in_group */
    struct grave grave;
    struct str key;
    char bytes[];
};

struct hub *hub_new(struct loop *l)
{
    struct hub *hub = mem_new(struct hub);

    hub->loop = l;
    return hub;
}

void hub_free(struct hub *hub)
{
    if (!hub)
        return;
    assert(map_count(&hub->topics) == 0);
    map_done(&hub->topics);
    mem_free(hub);
}

size_t hub_topics(const struct hub *hub)
{
    return map_count(&hub->topics);
}

static struct topic *find_or_make_topic(struct hub *hub, struct str key)
{
    struct topic *t = map_get(&hub->topics, key);

    if (t)
        return t;
    t = mem_zalloc(sizeof(*t) + key.n);
    t->hub = hub;
    list_init(&t->groups);
    memcpy(t->bytes, key.p, key.n);
    t->key = str_of(t->bytes, key.n);
    map_put(&hub->topics, key, t);
    return t;
}

static struct topic_group *find_or_make_group(struct topic *t, struct str key)
{
    struct topic_group *g;

    list_each (link, &t->groups) {
        g = list_entry(link, struct topic_group, in_topic);
        if (str_eq(g->key, key))
            return g;
    }
    g = mem_zalloc(sizeof(*g) + key.n);
    g->topic = t;
    list_init(&g->subscribers);
    if (key.n)
        memcpy(g->bytes, key.p, key.n);
    g->key = str_of(g->bytes, key.n);
    list_append(&t->groups, &g->in_topic);
    return g;
}

struct topic_group *topic_enter(struct hub *hub, struct str topic_key, struct str group_key,
                                struct list *link)
{
    struct topic_group *g = find_or_make_group(find_or_make_topic(hub, topic_key), group_key);

    list_append(&g->subscribers, link);
    return g;
}

static void free_group(struct grave *grave)
{
    mem_free(container_of(grave, struct topic_group, grave));
}

static void free_topic(struct grave *grave)
{
    mem_free(container_of(grave, struct topic, grave));
}

void topic_leave(struct topic_group *group, struct list *link)
{
    struct topic *t = group->topic;

    list_remove(link);
    if (!list_empty(&group->subscribers))
        return;
    list_remove(&group->in_topic);
    loop_bury(t->hub->loop, &group->grave, free_group);
    if (!list_empty(&t->groups))
        return;
    map_take(&t->hub->topics, t->key);
    loop_bury(t->hub->loop, &t->grave, free_topic);
}

int64_t topic_head(const struct topic_group *group)
{
    return group->topic->head;
}

void topic_advance(struct topic_group *group, int64_t seq)
{
    if (group->topic->head < seq)
        group->topic->head = seq;
}

static void fan_out_to_group(struct topic_group *g, const struct event *e)
{
    struct frame *rendered = NULL;

    list_each_safe (link, &g->subscribers)
        subscriber_event(list_entry(link, struct subscriber, in_group), e->seq, e->row, &rendered);
    frame_unref(rendered);
}

static void fan_out(struct hub *hub, const struct event *e)
{
    struct topic *t = map_get(&hub->topics, e->topic_key);

    if (!t)
        return;
    /* Before anybody is told: whoever reads the log from here on has to reach this event. */
    if (t->head < e->seq)
        t->head = e->seq;
    list_each_safe (link, &t->groups)
        fan_out_to_group(list_entry(link, struct topic_group, in_topic), e);
}

static void fan_out_batch(struct hub *hub, const struct event_batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        fan_out(hub, &batch->events[i]);
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
