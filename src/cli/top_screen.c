#include "cli/top_screen.h"

#include <stdio.h>

#include "base/clock.h"

enum {
    LABEL_LONGEST = 28, /* bytes of a name that are shown */
    MOST_ROWS = 5,      /* of a list that may be long: errors, clients, statements */
    CELL = 24,
};

#define ALL(metric)                    (&(struct scrape_pick){.name = (metric)})
#define BY(metric, of_label, of_value) (&(struct scrape_pick){(metric), (of_label), (of_value)})

static double now(const struct top_screen *t, const struct scrape_pick *pick)
{
    return scrape_sum(t->now, pick);
}

/* How much a second; a server that was started again counts from 0. */
static double rate(const struct top_screen *t, const struct scrape_pick *pick)
{
    double seconds = (double)(t->now->at_us - t->before->at_us) / 1e6;
    double more = scrape_sum(t->now, pick) - scrape_sum(t->before, pick);

    return seconds > 0 && more > 0 ? more / seconds : 0;
}

/* --- cells */

static const char *number(double value, char cell[CELL])
{
    if (value > 0 && value < 10)
        snprintf(cell, CELL, "%.2f", value);
    else
        snprintf(cell, CELL, "%.0f", value);
    return cell;
}

static const char *duration(double seconds, char cell[CELL])
{
    if (seconds < 0)
        return "-";
    if (seconds < 0.001)
        snprintf(cell, CELL, "%.0f us", seconds * 1e6);
    else if (seconds < 1)
        snprintf(cell, CELL, "%.1f ms", seconds * 1e3);
    else
        snprintf(cell, CELL, "%.1f s", seconds);
    return cell;
}

static const char *quantile(const struct top_screen *t, const struct scrape_pick *pick,
                            double share, char cell[CELL])
{
    return duration(scrape_quantile(t->before, t->now, pick, share), cell);
}

/* What others chose may hold what a terminal takes for a command. */
static void add_name(struct buf *out, struct str name)
{
    size_t n = 0;

    for (size_t at = 0; at < name.n && n < LABEL_LONGEST; n++) {
        uint32_t code_point = str_next_code_point(name, &at);
        char bytes[4];

        if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0))
            code_point = '?';
        buf_add(out, str_of(bytes, str_put_code_point(code_point, bytes)));
    }
    for (; n < LABEL_LONGEST; n++)
        buf_add_char(out, ' ');
}

static void title(const struct top_screen *t, struct buf *out, const char *text)
{
    buf_printf(out, "\n%s%s%s\n", t->colours ? "\033[1m" : "", text, t->colours ? "\033[0m" : "");
}

/* --- the parts of the screen */

static struct str version_of(const struct scrape *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->samples[i].name, STR("guildhall_build_info")))
            return scrape_label(&s->samples[i], STR("version"));
    return STR("?");
}

static void headline(const struct top_screen *t, struct buf *out)
{
    double started = now(t, ALL("process_start_time_seconds"));
    int64_t up_s = (int64_t)((double)t->unix_ms / 1000 - started);
    char at[CLOCK_RFC3339_LENGTH];
    struct str version = version_of(t->now);

    clock_format(t->unix_ms, at);
    buf_printf(out, "guildhall %.*s at %.*s  %.19s\n", STR_ARG(version), STR_ARG(t->source), at);
    buf_printf(out,
               "up %lldd %02lld:%02lld:%02lld   processor %.0f %%   memory %.1f MiB   "
               "descriptors %.0f of %.0f\n",
               (long long)(up_s / 86400), (long long)(up_s / 3600 % 24),
               (long long)(up_s / 60 % 60), (long long)(up_s % 60),
               100 * rate(t, ALL("process_cpu_seconds_total")),
               now(t, ALL("process_resident_memory_bytes")) / 1048576,
               now(t, ALL("process_open_fds")), now(t, ALL("process_max_fds")));
}

static void dependency(const struct top_screen *t, struct buf *out, const char *name)
{
    bool is_up = now(t, BY("guildhall_dependency_up", "dependency", name)) > 0;
    double since = now(t, BY("guildhall_dependency_changed_timestamp_seconds", "dependency", name));
    bool stands_out = t->colours && !is_up;
    char at[CLOCK_RFC3339_LENGTH], refused[CELL];

    clock_format((int64_t)(since * 1000), at);
    buf_printf(
        out, "  %-24s%s%-10s%s%-21.19s%11s%11.0f\n", name, stands_out ? "\033[31m" : "",
        is_up ? "up" : "DOWN", stands_out ? "\033[0m" : "", at,
        number(rate(t, BY("guildhall_dependency_refused_total", "dependency", name)), refused),
        now(t, BY("guildhall_dependency_trips_total", "dependency", name)));
}

static void dependencies(const struct top_screen *t, struct buf *out)
{
    static const char *const names[] = {"database", "migrations", "keys", "bus"};

    title(t, out,
          "depends on                state     since (UTC)            refused/s  went down");
    for (size_t i = 0; i < array_size(names); i++)
        dependency(t, out, names[i]);
}

