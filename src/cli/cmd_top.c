#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cmd.h"
#include "cli/server_at.h"
#include "cli/top_screen.h"

enum {
    TIMEOUT_MS = 5000, /* of a scrape */
    SCREEN_MOST = 64 * 1024,
    HOUR_MS = 3600 * 1000,
};

struct top_options {
    struct server_at at;
    uint64_t interval_ms;
    bool once;
    struct option_list headers;
};

static const struct option own_options[] = {
    SERVER_AT_OPTION(struct top_options, at),
    {.name = "interval",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct top_options, interval_ms),
     .initial = "2s",
     .least = 100,
     .most = HOUR_MS,
     .help = "between two looks: rates are of this time"},
    {.name = "once",
     .kind = OPTION_SWITCH,
     .offset = offsetof(struct top_options, once),
     .help = "one screen, and the end: two looks and what lies between them"},
    {.name = "header",
     .kind = OPTION_LIST,
     .offset = offsetof(struct top_options, headers),
     .shown = "NAME: VALUE",
     .help = "a header to send, where a proxy asks for one; may be given again"},
};

/* What is looked at, and how. */
struct target {
    const struct top_options *options;
    struct http_call call;
};

static enum status look(const struct target *t, struct arena *arena, struct scrape *ret_scrape)
{
    const char *url = t->call.url;
    struct http_answer answer;
    struct str why;
    size_t line;

    if (http_fetch(arena, &t->call, &answer, &why) != ST_OK) {
        cmd_fail(CMD_FAILED, "%s: %.*s", url, STR_ARG(why));
        return ST_UNAVAILABLE;
    }
    if (answer.status != 200) {
        cmd_fail(CMD_FAILED, "%s answers %ld: is it the address of a server's /metrics?", url,
                 answer.status);
        return ST_NOT_FOUND;
    }
    if (scrape_read(arena, answer.body, ret_scrape, &line) != ST_OK) {
        cmd_fail(CMD_FAILED, "%s: line %zu is no metric: is it the address of a server's /metrics?",
                 url, line);
        return ST_BAD_INPUT;
    }
    ret_scrape->at_us = clock_mono_us();
    return ST_OK;
}

static void nap(uint64_t ms)
{
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000 * 1000000)};

    while (nanosleep(&left, &left) != 0)
        ;
}

static int show(const struct target *t, const struct scrape *before, const struct scrape *now)
{
    bool goes_on = !t->options->once;
    bool is_terminal = isatty(STDOUT_FILENO);
    struct top_screen screen = {
        .source = str_c(t->call.url),
        .before = before,
        .now = now,
        .unix_ms = clock_unix_ms(),
        .colours = is_terminal && !getenv("NO_COLOR"),
    };
    struct buf out;
    int exit_status;

    buf_init(&out, SCREEN_MOST);
    if (is_terminal && goes_on)
        buf_add(&out, STR("\033[H\033[2J"));
    top_screen_write(&screen, &out);
    if (!is_terminal && goes_on)
        buf_add_char(&out, '\n');
    exit_status = cmd_print(&out);
    buf_done(&out);
    return exit_status;
}

/* Looks there have been: the latest that went well, and the one before. Each has an arena of its
 * own, which the next but one takes over. */
struct looks {
    struct arena arenas[2];
    struct scrape scrapes[2];
    unsigned latest;
};

/* A server that is started again is waited for: what went wrong is told each time. */
static int look_again(const struct target *t, struct looks *l)
{
    unsigned next = !l->latest;

    nap(t->options->interval_ms);
    arena_reset(&l->arenas[next]);
    if (look(t, &l->arenas[next], &l->scrapes[next]) != ST_OK)
        return t->options->once ? CMD_FAILED : CMD_OK;
    l->latest = next;
    return show(t, &l->scrapes[!next], &l->scrapes[next]);
}

static int watch(const struct target *t)
{
    struct looks l = {.latest = 0};
    int exit_status = CMD_FAILED;

    for (size_t i = 0; i < array_size(l.arenas); i++)
        arena_init(&l.arenas[i]);
    if (look(t, &l.arenas[0], &l.scrapes[0]) == ST_OK) {
        do
            exit_status = look_again(t, &l);
        while (!t->options->once && exit_status == CMD_OK);
    }
    for (size_t i = 0; i < array_size(l.arenas); i++)
        arena_done(&l.arenas[i]);
    return exit_status;
}

static int top(struct config *c, const struct top_options *o)
{
    static const struct server_page page = {
        .path = "/metrics", .is_operators = true, .may_be_moved = true};
    struct target t = {
        .options = o,
        .call = {.headers = o->headers.items, .n_headers = o->headers.n, .timeout_ms = TIMEOUT_MS},
    };
    int exit_status = server_at_find(c, &o->at, &page, &t.call);

    return exit_status == CMD_OK ? watch(&t) : exit_status;
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct top_options own = {0};
    struct option_set options = {.target = &own, .rest = &own.at.words};
    struct config config;
    int exit_status;

    config_init(&config);
    if (server_at_load(cmd, &config, &options, &own.at, args, environment, &exit_status))
        exit_status = top(&config, &own);
    config_done(&config);
    return exit_status;
}

const struct cmd cmd_top = {
    .name = "top",
    .summary = "live figures of a running server",
    .usage =
        "guildhall top [OPTION…] [URL]\n\n"
        "Looks at the /metrics of the server at URL, http://HOST:PORT, again and again, and shows\n"
        "what it does: what is down, who is there, how much a second, how long it takes. Without\n"
        "a URL it is the server of this machine that has this configuration: the same\n"
        "--metrics-listen, or else --listen and --tls-certificate; with one, neither the\n"
        "environment nor a file of options is looked at. Ends on Ctrl-C. Into a pipe screens are\n"
        "written one behind the other, without colours; NO_COLOR turns them off on a terminal.\n",
    .run = run,
    CMD_OPTIONS(own_options),
    .is_configured = true,
};
