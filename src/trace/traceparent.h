#pragma once

/*
 * The header `traceparent` of the W3C's Trace Context, version 00, and the ids in it:
 *
 *     00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
 *
 * A later version is read as far as it is alike, as the recommendation asks.
 *
 * Pure.
 */

#include "base/status.h"
#include "base/str.h"

struct trace_id {
    uint8_t bytes[16];
};

struct span_id {
    uint8_t bytes[8];
};

enum {
    TRACE_ID_HEX = 32,
    SPAN_ID_HEX = 16,
    TRACEPARENT_LENGTH = 55
};

struct traceparent {
    struct trace_id trace;
    struct span_id span;
    bool sampled;
};

/* False: malformed, or an id is all zero. */
must_use bool traceparent_read(struct str text, struct traceparent *ret);

/* Without a NUL, as the next two. */
void traceparent_write(const struct traceparent *p, char out[TRACEPARENT_LENGTH]);

void trace_id_write(const struct trace_id *id, char out[TRACE_ID_HEX]);
void span_id_write(const struct span_id *id, char out[SPAN_ID_HEX]);

bool span_id_is_none(const struct span_id *id);
