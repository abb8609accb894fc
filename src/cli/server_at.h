#pragma once

/*
 * Which server a command asks: the one at a URL, as `--url URL` or as the only word, or else the
 * server of this machine that runs with this configuration.
 *
 * A URL may be the server's, http://HOST:PORT, or that of a page of it: what follows its host may
 * be left out.
 */

#include "cli/cmd.h"
#include "cli/http_fetch.h"

/* What was given. */
struct server_at {
    struct str url;
    struct option_list words;
};

#define SERVER_AT_OPTION(type, member)                                                             \
    {                                                                                              \
        .name = "url", .kind = OPTION_TEXT, .offset = offsetof(type, member.url), .shown = "URL",  \
        .help = "the server, http://HOST:PORT; the same as URL by itself"                          \
    }

/* cmd_load() for such a command. A URL says all: with one, neither the environment nor the files
 * that it names are read, which may be the server's own and hold what this user may not read. */
bool server_at_load(const struct cmd *cmd, struct config *config, struct option_set *own,
                    const struct server_at *at, const char *const *args,
                    const char *const *environment, int *ret_exit) must_use;

/* The page that is asked for. */
struct server_page {
    const char *path;  /* "/metrics" */
    bool is_operators; /* on this machine it is at --metrics-listen, where that is used */
    bool may_be_moved; /* a URL with another path is taken as it is */
};

/* Sets how it is reached; the rest of the call stays. An exit status; what was wrong has been told.
 */
int server_at_find(struct config *c, const struct server_at *at, const struct server_page *page,
                   struct http_call *call);
