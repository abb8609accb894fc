#include "hub/topic.h"

#include <assert.h>

#include "base/mem.h"

void topics_init(struct topics *topics, struct loop *l, struct recall *recall)
{
    *topics = (struct topics){.loop = l, .recall = recall};
    list_init(&topics->all);
}

void topics_done(struct topics *topics)
{
    assert(map_count(&topics->by_key) == 0);
    map_done(&topics->by_key);
}

struct topic *topic_find(const struct topics *topics, struct str key)
{
    return map_get(&topics->by_key, key);
}

static struct topic *find_or_make_topic(struct topics *topics, struct str key)
{
    struct topic *t = topic_find(topics, key);

    if (t)
        return t;
    t = mem_zalloc(sizeof(*t) + key.n);
    t->topics = topics;
    t->number = ++topics->made;
    list_init(&t->groups);
    if (key.n)
        memcpy(t->bytes, key.p, key.n);
    t->key = str_of(t->bytes, key.n);
    map_put(&topics->by_key, key, t);
    list_append(&topics->all, &t->in_topics);
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
    g->number = ++t->topics->made;
    list_init(&g->live);
    list_init(&g->rest);
    if (key.n)
        memcpy(g->bytes, key.p, key.n);
    g->key = str_of(g->bytes, key.n);
    list_append(&t->groups, &g->in_topic);
    return g;
}

struct topic_group *topic_enter(struct topics *topics, struct str topic_key, struct str group_key,
                                struct list *link)
{
    struct topic_group *g = find_or_make_group(find_or_make_topic(topics, topic_key), group_key);

    list_append(&g->rest, link);
    g->n++;
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
    if (--group->n > 0)
        return;
    list_remove(&group->in_topic);
    loop_bury(t->topics->loop, &group->grave, free_group);
    if (!list_empty(&t->groups))
        return;
    map_take(&t->topics->by_key, t->key);
    list_remove(&t->in_topics);
    loop_bury(t->topics->loop, &t->grave, free_topic);
}

bool topic_is_of_one(const struct topic *topic)
{
    const struct topic_group *g = list_first(&topic->groups, struct topic_group, in_topic);

    return g->n == 1 && topic->groups.prev == &g->in_topic;
}

void topic_advance(struct topic *topic, int64_t seq)
{
    if (topic->head < seq)
        topic->head = seq;
}

void topic_tell(struct topic *topic, int64_t seq)
{
    topic_advance(topic, seq);
    if (topic->told < seq)
        topic->told = seq;
}

void topic_retract(struct topic *topic, int64_t false_seq, int64_t seq)
{
    if (topic->head != false_seq)
        return;
    topic->head = seq;
    if (topic->told > seq)
        topic->told = seq;
}
