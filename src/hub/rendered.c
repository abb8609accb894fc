#include "hub/rendered.h"

#include "base/mem.h"

enum {
    SLOTS_LEAST = 64,
    BYTES_A_SLOT = 256, /* a short message's payload */
};

struct rendered_slot {
    struct rendered_key key;
    struct frame *payload; /* NULL: it is empty */
};

void rendered_init(struct rendered *r, size_t most_bytes)
{
    *r = (struct rendered){.n_slots = SLOTS_LEAST, .most_bytes = most_bytes};
    while (r->n_slots < most_bytes / BYTES_A_SLOT)
        r->n_slots *= 2;
}

/* The messages of a room stand side by side, each group's from another place on, and runs of each
 * length. */
static struct rendered_slot *slot_of(const struct rendered *r, struct rendered_key key)
{
    uint64_t length = (uint64_t)key.last - (uint64_t)key.first;
    uint64_t from = (key.group + length) * 0x9E3779B97F4A7C15 >> 32;

    return &r->slots[(from + (uint64_t)key.first) & (r->n_slots - 1)];
}

static bool is_of(const struct rendered_slot *slot, struct rendered_key key)
{
    return slot->key.group == key.group && slot->key.first == key.first &&
           slot->key.last == key.last;
}

static struct frame *find(const struct rendered *r, struct rendered_key key)
{
    const struct rendered_slot *slot;

    if (!r->slots)
        return NULL;
    slot = slot_of(r, key);
    return is_of(slot, key) ? slot->payload : NULL;
}

struct frame *rendered_get(const struct rendered *r, struct rendered_key key)
{
    struct frame *payload = find(r, key);

    return payload ? frame_ref(payload) : NULL;
}

struct str rendered_peek(const struct rendered *r, struct rendered_key key)
{
    const struct frame *payload = find(r, key);

    return payload ? frame_str(payload) : STR_NULL;
}

static void empty(struct rendered *r, struct rendered_slot *slot)
{
    if (slot->payload)
        r->bytes -= slot->payload->n;
    slot->payload = frame_unref(slot->payload);
}

/* The hand follows whoever is last in the room, for the slots are in the room's order. */
static void make_room(struct rendered *r, size_t n)
{
    while (r->bytes + n > r->most_bytes) {
        empty(r, &r->slots[r->hand]);
        r->hand = (r->hand + 1) & (r->n_slots - 1);
    }
}

void rendered_put(struct rendered *r, struct rendered_key key, struct frame *payload)
{
    struct rendered_slot *slot;

    if (payload->n > r->most_bytes)
        return;
    if (!r->slots)
        r->slots = mem_zalloc(r->n_slots * sizeof(*r->slots));
    slot = slot_of(r, key);
    empty(r, slot);
    make_room(r, payload->n);
    *slot = (struct rendered_slot){.key = key, .payload = frame_ref(payload)};
    r->bytes += payload->n;
}

void rendered_clear(struct rendered *r)
{
    for (size_t i = 0; r->slots && i < r->n_slots; i++)
        empty(r, &r->slots[i]);
    mem_free(r->slots);
    r->slots = NULL;
    r->hand = 0;
}
