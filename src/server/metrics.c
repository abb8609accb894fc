#include "server/metrics.h"

#include <stdio.h>

#include "base/exposition.h"
#include "base/mem.h"
#include "hub/subscriber.h"
#include "server/clients.h"
#include "server/dependency.h"
#include "server/process.h"

/* What is being written. */
struct scrape {
    const struct worker *asked;
    const struct worker *all;
    size_t n;
    const struct process_facts *process;
    struct dependency_state dependencies[DEPENDENCIES];
    const struct exposition_family *family; /* of the row that is being written */
    struct buf *out;
};

typedef void scrape_fn(struct scrape *s);

struct row {
    struct exposition_family family;
    scrape_fn *write;
};

static void put(struct scrape *s, double value)
{
    exposition_sample(s->out, s->family, NULL, 0, value);
}

static void put_under(struct scrape *s, const char *name, const char *text, double value)
{
    const struct exposition_label label = {name, str_c(text)};

    exposition_sample(s->out, s->family, &label, 1, value);
}

static void put_under_two(struct scrape *s, const struct exposition_label labels[2], double value)
{
    exposition_sample(s->out, s->family, labels, 2, value);
}

/* --- this program */

static void build_info(struct scrape *s)
{
    const struct context_facts *facts = &s->asked->facts;

    put_under_two(s,
                  (struct exposition_label[]){{"version", facts->version},
                                              {"schema_hash", facts->schema_hash}},
                  1);
}

static void process_cpu(struct scrape *s)
{
    put(s, s->process->cpu_seconds);
}

static void process_start(struct scrape *s)
{
    put(s, (double)s->all[0].started_unix_ms / 1000);
}

static void process_resident(struct scrape *s)
{
    put(s, s->process->resident_bytes);
}

static void process_virtual(struct scrape *s)
{
    put(s, s->process->virtual_bytes);
}

static void process_open_fds(struct scrape *s)
{
    put(s, s->process->open_fds);
}

static void process_max_fds(struct scrape *s)
{
    put(s, s->process->max_fds);
}

/* --- connections */

static void connections(struct scrape *s)
{
    for (enum net_kind kind = 0; kind < NET_KINDS; kind++) {
        uint64_t sum = 0;

        for (size_t i = 0; i < s->n; i++)
            sum += metric_get(&net_counts(s->all[i].net)->open[kind]);
        put_under(s, "transport", net_kind_name(kind), (double)sum);
    }
}

static void put_result(struct scrape *s, enum net_kind kind, enum net_result result)
{
    const struct exposition_label labels[] = {{"transport", str_c(net_kind_name(kind))},
                                              {"result", str_c(net_result_name(result))}};
    uint64_t sum = 0;

    for (size_t i = 0; i < s->n; i++)
        sum += metric_get(&net_counts(s->all[i].net)->results[kind][result]);
    /* Only what speaks HTTP yet can be refused. */
    if (result == NET_OPENED || kind == NET_KIND_HTTP)
        put_under_two(s, labels, (double)sum);
}

static void connections_total(struct scrape *s)
{
    for (enum net_kind kind = 0; kind < NET_KINDS; kind++)
        for (enum net_result result = 0; result < NET_RESULTS; result++)
            put_result(s, kind, result);
}

static void disconnects_total(struct scrape *s)
{
    for (size_t code = 0; code < NET_CLOSE_CODES; code++) {
        char text[16];
        uint64_t sum = 0;

        for (size_t i = 0; i < s->n; i++)
            sum += metric_get(&net_counts(s->all[i].net)->closes[code]);
        snprintf(text, sizeof(text), "%u", net_close_codes[code]);
        put_under(s, "code", net_close_codes[code] ? text : "other", (double)sum);
    }
}

/* --- operations */

static void put_operation(struct scrape *s, size_t type, enum status st)
{
    const struct exposition_label labels[] = {
        {"type", str_c(counts_type_name(type))},
        {"code", str_c(status_outcome(st))},
    };
    uint64_t sum = 0;

    for (size_t i = 0; i < s->n; i++)
        sum += metric_get(&s->all[i].counts.operations[type][st]);
    if (sum > 0 || (st == ST_OK && type < COUNTS_TYPES))
        put_under_two(s, labels, (double)sum);
}

