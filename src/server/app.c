#include "server/app.h"

#include <assert.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/mailbox.h"
#include "server/certificate.h"
#include "server/clients.h"
#include "server/descriptors.h"
#include "server/feed.h"
#include "server/keys.h"
#include "server/live.h"
#include "server/manager.h"
#include "server/migrations.h"
#include "server/operators.h"
#include "server/outages.h"
#include "server/pages.h"
#include "server/positions.h"
#include "server/readiness.h"
#include "server/reload.h"
#include "server/request.h"
#include "server/served_schema.h"
#include "server/session.h"
#include "server/shutdown.h"
#include "server/tracing.h"
#include "store/boot.h"

enum {
    MOST_THREADS = 256,
    PLAN_BYTES = 16 * 1024 * 1024,      /* of plans, a thread */
    HEAP_KEPT = 4 * 1024 * 1024,        /* freed, of each heap */
    REGISTERED_BYTES = 4 * 1024 * 1024, /* of automatic persisted queries, a thread */
    LOCK_TIMEOUT_MS = 100, /* with a room that somebody else has locked, before others go first */
};

struct app {
    const struct config *config;
    struct gql_schema *schema;
    struct keys keys; /* as of the start */
    struct quotas *quotas;
    struct clients *clients;
    struct trusted *trusted; /* NULL: no documents are */
    struct context_facts facts;
    char schema_hash[SERVED_SCHEMA_HASH];
    struct worker *workers;
    size_t n_workers;
    size_t n_started; /* workers whose listener stands */
    struct feed feed;
    const struct app_hooks *hooks;       /* may be NULL */
    struct tls_certificate *certificate; /* NULL: in the clear */
    struct net_endpoint endpoint;
    struct net_endpoint metrics_endpoint;
    size_t max_connections;
    struct tracing tracing;
    struct audit_file *audit_file; /* NULL: nobody wants to know who did what */
    struct readiness readiness;
    struct manager manager;
    struct shutdown shutdown;
    struct reload reload;
    uv_signal_t interrupted;
    uv_signal_t terminated;
    uv_signal_t hung_up;
};

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "guildhall: %s: %s\n", what, why);
    return 1;
}

static void state_facts(struct app *app)
{
    app->facts = (struct context_facts){
        .version = STR(GUILDHALL_VERSION),
        .schema_hash = str_of(app->schema_hash, sizeof(app->schema_hash)),
    };
    live_fill_facts(&app->facts, app->config);
}

/* What stands in the manifest must be executable here, or nothing begins. */
static bool read_trusted(struct app *app)
{
    const struct config *c = app->config;
    struct gql_limits limits = live_limits(c);
    struct trusted_error error;

    if (c->trusted_documents == DOCUMENTS_OFF)
        return true;
    if (trusted_read(c->trusted_manifest, app->schema, &limits, &app->trusted, &error) != ST_OK) {
        complain("--trusted-manifest", error.text);
        return false;
    }
    log_info("trusted_documents", LOG_INT("count", (int64_t)trusted_count(app->trusted)));
    return true;
}

static void init_worker(struct app *app, size_t i)
{
    struct worker *w = &app->workers[i];
    const struct config *c = app->config;

    w->config = c;
    w->schema = app->schema;
    w->facts = app->facts;
    w->quotas = app->quotas;
    w->limits = live_limits(c);
    w->clients = app->clients;
    w->all = app->workers;
    w->n_all = app->n_workers;
    w->feed = &app->feed;
    w->started_ms = clock_mono_us() / 1000;
    w->started_unix_ms = clock_unix_ms();
    arena_init(&w->scratch);
    request_init(w);
    loop_init(&w->loop, (unsigned)i);
    tracing_begin(&app->tracing, w);
    if (app->audit_file)
        w->audit = audit_new(&w->loop, app->audit_file);
    w->hub = hub_new(&w->loop);
    hub_keep(w->hub, c->recent_bytes / app->n_workers);
    w->plans = plan_cache_new(app->schema, &w->limits, PLAN_BYTES);
    w->documents = documents_new(app->workers, app->n_workers,
                                 &(struct documents_config){
                                     .mode = c->trusted_documents,
                                     .trusted = app->trusted,
                                     .persisted_queries = c->persisted_queries == CONFIG_ON,
                                     .most_bytes = REGISTERED_BYTES,
                                 });
}

static void done_worker(struct worker *w)
{
    net_free(w->net);
    w->net = NULL; /* a late order to hurry finds none, and no store */
    store_free(w->store);
    w->store = NULL;
    positions_close(w->positions);
    migrations_close(w->migrations);
    outages_close(w->outages);
    keyring_close(w->keyring);
    tracing_end(w);
    audit_free(w->audit);
    w->audit = NULL; /* what ends with the loop is not told any more */
    loop_done(&w->loop);
    tracing_free(w);
    keyring_free(w->keyring);
    documents_free(w->documents);
    positions_free(w->positions);
    migrations_free(w->migrations);
    outages_free(w->outages);
    hub_free(w->hub);
    plan_cache_free(w->plans);
    request_done(w);
    arena_done(&w->scratch);
}

