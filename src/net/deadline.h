#pragma once

/*
 * By when something must have been done on a connection: thousands of them at the price of one
 * timer.
 *
 * Every deadline of one kind lies equally far ahead when it is set, so a list a kind is in order by
 * itself: setting, moving and dropping a deadline take no search, and libuv's heap never sees them.
 *
 * Owner:   the deadline is embedded in its owner, who drops it before the memory goes.
 * Threads: the loop's.
 */

#include "loop/timer.h"

enum deadline_kind {
    DEADLINE_HEAD,       /* the head of a request, or hands shaken for TLS, has to arrive whole */
    DEADLINE_BODY,       /* the body of a request has to arrive whole */
    DEADLINE_KEEP_ALIVE, /* the next request has to begin */
    DEADLINE_SEND,       /* the client has to take some of what is sent before a close */
    DEADLINE_INIT,       /* connection_init has to come */
    DEADLINE_PING,       /* the client has been silent so long that it is asked */
    DEADLINE_PONG,       /* and has to answer */
    DEADLINE_CLOSE,      /* the client has to let go of a connection that was closed */
    DEADLINE_ALIVE,      /* a client of a WebSocket has to be told that we are still there */
    DEADLINE_BEAT,       /* a stream has been silent so long that we say something */
    DEADLINE_RESERVED,   /* a reserved event stream has to be opened */
    DEADLINE_UPLOAD,     /* the body of a request over HTTP/2 has to arrive whole */
    DEADLINE_DELIVERY,   /* the client has to take some of a response over HTTP/2 that is whole */
    DEADLINE_REST,       /* a request over HTTP/2 that has been answered has to arrive whole */
};

enum {
    DEADLINE_KINDS = DEADLINE_REST + 1
};

struct deadline {
    struct list link;
    int64_t at;
    enum deadline_kind kind;
};

/* The deadline is in no list any more. */
typedef void deadline_fn(struct deadline *d);

struct deadlines {
    struct loop *loop;
    deadline_fn *on_due;
    int64_t timer_at; /* when the timer fires; INT64_MAX while it does not run */
    uint64_t ms[DEADLINE_KINDS];
    struct list lists[DEADLINE_KINDS];
    struct timer timer;
};

/* ms: how far ahead each kind lies; 0 is never. */
void deadlines_init(struct deadlines *ds, struct loop *l, const uint64_t ms[DEADLINE_KINDS],
                    deadline_fn *on_due);
/* Every deadline must have been dropped. */
void deadlines_close(struct deadlines *ds, timer_fn *on_closed);

void deadline_init(struct deadline *d);
/* From now on; in place of the one that was set before. */
void deadline_set(struct deadlines *ds, struct deadline *d, enum deadline_kind kind);
void deadline_drop(struct deadline *d);
