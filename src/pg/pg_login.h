#pragma once

/*
 * Logging in to PostgreSQL: one attempt at a time, on a loop.
 *
 *     pg_login_init(&login, loop, conninfo, "guildhall reader", on_login);
 *     pg_login_start(&login, NULL);     on_login is called once, unless pg_login_stop() is first
 *
 * Names are looked up in another thread, for that blocks, and most of all when the network is gone.
 *
 * A host or an address whose packets are lost is left after a second and a half for the next one
 * that the connection string names; a server that takes the connection and then says nothing, after
 * five seconds.
 *
 * Owner:   embedded in its owner, whose memory it is again only in on_closed.
 * Threads: the loop's.
 */

#include <libpq-fe.h>

#include "base/str.h"
#include "loop/timer.h"
#include "pg/pg_socket.h"

struct pg_login;

/* The connection is the callee's to PQfinish(). NULL: nobody is there, or we were refused; why is
 * borrowed for the call. */
typedef void pg_login_fn(struct pg_login *l, PGconn *pq, const char *why);
typedef void pg_login_closed_fn(struct pg_login *l);

struct pg_attempt;

struct pg_login {
    struct loop *loop;
    struct str conninfo;
    const char *name;
    pg_login_fn *on_done;
    struct pg_attempt *attempt; /* the one under way, or NULL */
    struct pg_socket *socket;   /* NULL while another thread works on the attempt */
    struct timer patience;      /* with what is to come on the socket */
    pg_login_closed_fn *on_closed;
};

/* conninfo, a libpq connection string or URL that ends in NUL, and name, as pg_stat_activity shows
 * it, are borrowed; name also by the connections that come of it. */
void pg_login_init(struct pg_login *l, struct loop *loop, struct str conninfo, const char *name,
                   pg_login_fn *on_done);
void pg_login_close(struct pg_login *l, pg_login_closed_fn *on_closed);

/* Only when none is under way. beside: a connection to whose host, and no other, the new one goes;
 * or NULL. */
void pg_login_start(struct pg_login *l, const PGconn *beside);
void pg_login_stop(struct pg_login *l);
bool pg_login_under_way(const struct pg_login *l);
