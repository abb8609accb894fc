#include "server/operators.h"

#include "base/clock.h"
#include "base/exposition.h"
#include "base/json_out.h"
#include "base/log.h"
#include "server/dependency.h"
#include "server/metrics.h"

static const struct str metrics_path = STR_INIT("/metrics");

static bool has_listener(const struct config *c)
{
    return c->metrics_listen.host.p || c->metrics_listen.path.p;
}

enum status operators_listen(struct worker *first, struct net_endpoint *endpoint,
                             struct net_error *ret_error)
{
    char scratch[NET_ENDPOINT_MAX];
    enum status st;

    if (!has_listener(first->config))
        return ST_OK;
    st = net_listen_aside(first->net, endpoint, ret_error);
    if (st == ST_OK)
        log_info("metrics_listening", LOG_STR("address", net_endpoint_format(endpoint, scratch)));
    return st;
}

/* The process runs and its loop turns. */
static struct net_page healthz(struct worker *w, struct buf *scratch)
{
    return (struct net_page){
        .status = 200, .content_type = "text/plain; charset=utf-8", .body = STR("ok\n")};
}

static void write_check(struct json_out *j, const struct dependency_state *s)
{
    char since[CLOCK_RFC3339_LENGTH];

    clock_format(s->since_ms, since);
    json_out_key(j, str_c(s->name));
    json_out_begin_object(j);
    json_out_key(j, STR("ready"));
    json_out_bool(j, s->is_ready);
    json_out_key(j, STR("up"));
    json_out_bool(j, s->is_up);
    json_out_key(j, STR("since"));
    json_out_str(j, str_of(since, sizeof(since)));
    json_out_key(j, STR("trips"));
    json_out_int(j, (int64_t)s->trips);
    json_out_key(j, STR("refused"));
    json_out_int(j, (int64_t)s->refused);
    json_out_end_object(j);
}

/* Requests that need the database and a token would be served. */
static struct net_page readyz(struct worker *w, struct buf *scratch)
{
    struct dependency_state states[DEPENDENCIES];
    struct json_out j = {.out = scratch};
    bool is_ready = true;

    for (size_t i = 0; i < DEPENDENCIES; i++) {
        dependency_look(w, (enum dependency)i, &states[i]);
        is_ready = is_ready && states[i].is_ready;
    }
    json_out_begin_object(&j);
    json_out_key(&j, STR("ready"));
    json_out_bool(&j, is_ready);
    json_out_key(&j, STR("checks"));
    json_out_begin_object(&j);
    for (size_t i = 0; i < DEPENDENCIES; i++)
        write_check(&j, &states[i]);
    json_out_end_object(&j);
    json_out_end_object(&j);
    buf_add_char(scratch, '\n');
    return (struct net_page){.status = is_ready ? 200 : 503,
                             .content_type = "application/json",
                             .body = buf_str(scratch)};
}

static struct net_page metrics(struct worker *w, struct buf *scratch)
{
    metrics_write(w, scratch);
    return (struct net_page){
        .status = 200, .content_type = exposition_content_type, .body = buf_str(scratch)};
}

bool operators_get(void *worker, const struct http_head *head, struct buf *scratch,
                   struct net_page *ret_page)
{
    if (str_eq(head->path, STR("/healthz")))
        *ret_page = healthz(worker, scratch);
    else if (str_eq(head->path, STR("/readyz")))
        *ret_page = readyz(worker, scratch);
    else if (str_eq(head->path, metrics_path))
        *ret_page = metrics(worker, scratch);
    else
        return false;
    return true;
}

bool operators_get_public(void *worker, const struct http_head *head, struct buf *scratch,
                          struct net_page *ret_page)
{
    const struct worker *w = worker;

    if (has_listener(w->config) && str_eq(head->path, metrics_path))
        return false;
    return operators_get(worker, head, scratch, ret_page);
}
