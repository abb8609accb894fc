#pragma once

/*
 * Statements that are made again when what they change was locked by somebody else. PostgreSQL ends
 * such a one after a moment (store_config.lock_timeout_ms), so that those behind it on the
 * connection do not wait as well, and undoes it; it is made again until a statement would have
 * timed out.
 *
 *     change->retry.call.statement = SQL_ROOM_JOIN;
 *     change->retry.on_done = on_changed;
 *     if (!retry_send(retries, &change->retry)) …          away: nothing was sent
 *
 * Those that wait take turns, one at a time.
 *
 * Owner:   calls are their caller's and must live until on_done.
 * Threads: the loop's.
 */

#include "loop/loop.h"
#include "pg/pg_conn.h"

struct retries;
struct retry_call;

typedef void retry_done_fn(struct retry_call *r, enum status status, PGresult *result);

struct retry_call {
    struct pg_call call; /* a statement whose transaction is its own */
    retry_done_fn *on_done;
    struct retries *retries;
    int64_t give_up_at;
};

/* patience_ms: the statement timeout; 0: none. */
struct retries *retries_new(struct loop *l, struct pg_conn *conn, uint64_t patience_ms) must_use;

must_use bool retry_send(struct retries *rs, struct retry_call *r);

/* The connection was abandoned: those that wait for their turn are told ST_UNAVAILABLE. */
void retries_hurry(struct retries *rs);

/* Only without calls. */
typedef void retries_closed_fn(void *user);
void retries_close(struct retries *rs, retries_closed_fn *on_closed, void *user);
