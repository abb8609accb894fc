#include "hub/recent.h"

#include <assert.h>

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

enum {
    FIRST_CAPACITY = 4, /* of a room; a power of two, as all that follow */
};

/* A batch, for as long as rows of it are kept. */
struct kept_batch {
    struct event_batch *batch;
    size_t n_rows;
    size_t size;
};

struct kept_row {
    struct kept_batch *of;
    const void *row;
};

struct recent_room {
    struct list in_use; /* the one used longest ago first */
    struct kept_row *ring;
    size_t capacity;
    size_t begin; /* of the oldest row in the ring */
    size_t n;
    int64_t first_seq;
    struct str key; /* in bytes */
    char bytes[];
};

struct recent {
    size_t most_bytes;
    size_t bytes;
    struct map rooms; /* by topic key */
    struct list in_use;
};

static struct kept_row *row_at(const struct recent_room *room, size_t i)
{
    return &room->ring[(room->begin + i) & (room->capacity - 1)];
}

/* --- rows go */

static void let_go(struct recent *r, struct kept_batch *kept)
{
    if (--kept->n_rows > 0)
        return;
    r->bytes -= kept->size;
    event_batch_unref(kept->batch);
    mem_free(kept);
}

static void drop_oldest(struct recent *r, struct recent_room *room)
{
    let_go(r, row_at(room, 0)->of);
    room->begin = (room->begin + 1) & (room->capacity - 1);
    room->first_seq++;
    room->n--;
}

static size_t size_of_room(const struct recent_room *room)
{
    return sizeof(*room) + room->key.n + room->capacity * sizeof(struct kept_row);
}

static void drop_room(struct recent *r, struct recent_room *room)
{
    while (room->n > 0)
        drop_oldest(r, room);
    r->bytes -= size_of_room(room);
    list_remove(&room->in_use);
    map_take(&r->rooms, room->key);
    mem_free(room->ring);
    mem_free(room);
}

static void make_room(struct recent *r)
{
    while (r->bytes > r->most_bytes && !list_empty(&r->in_use)) {
        struct recent_room *room = list_first(&r->in_use, struct recent_room, in_use);

        if (room->n > 1)
            drop_oldest(r, room);
        else
            drop_room(r, room);
    }
}

/* --- and come */

static void use(struct recent *r, struct recent_room *room)
{
    list_remove(&room->in_use);
    list_append(&r->in_use, &room->in_use);
}

static struct recent_room *find_or_make(struct recent *r, struct str key)
{
    struct recent_room *room = map_get(&r->rooms, key);

    if (room)
        return room;
    room = mem_zalloc(sizeof(*room) + key.n);
    list_init(&room->in_use);
    memcpy(room->bytes, key.p, key.n);
    room->key = str_of(room->bytes, key.n);
    room->capacity = FIRST_CAPACITY;
    room->ring = mem_zalloc(room->capacity * sizeof(struct kept_row));
    map_put(&r->rooms, key, room);
    r->bytes += size_of_room(room);
    return room;
}

static void grow(struct recent *r, struct recent_room *room)
{
    struct kept_row *ring = mem_zalloc(2 * room->capacity * sizeof(struct kept_row));

    for (size_t i = 0; i < room->n; i++)
        ring[i] = *row_at(room, i);
    mem_free(room->ring);
    r->bytes += room->capacity * sizeof(struct kept_row);
    room->ring = ring;
    room->begin = 0;
    room->capacity *= 2;
}

static void keep(struct recent *r, struct kept_batch *kept, const struct event *e)
{
    struct recent_room *room = find_or_make(r, e->topic_key);
    int64_t next = room->first_seq + (int64_t)room->n;

    use(r, room);
    if (room->n > 0 && e->seq < next)
        return; /* told again */
    if (e->seq != next)
        while (room->n > 0)
            drop_oldest(r, room);
    if (room->n == 0)
        room->first_seq = e->seq;
    if (room->n == room->capacity)
        grow(r, room);
    kept->n_rows++;
    room->n++;
    *row_at(room, room->n - 1) = (struct kept_row){.of = kept, .row = e->row};
}

void recent_add(struct recent *r, struct event_batch *batch)
{
    struct kept_batch *kept;

    if (r->most_bytes == 0)
        return;
    kept = mem_new(struct kept_batch);
    kept->batch = event_batch_ref(batch);
    kept->size = sizeof(*kept) + event_batch_size(batch);
    kept->n_rows = 1; /* ours, while they are put in */
    r->bytes += kept->size;
    for (size_t i = 0; i < batch->n; i++)
        if (batch->events[i].row)
            keep(r, kept, &batch->events[i]);
    let_go(r, kept);
    make_room(r);
}

/* --- reading */

size_t recent_rows(struct recent *r, struct str topic_key, int64_t after, const void **ret_rows,
                   size_t most)
{
    struct recent_room *room = map_get(&r->rooms, topic_key);
    size_t skip, n;

    if (!room || room->n == 0 || after + 1 < room->first_seq ||
        after >= room->first_seq + (int64_t)room->n - 1)
        return 0;
    use(r, room);
    skip = (size_t)(after + 1 - room->first_seq);
    n = room->n - skip < most ? room->n - skip : most;
    for (size_t i = 0; i < n; i++)
        ret_rows[i] = row_at(room, skip + i)->row;
    return n;
}

struct recent_run recent_run(struct recent *r, struct str topic_key)
{
    struct recent_room *room = map_get(&r->rooms, topic_key);

    if (!room)
        return (struct recent_run){.n = 0};
    use(r, room);
    return (struct recent_run){.room = room, .first_seq = room->first_seq, .n = room->n};
}

static const struct kept_row *in_run(const struct recent_run *run, int64_t seq)
{
    assert(seq >= run->first_seq && seq - run->first_seq < (int64_t)run->n);
    return row_at(run->room, (size_t)(seq - run->first_seq));
}

const void *recent_run_row(const struct recent_run *run, int64_t seq)
{
    return in_run(run, seq)->row;
}

static void let_go_of_batch(void *batch)
{
    event_batch_unref(batch);
}

void recent_run_hold(const struct recent_run *run, int64_t from, int64_t to, struct arena *a)
{
    const struct kept_batch *held = NULL;

    for (int64_t seq = from; seq <= to; seq++) {
        const struct kept_batch *kept = in_run(run, seq)->of;

        if (kept != held)
            arena_on_done(a, let_go_of_batch, event_batch_ref(kept->batch));
        held = kept;
    }
}

size_t recent_bytes(const struct recent *r)
{
    return r->bytes;
}

/* --- from begin to end */

struct recent *recent_new(size_t most_bytes)
{
    struct recent *r = mem_new(struct recent);

    r->most_bytes = most_bytes;
    list_init(&r->in_use);
    return r;
}

void recent_free(struct recent *r)
{
    if (!r)
        return;
    while (!list_empty(&r->in_use))
        drop_room(r, list_first(&r->in_use, struct recent_room, in_use));
    map_done(&r->rooms);
    mem_free(r);
}
