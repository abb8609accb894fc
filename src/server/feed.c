#include "server/feed.h"

#include "base/mem.h"
#include "store/message.h"

void feed_init(struct feed *feed, const struct worker *workers, size_t n)
{
    feed->n = n;
    feed->hubs = mem_zalloc(n * sizeof(struct hub *));
    for (size_t i = 0; i < n; i++)
        feed->hubs[i] = workers[i].hub;
}

void feed_done(struct feed *feed)
{
    mem_free(feed->hubs);
}

struct str feed_topic_key(struct arena *a, struct str tenant_id, struct str room_id)
{
    return arena_printf(a, "%.*s\x1f%.*s", STR_ARG(tenant_id), STR_ARG(room_id));
}

void feed_committed(void *user, struct loop *writers_loop, const struct message *rows, size_t n)
{
    struct feed *feed = user;
    struct event_batch *batch = event_batch_new(n);

    for (size_t i = 0; i < n; i++)
        batch->events[i] = (struct event){
            .topic_key = feed_topic_key(&batch->arena, rows[i].tenant_id, rows[i].room_id),
            .seq = rows[i].seq,
            .row = message_copy(&batch->arena, &rows[i]),
        };
    hub_publish(feed->hubs, feed->n, feed->hubs[writers_loop->index], batch);
}
