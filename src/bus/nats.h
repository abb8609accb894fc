#pragma once

/*
 * The bus over a cluster of NATS servers. libnats has threads of its own, and its calls may block:
 * one more thread, the bus's, connects and publishes; what comes in reaches the loop as letters.
 *
 * Packets are dropped while too many wait on either side. Where some that came in were dropped, or
 * the connection was lost, on_connected says so afterwards.
 *
 * Threads: the loop's.
 */

#include "bus/bus.h"
#include "bus/packet.h"

struct bus_nats;

bool bus_nats_servers_valid(struct str servers) must_use;

/* servers must be valid; both strings are copied. */
struct bus_nats *bus_nats_new(struct loop *l, struct str servers, struct str subject,
                              const struct bus_events *events) must_use;

/* The packet is copied. */
void bus_nats_send(struct bus_nats *n, struct str packet);

/* Whether a server is connected. */
const struct breaker *bus_nats_breaker(const struct bus_nats *n);

/* Once what waits has left, as far as that is possible soon. */
void bus_nats_close(struct bus_nats *n, bus_closed_fn *on_closed, void *user);
