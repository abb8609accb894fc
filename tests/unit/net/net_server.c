/*
 * The transports alone, with a toy in place of the server (toy.h): to talk to by hand.
 *
 *     net_server [port [option=value…]]      prints "port N", ends on SIGTERM or SIGINT
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "tests/unit/net/toy.h"

struct program {
    struct toy toy;
    uv_signal_t signals[2];
};

static void on_closed(void *user)
{
    struct program *p = user;

    for (size_t i = 0; i < array_size(p->signals); i++)
        uv_close((uv_handle_t *)&p->signals[i], NULL);
    loop_stop(&p->toy.loop);
}

static void on_signal(uv_signal_t *handle, int signum)
{
    struct program *p = handle->data;

    for (size_t i = 0; i < array_size(p->signals); i++)
        uv_signal_stop(&p->signals[i]);
    net_close(p->toy.net, 2000, on_closed, p);
}

static void configure(struct net_config *config, const char *option)
{
    struct str value = str_c(option), name = str_split(&value, '=');
    int64_t n = 0;
    bool number = str_to_i64(value, &n);

    if (str_eq(name, STR("origins")))
        config->allowed_origins = value;
    else if (!number)
        exit(2);
    else if (str_eq(name, STR("connections")))
        config->max_connections = (size_t)n;
    else if (str_eq(name, STR("bytes")))
        config->max_request_bytes = (size_t)n;
    else if (str_eq(name, STR("subscriptions")))
        config->max_subscriptions = (size_t)n;
    else if (str_eq(name, STR("high")))
        config->high_water = (size_t)n;
    else if (str_eq(name, STR("init")))
        config->init_timeout_ms = (uint64_t)n;
    else if (str_eq(name, STR("ping")))
        config->ping_interval_ms = (uint64_t)n;
    else if (str_eq(name, STR("pong")))
        config->pong_timeout_ms = (uint64_t)n;
    else
        exit(2);
}

int main(int argc, char **argv)
{
    struct program p = {0};
    struct net_config config = {.max_connections = 20000,
                                .max_request_bytes = 262144,
                                .max_subscriptions = 256,
                                .high_water = 65536,
                                .init_timeout_ms = 10000,
                                .ping_interval_ms = 25000,
                                .pong_timeout_ms = 10000};
    struct net_error error;
    int64_t wanted = 0;
    struct net_endpoint endpoint;

    if (argc > 1 && (!str_to_i64(str_c(argv[1]), &wanted) || wanted < 0 || wanted > UINT16_MAX))
        return 2;
    for (int i = 2; i < argc; i++)
        configure(&config, argv[i]);
    signal(SIGPIPE, SIG_IGN);
    if (getenv("NET_SERVER_DEBUG"))
        log_set_level(LOG_DEBUG);
    endpoint = (struct net_endpoint){.host = STR("127.0.0.1"), .port = (uint16_t)wanted};
    toy_init(&p.toy);
    if (!toy_listen(&p.toy, &config, &endpoint, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    for (size_t i = 0; i < array_size(p.signals); i++) {
        uv_signal_init(&p.toy.loop.uv, &p.signals[i]);
        p.signals[i].data = &p;
        uv_signal_start(&p.signals[i], on_signal, i ? SIGINT : SIGTERM);
    }
    printf("port %u\n", endpoint.port);
    fflush(stdout);
    loop_run(&p.toy.loop);
    toy_done(&p.toy);
    return 0;
}