static void operations_total(struct scrape *s)
{
    for (size_t type = 0; type <= COUNTS_TYPES; type++)
        for (size_t st = ST_OK; st < COUNTS_STATUSES; st++)
            put_operation(s, type, (enum status)st);
}

static void put_histogram(struct scrape *s, const char *name, const char *text,
                          const struct metric_histogram *h)
{
    const struct exposition_label label = {name, str_c(text)};

    exposition_histogram(s->out, s->family, &label, name != NULL, h, &metric_durations);
}

static void operation_duration(struct scrape *s)
{
    for (size_t type = 0; type < COUNTS_TYPES; type++) {
        struct metric_histogram sum = {0};

        for (size_t i = 0; i < s->n; i++)
            metric_histogram_merge(&sum, &s->all[i].counts.durations[type]);
        put_histogram(s, "type", counts_type_name(type), &sum);
    }
}

static void auth_failures_total(struct scrape *s)
{
    for (size_t reason = 0; reason < COUNTS_AUTHS; reason++) {
        uint64_t sum = 0;

        for (size_t i = 0; i < s->n; i++)
            sum += metric_get(&s->all[i].counts.auth_failures[reason]);
        put_under(s, "reason", counts_auth_name(reason), (double)sum);
    }
}

static void rate_limited_total(struct scrape *s)
{
    for (size_t limit = 0; limit < COUNTS_LIMITS; limit++) {
        uint64_t sum = 0;

        for (size_t i = 0; i < s->n; i++)
            sum += metric_get(&s->all[i].counts.limited[limit]);
        put_under(s, "limit", counts_limit_name(limit), (double)sum);
    }
}

static void client_schema_total(struct scrape *s)
{
    struct client_schemas *rows = mem_zalloc((CLIENTS_MOST + 1) * sizeof(*rows));
    size_t n = clients_read(s->asked->clients, rows);

    for (size_t i = 0; i < n; i++) {
        struct exposition_label labels[] = {{"client", str_c(rows[i].name)},
                                            {"schema", STR("same")}};

        put_under_two(s, labels, (double)rows[i].same);
        labels[1].value = STR("different");
        put_under_two(s, labels, (double)rows[i].different);
    }
    mem_free(rows);
}

/* --- messages and deliveries */

static void subscriptions(struct scrape *s)
{
    static const char *const names[HUB_STATES] = {
        [SUBSCRIBER_JOINED] = "starting",
        [SUBSCRIBER_REPLAY] = "replay",
        [SUBSCRIBER_LIVE] = "live",
        [SUBSCRIBER_LAGGING] = "lagging",
    };

    for (size_t state = 0; state < HUB_STATES; state++) {
        uint64_t sum = 0;

        for (size_t i = 0; i < s->n; i++)
            sum += metric_get(&hub_counts(s->all[i].hub)->in_state[state]);
        put_under(s, "state", names[state], (double)sum);
    }
}

static void lagging(struct scrape *s)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < s->n; i++)
        sum += metric_get(&hub_counts(s->all[i].hub)->in_state[SUBSCRIBER_LAGGING]);
    put(s, (double)sum);
}

static void messages_accepted_total(struct scrape *s)
{
    static const char *const names[STORE_LOGS] = {[STORE_CORE] = "core", [STORE_GUILD] = "guild"};

    for (size_t log = 0; log < STORE_LOGS; log++) {
        uint64_t sum = 0;

        for (size_t i = 0; i < s->n; i++) {
            struct store_counts counts;

            store_look(s->all[i].store, &counts);
            sum += metric_get(&counts.accepted[log]);
        }
        put_under(s, "room_type", names[log], (double)sum);
    }
}

static void send_batch_size(struct scrape *s)
{
    struct metric_histogram sum = {0};

    for (size_t i = 0; i < s->n; i++) {
        struct store_counts counts;

        store_look(s->all[i].store, &counts);
        metric_histogram_merge(&sum, counts.batch_sizes);
    }
    exposition_histogram(s->out, s->family, NULL, 0, &sum, &metric_sizes);
}

