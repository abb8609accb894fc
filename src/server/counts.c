#include "server/counts.h"

#include "base/clock.h"

const char *counts_type_name(size_t type)
{
    if (type < COUNTS_TYPES)
        return gql_operation_type_name((enum gql_operation_type)type);
    return type == COUNTS_UNKNOWN_TYPE ? "unknown" : NULL;
}

const char *counts_auth_name(size_t reason)
{
    static const char *const names[COUNTS_AUTHS + 1] = {"missing", "invalid", "expired", "no_keys"};

    return names[reason];
}

const char *counts_limit_name(size_t limit)
{
    static const char *const names[COUNTS_LIMITS + 1] = {"requests", "sends", "connections",
                                                         "answers"};

    return names[limit];
}

void counts_operation(struct server_counts *c, size_t type, enum status st, int64_t since_us)
{
    metric_add(&c->operations[type][st], 1);
    if (type < COUNTS_TYPES && since_us)
        metric_observe(&c->durations[type], &metric_durations,
                       (uint64_t)(clock_mono_us() - since_us));
}

void counts_auth_failure(struct server_counts *c, enum status st, bool is_missing)
{
    enum counts_auth reason = COUNTS_AUTH_INVALID;

    if (is_missing)
        reason = COUNTS_AUTH_MISSING;
    else if (st == ST_TOKEN_EXPIRED)
        reason = COUNTS_AUTH_EXPIRED;
    else if (st == ST_UNAVAILABLE)
        reason = COUNTS_AUTH_NO_KEYS;
    metric_add(&c->auth_failures[reason], 1);
}
