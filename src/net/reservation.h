#pragma once

/*
 * Event streams that clients have reserved on this loop, and where each is: the register behind
 * graphql-sse's single connection mode.
 *
 *     RESERVED ──claimed by a stream, on whichever loop its connection is──► OPEN ──► (gone)
 *         └──nobody came in time──► (gone)
 *
 * The loop on which a stream was reserved is its home for good. The token names it, so that every
 * loop knows whom to ask, and 128 random bits, so that nobody can name a stream that is not theirs.
 *
 * Owner:   the network.
 * Threads: the home's loop.
 */

#include "base/list.h"
#include "net/deadline.h"
#include "net/operation.h"

struct net;

enum {
    RESERVATION_TOKEN = 34 /* characters */
};

struct reservation {
    struct list link; /* net.reservations */
    struct deadline unused;
    struct net *home;
    struct net *host; /* where the stream is; NULL until it has been opened */
    struct net_caller caller;
    char token[RESERVATION_TOKEN];
};

enum {
    RESERVATION_MOST_UNUSED = 64 /* of one caller, on one loop */
};

/* Does that caller have as many as it may, and uses none of them? */
bool reservation_has_enough(const struct net *home, const struct net_caller *caller);
/* NULL: too many are reserved, by all. */
struct reservation *reservation_new(struct net *home, const struct net_caller *caller) must_use;
/* NULL: there is none of that token here. */
struct reservation *reservation_find(struct net *home, struct str token);
/* A stream has taken it: it will not end before that does. */
void reservation_claim(struct reservation *r, struct net *host);
void reservation_free(struct reservation *r);

/* NULL: that is no token. */
struct net *reservation_home(const struct net *n, struct str token);

/* For deadlines. */
void reservation_on_deadline(struct deadline *unused);

/* The network closes: all are forgotten. */
void reservation_free_all(struct net *home);
