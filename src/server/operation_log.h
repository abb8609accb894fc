#pragma once

/*
 * The log's lines about one operation.
 *
 * Threads: any.
 */

#include "auth/viewer.h"
#include "graphql/graphql.h"
#include "trace/trace.h"

/* Which one; borrowed for the call. */
struct operation_facts {
    uint64_t request_id;
    uint64_t conn_id;
    const struct viewer *viewer;           /* NULL without a token */
    const struct gql_operation *operation; /* NULL: it did not come so far */
    const struct trace *trace;             /* NULL: not sampled */
};

/* At debug: it has ended; of a subscription, it has found its room. */
void operation_log_end(const struct operation_facts *facts, enum status status, int64_t dur_ms);

/* A mistake of ours, of which the client was told the id and nothing else. */
void operation_log_fault(const struct operation_facts *facts, struct str cause);
