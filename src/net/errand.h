#pragma once

/*
 * A request about an event stream that may be on another loop: from the loop that has taken it to
 * the stream's home (net/reservation.h), which knows where the stream is, from there to the stream,
 * and back with a verdict.
 *
 * Owner:   whichever loop it is at; the exchange that waits for the verdict only knows of it.
 * Threads: one after another, by mailbox.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "loop/mailbox.h"
#include "net/operation.h"

struct exchange;
struct net;

enum errand_kind {
    ERRAND_OPEN,      /* the stream begins, as the response to this request */
    ERRAND_OPERATION, /* begins on the stream */
    ERRAND_STOP,      /* of an operation */
};

struct errand {
    struct mailbox_letter letter;
    enum errand_kind kind;
    struct net *origin;
    struct net *at;            /* the loop that it is going to */
    struct net *host;          /* the stream's, once its home has said so */
    struct exchange *exchange; /* the origin's alone; NULL once its client has gone */
    struct arena arena;        /* for what follows */
    struct str token;
    struct str authorization; /* absent without one */
    struct str api_key;       /* likewise */
    struct str traceparent;   /* likewise */
    struct str client_name;   /* likewise */
    struct str schema_hash;   /* likewise */
    struct str asked;         /* of an operation: a body, or a query string */
    bool safe_method;         /* it is a query string */
    struct str operation_id;  /* to stop */
    /* The verdict. */
    int status; /* 0: none yet */
    struct buf answer;
};

/* For the exchange, which has to set it as its errand before errand_go(): the verdict may be there
 * at once. */
struct errand *errand_new(struct exchange *x, enum errand_kind kind, struct str token) must_use;
void errand_go(struct errand *e);

/* The verdict, for who gives it: an error, or nothing but a status. */
void errand_refuse(struct errand *e, int status, enum status why, struct str message);

/* Tells the stream's home that it has ended. */
void errand_release(struct net *host, struct str token);
