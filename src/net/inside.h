#pragma once

/*
 * A loop's transports, as their own parts see them; for src/net/ only.
 */

#include <libwebsockets.h>

#include "base/arena.h"
#include "base/map.h"
#include "net/counts.h"
#include "net/deadline.h"
#include "net/listener.h"
#include "net/net.h"
#include "net/outq.h"
#include "net/packing.h"

enum {
    NET_SCRATCH = 256 * 1024, /* bytes of one write: many small frames, or a piece of a large one */
    NET_READ_BUFFER = 32 * 1024, /* one for all connections of a loop */
    NET_PLAIN_IN = 16 * 1024,    /* of one record of TLS */
    NET_PLAIN_OUT = 64 * 1024,
};

enum net_state {
    NET_OPEN,
    NET_DRAINING,   /* accepts no more; what was accepted is being answered */
    NET_PARTING,    /* time is up: whoever is left has a moment to be told so */
    NET_LETTING_GO, /* no connections are left; handles of libuv and libwebsockets are closing */
    NET_CLOSED,
};

struct net {
    struct loop *loop;
    struct arena arena; /* the configuration's strings */
    char *origins;      /* those allowed, when they were set anew; else NULL */
    struct net_config config;
    struct net_service service;
    enum net_state state;
    struct lws_context *lws; /* libwebsockets sets it to NULL when the context is gone */
    struct lws_vhost *vhost;
    struct listener listener;
    struct listener aside; /* for operators; its fd is -1 without one */
    struct deadlines deadlines;
    struct list connections; /* conn.link */
    struct list woken;       /* conn.woken */
    struct turn_hook turn_end;
    size_t n_connections;
    struct list operators;  /* conn.queue, of the listener aside, who was silent longest first */
    size_t n_operators;     /* not among those above */
    struct list handshakes; /* conn.queue, the oldest first */
    size_t n_handshakes;
    struct outq_stock stock;  /* of the connections' queues */
    uint64_t clients;         /* made so far */
    struct net *const *peers; /* of every loop, by its index; this one among them */
    size_t n_peers;
    struct list reservations; /* reservation.link: of event streams, at home on this loop */
    struct map reservations_by_token;
    struct map reservers;     /* by caller: who has reserved what is not used yet */
    struct map event_streams; /* by token: those whose connection is on this loop */
    struct timer drain;       /* until time is up; until all are cut; until libwebsockets let go */
    unsigned handles;         /* of our own, still closing */
    net_closed_fn *on_closed;
    void *user;
    char *scratch;           /* NET_SCRATCH bytes, for what is being written right now */
    struct packing *packing; /* of WebSockets' messages; NULL: none are compressed */
    struct tls_certificate *certificate; /* of new connections; NULL: they speak in the clear */
    char *plain_in;                      /* NET_PLAIN_IN bytes, of TLS, on their way to a speaker */
    char *plain_out;                     /* NET_PLAIN_OUT bytes, about to be encrypted */
    struct net_counts counts;
};

/* Unique in the process: loops count for themselves. */
uint64_t net_client_id(struct net *n);

/* The wall clock may be asked for here: it is only for Date. */
int64_t net_unix_ms(void);

/* A connection's memory is about to be freed. */
void net_conn_gone(struct net *n);
