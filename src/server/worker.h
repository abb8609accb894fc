#pragma once

/*
 * One thread of the server and all that is its own.
 *
 * Threads: its loop's; what is const is shared and frozen.
 */

#include <pthread.h>

#include "auth/keyring.h"
#include "base/stock.h"
#include "graphql/graphql.h"
#include "hub/hub.h"
#include "loop/loop.h"
#include "net/net.h"
#include "resolvers/context.h"
#include "server/config.h"
#include "server/counts.h"
#include "server/plan_cache.h"
#include "server/process.h"
#include "server/quotas.h"
#include "store/store.h"

struct audit;
struct clients;
struct documents;
struct exporter;
struct feed;
struct migrations;
struct outages;
struct positions;
struct shutdown;

struct worker {
    const struct config *config;
    const struct gql_schema *schema;
    struct context_facts facts;
    struct gql_limits limits;
    struct gql_memo memo;  /* of every request */
    struct quotas *quotas; /* shared by all, and locked, as is the next */
    struct clients *clients;
    const struct worker *all; /* this one too; the first is the first */
    size_t n_all;
    const struct feed *feed;
    int64_t started_ms;      /* by clock_mono_us() */
    int64_t started_unix_ms; /* the same, since 1970 */

    struct shutdown *shutdown;

    pthread_t thread;
    struct loop loop;
    struct store *store;
    struct hub *hub;
    struct keyring *keyring;
    struct positions *positions;
    struct net *net;
    struct plan_cache *plans;
    struct documents *documents;
    struct tracer *tracer; /* NULL, as the next: nothing is traced */
    struct exporter *exporter;
    struct audit *audit;           /* NULL: nobody wants to know who did what */
    struct migrations *migrations; /* of the first; else NULL */
    struct outages *outages;       /* likewise */
    struct server_counts counts;
    struct process_sight process; /* for who scrapes here */
    uint64_t requests;            /* so far: numbers them for the log */
    struct stock request_blocks;  /* for request.c, as is the next */
    struct buf out;       /* for the response that is being written (request.c); else empty */
    struct arena scratch; /* for what does not outlive a callback; reset by who uses it */
};
