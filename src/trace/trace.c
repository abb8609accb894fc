#include "trace/trace.h"

#include <assert.h>
#include <math.h>

#include "base/id.h"
#include "base/mem.h"

enum {
    RATIO_BYTES = 7 /* of a trace's id, its last ones, are known to be random */
};

struct tracer {
    struct tracer_config config;
    uint64_t threshold; /* ids below it are sampled */
    uint64_t random[2]; /* the generator's state */
    uint64_t dropped;
    size_t first; /* of the ring's */
    size_t n;
    void (*on_waiting)(void *user);
    void *user;
    struct trace_record ring[];
};

struct tracer *tracer_new(const struct tracer_config *config)
{
    struct tracer *t = mem_zalloc(sizeof(*t) + config->ring * sizeof(t->ring[0]));

    assert(config->ring > 0);
    t->config = *config;
    t->threshold = (uint64_t)ldexp(config->ratio, 8 * RATIO_BYTES);
    id_random(t->random, sizeof(t->random));
    return t;
}

void tracer_free(struct tracer *t)
{
    mem_free(t);
}

int64_t trace_now_ns(const struct tracer *t)
{
    return t->config.now_ns();
}

/* --- ids */

/* Nobody is hurt who guesses one: not worth a call to the kernel each (splitmix64, Steele and
 * others, 2014, over a counter that starts where nobody knows). */
static uint64_t next_random(struct tracer *t)
{
    uint64_t z = t->random[0] += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) ^ t->random[1];
}

/* All zero is no id. */
static struct span_id new_span_id(struct tracer *t)
{
    struct span_id id;
    uint64_t bits = next_random(t);

    bits = bits ? bits : 1;
    memcpy(id.bytes, &bits, sizeof(id.bytes));
    return id;
}

static struct trace_id new_trace_id(struct tracer *t)
{
    struct span_id halves[2] = {new_span_id(t), new_span_id(t)};
    struct trace_id id;

    memcpy(id.bytes, halves, sizeof(id.bytes));
    return id;
}

/* --- who is sampled */

/* By the id, so that every server with the same ratio decides alike. */
static bool is_in_ratio(const struct tracer *t, const struct trace_id *id)
{
    uint64_t bits = 0;

    for (size_t i = sizeof(id->bytes) - RATIO_BYTES; i < sizeof(id->bytes); i++)
        bits = bits << 8 | id->bytes[i];
    return bits < t->threshold;
}

static bool is_sampled(const struct tracer *t, const struct trace_id *id,
                       const struct traceparent *parent)
{
    if (parent && t->config.parent_based)
        return parent->sampled;
    switch (t->config.sampler) {
    case TRACE_ALWAYS:
        return true;
    case TRACE_NEVER:
        return false;
    case TRACE_RATIO:
        return is_in_ratio(t, id);
    }
    return false;
}

struct trace *trace_new(struct tracer *tracer, struct arena *a, struct str parent)
{
    struct traceparent shown;
    bool has_parent = traceparent_read(parent, &shown);
    struct trace_id id = has_parent ? shown.trace : new_trace_id(tracer);
    struct trace *t;

    if (!is_sampled(tracer, &id, has_parent ? &shown : NULL))
        return NULL;
    t = arena_new(a, struct trace);
    t->tracer = tracer;
    t->root = (struct trace_record){
        .trace = id,
        .id = new_span_id(tracer),
        .part = TRACE_OPERATION,
        .start_ns = trace_now_ns(tracer),
        .name = "GraphQL Operation",
    };
    if (has_parent)
        t->root.parent = shown.span;
    return t;
}

/* --- what has ended */

static void keep(struct tracer *t, const struct trace_record *record)
{
    size_t place = (t->first + t->n) % t->config.ring;

    if (t->n == t->config.ring) {
        t->dropped++;
        return;
    }
    t->ring[place] = *record;
    t->n++;
    if (t->on_waiting)
        t->on_waiting(t->user);
}

/* The wall's clock may be set back meanwhile. */
static void end(struct tracer *t, struct trace_record *record, enum status status)
{
    int64_t now = trace_now_ns(t);

    record->end_ns = now > record->start_ns ? now : record->start_ns;
    record->status = status;
    keep(t, record);
}

size_t tracer_look(const struct tracer *t, struct trace_record *records, size_t most)
{
    size_t n = t->n < most ? t->n : most;

    for (size_t i = 0; i < n; i++)
        records[i] = t->ring[(t->first + i) % t->config.ring];
    return n;
}

void tracer_forget(struct tracer *t, size_t n)
{
    assert(n <= t->n);
    t->first = (t->first + n) % t->config.ring;
    t->n -= n;
}

size_t tracer_waiting(const struct tracer *t)
{
    return t->n;
}

uint64_t tracer_dropped(const struct tracer *t)
{
    return t->dropped;
}

void tracer_on_waiting(struct tracer *t, void (*fn)(void *user), void *user)
{
    t->on_waiting = fn;
    t->user = user;
}

/* --- an operation, and its parts */

void trace_operation(struct trace *t, const char *type, struct str name)
{
    size_t n = name.n < TRACE_NAME_MAX ? name.n : TRACE_NAME_MAX;

    t->root.name = t->root.operation_type = type;
    t->root.name_n = (uint8_t)n;
    if (n)
        memcpy(t->root.operation_name, name.p, n);
}

struct str trace_place(const struct trace *t, char bytes[TRACEPARENT_LENGTH])
{
    if (!t)
        return STR_NULL;
    traceparent_write(
        &(struct traceparent){.trace = t->root.trace, .span = t->root.id, .sampled = true}, bytes);
    return str_of(bytes, TRACEPARENT_LENGTH);
}

void trace_finish(struct trace *t, enum status status)
{
    if (t)
        end(t->tracer, &t->root, status);
}

struct trace_span *trace_span_new(struct trace *t, struct arena *a, enum trace_part part,
                                  const char *name)
{
    struct trace_span *span = arena_new(a, struct trace_span);

    span->tracer = t->tracer;
    span->record = (struct trace_record){
        .trace = t->root.trace,
        .id = new_span_id(t->tracer),
        .parent = t->root.id,
        .part = part,
        .start_ns = trace_now_ns(t->tracer),
        .name = name,
    };
    return span;
}

void trace_span_end(struct trace_span *span, enum status status)
{
    end(span->tracer, &span->record, status);
}

struct trace_link trace_link_to(const struct trace_span *span)
{
    return (struct trace_link){span->record.trace, span->record.id};
}

void trace_linked(struct tracer *tracer, const struct trace_link *link, enum trace_part part,
                  const char *name, int64_t start_ns)
{
    struct trace_record record = {
        .trace = link->trace,
        .id = new_span_id(tracer),
        .parent = link->span,
        .part = part,
        .start_ns = start_ns,
        .name = name,
    };

    end(tracer, &record, ST_OK);
}