static void connections(const struct top_screen *t, struct buf *out)
{
    static const char *const transports[] = {"http",       "http2",   "graphql-transport-ws",
                                             "graphql-ws", "appsync", "room"};
    static const char *const states[] = {"starting", "replay", "live", "lagging"};

    title(t, out, "connections                    open   opened/s   subscriptions             now");
    for (size_t i = 0; i < array_size(transports); i++) {
        char opened[CELL];

        buf_printf(
            out, "  %-24s%9.0f%11s", transports[i],
            now(t, BY("guildhall_connections", "transport", transports[i])),
            number(rate(t, BY("guildhall_connections_total", "transport", transports[i])), opened));
        if (i < array_size(states))
            buf_printf(out, "   %-20s%9.0f", states[i],
                       now(t, BY("guildhall_subscriptions", "state", states[i])));
        buf_add_char(out, '\n');
    }
}

static void operations(const struct top_screen *t, struct buf *out)
{
    static const char *const types[] = {"query", "mutation", "subscription"};
    static const char name[] = "guildhall_operation_duration_seconds";

    title(t, out, "operations                        a second           median       99 of 100");
    for (size_t i = 0; i < array_size(types); i++) {
        char a_second[CELL], median[CELL], worst[CELL];

        buf_printf(out, "  %-24s%16s%17s%16s\n", types[i],
                   number(rate(t, BY("guildhall_operations_total", "type", types[i])), a_second),
                   quantile(t, BY(name, "type", types[i]), 0.5, median),
                   quantile(t, BY(name, "type", types[i]), 0.99, worst));
    }
}

static void messages(const struct top_screen *t, struct buf *out)
{
    static const char latency[] = "guildhall_delivery_latency_seconds";
    char accepted[CELL], live[CELL], replay[CELL], median[CELL], worst[CELL], gaps[CELL];

    title(t, out, "messages                         a second           median       99 of 100");
    buf_printf(out, "  accepted                %16s\n",
               number(rate(t, ALL("guildhall_messages_accepted_total")), accepted));
    buf_printf(out, "  delivered live          %16s%17s%16s\n",
               number(rate(t, BY("guildhall_deliveries_total", "mode", "live")), live),
               quantile(t, ALL(latency), 0.5, median), quantile(t, ALL(latency), 0.99, worst));
    buf_printf(out, "  delivered in replays    %16s\n",
               number(rate(t, BY("guildhall_deliveries_total", "mode", "replay")), replay));
    buf_printf(out, "  gaps repaired           %16s\n",
               number(rate(t, ALL("guildhall_bus_gaps_repaired_total")), gaps));
}

/* --- what goes wrong: the rows of some counters that move, the fastest first */

struct mover {
    const char *what;
    struct str name;
    double a_second;
};

/* The place that it takes among the fastest, if it is one of them. */
static void put_mover(struct mover movers[MOST_ROWS], struct mover m)
{
    for (size_t i = 0; i < MOST_ROWS; i++) {
        if (m.a_second <= movers[i].a_second)
            continue;
        memmove(&movers[i + 1], &movers[i], (MOST_ROWS - 1 - i) * sizeof(*movers));
        movers[i] = m;
        return;
    }
}

static double value_before(const struct scrape *before, const struct scrape_sample *sample)
{
    for (size_t i = 0; i < before->n; i++)
        if (str_eq(before->samples[i].name, sample->name) &&
            str_eq(before->samples[i].labels, sample->labels))
            return before->samples[i].value;
    return 0;
}

/* Which counters tell of something wrong, and by which label; a sample with `is_well` does not. */
static const struct trouble {
    const char *what;
    const char *metric;
    const char *label;
    const char *well_label;
    const char *is_well;
} troubles[] = {
    {"operations failed", "guildhall_operations_total", "code", "code", "OK"},
    {"tokens refused", "guildhall_auth_failures_total", "reason", NULL, NULL},
    {"limit reached", "guildhall_rate_limited_total", "limit", NULL, NULL},
    {"connections refused", "guildhall_connections_total", "result", "result", "opened"},
    {"clients of another schema", "guildhall_client_schema_total", "client", "schema", "same"},
};

static void look_at(const struct top_screen *t, const struct trouble *trouble,
                    const struct scrape_sample *sample, struct mover movers[MOST_ROWS])
{
    double seconds = (double)(t->now->at_us - t->before->at_us) / 1e6;
    double more;

    if (!str_eq_c(sample->name, trouble->metric))
        return;
    if (trouble->well_label &&
        str_eq_c(scrape_label(sample, str_c(trouble->well_label)), trouble->is_well))
        return;
    more = sample->value - value_before(t->before, sample);
    if (seconds > 0)
        put_mover(movers, (struct mover){trouble->what, scrape_label(sample, str_c(trouble->label)),
                                         more / seconds});
}

static void wrong(const struct top_screen *t, struct buf *out)
{
    struct mover movers[MOST_ROWS] = {0};

    for (size_t i = 0; i < t->now->n; i++)
        for (size_t k = 0; k < array_size(troubles); k++)
            look_at(t, &troubles[k], &t->now->samples[i], movers);
    title(t, out, "what goes wrong                                                    a second");
    if (movers[0].a_second <= 0)
        buf_add(out, STR("  nothing\n"));
    for (size_t i = 0; i < MOST_ROWS && movers[i].a_second > 0; i++) {
        char a_second[CELL];

        buf_printf(out, "  %-28s", movers[i].what);
        add_name(out, movers[i].name);
        buf_printf(out, "%17s\n", number(movers[i].a_second, a_second));
    }
}

void top_screen_write(const struct top_screen *t, struct buf *out)
{
    headline(t, out);
    dependencies(t, out);
    connections(t, out);
    operations(t, out);
    messages(t, out);
    wrong(t, out);
}
