#pragma once

/*
 * One connection to PostgreSQL on a loop: non-blocking, in pipeline mode, the statements of a table
 * prepared, a channel listened to where one is named. It connects by itself, and again after it
 * was lost.
 *
 *     struct pg_call *c = &read->call;
 *     c->statement = SQL_ROOM_GET;
 *     pg_put_text(&c->params, arena, room_id);
 *     c->on_done = on_room;
 *     if (!pg_conn_call(conn, c)) …           away: nothing was sent
 *
 * Calls gather during a turn of the loop and leave together at its end (pg_pipeline.h).
 *
 * A PostgreSQL that stands still, or whose network is gone, is noticed in about two seconds: from
 * then on no calls are taken, and those under way fail, at once or when config.silence_ms have
 * passed. A statement that is only slow is waited for, up to its timeout.
 *
 * What is notified while the connection is away is lost: on_ready is the time to look for it.
 *
 * Owner:   calls are their caller's and must live until on_done.
 * Threads: the loop's.
 */

#include "base/breaker.h"
#include "pg/pg_pipeline.h"

struct pg_conn;

/* The connection can be used, for the first time or again. */
typedef void pg_ready_fn(void *user);
/* With silence_ms: calls are not taken any more, though those under way may still be answered. What
 * waits behind them need not wait. */
typedef void pg_silent_fn(void *user);
/* A notification on the channel, not of this connection's own; the payload is borrowed for the
 * call. */
typedef void pg_notified_fn(void *user, struct str payload);

/* Everything pointed to is borrowed and must outlive the connection. */
struct pg_conn_config {
    struct str conninfo;           /* a libpq connection string or URL; ends in NUL */
    const char *name;              /* as pg_stat_activity shows it */
    uint64_t statement_timeout_ms; /* 0: none */
    uint64_t silence_ms;           /* for how long calls under way wait for a silent PostgreSQL */
    uint64_t longest_pause_ms;     /* between two attempts to connect; 0: two seconds */
    const struct pg_statement *statements;
    size_t n_statements;
    /* Run first on every connection, with the statement timeout as its only parameter; or NULL. */
    const char *session;
    const char *channel;         /* listened to; a plain lower-case name, or NULL */
    pg_ready_fn *on_ready;       /* or NULL */
    pg_silent_fn *on_silent;     /* or NULL */
    pg_notified_fn *on_notified; /* with a channel */
    void *user;
};

typedef void pg_closed_fn(void *user);

/* The config is copied. */
struct pg_conn *pg_conn_new(struct loop *l, const struct pg_conn_config *config) must_use;

/* Fails what is under way with ST_UNAVAILABLE, and takes no calls from then on: it stays away. */
void pg_conn_abandon(struct pg_conn *c);

/* Abandons it, then closes; freed when on_closed is called. */
void pg_conn_close(struct pg_conn *c, pg_closed_fn *on_closed, void *user);

bool pg_conn_ready(const struct pg_conn *c);

/* False: the connection is away or silent, or too many calls wait; on_done will not be called. */
must_use bool pg_conn_call(struct pg_conn *c, struct pg_call *call);

/* Calls that were not made because pg_conn_ready() said that they would be refused. */
void pg_conn_refused(struct pg_conn *c);

/* Any thread may read them, while the connection is there: whether calls are taken, how long each
 * statement of the table took. */
const struct breaker *pg_conn_breaker(const struct pg_conn *c);
const struct metric_histogram *pg_conn_durations(const struct pg_conn *c);