/* What was notified meanwhile is lost, and perhaps the answer of a commit. */
static void on_store_connected(void *user, struct loop *l)
{
    struct feed *feed = user;

    positions_check(feed->workers[l->index].positions);
    if (l->index == 0)
        migrations_check(feed->workers[0].migrations);
}

static void make_stores(struct app *app, struct store_config *config)
{
    struct loop *loops[MOST_THREADS];
    struct store *stores[MOST_THREADS];

    for (size_t i = 0; i < app->n_workers; i++)
        loops[i] = &app->workers[i].loop;
    config->on_committed = feed_committed;
    config->on_connected = on_store_connected;
    config->user = &app->feed;
    store_new_all(loops, app->n_workers, config, stores);
    for (size_t i = 0; i < app->n_workers; i++) {
        struct worker *w = &app->workers[i];

        w->store = stores[i];
        w->positions = positions_new(w, app->config->position_interval_ms);
    }
    app->workers[0].migrations = migrations_new(&app->workers[0]);
}

/* Databases are told apart by what only they know, for rooms of the same name are not the same. */
static void open_feed(struct app *app, const struct store_config *store)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    uint64_t number;
    char subject[64];
    struct bus_config config = {
        .kind = app->config->bus.kind,
        .conninfo = store->conninfo,
        .servers = app->config->bus.servers,
        .faults = app->config->bus_faults,
    };

    SHA256(store->cursor_key, sizeof(store->cursor_key), digest);
    memcpy(&number, digest, sizeof(number));
    snprintf(subject, sizeof(subject), "guildhall.hints.%016llx", (unsigned long long)number);
    config.subject = str_c(subject);
    feed_open(&app->feed, &config);
}

static void on_cancel(struct net_operation *op)
{
    struct operation_owner *owner = op->owner;

    owner->on_cancel(owner);
}

static void on_drained(struct net_operation *op)
{
    struct operation_owner *owner = op->owner;

    owner->on_drained(owner);
}

static size_t share(size_t whole, size_t parts)
{
    return whole / parts + (whole % parts != 0);
}

static bool listen_all(struct app *app)
{
    const struct config *c = app->config;
    struct net_limits limits;
    struct net_error error;

    live_fill_net(&limits, c, app->n_workers);
    for (; app->n_started < app->n_workers; app->n_started++) {
        struct worker *w = &app->workers[app->n_started];
        struct net_config config = {
            .max_connections = share(app->max_connections, app->n_workers),
            .head_limits = {c->max_header_bytes, c->max_header_fields},
            .head_timeout_ms = c->head_timeout_ms,
            .body_timeout_ms = c->body_timeout_ms,
            .keep_alive_timeout_ms = c->keep_alive_timeout_ms,
            .send_timeout_ms = c->send_timeout_ms,
            .init_timeout_ms = c->init_timeout_ms,
            .ping_interval_ms = c->ping_interval_ms,
            .pong_timeout_ms = c->pong_timeout_ms,
            .room_url_token = c->room_url_token == CONFIG_ON,
            .websocket_deflate = c->websocket_deflate == CONFIG_ON,
            .certificate = app->certificate,
            .proxy_protocol = c->proxy_protocol == CONFIG_ON,
            .trusted_proxies = c->trusted_proxies,
            .traces = w->tracer != NULL,
            .schema_hash = app->facts.schema_hash,
        };
        struct net_service service = {
            .user = w,
            .on_init = session_open,
            .on_operation = request_begin,
            .on_cancel = on_cancel,
            .on_drained = on_drained,
            .on_gone = session_close,
            .on_caller = session_identify,
            .on_page = pages_get,
            .on_page_aside = operators_get,
        };

        if (net_new(&w->loop, &config, &service, &app->endpoint, &w->net, &error) != ST_OK) {
            complain("--listen", error.text);
            return false;
        }
        net_set_limits(w->net, &limits);
    }
    if (operators_listen(&app->workers[0], &app->metrics_endpoint, &error) != ST_OK) {
        complain("--metrics-listen", error.text);
        return false;
    }
    return true;
}

static void introduce_all(struct app *app)
{
    struct net *nets[MOST_THREADS];

    for (size_t i = 0; i < app->n_workers; i++)
        nets[i] = app->workers[i].net;
    net_introduce(nets, app->n_workers);
}

static void stop_instead(void *user)
{
    struct app *app = user;

    shutdown_begin(&app->shutdown);
}

