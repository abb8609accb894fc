#pragma once

/*
 * The operations of one connection, by the ids that the client gave them.
 *
 * A small table that grows with what it holds: most connections have one operation, and there are
 * tens of thousands of connections.
 *
 * Owner: the connection's protocol; the table owns the operations that stand in it.
 */

#include "base/list.h"
#include "net/operation.h"
#include "net/outq.h"

struct subprotocol;

struct subprotocol_op {
    /* The first three are what a delivery touches. */
    struct net_operation base;
    struct subprotocol *subprotocol;
    struct outq_id *wire_id;
    uint64_t hash;                /* of its id */
    struct subprotocol_op *chain; /* of the same slot */
    struct list waiting;          /* subprotocol.waiting */
    struct frame *held; /* the message that starts it, while the server knows nothing of it yet */
};

struct subprotocol_ops {
    struct subprotocol_op **slots;
    unsigned n_slots; /* a power of two, or 0 */
    unsigned n;
};

/* An all-zero table is empty and ready. All operations must have been taken out. */
void subprotocol_ops_done(struct subprotocol_ops *ops);

struct subprotocol_op *subprotocol_ops_find(const struct subprotocol_ops *ops, struct str id);
/* A new one under an id that stands for none yet. */
struct subprotocol_op *subprotocol_ops_add(struct subprotocol_ops *ops, struct str id) must_use;
/* Out of the table; the operation is the caller's to free. */
void subprotocol_ops_take(struct subprotocol_ops *ops, struct subprotocol_op *op);
/* Any one, or NULL. */
struct subprotocol_op *subprotocol_ops_any(const struct subprotocol_ops *ops);
/* How many are no stream: their one result is still to come. */
unsigned subprotocol_ops_unanswered(const struct subprotocol_ops *ops);

/* Lets go of what is held, too. */
void subprotocol_op_free(struct subprotocol_op *op);
