#pragma once

/*
 * The bus over PostgreSQL: a connection that listens to the channel `guildhall`, and notifies on
 * it where PostgreSQL is the bus.
 *
 * One statement is under way at a time; packets that come meanwhile leave together in the next.
 * While the connection is away, and when too many wait, packets are dropped.
 *
 * Threads: the loop's.
 */

#include "bus/bus.h"
#include "bus/packet.h"

struct bus_postgres;

/* conninfo is borrowed and must outlive it. */
struct bus_postgres *bus_postgres_new(struct loop *l, struct str conninfo,
                                      const struct bus_events *events) must_use;

/* The packet is copied; less than 8,000 bytes, without NUL. */
void bus_postgres_send(struct bus_postgres *p, struct str packet);

/* Once what waits has left, or was lost. */
/* What was not sent is let go. */
void bus_postgres_hurry(struct bus_postgres *p);

/* Whether the channel is heard. */
const struct breaker *bus_postgres_breaker(const struct bus_postgres *p);

void bus_postgres_close(struct bus_postgres *p, bus_closed_fn *on_closed, void *user);