/* The first signal drains, the second ends the draining. One that comes before the doors are open
 * finds them kept shut: the database is not waited for. */
static void on_signal(uv_signal_t *handle, int number)
{
    struct app *app = handle->data;

    manager_stops(&app->manager);
    if (app->readiness.missing > 0) {
        app->readiness.on_ready = stop_instead;
        readiness_hurry(&app->readiness);
    } else if (app->shutdown.stage == SHUTDOWN_NOT_BEGUN) {
        log_info("draining", LOG_INT("signal", number),
                 LOG_INT("timeoutMs", (int64_t)app->config->drain_timeout_ms));
        shutdown_begin(&app->shutdown);
    } else {
        log_info("stopping_at_once", LOG_INT("signal", number));
        shutdown_hurry(&app->shutdown);
    }
}

/* Whoever reads the audit log wants to know when it says nothing because nobody was there. */
static void audit_life(struct app *app, const char *event)
{
    audit_write(app->workers[0].audit, event, ST_OK,
                LOG_FIELDS(LOG_STR("version", app->facts.version), LOG_INT("pid", getpid())));
}

static void on_hang_up(uv_signal_t *handle, int number)
{
    struct app *app = handle->data;

    manager_reloads(&app->manager);
    reload_all(&app->reload);
    manager_reloaded(&app->manager);
}

static void watch_signal(struct app *app, uv_signal_t *handle, int number, uv_signal_cb on_number)
{
    uv_signal_init(&app->workers[0].loop.uv, handle);
    handle->data = app;
    uv_signal_start(handle, on_number, number);
}

static bool is_ignored(int number)
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void watch_signals(struct app *app)
{
    bool is_interactive = app->hooks && app->hooks->is_interactive;

    watch_signal(app, &app->interrupted, SIGINT, on_signal);
    watch_signal(app, &app->terminated, SIGTERM, on_signal);
    /* Under nohup the terminal's end is not the program's. */
    if (is_interactive && is_ignored(SIGHUP))
        uv_signal_init(&app->workers[0].loop.uv, &app->hung_up);
    else
        watch_signal(app, &app->hung_up, SIGHUP, is_interactive ? on_signal : on_hang_up);
}

/* From here on a signal must not end the process half taken apart: blocked first, so that none
 * slips in between libuv's handler and none. */
