#pragma once

/*
 * Sends a tracer's ended spans to a collector, as OTLP over HTTP with JSON, in batches: when a
 * batch is full, or after a delay.
 *
 * A collector that is away, or says that it is busy (429, 502, 503, 504), is tried again after a
 * pause that doubles with each failure, or that it names itself; spans stay in the tracer's ring
 * meanwhile, which drops those for which it has no room. What the collector refuses otherwise is
 * dropped: sending it again would change nothing.
 *
 * Owner:   its maker: exporter_close(), and then exporter_free() before loop_done() and before the
 *          tracer is freed.
 * Threads: the loop's.
 */

#include "loop/loop.h"
#include "trace/otlp.h"

struct exporter;

enum {
    EXPORTER_FIRST_PAUSE_MS = 1000,
    EXPORTER_LONGEST_PAUSE_MS = 60 * 1000,
    EXPORTER_LARGEST_BATCH = 512,
    EXPORTER_LARGEST_RESOURCE = 64 * 1024, /* bytes of all its attributes */
};

/* Borrowed for the call. */
struct exporter_report {
    bool exported;
    unsigned failures; /* in a row */
    struct str why;    /* of the last one */
    uint64_t lost;     /* spans so far: dropped for want of room, and refused */
};

/* When exporting begins to fail, when it works again, and once in a while as long as it fails or
 * spans are lost. */
typedef void exporter_report_fn(void *user, const struct exporter_report *report);

/* All pointed to is borrowed, and must outlive the exporter. */
struct exporter_config {
    struct str url;
    const struct str *headers; /* "Name: value", those of the collector's own */
    size_t n_headers;
    const struct otlp_resource *resource;
    uint64_t timeout_ms;
    uint64_t delay_ms;
    uint64_t report_every_ms; /* at most */
    size_t batch;             /* at most EXPORTER_LARGEST_BATCH */
    exporter_report_fn *on_report;
    void *user;
};

struct exporter *exporter_new(struct loop *l, struct tracer *tracer,
                              const struct exporter_config *config) must_use;

/* What waits is sent now; on_closed when that is done or has failed, or after timeout_ms. It may be
 * called at once. */
typedef void exporter_closed_fn(void *user);
void exporter_close(struct exporter *e, uint64_t timeout_ms, exporter_closed_fn *on_closed,
                    void *user);
/* What waits is given up. */
void exporter_hurry(struct exporter *e);

/* Takes NULL. Freed some turns later. */
void exporter_free(struct exporter *e);
