#include <stdio.h>

#include "cli/cmd.h"
#include "cli/http_fetch.h"

enum {
    TIMEOUT_MS = 10 * 1000,
    LONGEST_SHOWN = 1000, /* bytes of an answer */
};

struct health_options {
    bool live;
    struct option_list servers;
};

static const struct option own_options[] = {
    {.name = "live",
     .kind = OPTION_SWITCH,
     .offset = offsetof(struct health_options, live),
     .help = "ask only whether the process runs, whatever the database does (/healthz)"},
};

/* A server that listens everywhere is asked here. */
static struct str host_here(struct arena *arena, struct str host)
{
    if (str_eq(host, STR("0.0.0.0")))
        return STR("127.0.0.1");
    if (str_eq(host, STR("::")))
        return STR("[::1]");
    return str_find(host, ':') < host.n ? arena_printf(arena, "[%.*s]", STR_ARG(host)) : host;
}

/* Of the server that runs with this configuration; absent where that does not tell. */
static struct str server_here(struct config *c)
{
    const char *scheme = c->tls_certificate.n ? "https" : "http";

    if (c->listen.path.p)
        return arena_printf(&c->arena, "%s://localhost", scheme);
    if (c->listen.inherited || c->listen.port == 0)
        return STR_NULL;
    return arena_printf(&c->arena, "%s://%.*s:%u", scheme,
                        STR_ARG(host_here(&c->arena, c->listen.host)), c->listen.port);
}

static int ask(struct arena *arena, const struct http_call *call)
{
    struct http_answer answer;
    struct str why, said;

    if (http_fetch(arena, call, &answer, &why) != ST_OK)
        return cmd_fail(CMD_FAILED, "%.*s", STR_ARG(why));
    said = str_of(answer.body.p, str_find(answer.body, '\n'));
    if (said.n > LONGEST_SHOWN)
        said.n = LONGEST_SHOWN;
    if (answer.status != 200)
        return cmd_fail(CMD_FAILED, "%s says %ld: %.*s", call->url, answer.status, STR_ARG(said));
    printf("%.*s\n", STR_ARG(said));
    return CMD_OK;
}

static int check(struct config *c, const struct health_options *own)
{
    bool is_named = own->servers.n > 0;
    struct str server = is_named ? own->servers.items[0] : server_here(c);
    struct http_call call = {.timeout_ms = TIMEOUT_MS, .is_own = !is_named};

    if (own->servers.n > 1)
        return cmd_fail(CMD_MISUSED, "one server at a time");
    if (!server.p)
        return cmd_fail(CMD_MISUSED, "where does it listen? Name its URL: http://127.0.0.1:8080");
    if (server.n && server.p[server.n - 1] == '/')
        server.n--;
    call.url =
        arena_printf(&c->arena, "%.*s%s", STR_ARG(server), own->live ? "/healthz" : "/readyz").p;
    if (!is_named) {
        call.unix_socket = c->listen.path.p;
        call.proxy_protocol = c->proxy_protocol == CONFIG_ON;
    }
    return ask(&c->arena, &call);
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct health_options own = {0};
    struct option_set options = {.target = &own, .rest = &own.servers};
    struct config config;
    int exit_status;

    config_init(&config);
    if (cmd_load(cmd, &config, &options, args, environment, &exit_status))
        exit_status = check(&config, &own);
    config_done(&config);
    return exit_status;
}

const struct cmd cmd_health = {
    .name = "health",
    .summary = "ask a server whether it is ready",
    .usage =
        "guildhall health [OPTION…] [URL]\n\n"
        "Asks the server at URL, http://HOST:PORT, whether it is ready to serve (/readyz), and\n"
        "prints what it says. Without a URL it is the server of this machine that has this\n"
        "configuration: the same --listen and --tls-certificate.\n\n"
        "Exit status: 0 it is ready, 1 it is not or does not answer, 2 it was asked for\n"
        "wrongly.\n",
    .run = run,
    CMD_OPTIONS(own_options),
    .is_configured = true,
};
