#include "server/live.h"

#include "audit/audit.h"
#include "base/mem.h"
#include "loop/mailbox.h"
#include "server/option_file.h"

enum {
    SECOND_US = 1000000
};

/* How many a rate allows in so many microseconds; 0: there is no limit. */
static int64_t per(const struct rate *rate, int64_t period_us)
{
    return rate->interval_us ? period_us / rate->interval_us : 0;
}

struct gql_limits live_limits(const struct config *c)
{
    return (struct gql_limits){
        .tokens = c->max_tokens,
        .depth = c->max_depth,
        .aliases = c->max_aliases,
        .directives = c->max_directives,
        .fields = c->max_fields,
        .root_fields = c->max_root_fields,
        .no_suggestions = c->suggestions == CONFIG_OFF,
    };
}

void live_fill_facts(struct context_facts *facts, const struct config *c)
{
    facts->max_subscriptions_per_connection = (int64_t)c->max_subscriptions_per_connection;
    facts->max_request_bytes = (int64_t)c->max_request_bytes;
    facts->max_query_depth = (int64_t)c->max_depth;
    facts->requests_per_second = per(&c->rate_requests, SECOND_US);
    facts->messages_per_minute = per(&c->rate_sends, INT64_C(60) * SECOND_US);
}

void live_fill_net(struct net_limits *limits, const struct config *c, size_t n_workers)
{
    limits->max_handshakes = c->max_handshakes / n_workers + (c->max_handshakes % n_workers != 0);
    limits->max_request_bytes = c->max_request_bytes;
    limits->max_subscriptions = c->max_subscriptions_per_connection;
    limits->batching = c->batching;
    limits->high_water = c->high_water;
    limits->allowed_origins = c->allowed_origins;
}

void live_fill_quotas(struct quotas_config *quotas, const struct config *c)
{
    *quotas = (struct quotas_config){
        .connections_per_user = c->max_connections_per_user,
        .connections_per_tenant = c->max_connections_per_tenant,
        .sends_per_user = c->rate_sends,
        .sends_per_tenant = c->rate_sends_tenant,
    };
}

/* --- a worker takes it over */

/* A config that was read while the server ran. */
struct version {
    struct list link; /* live.versions */
    struct config config;
    struct quotas_config quotas;
    size_t holders; /* workers that have not gone on to a later one */
};

/* There to a worker, and back with the config that it held before. */
struct handover {
    struct mailbox_letter letter;
    struct live *live;
    struct worker *worker;
    struct version *version;
    const struct config *before;
};

static void free_version(struct version *v)
{
    list_remove(&v->link);
    config_done(&v->config);
    mem_free(v);
}

/* On the first loop. What a worker lets go of here, nothing of it refers to any more: what goes on
 * from one turn to the next has copies, or asks the worker again. */
static void on_taken(struct mailbox_letter *letter)
{
    struct handover *h = container_of(letter, struct handover, letter);

    if (h->before != h->live->first) {
        struct version *v = container_of(h->before, struct version, config);

        if (--v->holders == 0) {
            free_version(v);
            log_debug("config_let_go");
        }
    }
    mem_free(h);
}

static void on_handover(struct mailbox_letter *letter)
{
    struct handover *h = container_of(letter, struct handover, letter);
    const struct config *c = &h->version->config;
    struct worker *w = h->worker;
    struct net_limits limits;

    if (!w->net) { /* no loop runs any more: live_done() comes */
        mem_free(h);
        return;
    }
    h->before = w->config;
    w->config = c;
    w->limits = live_limits(c);
    live_fill_facts(&w->facts, c);
    plan_cache_set_limits(w->plans, &w->limits);
    live_fill_net(&limits, c, h->live->n);
    net_set_limits(w->net, &limits);
    mailbox_post(h->live->workers[0].loop.mailbox, &h->letter, on_taken);
}

static void hand_over(struct live *live, struct version *v)
{
    list_append(&live->versions, &v->link);
    live->latest = &v->config;
    v->holders = live->n;
    live_fill_quotas(&v->quotas, &v->config);
    quotas_set_config(live->workers[0].quotas, &v->quotas);
    log_set_level(v->config.log);
    for (size_t i = 0; i < live->n; i++) {
        struct handover *h = mem_new(struct handover);

        h->live = live;
        h->worker = &live->workers[i];
        h->version = v;
        mailbox_post(live->workers[i].loop.mailbox, &h->letter, on_handover);
    }
}

/* --- the file again */

static void log_change(const struct config_change *change)
{
    if (change->is_live)
        log_info("config_changed", LOG_STR("option", str_c(change->option)),
                 LOG_STR("from", change->from), LOG_STR("to", change->to),
                 LOG_STR("origin", change->origin));
    else
        log_warn("config_needs_restart", LOG_STR("option", str_c(change->option)),
                 LOG_STR("from", change->from), LOG_STR("to", change->to),
                 LOG_STR("origin", change->origin));
}

/* How many of them are live. */
static size_t log_changes(const struct config_changes *changes)
{
    size_t live = 0;

    for (size_t i = 0; i < changes->n; i++) {
        log_change(&changes->items[i]);
        live += changes->items[i].is_live;
    }
    log_info("config_reloaded", LOG_INT("changed", (int64_t)live),
             LOG_INT("needRestart", (int64_t)(changes->n - live)));
    return live;
}

void live_init(struct live *live, struct worker *workers, size_t n)
{
    *live = (struct live){
        .workers = workers, .n = n, .first = workers[0].config, .latest = workers[0].config};
    list_init(&live->versions);
}

void live_reload(struct live *live)
{
    struct audit *audit = live->workers[0].audit;
    struct config_changes changes;
    struct option_error error;
    struct version *next;

    if (!live->first->config_file.n)
        return;
    next = mem_new(struct version);
    list_init(&next->link);
    if (config_reread(live->first, live->latest, &next->config, &changes, &error) != ST_OK) {
        log_error("config_not_reloaded", LOG_STR("why", str_c(error.text)),
                  LOG_STR("meanwhile", STR("the values of before are used")));
        audit_write(audit, "reloadConfig", ST_BAD_INPUT, LOG_FIELDS());
        mem_free(next);
        return;
    }
    audit_write(audit, "reloadConfig", ST_OK, LOG_FIELDS());
    if (log_changes(&changes) > 0)
        hand_over(live, next);
    else
        free_version(next);
}

void live_done(struct live *live)
{
    list_each_safe (link, &live->versions)
        free_version(list_entry(link, struct version, link));
}
