#include "gen/schema_gen.h"

#include "resolvers/connection.h"
#include "resolvers/context.h"
#include "resolvers/limits.h"

/* ServerInfo and Limits: both are the process's struct context_facts. */

static const void *now_of(struct arena *a, void *context, const void *parent)
{
    return &((const struct context *)context)->now_ms;
}

const struct gql_leaf server_info_leaves[] = {
    GQL_LEAF("version", struct context_facts, version),
    GQL_LEAF("schemaHash", struct context_facts, schema_hash),
    GQL_LEAF_COMPUTED("now", GQL_C_TIME, now_of),
    GQL_LEAVES_END,
};

void server_info_limits(struct gql_field *f)
{
    gql_resolve(f, f->parent);
}

/* Every value of the enum, by its place. */
void server_info_error_codes(struct gql_field *f)
{
    size_t n = gql_type_named(f->def->type)->n_values;
    int *places = arena_array(f->arena, int, n);

    for (size_t i = 0; i < n; i++)
        places[i] = (int)i;
    gql_resolve(f, connection_list(f->arena, places, n, sizeof(*places)));
}

static const void *max_text_of(struct arena *a, void *context, const void *parent)
{
    static const int64_t limit = LIMIT_TEXT;

    return &limit;
}

static const void *default_page_of(struct arena *a, void *context, const void *parent)
{
    static const int64_t limit = LIMIT_PAGE_DEFAULT;

    return &limit;
}

static const void *max_page_of(struct arena *a, void *context, const void *parent)
{
    static const int64_t limit = LIMIT_PAGE;

    return &limit;
}

const struct gql_leaf limits_leaves[] = {
    GQL_LEAF_COMPUTED("maxTextLength", GQL_C_INT, max_text_of),
    GQL_LEAF_COMPUTED("defaultPageSize", GQL_C_INT, default_page_of),
    GQL_LEAF_COMPUTED("maxPageSize", GQL_C_INT, max_page_of),
    GQL_LEAF("maxSubscriptionsPerConnection", struct context_facts,
             max_subscriptions_per_connection),
    GQL_LEAF("maxRequestBytes", struct context_facts, max_request_bytes),
    GQL_LEAF("maxQueryDepth", struct context_facts, max_query_depth),
    GQL_LEAF("requestsPerSecond", struct context_facts, requests_per_second),
    GQL_LEAF("messagesPerMinute", struct context_facts, messages_per_minute),
    GQL_LEAVES_END,
};
