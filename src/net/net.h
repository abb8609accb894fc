#pragma once

/*
 * One loop's listener and connections: libwebsockets on the loop's libuv.
 *
 * Each loop has a listener of its own and accepts for itself, so a connection lives and dies on one
 * thread.
 */

#include "loop/loop.h"
#include "net/address.h"
#include "net/counts.h"
#include "net/endpoint.h"
#include "net/http_head.h"
#include "net/operation.h"
#include "net/tls.h"

struct net;

struct net_config {
    size_t max_connections;   /* of this loop; further ones are answered 503 and closed */
    size_t max_handshakes;    /* connections of this loop that have asked for nothing yet */
    size_t max_request_bytes; /* an HTTP body, a WebSocket message */
    struct http_head_limits head_limits; /* 0: as much as there can be */
    size_t max_subscriptions;            /* operations at a time on a connection */
    size_t batching;          /* operations in an HTTP body that is an array; 0: none may be */
    size_t high_water;        /* unsent bytes of a connection, then next() is NET_FULL */
    uint64_t head_timeout_ms; /* a duration of 0: without end */
    uint64_t body_timeout_ms;
    uint64_t keep_alive_timeout_ms;
    uint64_t send_timeout_ms;
    uint64_t init_timeout_ms;
    uint64_t ping_interval_ms;
    uint64_t pong_timeout_ms;
    bool room_url_token;                 /* a room's socket takes a token from its URL */
    bool websocket_deflate;              /* permessage-deflate, where a client offers it */
    struct str schema_hash;              /* told with each response of GraphQL; absent: it is not */
    struct str allowed_origins;          /* between commas, "*" for any; absent: the same origin */
    struct tls_certificate *certificate; /* every connection speaks TLS; NULL: none does */
    bool proxy_protocol;               /* every connection begins with what a proxy says about it */
    struct net_ranges trusted_proxies; /* whose X-Forwarded-For is believed; borrowed */
    bool traces;                       /* net_call.traceparent is wanted */
};

/* What may change while it runs, each as in the config. */
struct net_limits {
    size_t max_handshakes;
    size_t max_request_bytes;
    size_t max_subscriptions;
    size_t batching;
    size_t high_water;
    struct str allowed_origins; /* copied */
};

/* Listens. Call for one loop after another with the same endpoint, before they run. ST_CONFLICT:
 * somebody else listens there. */
enum status net_new(struct loop *l, const struct net_config *config,
                    const struct net_service *service, struct net_endpoint *endpoint,
                    struct net **ret_net, struct net_error *ret_error) must_use;

/* A second listener, for operators: plain HTTP, whatever the first one speaks, with the pages of
 * on_page_aside and nothing else. It accepts as soon as the loop runs, also when the server is
 * full. Before the loop runs. */
enum status net_listen_aside(struct net *n, struct net_endpoint *endpoint,
                             struct net_error *ret_error) must_use;

/* Tells the networks of all loops of one another, in the order of their indices, before any loop
 * runs: a request may be about what another loop has. */
void net_introduce(struct net *const *nets, size_t n);

/* Accepts from now on; whoever came before has waited. On the loop's thread, or before it runs. */
void net_accept(struct net *n);

/* For the connections that come from now on; a listener without TLS stays without. On the loop's
 * thread. */
void net_renew_certificate(struct net *n, struct tls_certificate *certificate);

/* From now on; what has begun may end by those of before. On the loop's thread. */
void net_set_limits(struct net *n, const struct net_limits *limits);

/* Stops accepting; closes every connection with 1012 once what was accepted has been answered;
 * after drain_ms it hurries. Then on_closed. */
typedef void net_closed_fn(void *user);
void net_close(struct net *n, uint64_t drain_ms, net_closed_fn *on_closed, void *user);

/* For one that is being closed: whoever is left after a moment, for the answers that come now, is
 * cut. Takes NULL. */
void net_hurry(struct net *n);

void net_free(struct net *n);

/* Open connections of this loop. */
size_t net_connections(const struct net *n);

/* Any thread may read them. */
const struct net_counts *net_counts(const struct net *n);
