#pragma once

/*
 * Traces: what one operation of a client was made of, and how long each part took. An operation
 * that is sampled has a struct trace; every other one has NULL in its place, and pays for that with
 * a comparison.
 *
 *     struct trace *t = trace_new(tracer, arena, parent);          NULL: not sampled
 *     struct trace_span *span = trace_begin(t, arena, TRACE_DATABASE, "message_send");
 *     …
 *     trace_end(span, ST_OK);
 *     trace_finish(t, ST_OK);                                      the operation itself
 *
 * Ended spans wait in a ring that is as long as the config says, for the exporter (exporter.h).
 * When it is full they are dropped and counted: nothing waits for room.
 *
 * Of what a client sent, a span carries the operation's name and nothing else.
 *
 * Owner:   a tracer is its loop's. A trace and its spans live in an arena, which must live until
 *          the last of them has ended.
 * Threads: the loop's.
 */

#include "base/arena.h"
#include "base/status.h"
#include "trace/traceparent.h"

struct tracer;

enum {
    TRACE_NAME_MAX = 64 /* bytes of an operation's name */
};

/* What kind of work a span is. */
enum trace_part {
    TRACE_OPERATION, /* the whole of it, as the client sees it */
    TRACE_INSIDE,    /* computing */
    TRACE_DATABASE,  /* from asking to the answer, waiting for others included */
    TRACE_PUBLISH,   /* handing on to those who follow */
};

/* A span that has ended. */
struct trace_record {
    struct trace_id trace;
    struct span_id id;
    struct span_id parent; /* all zero: none */
    enum trace_part part;
    enum status status;
    int64_t start_ns; /* since 1970 */
    int64_t end_ns;
    const char *name; /* lives for ever, as do the next two */
    const char *transport;
    const char *operation_type; /* of a TRACE_OPERATION; NULL: not known */
    uint8_t name_n;
    char operation_name[TRACE_NAME_MAX];
};

struct trace {
    struct tracer *tracer;
    struct trace_record root;
};

struct trace_span {
    struct tracer *tracer;
    struct trace_record record;
};

/* Where work on another loop belongs. */
struct trace_link {
    struct trace_id trace;
    struct span_id span;
};

enum trace_sampler {
    TRACE_ALWAYS,
    TRACE_NEVER,
    TRACE_RATIO,
};

struct tracer_config {
    enum trace_sampler sampler;
    double ratio;      /* of TRACE_RATIO, 0 to 1 */
    bool parent_based; /* who comes with a trace has decided already */
    size_t ring;       /* ended spans that may wait */
    int64_t (*now_ns)(void);
};

/* The config is copied. */
struct tracer *tracer_new(const struct tracer_config *config) must_use;
/* Takes NULL. */
void tracer_free(struct tracer *t);

/* Spans that have ended, the oldest first: up to most of them are copied. They stay. */
size_t tracer_look(const struct tracer *t, struct trace_record *records, size_t most);
/* The oldest n are done with. */
void tracer_forget(struct tracer *t, size_t n);
size_t tracer_waiting(const struct tracer *t);
/* So far, for want of room. */
uint64_t tracer_dropped(const struct tracer *t);
/* Called when a span has ended and waits; NULL: nobody is. */
void tracer_on_waiting(struct tracer *t, void (*fn)(void *user), void *user);

/* An operation begins. parent: a traceparent as the client sent it, or absent; one that is
 * malformed counts as absent. NULL: not sampled. */
struct trace *trace_new(struct tracer *tracer, struct arena *a, struct str parent) must_use;

/* Once it is known. The name, which is ASCII as all of GraphQL's are, is cut at TRACE_NAME_MAX. */
void trace_operation(struct trace *t, const char *type, struct str name);
/* As a traceparent, in bytes, for whom it is told to; absent for NULL. */
struct str trace_place(const struct trace *t, char bytes[TRACEPARENT_LENGTH]);
/* It has ended; takes NULL. */
void trace_finish(struct trace *t, enum status status);

struct trace_span *trace_span_new(struct trace *t, struct arena *a, enum trace_part part,
                                  const char *name) must_use;
void trace_span_end(struct trace_span *span, enum status status);

/* A part of a trace. name must live for ever. */
static inline must_use struct trace_span *trace_begin(struct trace *t, struct arena *a,
                                                      enum trace_part part, const char *name)
{
    return __builtin_expect(t != NULL, 0) ? trace_span_new(t, a, part, name) : NULL;
}

static inline void trace_end(struct trace_span *span, enum status status)
{
    if (__builtin_expect(span != NULL, 0))
        trace_span_end(span, status);
}

/* For work on another loop: the work belongs to the span. */
struct trace_link trace_link_to(const struct trace_span *span);
/* That work, as a whole, on the loop that did it. */
void trace_linked(struct tracer *tracer, const struct trace_link *link, enum trace_part part,
                  const char *name, int64_t start_ns);

/* The tracer's clock. */
int64_t trace_now_ns(const struct tracer *t);
