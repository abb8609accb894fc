#pragma once

/*
 * One connection to PostgreSQL on a loop: non-blocking, in pipeline mode, every statement of sql/
 * prepared. It connects by itself, and again after it was lost.
 *
 *     struct pg_call *c = &read->call;
 *     c->statement = SQL_ROOM_GET;
 *     pg_put_text(&c->params, arena, room_id);
 *     c->on_done = on_room;
 *     if (!pg_conn_call(conn, c)) …           away: nothing was sent
 *
 * Calls gather during a turn of the loop and leave together at its end. Reads of one turn share a
 * sync: one that fails takes those behind it along, which are then sent again, each alone. A call
 * that writes is `alone`: its sync is its own, so its transaction is, and it is done only when
 * that sync has come back, which is when it has been committed.
 *
 * Owner:   calls are their caller's and must live until on_done.
 * Threads: the loop's.
 */

#include "loop/loop.h"
#include "store/pg_value.h"
#include "store/sql.h"

struct pg_call;
struct pg_conn;

/* The result is the callee's to PQclear(); it is NULL unless status is ST_OK. */
typedef void pg_done_fn(struct pg_call *call, enum status status, PGresult *result);
typedef void pg_closed_fn(void *user);

struct pg_call {
    struct list link;
    enum sql statement;
    struct pg_params params;
    bool alone;
    pg_done_fn *on_done;
    PGresult *result; /* what came so far */
    int64_t sent_at;
};

/* conninfo is borrowed and must outlive the connection; it ends in NUL. */
struct pg_conn *pg_conn_new(struct loop *l, struct str conninfo, const char *name,
                            uint64_t statement_timeout_ms) must_use;

/* Fails what is still under way with ST_UNAVAILABLE, then closes; freed when on_closed is called.
 */
void pg_conn_close(struct pg_conn *c, pg_closed_fn *on_closed, void *user);

bool pg_conn_ready(const struct pg_conn *c);

/* False: the connection is away, or too many calls wait; on_done will not be called. */
must_use bool pg_conn_call(struct pg_conn *c, struct pg_call *call);
