#pragma once

/*
 * Spans as OTLP's JSON has them: an ExportTraceServiceRequest, with ids in hex, times as strings of
 * nanoseconds, and attributes by OpenTelemetry's conventions.
 *
 * Pure.
 */

#include "base/buf.h"
#include "trace/trace.h"

struct otlp_attribute {
    struct str key;
    struct str value;
};

/* Who sends. */
struct otlp_resource {
    const struct otlp_attribute *attributes; /* service.name among them */
    size_t n;
    struct str version; /* of the program, which is the instrumentation's as well */
};

/* out latches what does not fit. */
void otlp_write(struct buf *out, const struct otlp_resource *resource,
                const struct trace_record *records, size_t n);