static void deliveries_total(struct scrape *s)
{
    uint64_t live = 0, replayed = 0;

    for (size_t i = 0; i < s->n; i++) {
        const struct hub_counts *counts = hub_counts(s->all[i].hub);

        live += metric_get(&counts->delivered);
        replayed += metric_get(&counts->replayed);
    }
    put_under(s, "mode", "live", (double)live);
    put_under(s, "mode", "replay", (double)replayed);
}

static void delivery_latency(struct scrape *s)
{
    struct metric_histogram sum = {0};

    for (size_t i = 0; i < s->n; i++)
        metric_histogram_merge(&sum, &hub_counts(s->all[i].hub)->latency);
    put_histogram(s, NULL, NULL, &sum);
}

static void replays_total(struct scrape *s)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < s->n; i++)
        sum += metric_get(&hub_counts(s->all[i].hub)->replays);
    put(s, (double)sum);
}

static void gaps_repaired_total(struct scrape *s)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < s->n; i++)
        sum += metric_get(&hub_counts(s->all[i].hub)->gaps) +
               metric_get(&s->all[i].counts.positions_behind);
    put(s, (double)sum);
}

/* --- what it depends on */

static uint64_t count_of(const struct metric_histogram *h)
{
    uint64_t n = 0;

    for (size_t i = 0; i <= METRIC_BUCKETS; i++)
        n += metric_get(&h->buckets[i]);
    return n;
}

/* Those that were never asked are left out. */
static void put_query(struct scrape *s, size_t statement)
{
    struct metric_histogram sum = {0};

    for (size_t i = 0; i < s->n; i++) {
        struct store_counts counts;

        store_look(s->all[i].store, &counts);
        for (size_t k = 0; k < STORE_CONNECTIONS; k++)
            metric_histogram_merge(&sum, &counts.durations[k][statement]);
    }
    if (count_of(&sum) > 0)
        put_histogram(s, "query", store_statement_name(statement), &sum);
}

static void db_query_duration(struct scrape *s)
{
    for (size_t i = 0; i < store_statements(); i++)
        put_query(s, i);
}

static void db_up(struct scrape *s)
{
    put(s, s->dependencies[DEPENDENCY_DATABASE].is_up);
}

static void dependency_up(struct scrape *s)
{
    for (size_t i = 0; i < DEPENDENCIES; i++)
        put_under(s, "dependency", s->dependencies[i].name, s->dependencies[i].is_up);
}

static void dependency_changed(struct scrape *s)
{
    for (size_t i = 0; i < DEPENDENCIES; i++)
        put_under(s, "dependency", s->dependencies[i].name,
                  (double)s->dependencies[i].since_ms / 1000);
}

static void dependency_trips(struct scrape *s)
{
    for (size_t i = 0; i < DEPENDENCIES; i++)
        put_under(s, "dependency", s->dependencies[i].name, (double)s->dependencies[i].trips);
}

static void dependency_refused(struct scrape *s)
{
    for (size_t i = 0; i < DEPENDENCIES; i++)
        put_under(s, "dependency", s->dependencies[i].name, (double)s->dependencies[i].refused);
}

/* --- all of them, in the order in which they are shown; docs/reference/metrics.md is made of it */

