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

struct handover {
    struct mailbox_letter letter;
    struct worker *worker;
    const struct config *config;
    const struct context_facts *facts;
    size_t n_workers;
};

static void on_handover(struct mailbox_letter *letter)
{
    struct handover *h = container_of(letter, struct handover, letter);
    struct worker *w = h->worker;
    struct net_limits limits;

    w->config = h->config;
    w->facts = h->facts;
    w->limits = live_limits(h->config);
    plan_cache_set_limits(w->plans, &w->limits);
    live_fill_net(&limits, h->config, h->n_workers);
    if (w->net)
        net_set_limits(w->net, &limits);
    mem_free(h);
}

static void hand_over(struct worker *workers, size_t n, struct config *c)
{
    struct context_facts *facts = arena_new(&c->arena, struct context_facts);
    struct quotas_config *quotas = arena_new(&c->arena, struct quotas_config);

    *facts = *workers[0].facts;
    live_fill_facts(facts, c);
    live_fill_quotas(quotas, c);
    quotas_set_config(workers[0].quotas, quotas);
    log_set_level(c->log);
    for (size_t i = 0; i < n; i++) {
        struct handover *h = mem_new(struct handover);

        h->worker = &workers[i];
        h->config = c;
        h->facts = facts;
        h->n_workers = n;
        mailbox_post(workers[i].loop.mailbox, &h->letter, on_handover);
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

void live_reload(const struct config **latest, struct worker *workers, size_t n)
{
    struct config_changes changes;
    struct option_error error;
    struct config *next;

    if (!(*latest)->config_file.n)
        return;
    next = mem_new(struct config);
    if (config_reread(*latest, next, &changes, &error) != ST_OK) {
        log_error("config_not_reloaded", LOG_STR("why", str_c(error.text)),
                  LOG_STR("meanwhile", STR("the values of before are used")));
        audit_write(workers[0].audit, "reloadConfig", ST_BAD_INPUT, LOG_FIELDS());
        mem_free(next);
        return;
    }
    audit_write(workers[0].audit, "reloadConfig", ST_OK, LOG_FIELDS());
    if (log_changes(&changes) > 0) {
        hand_over(workers, n, next);
        *latest = next;
    } else {
        config_done(next);
        mem_free(next);
    }
}

void live_done(const struct config *latest, const struct config *first)
{
    while (latest != first) {
        struct config *gone = (struct config *)latest;

        latest = gone->before;
        config_done(gone);
        mem_free(gone);
    }
}
