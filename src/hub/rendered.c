#include "hub/rendered.h"

#include "base/mem.h"

enum {
    SLOTS = 4096, /* a power of two: about as far as those who catch up are apart */
    MOST_BYTES = 4 * 1024 * 1024,
};

struct rendered_slot {
    uint64_t group;
    int64_t seq;
    struct frame *payload; /* NULL: it is empty */
};

/* The messages of a room stand side by side, each group's from another place on. */
static struct rendered_slot *slot_of(const struct rendered *r, uint64_t group, int64_t seq)
{
    return &r->slots[(group * 0x9E3779B97F4A7C15 + (uint64_t)seq) % SLOTS];
}

struct frame *rendered_get(const struct rendered *r, uint64_t group, int64_t seq)
{
    const struct rendered_slot *slot;

    if (!r->slots)
        return NULL;
    slot = slot_of(r, group, seq);
    return slot->payload && slot->group == group && slot->seq == seq ? frame_ref(slot->payload)
                                                                     : NULL;
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
    while (r->bytes + n > MOST_BYTES) {
        empty(r, &r->slots[r->hand]);
        r->hand = (r->hand + 1) % SLOTS;
    }
}

void rendered_put(struct rendered *r, uint64_t group, int64_t seq, struct frame *payload)
{
    struct rendered_slot *slot;

    if (!r->slots)
        r->slots = mem_zalloc(SLOTS * sizeof(*r->slots));
    if (payload->n > MOST_BYTES)
        return;
    slot = slot_of(r, group, seq);
    empty(r, slot);
    make_room(r, payload->n);
    *slot = (struct rendered_slot){.group = group, .seq = seq, .payload = frame_ref(payload)};
    r->bytes += payload->n;
}

void rendered_clear(struct rendered *r)
{
    for (size_t i = 0; r->slots && i < SLOTS; i++)
        empty(r, &r->slots[i]);
    mem_free(r->slots);
    *r = (struct rendered){0};
}