static const struct row rows[] = {
    {{"guildhall_build_info", EXPOSITION_GAUGE,
      "The program's version and the hash of the schema it serves; always 1."},
     build_info},
    {{"guildhall_connections", EXPOSITION_GAUGE,
      "Open connections, by what is spoken on them now."},
     connections},
    {{"guildhall_connections_total", EXPOSITION_COUNTER,
      "Connections that were opened, or refused: a WebSocket counts as http first, and once more "
      "when it is open."},
     connections_total},
    {{"guildhall_disconnects_total", EXPOSITION_COUNTER,
      "WebSockets that were closed, by close code; 1005 is a close without a code, 1006 an end "
      "without a close."},
     disconnects_total},
    {{"guildhall_operations_total", EXPOSITION_COUNTER,
      "GraphQL operations that ended, by their first error's code; a subscription is OK when it "
      "begins, and counts again when it ends with an error."},
     operations_total},
    {{"guildhall_operation_duration_seconds", EXPOSITION_HISTOGRAM,
      "From an operation's arrival to its result; of a subscription, until it has begun."},
     operation_duration},
    {{"guildhall_auth_failures_total", EXPOSITION_COUNTER,
      "Tokens and API keys that were refused."},
     auth_failures_total},
    {{"guildhall_rate_limited_total", EXPOSITION_COUNTER,
      "What was refused because a rate or a quota was used up."},
     rate_limited_total},
    {{"guildhall_client_schema_total", EXPOSITION_COUNTER,
      "Connections and HTTP requests of clients that showed the hash of the schema they were built "
      "with, and whether it is the one served."},
     client_schema_total},
    {{"guildhall_subscriptions", EXPOSITION_GAUGE, "Subscriptions to rooms, by where they stand."},
     subscriptions},
    {{"guildhall_lagging_subscriptions", EXPOSITION_GAUGE,
      "Subscriptions whose client does not take what it is sent: they read on from the log when it "
      "does."},
     lagging},
    {{"guildhall_messages_accepted_total", EXPOSITION_COUNTER,
      "Messages that were stored and acknowledged; repeats under an idempotency key are not "
      "counted again."},
     messages_accepted_total},
    {{"guildhall_send_batch_size", EXPOSITION_HISTOGRAM,
      "Messages that were written in one transaction."},
     send_batch_size},
    {{"guildhall_deliveries_total", EXPOSITION_COUNTER,
      "Messages that were put into a subscription's socket: live, or in a replay of the log."},
     deliveries_total},
    {{"guildhall_delivery_latency_seconds", EXPOSITION_HISTOGRAM,
      "From a commit of this server until a thread's sockets that had room have its messages; one "
      "observation a turn of a thread's loop, not a delivery."},
     delivery_latency},
    {{"guildhall_replays_total", EXPOSITION_COUNTER,
      "How often subscriptions began to read the log: from a cursor, after lagging, or after a "
      "gap."},
     replays_total},
    {{"guildhall_bus_gaps_repaired_total", EXPOSITION_COUNTER,
      "Gaps in what a thread heard of a followed room, each filled from the log: hints that were "
      "lost, late or out of order."},
     gaps_repaired_total},
    {{"guildhall_db_query_duration_seconds", EXPOSITION_HISTOGRAM,
      "From a statement's leaving to its result, by the name of the statement."},
     db_query_duration},
    {{"guildhall_db_up", EXPOSITION_GAUGE,
      "1 when every thread's connections to PostgreSQL can be used."},
     db_up},
    {{"guildhall_dependency_up", EXPOSITION_GAUGE,
      "1 when what the server depends on can be used: the database, its migrations, the issuer's "
      "keys, the bus."},
     dependency_up},
    {{"guildhall_dependency_changed_timestamp_seconds", EXPOSITION_GAUGE,
      "Since when it is as it is."},
     dependency_changed},
    {{"guildhall_dependency_trips_total", EXPOSITION_COUNTER, "How often it went down."},
     dependency_trips},
    {{"guildhall_dependency_refused_total", EXPOSITION_COUNTER,
      "Calls that were not made, or failed, because it was down."},
     dependency_refused},
    {{"process_cpu_seconds_total", EXPOSITION_COUNTER,
      "Processor time that the server took, in seconds."},
     process_cpu},
    {{"process_resident_memory_bytes", EXPOSITION_GAUGE, "Resident memory in bytes."},
     process_resident},
    {{"process_virtual_memory_bytes", EXPOSITION_GAUGE, "Virtual memory in bytes."},
     process_virtual},
    {{"process_start_time_seconds", EXPOSITION_GAUGE,
      "When the process started, in seconds since 1970."},
     process_start},
    {{"process_open_fds", EXPOSITION_GAUGE, "Open file descriptors."}, process_open_fds},
    {{"process_max_fds", EXPOSITION_GAUGE, "File descriptors that may be open."}, process_max_fds},
};

void metrics_write(struct worker *w, struct buf *out)
{
    struct scrape s = {.asked = w, .all = w->all, .n = w->n_all, .out = out};

    s.process = process_look(&w->process, loop_now_ms(&w->loop));
    for (size_t i = 0; i < DEPENDENCIES; i++)
        dependency_look(w, (enum dependency)i, &s.dependencies[i]);
    for (size_t i = 0; i < array_size(rows); i++) {
        s.family = &rows[i].family;
        exposition_begin(out, s.family);
        rows[i].write(&s);
    }
}
