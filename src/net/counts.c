#include "net/counts.h"

const unsigned net_close_codes[NET_CLOSE_CODES] = {
    1000, 1001, 1002, 1003, NET_CLOSE_NONE, NET_CLOSE_LOST, 1007, 1008, 1009, 1010, 1011,
    1012, 1013, 4400, 4401, 4403,           4406,           4408, 4409, 4429, 0,
};

const char *net_kind_name(enum net_kind kind)
{
    static const char *const names[NET_KINDS] = {
        [NET_KIND_HTTP] = "http",
        [NET_KIND_HTTP_2] = "http2",
        [NET_KIND_GTWS] = "graphql-transport-ws",
        [NET_KIND_LEGACY] = "graphql-ws",
        [NET_KIND_APPSYNC] = "appsync",
        [NET_KIND_ROOM] = "room",
    };

    return names[kind];
}

const char *net_result_name(enum net_result result)
{
    static const char *const names[NET_RESULTS] = {
        [NET_OPENED] = "opened",
        [NET_REFUSED_HANDSHAKE] = "refused",
        [NET_REFUSED_FULL] = "full",
        [NET_LET_GO] = "let_go",
    };

    return names[result];
}

void net_count_close(struct net_counts *counts, unsigned code)
{
    size_t i = 0;

    while (i < NET_CLOSE_CODES - 1 && net_close_codes[i] != code)
        i++;
    metric_add(&counts->closes[i], 1);
}
