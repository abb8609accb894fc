#pragma once

/*
 * The readiness of a connection's socket.
 *
 * libpq closes sockets and opens others while it connects, perhaps under the same number, so one
 * is made anew after each of its steps.
 *
 * Owner:   whoever made it. libuv lets go of it later than its owner does, so it is a piece of
 *          memory of its own.
 * Threads: the loop's.
 */

#include <libpq-fe.h>

#include "loop/watch.h"

struct pg_socket;

/* events: a set of enum watch_event. */
typedef void pg_socket_fn(void *user, int events);

struct pg_socket *pg_socket_new(struct loop *l, const PGconn *pq, int events,
                                pg_socket_fn *on_ready, void *user) must_use;

/* Which events are wanted from now on. */
void pg_socket_set(struct pg_socket *s, int events);

/* Before PQfinish(); nothing is called any more. NULL is fine, and what is returned. */
struct pg_socket *pg_socket_free(struct pg_socket *s) must_use;
