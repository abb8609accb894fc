#pragma once

/*
 * The batcher: while one batch is under way, messages gather; the next batch takes them all.
 *
 * When nobody else is sending, a message leaves at the end of the turn it came in. A batch is one
 * statement and one transaction; a message that is refused fails alone.
 *
 * A batch waits no longer than a moment for a room that somebody else has locked
 * (store_config.lock_timeout_ms). Then it leaves without that room's messages, which are tried
 * again until the room is free or a statement would have timed out: no other room's wait for them.
 *
 * When the connection is lost under a batch, nobody knows whether it was stored. It is sent again
 * with the same ids, of which those that are there already are not stored again, until it has been
 * in doubt for longer than a sender should wait. While the database is away nothing else is kept:
 * what had gathered fails, and what comes is not taken.
 *
 * Threads: the loop's that owns the rooms. A call crosses to it, and back to its sender's loop,
 *          as a letter. It stands in the arena of its sender, from which only the sender's loop
 *          takes, and carries copies of all it needs.
 */

#include "base/id.h"
#include "base/metric.h"
#include "base/wait.h"
#include "loop/mailbox.h"
#include "store/message.h"

struct pg_conn;
struct writer;

struct writer_call {
    struct mailbox_letter letter;
    struct list link;
    struct store *from; /* the sender's; with arena and wait it is the sender's loop's */
    struct store *to;   /* the room's */
    struct arena *arena;
    struct wait *wait;
    struct trace_span *span;   /* the sender's, too; NULL: none */
    struct trace_link belongs; /* to it, where there is one */
    enum status status;
    bool open;
    bool vouched;
    bool admin;
    bool in_doubt;      /* it was sent, and nobody can tell whether it was stored */
    bool undecided;     /* the plain statement did not send it: the function has to say why */
    int64_t give_up_at; /* if its room stays locked by somebody else; 0: it was not tried yet */
    char id[ID_UUID_LENGTH];
    char *earlier_id;   /* of the message that was repeated; owned */
    struct message row; /* strings in bytes and in the ids */
    size_t size;
    char bytes[];
};

/* Called once for every call given, on this loop, when nothing of it is used any more. */
typedef void writer_done_fn(struct writer_call *call);

struct writer *writer_new(struct loop *l, struct pg_conn *conn, const struct store_config *config,
                          writer_done_fn *on_done) must_use;

/* The connection was abandoned: a batch whose fate nobody knows is given up soon. */
void writer_hurry(struct writer *w);

/* Only without calls. */
typedef void writer_closed_fn(void *user);
void writer_close(struct writer *w, writer_closed_fn *on_closed, void *user);

/* The database has fallen silent: those that were not sent need not wait for it to know that they
 * were not stored. */
void writer_fail_unsent(struct writer *w);

/* False: the database is away or too many are waiting; on_done will not be called. */
must_use bool writer_add(struct writer *w, struct writer_call *call);

/* How many calls each batch had, on metric_sizes. Any thread may read it. */
const struct metric_histogram *writer_batch_sizes(const struct writer *w);
