#pragma once

/*
 * Traces as OpenTelemetry's variables (OTEL_…) configure them: docs/traces.md. Off, unless one of
 * them says where to.
 *
 * Owner:   the app's; a worker's tracer and exporter are made and freed here.
 * Threads: read before the workers run; then each worker's own.
 */

#include "server/worker.h"
#include "trace/exporter.h"

struct tracing {
    bool on;
    struct arena arena; /* what is below points into it */
    struct tracer_config tracer;
    struct otlp_resource resource;
    struct exporter_config exporter;
};

/* ST_BAD_INPUT: the error says which variable is wrong. tracing_done() takes it in any case, and
 * one that is all zero. */
enum status tracing_read(struct tracing *t, const char *const *environment,
                         struct option_error *ret_error) must_use;
void tracing_done(struct tracing *t);

/* Nothing where traces are off. */
void tracing_begin(const struct tracing *t, struct worker *w);
/* Sends what waits, for a moment; on_closed is called in any case, perhaps at once. */
void tracing_close(struct worker *w, void (*on_closed)(void *worker));
void tracing_hurry(struct worker *w);
/* Before the loop is done, and behind it. */
void tracing_end(struct worker *w);
void tracing_free(struct worker *w);
