#include "server/feed.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/mailbox.h"
#include "server/hint.h"
#include "server/positions.h"
#include "store/message.h"

enum {
    LARGEST_DRAFT = 16 * BUS_LONGEST_HINT, /* of a hint, before what does not fit is taken back */
};

void feed_init(struct feed *feed, struct worker *workers, size_t n)
{
    feed->workers = workers;
    feed->n = n;
    atomic_init(&feed->n_rows, 0);
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
    const struct str parts[] = {tenant_id, STR("\x1f"), room_id};

    return arena_join(a, parts, array_size(parts));
}

void feed_topic_names(struct str key, struct str *ret_tenant_id, struct str *ret_room_id)
{
    *ret_tenant_id = str_split(&key, '\x1f');
    *ret_room_id = key;
}

static struct event event_of(struct feed *feed, struct arena *a, const struct message *row)
{
    struct message told = *row;

    told.number = atomic_fetch_add_explicit(&feed->n_rows, 1, memory_order_relaxed) + 1;
    return (struct event){
        .topic_key = feed_topic_key(a, row->tenant_id, row->room_id),
        .seq = row->seq,
        .row = message_copy(a, &told),
    };
}

/* --- to the other nodes */

struct hint_letter {
    struct mailbox_letter letter;
    struct feed *feed;
    size_t n;
    char bytes[];
};

static void on_hint_letter(struct mailbox_letter *letter)
{
    struct hint_letter *h = container_of(letter, struct hint_letter, letter);

    if (h->feed->bus)
        bus_publish(h->feed->bus, str_of(h->bytes, h->n));
    mem_free(h);
}

static void post_hint(struct feed *feed, struct str hint)
{
    struct hint_letter *h = mem_zalloc(sizeof(*h) + hint.n);

    h->feed = feed;
    h->n = hint.n;
    memcpy(h->bytes, hint.p, hint.n);
    mailbox_post(feed->workers[0].loop.mailbox, &h->letter, on_hint_letter);
}

static void tell_others(struct feed *feed, const struct message *rows, size_t n)
{
    struct buf hint;

    buf_init(&hint, LARGEST_DRAFT);
    for (size_t told = 0; told < n;) {
        size_t now;

        buf_reset(&hint, LARGEST_DRAFT);
        now = hint_write(&hint, BUS_LONGEST_HINT, rows + told, n - told);
        if (!buf_overflowed(&hint) && hint.n <= BUS_LONGEST_HINT)
            post_hint(feed, buf_str(&hint));
        told += now;
    }
    buf_done(&hint);
}

/* Each of the messages whose senders are traced. */
static void trace_published(struct tracer *tracer, const struct message *rows, size_t n,
                            int64_t start_ns)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].link)
            trace_linked(tracer, rows[i].link, TRACE_PUBLISH, "publish", start_ns);
}

void feed_committed(void *user, struct loop *writers_loop, const struct message *rows, size_t n)
{
    struct feed *feed = user;
    struct tracer *tracer = feed->workers[writers_loop->index].tracer;
    int64_t start_ns = tracer ? trace_now_ns(tracer) : 0;
    struct event_batch *batch = event_batch_new(n);

    batch->committed_us = clock_mono_us();
    for (size_t i = 0; i < n; i++)
        batch->events[i] = event_of(feed, &batch->arena, &rows[i]);
    hub_publish(feed->hubs, feed->n, feed->hubs[writers_loop->index], batch);
    if (feed->is_shared)
        tell_others(feed, rows, n);
    if (tracer)
        trace_published(tracer, rows, n, start_ns);
}

/* --- from the other nodes */

/* Each row, and where the rows do not reach it, the position alone: the log is read for it. */
static struct event_batch *batch_of(struct feed *feed, const struct hint *hint)
{
    bool reached = hint->n > 0 && hint->rows[hint->n - 1].seq == hint->seq;
    struct event_batch *batch = event_batch_new(hint->n + !reached);

    for (size_t i = 0; i < hint->n; i++)
        batch->events[i] = event_of(feed, &batch->arena, &hint->rows[i]);
    if (!reached)
        batch->events[hint->n] = (struct event){
            .topic_key = feed_topic_key(&batch->arena, hint->tenant_id, hint->room_id),
            .seq = hint->seq,
        };
    return batch;
}

static void on_hint(void *user, struct str text)
{
    struct feed *feed = user;
    struct arena *scratch = &feed->workers[0].scratch;
    struct hint hint;

    if (hint_read(scratch, text, &hint) == ST_OK)
        hub_publish(feed->hubs, feed->n, feed->hubs[0], batch_of(feed, &hint));
    else
        log_debug("bus.malformed_hint", LOG_INT("bytes", (int64_t)text.n));
    arena_reset(scratch);
}

static void on_connected(void *user)
{
    struct feed *feed = user;

    log_info("bus.connected");
    positions_check_all(feed->workers, feed->n);
}

void feed_open(struct feed *feed, const struct bus_config *config)
{
    struct bus_config own = *config;

    own.on_hint = on_hint;
    own.on_connected = on_connected;
    own.user = feed;
    feed->is_shared = config->kind != BUS_LOCAL;
    feed->bus = bus_new(&feed->workers[0].loop, &own);
}

static void on_bus_closed(void *user)
{
    struct feed *feed = user;

    feed->bus = NULL;
    feed->on_closed(feed->user);
}

void feed_close(struct feed *feed, bus_closed_fn *on_closed, void *user)
{
    feed->on_closed = on_closed;
    feed->user = user;
    bus_close(feed->bus, on_bus_closed, feed);
}

void feed_hurry(struct feed *feed)
{
    if (feed->bus)
        bus_hurry(feed->bus);
}
