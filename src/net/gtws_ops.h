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

struct gtws;

struct gtws_op {
    struct net_operation base;
    struct gtws *gtws;
    struct gtws_op *chain; /* of the same slot */
    struct list waiting;   /* gtws.waiting */
    struct outq_id *wire_id;
    size_t id_length;
    char id[];
};

struct gtws_ops {
    struct gtws_op **slots;
    unsigned n_slots; /* a power of two, or 0 */
    unsigned n;
};

/* An all-zero table is empty and ready. All operations must have been taken out. */
void gtws_ops_done(struct gtws_ops *ops);

struct gtws_op *gtws_ops_find(const struct gtws_ops *ops, struct str id);
/* A new one under an id that stands for none yet. */
struct gtws_op *gtws_ops_add(struct gtws_ops *ops, struct str id) must_use;
/* Out of the table; the operation is the caller's to free. */
void gtws_ops_take(struct gtws_ops *ops, struct gtws_op *op);
/* Any one, or NULL. */
struct gtws_op *gtws_ops_any(const struct gtws_ops *ops);
/* How many are no stream: their one result is still to come. */
unsigned gtws_ops_unanswered(const struct gtws_ops *ops);

void gtws_op_free(struct gtws_op *op);
