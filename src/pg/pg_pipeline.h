#pragma once

/*
 * The calls on one connection: those that gather during a turn of the loop, and those that are
 * under way, the oldest first, as the answers will come.
 *
 * Calls that gathered leave together. Reads share a sync: one that fails takes those behind it
 * along, which are then sent again, each alone. A call that writes is `alone`: its sync is its own,
 * so its transaction is, and it is done only when that sync has come back, which is when it has
 * been committed.
 *
 * Owner:   embedded in its connection; calls are their caller's and must live until on_done.
 * Threads: the loop's.
 */

#include "base/metric.h"
#include "loop/loop.h"
#include "pg/pg_value.h"

struct pg_call;

struct pg_statement {
    const char *name;
    const char *text;
};

/* The result is the callee's to PQclear(); it is NULL unless status is ST_OK. */
typedef void pg_done_fn(struct pg_call *call, enum status status, PGresult *result);

struct pg_call {
    struct list link;
    size_t statement; /* its place in the connection's table */
    struct pg_params params;
    bool alone;
    pg_done_fn *on_done;
    PGresult *result; /* what came so far */
    int64_t sent_us;  /* when it left, by clock_mono_us() */
};

struct pg_pipeline {
    struct loop *loop;
    struct turn_hook *flush; /* asked for when something has gathered */
    const struct pg_statement *statements;
    size_t n_statements;
    struct list gathered;               /* pg_call.link */
    struct list sent;                   /* pg_call.link */
    size_t n_calls;                     /* in both */
    size_t syncs;                       /* sent and not come back */
    struct metric_histogram *durations; /* a statement: from leaving to what came of it, in us */
};

/* Everything given is borrowed. */
void pg_pipeline_init(struct pg_pipeline *p, struct loop *l, struct turn_hook *flush,
                      const struct pg_statement *statements, size_t n_statements);
/* Only without calls. */
void pg_pipeline_done(struct pg_pipeline *p);

/* False: too many wait; on_done will not be called. */
bool pg_pipeline_add(struct pg_pipeline *p, struct pg_call *call) must_use;

/* Sends what has gathered. False: the connection is lost. */
bool pg_pipeline_send(struct pg_pipeline *p, PGconn *pq) must_use;

/* An answer is owed. */
bool pg_pipeline_under_way(const struct pg_pipeline *p);

/* Takes the results that have come. Callees may end the connection, by pg_pipeline_reset() first.
 */
void pg_pipeline_take(struct pg_pipeline *p, PGconn *pq);

/* Nothing more will come on this connection; then the calls are failed, with ST_UNAVAILABLE.
 * Returns how many. */
void pg_pipeline_reset(struct pg_pipeline *p);
size_t pg_pipeline_fail(struct pg_pipeline *p);
