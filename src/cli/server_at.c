#include "cli/server_at.h"

/* --- the server of this machine */

/* One that listens everywhere is asked here. */
static struct str host_here(struct arena *arena, struct str host)
{
    if (str_eq(host, STR("0.0.0.0")))
        return STR("127.0.0.1");
    if (str_eq(host, STR("::")))
        return STR("[::1]");
    return str_find(host, ':') < host.n ? arena_printf(arena, "[%.*s]", STR_ARG(host)) : host;
}

/* Absent where the configuration does not tell. */
static struct str url_here(struct arena *arena, const struct option_address *listen, bool is_tls)
{
    const char *scheme = is_tls ? "https" : "http";

    if (listen->path.p)
        return arena_printf(arena, "%s://localhost", scheme);
    if (listen->inherited || listen->port == 0)
        return STR_NULL;
    return arena_printf(arena, "%s://%.*s:%u", scheme, STR_ARG(host_here(arena, listen->host)),
                        listen->port);
}

static bool has_metrics_listener(const struct config *c)
{
    return c->metrics_listen.host.p || c->metrics_listen.path.p;
}

static int find_here(struct config *c, const struct server_page *page, struct http_call *call)
{
    bool is_aside = page->is_operators && has_metrics_listener(c);
    const struct option_address *listen = is_aside ? &c->metrics_listen : &c->listen;
    struct str url = url_here(&c->arena, listen, c->tls_certificate.n && !is_aside);

    if (!url.p)
        return cmd_fail(CMD_MISUSED, "where does it listen? Name its URL: http://127.0.0.1:8080");
    call->url = arena_printf(&c->arena, "%.*s%s", STR_ARG(url), page->path).p;
    call->is_own = true;
    call->unix_socket = listen->path.p;
    call->proxy_protocol = c->proxy_protocol == CONFIG_ON && !is_aside;
    return CMD_OK;
}

/* --- a server at a URL */

static bool cut_end(struct str *url, struct str end)
{
    if (url->n < end.n || !str_eq(str_of(url->p + url->n - end.n, end.n), end))
        return false;
    url->n -= end.n;
    return true;
}

static bool has_path(struct str url)
{
    const char *host = memmem(url.p, url.n, "://", 3);

    return memchr(host ? host + 3 : url.p, '/', url.n - (host ? (size_t)(host + 3 - url.p) : 0));
}

/* Whichever page of the server the URL is of, it is the server that is meant. */
static const char *url_of_page(struct arena *arena, struct str url, const struct server_page *page)
{
    static const struct str pages[] = {STR_INIT("/metrics"), STR_INIT("/readyz"),
                                       STR_INIT("/healthz")};
    bool is_page = false;

    /* A host may be called "metrics". */
    for (size_t i = 0; i < array_size(pages) && !is_page && has_path(url); i++)
        is_page = cut_end(&url, pages[i]);
    if (!is_page)
        cut_end(&url, STR("/"));
    if (!is_page && page->may_be_moved && has_path(url))
        return arena_str(arena, url).p;
    return arena_printf(arena, "%.*s%s", STR_ARG(url), page->path).p;
}

static size_t count_named(const struct server_at *at)
{
    return at->words.n + (at->url.n > 0);
}

bool server_at_load(const struct cmd *cmd, struct config *config, struct option_set *own,
                    const struct server_at *at, const char *const *args,
                    const char *const *environment, int *ret_exit)
{
    return cmd_load_flags(cmd, config, own, args, ret_exit) &&
           (count_named(at) > 0 || cmd_load_rest(cmd, config, environment, ret_exit));
}

int server_at_find(struct config *c, const struct server_at *at, const struct server_page *page,
                   struct http_call *call)
{
    if (count_named(at) > 1)
        return cmd_fail(CMD_MISUSED, "one server at a time");
    if (count_named(at) == 0)
        return find_here(c, page, call);
    call->url = url_of_page(&c->arena, at->url.n ? at->url : at->words.items[0], page);
    return CMD_OK;
}
