#include <stdio.h>

#include "cli/cmd.h"
#include "cli/server_at.h"

enum {
    TIMEOUT_MS = 10 * 1000,
    LONGEST_SHOWN = 1000, /* bytes of an answer */
};

struct health_options {
    bool live;
    struct server_at at;
};

static const struct option own_options[] = {
    SERVER_AT_OPTION(struct health_options, at),
    {.name = "live",
     .kind = OPTION_SWITCH,
     .offset = offsetof(struct health_options, live),
     .help = "ask only whether the process runs, whatever the database does (/healthz)"},
};

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
    struct server_page page = {.path = own->live ? "/healthz" : "/readyz"};
    struct http_call call = {.timeout_ms = TIMEOUT_MS};
    int exit_status = server_at_find(c, &own->at, &page, &call);

    return exit_status == CMD_OK ? ask(&c->arena, &call) : exit_status;
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct health_options own = {0};
    struct option_set options = {.target = &own, .rest = &own.at.words};
    struct config config;
    int exit_status;

    config_init(&config);
    if (server_at_load(cmd, &config, &options, &own.at, args, environment, &exit_status))
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
        "configuration: the same --listen and --tls-certificate; with one, neither the\n"
        "environment nor a file of options is looked at.\n\n"
        "Exit status: 0 it is ready, 1 it is not or does not answer, 2 it was asked for\n"
        "wrongly.\n",
    .run = run,
    CMD_OPTIONS(own_options),
    .is_configured = true,
};
