#include "server/tracing.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/url.h"

enum {
    LEAST_RING = 16,
    LARGEST_RING = 65536,
    LARGEST_LIST = 16 * 1024, /* bytes of a variable with a list */
    LAST_CALL_MS = 2000,      /* for what waits when the server stops */
    REPORT_EVERY_MS = 60 * 1000,
    LONGEST_MS = 3600 * 1000,
};

/* What a reading knows. */
struct reading {
    struct tracing *tracing;
    const char *const *environment;
    struct option_error *error;
};

static struct str variable(const struct reading *r, const char *name)
{
    return str_trim(option_variable(r->environment, name));
}

/* --- where to */

static enum status check_url(const struct reading *r, const char *name, struct str url)
{
    if (url_is_http(url))
        return ST_OK;
    return option_refuse(r->error, "%s must be a URL, http://HOST:PORT or https://HOST:PORT", name);
}

/* Of the two endpoints the traces' own is used as it stands, the other gets the path behind it. */
static enum status read_url(struct reading *r)
{
    struct arena *a = &r->tracing->arena;
    struct str own = variable(r, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    struct str common = variable(r, "OTEL_EXPORTER_OTLP_ENDPOINT");

    if (own.n) {
        r->tracing->exporter.url = arena_str(a, own);
        return check_url(r, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", own);
    }
    if (!common.n)
        common = STR("http://localhost:4318");
    while (common.n && common.p[common.n - 1] == '/')
        common.n--;
    r->tracing->exporter.url = arena_printf(a, "%.*s/v1/traces", STR_ARG(common));
    return check_url(r, "OTEL_EXPORTER_OTLP_ENDPOINT", common);
}

/* The traces' own variable counts more than the one for all signals. */
static struct str specific(const struct reading *r, const char *own, const char *common,
                           const char **ret_name)
{
    struct str value = variable(r, own);

    *ret_name = value.n ? own : common;
    return value.n ? value : variable(r, common);
}

static enum status check_protocol(struct reading *r)
{
    const char *name;
    struct str protocol =
        specific(r, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL", &name);

    if (!protocol.n || str_eq(protocol, STR("http/json")))
        return ST_OK;
    return option_refuse(r->error,
                         "%s: \"%.*s\" is not spoken here; allowed: http/json, to a collector's "
                         "port for OTLP over HTTP (4318)",
                         name, STR_ARG(protocol));
}

/* --- lists: name=value,name=value, the values percent-encoded */

static struct str decoded(struct arena *a, struct str text)
{
    char *to = arena_alloc(a, text.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        bool escaped =
            text.p[i] == '%' && i + 2 < text.n && hex_read(str_of(text.p + i + 1, 2), to + n, 1);

        if (!escaped)
            to[n] = text.p[i];
        n++;
        i += escaped ? 2 : 0;
    }
    return str_of(to, n);
}

struct pairs {
    struct otlp_attribute *items;
    size_t n;
};

static enum status read_pairs(struct reading *r, const char *name, struct str list,
                              struct pairs *ret_pairs)
{
    struct arena *a = &r->tracing->arena;
    size_t most = 1;

    if (list.n > LARGEST_LIST)
        return option_refuse(r->error, "%s is longer than 16 KiB", name);
    for (size_t i = 0; i < list.n; i++)
        most += list.p[i] == ',';
    ret_pairs->items = arena_array(a, struct otlp_attribute, most);
    while (list.n) {
        struct str value = str_trim(str_split(&list, ','));
        struct str key = str_trim(str_split(&value, '='));

        if (!key.n && !value.p)
            continue;
        if (!key.n || !value.p)
            return option_refuse(r->error, "%s must be NAME=VALUE,NAME=VALUE", name);
        ret_pairs->items[ret_pairs->n++] =
            (struct otlp_attribute){arena_str(a, key), decoded(a, str_trim(value))};
    }
    return ST_OK;
}

/* What could end a header, or begin another, is in none. */
static bool is_header_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

static enum status read_headers(struct reading *r)
{
    struct tracing *t = r->tracing;
    struct pairs pairs = {0};
    const char *name;
    struct str list =
        specific(r, "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS", &name);
    enum status st = read_pairs(r, name, list, &pairs);
    struct str *headers = arena_array(&t->arena, struct str, pairs.n);

    if (st != ST_OK)
        return st;
    for (size_t i = 0; i < pairs.n; i++) {
        if (!is_header_text(pairs.items[i].key) || !is_header_text(pairs.items[i].value))
            return option_refuse(r->error, "%s: a header holds a control character", name);
        headers[i] = arena_printf(&t->arena, "%.*s: %.*s", STR_ARG(pairs.items[i].key),
                                  STR_ARG(pairs.items[i].value));
    }
    t->exporter.headers = headers;
    t->exporter.n_headers = pairs.n;
    return ST_OK;
}

/* --- who */

static const struct otlp_attribute *find(const struct pairs *pairs, struct str key)
{
    for (size_t i = 0; i < pairs->n; i++)
        if (str_eq(pairs->items[i].key, key))
            return &pairs->items[i];
    return NULL;
}

static enum status read_resource(struct reading *r)
{
    struct tracing *t = r->tracing;
    struct pairs pairs = {0};
    struct str service = variable(r, "OTEL_SERVICE_NAME");
    enum status st =
        read_pairs(r, "OTEL_RESOURCE_ATTRIBUTES", variable(r, "OTEL_RESOURCE_ATTRIBUTES"), &pairs);
    struct otlp_attribute *all = arena_array(&t->arena, struct otlp_attribute, pairs.n + 2);
    const struct otlp_attribute *named = find(&pairs, STR("service.name"));
    size_t n = 0;

    if (st != ST_OK)
        return st;
    if (!service.n)
        service = named ? named->value : STR("guildhall");
    all[n++] = (struct otlp_attribute){STR("service.name"), arena_str(&t->arena, service)};
    if (!find(&pairs, STR("service.version")))
        all[n++] = (struct otlp_attribute){STR("service.version"), STR(GUILDHALL_VERSION)};
    for (size_t i = 0; i < pairs.n; i++)
        if (&pairs.items[i] != named)
            all[n++] = pairs.items[i];
    t->resource = (struct otlp_resource){all, n, STR(GUILDHALL_VERSION)};
    return ST_OK;
}

/* --- how much, and how often */

static enum status read_ratio(struct reading *r)
{
    struct str text = variable(r, "OTEL_TRACES_SAMPLER_ARG");
    const char *from = arena_str(&r->tracing->arena, text).p;
    char *end;

    r->tracing->tracer.ratio = 1;
    if (!text.n)
        return ST_OK;
    r->tracing->tracer.ratio = strtod(from, &end);
    if (*end == '\0' && r->tracing->tracer.ratio >= 0 && r->tracing->tracer.ratio <= 1)
        return ST_OK;
    return option_refuse(r->error, "OTEL_TRACES_SAMPLER_ARG: \"%.*s\" is not a number from 0 to 1",
                         STR_ARG(text));
}

static enum status read_sampler(struct reading *r)
{
    static const struct {
        const char *name;
        enum trace_sampler sampler;
        bool parent_based;
    } samplers[] = {
        {"parentbased_always_on", TRACE_ALWAYS, true},
        {"parentbased_always_off", TRACE_NEVER, true},
        {"parentbased_traceidratio", TRACE_RATIO, true},
        {"always_on", TRACE_ALWAYS, false},
        {"always_off", TRACE_NEVER, false},
        {"traceidratio", TRACE_RATIO, false},
    };
    struct str name = variable(r, "OTEL_TRACES_SAMPLER");
    struct tracer_config *c = &r->tracing->tracer;

    name = name.n ? name : str_c(samplers[0].name);
    for (size_t i = 0; i < array_size(samplers); i++) {
        if (!str_eq_c(name, samplers[i].name))
            continue;
        c->sampler = samplers[i].sampler;
        c->parent_based = samplers[i].parent_based;
        return c->sampler == TRACE_RATIO ? read_ratio(r) : ST_OK;
    }
    return option_refuse(r->error,
                         "OTEL_TRACES_SAMPLER: \"%.*s\" is none; allowed: always_on, always_off, "
                         "traceidratio, and each with parentbased_ in front",
                         STR_ARG(name));
}

static enum status read_whole(struct reading *r, const char *name, int64_t initial, int64_t least,
                              int64_t most, int64_t *ret)
{
    struct str text = variable(r, name);
    int64_t value;

    *ret = initial;
    if (!text.n)
        return ST_OK;
    if (!str_to_i64(text, &value) || value < least || value > most)
        return option_refuse(r->error, "%s: \"%.*s\" is not a whole number from %lld to %lld", name,
                             STR_ARG(text), (long long)least, (long long)most);
    *ret = value;
    return ST_OK;
}

static enum status read_numbers(struct reading *r)
{
    struct exporter_config *e = &r->tracing->exporter;
    int64_t timeout, delay, ring, batch;
    const char *name;
    enum status st;

    (void)specific(r, "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT", &name);
    st = read_whole(r, name, 10000, 1, LONGEST_MS, &timeout);
    if (st == ST_OK)
        st = read_whole(r, "OTEL_BSP_SCHEDULE_DELAY", 5000, 1, LONGEST_MS, &delay);
    if (st == ST_OK)
        st = read_whole(r, "OTEL_BSP_MAX_QUEUE_SIZE", 2048, LEAST_RING, LARGEST_RING, &ring);
    if (st == ST_OK)
        st = read_whole(r, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", EXPORTER_LARGEST_BATCH, 1,
                        EXPORTER_LARGEST_BATCH, &batch);
    if (st != ST_OK)
        return st;
    e->timeout_ms = (uint64_t)timeout;
    e->delay_ms = (uint64_t)delay;
    e->batch = (size_t)batch;
    r->tracing->tracer.ring = (size_t)ring;
    return ST_OK;
}

/* --- whether */

/* ST_BAD_INPUT: an exporter that we do not have. */
static enum status read_whether(struct reading *r, bool *ret_on)
{
    struct str exporter = variable(r, "OTEL_TRACES_EXPORTER");
    bool has_endpoint = variable(r, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").n ||
                        variable(r, "OTEL_EXPORTER_OTLP_ENDPOINT").n;

    *ret_on = false;
    if (str_eq_nocase(variable(r, "OTEL_SDK_DISABLED"), STR("true")) ||
        str_eq(exporter, STR("none")))
        return ST_OK;
    if (exporter.n && !str_eq(exporter, STR("otlp")))
        return option_refuse(r->error,
                             "OTEL_TRACES_EXPORTER: \"%.*s\" is none; allowed: otlp, none",
                             STR_ARG(exporter));
    *ret_on = exporter.n || has_endpoint;
    return ST_OK;
}

enum status tracing_read(struct tracing *t, const char *const *environment,
                         struct option_error *ret_error)
{
    static enum status (*const steps[])(struct reading * r) = {
        check_protocol, read_url, read_headers, read_resource, read_sampler, read_numbers,
    };
    struct reading r = {t, environment, ret_error};
    bool on;
    enum status st = read_whether(&r, &on);

    if (st != ST_OK || !on)
        return st;
    arena_init(&t->arena);
    t->on = true;
    for (size_t i = 0; i < array_size(steps) && st == ST_OK; i++)
        st = steps[i](&r);
    t->tracer.now_ns = clock_unix_ns;
    return st;
}

void tracing_done(struct tracing *t)
{
    if (t->on)
        arena_done(&t->arena);
}

/* --- a worker's */

static void on_report(void *user, const struct exporter_report *report)
{
    const struct worker *w = user;

    if (report->exported)
        log_info("traces_exported", LOG_INT("thread", w->loop.index),
                 LOG_INT("spansLost", (int64_t)report->lost));
    else
        log_warn("traces_not_exported", LOG_INT("thread", w->loop.index),
                 LOG_STR("why", report->why), LOG_INT("failures", report->failures),
                 LOG_INT("spansLost", (int64_t)report->lost));
}

void tracing_begin(const struct tracing *t, struct worker *w)
{
    struct exporter_config config = t->exporter;

    if (!t->on)
        return;
    config.resource = &t->resource;
    config.report_every_ms = REPORT_EVERY_MS;
    config.on_report = on_report;
    config.user = w;
    w->tracer = tracer_new(&t->tracer);
    w->exporter = exporter_new(&w->loop, w->tracer, &config);
}

void tracing_close(struct worker *w, void (*on_closed)(void *worker))
{
    if (w->exporter)
        exporter_close(w->exporter, LAST_CALL_MS, on_closed, w);
    else
        on_closed(w);
}

void tracing_hurry(struct worker *w)
{
    exporter_hurry(w->exporter);
}

void tracing_end(struct worker *w)
{
    exporter_free(w->exporter);
    w->exporter = NULL;
}

void tracing_free(struct worker *w)
{
    tracer_free(w->tracer);
    w->tracer = NULL;
}
