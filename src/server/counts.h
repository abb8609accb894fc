#pragma once

/*
 * What the server itself counts on a thread, for /metrics; what is below it counts for itself.
 *
 * Threads: the worker's loop; read by any.
 */

#include "base/metric.h"
#include "base/status.h"
#include "graphql/graphql.h"

enum {
    COUNTS_TYPES = GQL_SUBSCRIPTION + 1, /* of operations, by enum gql_operation_type */
    COUNTS_UNKNOWN_TYPE = COUNTS_TYPES,  /* refused before it was known */
    COUNTS_STATUSES = ST_FAULT + 1,
};

enum counts_auth {
    COUNTS_AUTH_MISSING, /* nothing was shown where something must be */
    COUNTS_AUTH_INVALID,
    COUNTS_AUTH_EXPIRED,
    COUNTS_AUTH_NO_KEYS, /* the keys could not be had */
    COUNTS_AUTHS
};

enum counts_limit {
    COUNTS_LIMIT_REQUESTS,    /* --rate-requests */
    COUNTS_LIMIT_SENDS,       /* --rate-sends, --rate-sends-tenant */
    COUNTS_LIMIT_CONNECTIONS, /* --max-connections-per-user, -per-tenant */
    COUNTS_LIMIT_ANSWERS,     /* --max-answer-bytes */
    COUNTS_LIMITS
};

struct server_counts {
    struct metric operations[COUNTS_TYPES + 1][COUNTS_STATUSES];
    struct metric_histogram durations[COUNTS_TYPES]; /* in microseconds */
    struct metric auth_failures[COUNTS_AUTHS];
    struct metric limited[COUNTS_LIMITS];
    struct metric positions_behind; /* rooms that the database was found to be ahead of */
};

/* "query"; NULL at the end, as for all of these. */
const char *counts_type_name(size_t type);
const char *counts_auth_name(size_t reason);
const char *counts_limit_name(size_t limit);

/* An operation has ended with this status, or a subscription has begun with ST_OK. since_us: when
 * it was asked for, by clock_mono_us(); 0: its duration was told before. */
void counts_operation(struct server_counts *c, size_t type, enum status st, int64_t since_us);

/* Who came was not let in. */
void counts_auth_failure(struct server_counts *c, enum status st, bool is_missing);
