#include "store/held.h"

#include <assert.h>

#include "base/mem.h"

struct held_room {
    struct list in_rooms;
    struct list calls; /* writer_call.link */
    struct str key;    /* bytes behind the struct */
    char bytes[];
};

/* A tenant's id has no control characters, and a room's has none. Until the next one. */
static struct str key_of(struct held *h, const struct writer_call *call)
{
    arena_reset(&h->scratch);
    return arena_printf(&h->scratch, "%.*s\x1f%.*s", STR_ARG(call->row.tenant_id),
                        STR_ARG(call->row.room_id));
}

static struct held_room *room_new(struct held *h, struct str key)
{
    struct held_room *room = mem_zalloc(sizeof(*room) + key.n);

    list_init(&room->calls);
    memcpy(room->bytes, key.p, key.n);
    room->key = str_of(room->bytes, key.n);
    list_append(&h->rooms, &room->in_rooms);
    map_put(&h->by_room, room->key, room);
    h->n_rooms++;
    return room;
}

static void room_free(struct held *h, struct held_room *room)
{
    list_remove(&room->in_rooms);
    map_take(&h->by_room, room->key);
    h->n_rooms--;
    mem_free(room);
}

void held_put(struct held *h, struct writer_call *call)
{
    struct str key = key_of(h, call);
    struct held_room *room = map_get(&h->by_room, key);

    if (!room)
        room = room_new(h, key);
    list_append(room->calls.next, &call->link);
    h->n++;
}

bool held_join(struct held *h, struct writer_call *call)
{
    struct held_room *room;

    if (h->n == 0)
        return false;
    room = map_get(&h->by_room, key_of(h, call));
    if (!room)
        return false;
    list_append(&room->calls, &call->link);
    h->n++;
    return true;
}

/* As many of the room's as are its share. */
static size_t take_share(struct held *h, struct held_room *room, struct list *ret_calls,
                         size_t share, size_t *ret_bytes)
{
    size_t n = 0;

    while (n < share && !list_empty(&room->calls)) {
        struct writer_call *call = list_first(&room->calls, struct writer_call, link);

        list_remove(&call->link);
        list_append(ret_calls, &call->link);
        *ret_bytes += call->size;
        h->n--;
        n++;
    }
    return n;
}

size_t held_take(struct held *h, struct list *ret_calls, size_t most, size_t most_bytes)
{
    size_t share = h->n_rooms < most ? most / (h->n_rooms ? h->n_rooms : 1) : 1;
    size_t n = 0, bytes = 0;

    for (size_t left = h->n_rooms; left > 0 && n < most && bytes < most_bytes; left--) {
        struct held_room *room = list_first(&h->rooms, struct held_room, in_rooms);

        n += take_share(h, room, ret_calls, share, &bytes);
        if (list_empty(&room->calls)) {
            room_free(h, room);
        } else {
            list_remove(&room->in_rooms);
            list_append(&h->rooms, &room->in_rooms);
        }
    }
    return n;
}

void held_init(struct held *h)
{
    *h = (struct held){.n = 0};
    list_init(&h->rooms);
    arena_init(&h->scratch);
}

void held_done(struct held *h)
{
    assert(h->n == 0);
    map_done(&h->by_room);
    arena_done(&h->scratch);
}
