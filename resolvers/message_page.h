#pragma once

/*
 * A page of a room's messages: out of the newest ones, which are kept in memory (hub/recent.h),
 * where they are all that it needs; else out of the log.
 *
 * Memory knows neither who may read nor whether it is up to date: another node may have written, or
 * the database may have been restored. So PostgreSQL is asked in any case, in one statement of a
 * row: whether the caller may read now, where the log stands, and the id of its newest row. When
 * the row in memory at that place has that id, what memory holds below it is what the log holds.
 * The page is as of that statement, as a page from the log would be.
 */

#include "resolvers/context.h"
#include "store/message.h"

/* A const struct message_page, as store_message_page() gives it; likewise its failures. */
struct wait *message_page(struct arena *a, struct context *c,
                          const struct message_page_query *q) must_use;

/* The page that the log gives which ends at last_seq, a place in the run; false: it needs what is
 * not in the run. rows has room for one more than q->limit, which are borrowed from the run.
 * NULL: the page is not made, this only asks whether it could be. */
must_use bool message_page_from(const struct recent_run *run, int64_t last_seq,
                                const struct message_page_query *q, const void **rows,
                                struct message_page *ret_page);
