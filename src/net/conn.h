#pragma once

/*
 * One TCP connection: bytes in to whoever speaks on it, bytes out in one write a turn.
 *
 * libwebsockets holds the socket, in its raw role: it reads, and says when the kernel takes bytes
 * again. What the kernel left of a write is kept here: libwebsockets (4.1.6) would turn its loop
 * for as long as something waits to be read meanwhile, and may forget to go on writing where a
 * socket can be read and written at the same time. The protocols on top are ours, because its own
 * accept unmasked frames and handshakes that RFC 6455 and RFC 9112 forbid, and answer before a
 * callback could object. A connection begins with what the listener asks for: the PROXY protocol,
 * then TLS, then HTTP.
 *
 *     OPEN ──conn_finish──► FINISHING ──all is sent──► LINGERING ──the client lets go──► (gone)
 *       └──────────────────────┴──conn_kill, or an error──► DEAD ──end of the turn──► (gone)
 *
 * Owner: itself; on_gone is the speaker's last call.
 */

#include "net/inside.h"
#include "net/outq.h"
#include "net/tls.h"

struct conn;

/* What the kernel left of a write. */
struct conn_held {
    size_t n;
    size_t sent;
    char bytes[];
};

enum conn_state {
    CONN_OPEN,
    CONN_FINISHING, /* what waits goes out; what comes in is read over */
    CONN_LINGERING, /* our side is shut: closing right away could take back what was sent */
    CONN_DEAD,      /* closed at the end of the turn */
};

/* A protocol on a connection. All are called from the loop, never from inside a conn_ call. */
struct conn_speaker {
    /* Bytes came, writable in place; only while OPEN. */
    void (*on_bytes)(void *user, char *p, size_t n);
    /* The end of a turn in which conn_wake() was called, before what waits is written. */
    void (*on_turn_end)(void *user);
    /* A full connection has room again. */
    void (*on_drained)(void *user);
    /* The kernel has taken some of what it had left: the client made room. */
    void (*on_progress)(void *user);
    void (*on_deadline)(void *user, enum deadline_kind kind);
    /* The server stops: finish what was begun. */
    void (*on_drain)(void *user);
    void (*on_gone)(void *user);
};

struct conn {
    struct list link;           /* net.connections */
    struct list queue;          /* net.handshakes: it has asked for nothing yet; or net.operators */
    struct net_address peer;    /* who connected; behind a proxy that says so, its client */
    uint64_t taken;             /* bytes that the client had taken by the last conn_has_taken() */
    struct rate_state requests; /* of GraphQL, for the server */
    struct deadline deadline;
    struct grave grave;
    struct lws *wsi;
    const struct conn_speaker *speaker;
    void *user;
    enum net_kind kind; /* what is spoken, for the counts */
    bool aside;         /* an operator's: on the listener for them */
    /* From here on, what a delivery touches: side by side, since a thousand are written to. */
    bool speaker_woken; /* it is told of this turn's end */
    bool full;          /* somebody waits for on_drained */
    bool deaf;          /* reading has been stopped */
    int fd;             /* wsi's */
    enum conn_state state;
    struct list woken; /* net.woken: to be seen to at the end of this turn */
    struct net *net;
    struct tls *tls; /* NULL: it speaks in the clear */
    struct outq out;
    struct conn_held *held; /* what the kernel did not take of our last write; NULL: it took all */
};

/* Takes over fd; counts as one of n's connections, but aside, where it is HTTP from the start.
 * False: libwebsockets did not take it. */
bool conn_open(struct net *n, int fd, const struct net_address *client, bool aside);
/* The socket's callback, for libwebsockets. */
int conn_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len);

/* Hands the connection over to another protocol. */
void conn_set_speaker(struct conn *c, const struct conn_speaker *speaker, void *user);

/* From now on it counts as one of these. */
void conn_becomes(struct conn *c, enum net_kind kind);

/* For what stands in front of HTTP: what follows begins, and takes its first bytes. */
void conn_begin(struct conn *c);
void conn_take(struct conn *c, char *p, size_t n);

/* After something was put in c->out: it is written at the end of this turn. */
void conn_wake(struct conn *c);
/* The same, where on_turn_end would have nothing to do: it is called for others only. */
void conn_write_soon(struct conn *c);
/* For net.turn_end: sees to all that were woken. */
void conn_on_turn_end(struct turn_hook *hook);

/* Bytes that the kernel has not taken. */
size_t conn_unsent(const struct conn *c);
/* Writes what waits at once, as much of it as the client takes. */
void conn_flush(struct conn *c);

/* Is there room for more? When too much is unsent it is written at once; when the client does not
 * take it the answer is false, and on_drained comes. */
bool conn_has_room(struct conn *c) must_use;

/* Stops or starts reading. */
void conn_listen(struct conn *c, bool listen);

/* Of an open connection: once it ends, only how long that may take counts. */
void conn_set_deadline(struct conn *c, enum deadline_kind kind);
void conn_drop_deadline(struct conn *c);

/* Has the client, to which more is to be sent than it has room for, taken some since this was asked
 * last? It need not have read what it is to answer, nor are answers read from a full connection. */
bool conn_has_taken(struct conn *c);

/* From now on only we may speak: a client that acknowledges nothing for as long as a ping and its
 * pong may take is gone, and the connection ends. */
void conn_expect_acks(struct conn *c);

/* Sends what waits, then closes. */
void conn_finish(struct conn *c);
/* Closes at the end of the turn. */
void conn_kill(struct conn *c);
/* The same for a client that takes nothing: the kernel, too, lets go of what was meant for it,
 * which it would else try to send for minutes. */
void conn_abandon(struct conn *c);
/* For net: what is left when time is up, and when the server stops. */
void conn_drain(struct conn *c);

/* The head of its first request has come whole. */
void conn_shook_hands(struct conn *c);
/* As if its time to get so far were up: another one needs the place. */
void conn_give_up(struct conn *c);

/* For deadlines. */
void conn_on_deadline(struct deadline *d);
