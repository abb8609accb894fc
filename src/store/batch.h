#pragma once

/*
 * Many messages as one statement: calls to array parameters, and the rows back to calls.
 */

#include "pg/pg_conn.h"
#include "store/writer.h"

/* calls: writer_call.link, one at least. again: sent before, and nobody knows what became of it.
 * skips: calls whose room is locked are passed over. A message that is alone has statements of its
 * own, which are the quicker ones. */
void batch_put(struct pg_call *pg, struct arena *a, const struct list *calls, size_t n, bool again,
               bool skips);

/* The message was alone, and its statement stored nothing and said nothing: it is to be put and
 * sent once more, by another. */
bool batch_is_undecided(const struct list *calls, const PGresult *result);

/* Gives every call its status and, where it has a message, the row. ST_TIMEOUT: passed over. */
void batch_take(const struct list *calls, const PGresult *result);

/* The messages of these calls: those they stored, in the order of their logs, and among them those
 * that calls before them had stored under the same key. */
const struct message *batch_rows(struct arena *a, const struct list *calls, size_t n,
                                 size_t *ret_n);
