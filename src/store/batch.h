#pragma once

/*
 * Many messages as one statement: calls to array parameters, and the rows back to calls.
 */

#include "store/pg_conn.h"
#include "store/writer.h"

/* calls: writer_call.link. again: sent before, and nobody knows what became of it. */
void batch_put(struct pg_params *p, struct arena *a, const struct list *calls, size_t n,
               bool again);

/* Gives every call its status and, where it has a message, the row. */
void batch_take(const struct list *calls, const PGresult *result);

/* The rows stored by these calls, in the order of their logs. */
const struct message *batch_stored(struct arena *a, const struct list *calls, size_t n,
                                   size_t *ret_n);
