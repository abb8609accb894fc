#pragma once

/*
 * Wakes the other nodes: hints, which are single lines of text, to every node on the same bus.
 *
 *     bus_publish(bus, hint)    to all others, not to this one
 *     on_hint(user, hint)       from another node, or from an application's own transaction
 *     on_connected(user)        some were perhaps missed: time to look at the log
 *
 * Hints may be lost, repeated, delayed and reordered; nothing that is true may depend on one. The
 * hints of one turn of the loop leave together.
 *
 * Whatever the bus is, PostgreSQL's channel `guildhall` is listened to on a connection of the bus's
 * own, because applications publish there from SQL.
 *
 * Threads: the loop's.
 * Fails:   never loudly: what cannot leave now is dropped. Lost connections come back by
 *          themselves.
 */

#include "base/breaker.h"
#include "base/str.h"
#include "loop/loop.h"

enum bus_kind {
    BUS_LOCAL,    /* one node: nothing is published */
    BUS_POSTGRES, /* NOTIFY, after the commit and on a connection of its own */
    BUS_NATS,     /* a cluster of NATS servers */
};

enum {
    BUS_LONGEST_HINT = 7500, /* NOTIFY takes less than 8,000 bytes */
};

/* Borrowed for the call. */
typedef void bus_hint_fn(void *user, struct str hint);
typedef void bus_connected_fn(void *user);
typedef void bus_closed_fn(void *user);

struct bus_config {
    enum bus_kind kind;
    struct str conninfo; /* PostgreSQL's, for every kind */
    struct str servers;  /* of NATS: see bus_servers_valid() */
    struct str subject;  /* of NATS: differs between databases, whose rooms are not the same */
    uint64_t faults;     /* the seed of bus/faults.h; 0: none */
    bus_hint_fn *on_hint;
    bus_connected_fn *on_connected;
    void *user;
};

struct bus;

/* URLs between commas, each nats://HOST:PORT or tls://HOST:PORT, perhaps with USER:PASSWORD@. */
must_use bool bus_servers_valid(struct str servers);

/* The config is copied. Connects once the loop runs. */
struct bus *bus_new(struct loop *l, const struct bus_config *config) must_use;

/* One line of at most BUS_LONGEST_HINT bytes. */
void bus_publish(struct bus *b, struct str hint);

/* Sends what waits, as long as that goes well; nothing is told behind this but on_closed, when the
 * bus has been freed. */
void bus_close(struct bus *b, bus_closed_fn *on_closed, void *user);

/* For one that is being closed: PostgreSQL is waited for no more. NATS is, for two seconds a server
 * that does not answer: libnats cannot be hurried. */
void bus_hurry(struct bus *b);

/* Whether the other nodes can be heard: NATS, or PostgreSQL's channel. Any thread may read it,
 * until the bus has closed. */
const struct breaker *bus_breaker(const struct bus *b);
