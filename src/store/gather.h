#pragma once

/*
 * Reads of one kind that are asked for together leave as one statement: their parameters as
 * arrays, and the rows that come back dealt out by call.
 *
 * Together is what is asked for within one turn of the loop. One that is alone leaves at the end of
 * the turn as the statement that it is, and pays nothing for the others; and those that ask the
 * same, as the readers of one hot room do, are asked for once: whoever waits is answered by what
 * PostgreSQL says after he came, with whomever he shares it. Of a `patient` kind one
 * statement at a time is under way, and while a crowd is coming it leaves when some hundreds have
 * gathered, or after half a second: so subscriptions begin, of which thousands come at once after a
 * restart.
 *
 * Every question succeeds or fails alone: when a statement of many fails, each is sent by itself.
 *
 * Which statements can be gathered is said in sql/; embed_sql.py makes the other form.
 *
 * Owner:   reads are their caller's and must live until they are done.
 * Threads: the loop's.
 */

#include "store/inside.h"

/* Once for every read, on the loop. With ST_OK its rows are r->n_rows of the result, from r->first
 * on; the result lives as long as the read's arena. Else result is NULL. */
typedef void gather_done_fn(struct store_read *r, enum status status, const PGresult *result);

/* most_bytes: of results that are held at a time; what goes beyond is let go, and its reads are
 * answered ST_UNAVAILABLE. 0: no limit. */
struct gather *gather_new(struct loop *l, struct pg_conn *conn, size_t most_bytes,
                          gather_done_fn *on_done) must_use;

/* Only without reads. */
typedef void gather_closed_fn(void *user);
void gather_close(struct gather *g, gather_closed_fn *on_closed, void *user);

/* False: the database is away or too many are waiting; on_done will not be called. */
must_use bool gather_add(struct gather *g, struct store_read *r);
