#pragma once

/*
 * What resolvers know about the request they serve: who asks, and the parts that answer.
 *
 * Owner:   the server's request; lives until the request has ended.
 * Threads: the request's loop.
 */

#include "audit/audit.h"
#include "auth/viewer.h"
#include "base/wait.h"
#include "graphql/field.h"
#include "hub/recent.h"
#include "hub/rendered.h"
#include "store/store.h"

struct context;

/* What stays the same for as long as the process runs: for serverInfo, and for checks. */
struct context_facts {
    struct str version;
    struct str schema_hash;
    int64_t max_subscriptions_per_connection;
    int64_t max_request_bytes;
    int64_t max_query_depth;
    int64_t requests_per_second; /* 0: no limit */
    int64_t messages_per_minute;
};

struct context {
    const struct viewer *viewer; /* NULL without a token */
    struct store *store;
    const struct context_facts *facts;
    enum status introspection; /* ST_OK, or why __schema and __type are not answered */
    int64_t now_ms;
    struct store_caller caller; /* the viewer, as the store takes it */

    struct audit *audit; /* NULL, when nobody wants to know who did what */
    uint64_t request_id; /* for it */
    uint64_t conn_id;

    /* Checks a newer token and, on an open socket, puts it in place of the one before. The value is
     * a const struct viewer that lives as long as the request. */
    struct wait *(*renew)(struct context *c, struct arena *a, struct str token);

    /* The newest messages of a room that are at hand here; see hub/recent.h. */
    struct recent_run (*recent)(struct context *c, struct str room_id);
    struct rendered *rendered; /* as they were written for others; see hub_rendered() */

    /* Counts one more message of the viewer's: 0, or in how many milliseconds one may come. */
    uint64_t (*count_send)(struct context *c);
};

static inline struct context *context_of(const struct gql_field *f)
{
    return f->context;
}
