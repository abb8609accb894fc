#include "net/subprotocol_ops.h"

#include <assert.h>

#include "base/hash.h"
#include "base/mem.h"
#include "net/dialect.h"

enum {
    FIRST_SLOTS = 1
};

static struct subprotocol_op **slot_of(const struct subprotocol_ops *ops, uint64_t hash)
{
    return &ops->slots[hash & (ops->n_slots - 1)];
}

static void grow(struct subprotocol_ops *ops)
{
    struct subprotocol_ops old = *ops;

    ops->n_slots = old.n_slots ? old.n_slots * 2 : FIRST_SLOTS;
    ops->slots = mem_zalloc(ops->n_slots * sizeof(struct subprotocol_op *));
    for (unsigned i = 0; i < old.n_slots; i++) {
        while (old.slots[i]) {
            struct subprotocol_op *op = old.slots[i], **to = slot_of(ops, op->hash);
            old.slots[i] = op->chain;
            op->chain = *to;
            *to = op;
        }
    }
    mem_free(old.slots);
}

void subprotocol_ops_done(struct subprotocol_ops *ops)
{
    assert(ops->n == 0);
    mem_free(ops->slots);
    *ops = (struct subprotocol_ops){0};
}

struct subprotocol_op *subprotocol_ops_find(const struct subprotocol_ops *ops, struct str id)
{
    uint64_t hash = hash_bytes(id.p, id.n);
    struct subprotocol_op *op = ops->n ? *slot_of(ops, hash) : NULL;

    while (op && !(op->hash == hash && outq_id_is(op->wire_id, id)))
        op = op->chain;
    return op;
}

struct subprotocol_op *subprotocol_ops_add(struct subprotocol_ops *ops, struct str id)
{
    struct subprotocol_op *op = mem_new(struct subprotocol_op), **slot;

    if (ops->n == ops->n_slots)
        grow(ops);
    op->hash = hash_bytes(id.p, id.n);
    op->wire_id = outq_id_new(id);
    list_init(&op->waiting);
    slot = slot_of(ops, op->hash);
    op->chain = *slot;
    *slot = op;
    ops->n++;
    return op;
}

void subprotocol_ops_take(struct subprotocol_ops *ops, struct subprotocol_op *op)
{
    struct subprotocol_op **at = slot_of(ops, op->hash);

    while (*at != op)
        at = &(*at)->chain;
    *at = op->chain;
    op->chain = NULL;
    ops->n--;
}

struct subprotocol_op *subprotocol_ops_any(const struct subprotocol_ops *ops)
{
    for (unsigned i = 0; ops->n && i < ops->n_slots; i++)
        if (ops->slots[i])
            return ops->slots[i];
    return NULL;
}

unsigned subprotocol_ops_unanswered(const struct subprotocol_ops *ops)
{
    unsigned n = 0;

    for (unsigned i = 0; i < ops->n_slots; i++)
        for (const struct subprotocol_op *op = ops->slots[i]; op; op = op->chain)
            n += !op->base.is_stream;
    return n;
}

void subprotocol_op_free(struct subprotocol_op *op)
{
    frame_unref(op->held);
    list_remove(&op->waiting);
    outq_id_unref(op->wire_id);
    mem_free(op);
}
