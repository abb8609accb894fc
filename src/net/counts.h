#pragma once

/*
 * What a loop's transports count, for /metrics.
 *
 * Threads: the loop's; read by any.
 */

#include "base/metric.h"

/* What is spoken on a connection: HTTP first, and perhaps a WebSocket's sub-protocol then. */
enum net_kind {
    NET_KIND_HTTP,
    NET_KIND_HTTP_2,
    NET_KIND_GTWS,
    NET_KIND_LEGACY,
    NET_KIND_APPSYNC,
    NET_KIND_ROOM,
    NET_KINDS
};

/* What became of one that came. */
enum net_result {
    NET_OPENED,
    NET_REFUSED_HANDSHAKE, /* of a WebSocket: malformed, or its page's origin is not allowed */
    NET_REFUSED_FULL,      /* --max-connections */
    NET_LET_GO,            /* --max-handshakes: it had asked for nothing yet */
    NET_RESULTS
};

enum {
    NET_CLOSE_CODES = 21,
    NET_CLOSE_NONE = 1005, /* a close frame without a code */
    NET_CLOSE_LOST = 1006, /* no close frame */
};

struct net_counts {
    struct metric open[NET_KINDS];
    struct metric results[NET_KINDS][NET_RESULTS];
    struct metric closes[NET_CLOSE_CODES]; /* of WebSockets, by either side; as net_close_codes */
};

/* The last stands for all others. */
extern const unsigned net_close_codes[NET_CLOSE_CODES];

/* "http", "graphql-transport-ws"; "opened". */
const char *net_kind_name(enum net_kind kind);
const char *net_result_name(enum net_result result);

void net_count_close(struct net_counts *counts, unsigned code);