static void stop_watching(struct app *app)
{
    sigset_t all;

    sigemptyset(&all);
    sigaddset(&all, SIGINT);
    sigaddset(&all, SIGTERM);
    sigaddset(&all, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    uv_close((uv_handle_t *)&app->interrupted, NULL);
    uv_close((uv_handle_t *)&app->terminated, NULL);
    uv_close((uv_handle_t *)&app->hung_up, NULL);
}

static void *run_worker(void *user)
{
    struct worker *w = user;

    loop_run(&w->loop);
    return NULL;
}

static void run_all(struct app *app)
{
    for (size_t i = 1; i < app->n_workers; i++) {
        int failed = pthread_create(&app->workers[i].thread, NULL, run_worker, &app->workers[i]);
        assert(!failed);
    }
    run_worker(&app->workers[0]);
    for (size_t i = 1; i < app->n_workers; i++)
        pthread_join(app->workers[i].thread, NULL);
}

static void announce(struct app *app)
{
    char scratch[NET_ENDPOINT_MAX];
    struct str address = net_endpoint_format(&app->endpoint, scratch);

    log_info("listening", LOG_STR("address", address), LOG_INT("threads", (int64_t)app->n_workers),
             LOG_STR("version", app->facts.version));
    audit_life(app, "start");
    manager_ready(&app->manager, address);
    if (app->hooks && app->hooks->on_listening)
        app->hooks->on_listening(app->hooks->user, address);
}

struct opening {
    struct mailbox_letter letter;
    struct net *net;
};

static void on_opening(struct mailbox_letter *letter)
{
    struct opening *opening = container_of(letter, struct opening, letter);

    net_accept(opening->net);
    mem_free(opening);
}

/* Clients who find the way back after a restart are there at once. They wait in the kernel's queue
 * until every store is connected, and are served then: none is refused what will be there soon. */
static void open_doors(void *user)
{
    struct app *app = user;

    for (size_t i = 0; i < app->n_workers; i++) {
        struct opening *opening = mem_new(struct opening);

        opening->net = app->workers[i].net;
        mailbox_post(app->workers[i].loop.mailbox, &opening->letter, on_opening);
    }
    announce(app);
}

static void stop_worker(void *user)
{
    struct worker *w = user;

    loop_stop(&w->loop);
}

/* Of a start that failed half way: a network lets go while its loop turns, and not otherwise. */
static void unlisten_all(struct app *app)
{
    for (size_t i = 0; i < app->n_started; i++) {
        struct worker *w = &app->workers[i];

        net_close(w->net, 0, stop_worker, w);
        loop_run(&w->loop);
    }
}

static int serve(struct app *app, struct store_config *store)
{
    struct quotas_config quotas;
    int exit_status = 1;

    app->max_connections = descriptors_allow(app->config);
    app->n_workers = app->config->threads;
    app->workers = mem_zalloc(app->n_workers * sizeof(*app->workers));
    live_fill_quotas(&quotas, app->config);
    app->quotas = quotas_new(&quotas);
    app->clients = clients_new(app->facts.schema_hash);
    for (size_t i = 0; i < app->n_workers; i++)
        init_worker(app, i);
    keys_hand_out(&app->keys, app->workers, app->n_workers);
    feed_init(&app->feed, app->workers, app->n_workers);
    live_init(&app->reload.live, app->workers, app->n_workers);
    app->reload.audit_file = app->audit_file;
    manager_init(&app->manager, app->workers, app->n_workers);
    shutdown_init(&app->shutdown, app->workers, app->n_workers, &app->feed,
                  app->config->drain_timeout_ms);
    if (listen_all(app)) {
        introduce_all(app);
        make_stores(app, store);
        open_feed(app, store);
        app->workers[0].outages = outages_new(&app->workers[0]);
        watch_signals(app);
        manager_waits(&app->manager, "PostgreSQL");
        readiness_begin(&app->readiness, app->workers, app->n_workers, open_doors, app);
        run_all(app);
        stop_watching(app);
        log_info("stopped");
        audit_life(app, "stop");
        exit_status = 0;
    } else {
        unlisten_all(app);
    }
    shutdown_done(&app->shutdown);
    manager_done(&app->manager);
    for (size_t i = 0; i < app->n_workers; i++)
        done_worker(&app->workers[i]);
    feed_done(&app->feed);
    manager_free(&app->manager);
    quotas_free(app->quotas);
    clients_free(app->clients);
    mem_free(app->workers);
    live_done(&app->reload.live);
    return exit_status;
}

static struct net_endpoint endpoint_of(const struct option_address *at)
{
    return (struct net_endpoint){
        .kind = at->inherited ? NET_INHERITED
                : at->path.p  ? NET_UNIX
                              : NET_TCP,
        .host = at->host,
        .port = at->port,
        .path = at->path,
    };
}

/* What has to be there before anything runs; what fails is said. */
static bool prepare(struct app *app, struct store_config *store)
{
    const struct config *c = app->config;
    struct boot_error boot_error;
    struct option_error error;
    struct tls_error tls_error;
    struct audit_error audit_error;

    if (certificate_read(c, &app->certificate, &tls_error) != ST_OK)
        complain("TLS", tls_error.text);
    else if (keys_read(c, &app->keys, &error) != ST_OK)
        complain("keys", error.text);
    else if (tracing_read(&app->tracing, c->environment, &error) != ST_OK)
        complain("traces", error.text);
    else if (!str_eq(c->audit_log, STR("off")) &&
             audit_file_open(c->audit_log, &app->audit_file, &audit_error) != ST_OK)
        complain("--audit-log", audit_error.text);
    else if (boot_read(c->database_url, store, &boot_error) != ST_OK)
        complain("database", boot_error.text);
    else
        return true;
    return false;
}

int app_run(const struct config *config, const struct app_hooks *hooks)
{
    struct app app = {
        .config = config,
        .hooks = hooks,
        .endpoint = endpoint_of(&config->listen),
        .metrics_endpoint = endpoint_of(&config->metrics_listen),
    };
    struct store_config store = {
        .conninfo = config->database_url,
        .open_rooms = config->open_rooms,
        .statement_timeout_ms = config->statement_timeout_ms,
        .lock_timeout_ms = LOCK_TIMEOUT_MS,
        .most_result_bytes = config->max_answer_bytes / config->threads,
    };
    int exit_status = 1;

    signal(SIGPIPE, SIG_IGN);
    mem_keep(HEAP_KEPT);
    if (config->threads > MOST_THREADS)
        return complain("too many threads", "at most 256 are supported");
    if (prepare(&app, &store)) {
        app.schema = served_schema_new(app.schema_hash);
        state_facts(&app);
        exit_status = read_trusted(&app) ? serve(&app, &store) : 1;
        trusted_free(app.trusted);
        gql_schema_free(app.schema);
    }
    net_endpoint_close(&app.endpoint);
    net_endpoint_close(&app.metrics_endpoint);
    keys_done(&app.keys);
    tracing_done(&app.tracing);
    audit_file_close(app.audit_file);
    tls_certificate_unref(app.certificate);
    return exit_status;
}
