#include "trace/otlp.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json_out.h"

/* OTLP's numbers. */
enum kind {
    KIND_INTERNAL = 1,
    KIND_SERVER = 2,
    KIND_CLIENT = 3,
    KIND_PRODUCER = 4,
};

enum {
    STATUS_ERROR = 2
};

static enum kind kind_of(enum trace_part part)
{
    switch (part) {
    case TRACE_OPERATION:
        return KIND_SERVER;
    case TRACE_INSIDE:
        return KIND_INTERNAL;
    case TRACE_DATABASE:
        return KIND_CLIENT;
    case TRACE_PUBLISH:
        return KIND_PRODUCER;
    }
    return KIND_INTERNAL;
}

static void write_attribute(struct json_out *j, struct str key, struct str value)
{
    json_out_begin_object(j);
    json_out_name(j, STR("key"));
    json_out_str(j, key);
    json_out_name(j, STR("value"));
    json_out_begin_object(j);
    json_out_name(j, STR("stringValue"));
    json_out_str(j, value);
    json_out_end_object(j);
    json_out_end_object(j);
}

/* Nothing where there is nothing to tell. */
static void write_known(struct json_out *j, struct str key, struct str value)
{
    if (value.n)
        write_attribute(j, key, value);
}

static void write_operation(struct json_out *j, const struct trace_record *r)
{
    write_known(j, STR("graphql.operation.type"), str_c(r->operation_type));
    write_known(j, STR("graphql.operation.name"), str_of(r->operation_name, r->name_n));
    write_known(j, STR("guildhall.transport"), str_c(r->transport));
}

/* The convention's old name of the system, and its new one. */
static void write_database(struct json_out *j, const struct trace_record *r)
{
    write_attribute(j, STR("db.system"), STR("postgresql"));
    write_attribute(j, STR("db.system.name"), STR("postgresql"));
    write_attribute(j, STR("db.query.summary"), str_c(r->name));
}

static void write_attributes(struct json_out *j, const struct trace_record *r)
{
    json_out_name(j, STR("attributes"));
    json_out_begin_array(j);
    if (r->part == TRACE_OPERATION)
        write_operation(j, r);
    if (r->part == TRACE_DATABASE)
        write_database(j, r);
    if (r->status != ST_OK) {
        write_attribute(j, STR("error.type"), str_c(status_code(r->status)));
        write_attribute(j, STR("guildhall.code"), str_c(status_code(r->status)));
    }
    json_out_end_array(j);
}

static void write_time(struct json_out *j, struct str name, int64_t ns)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%" PRId64, ns);

    json_out_name(j, name);
    json_out_str(j, str_of(digits, (size_t)n));
}

static void write_ids(struct json_out *j, const struct trace_record *r)
{
    char trace[TRACE_ID_HEX], span[SPAN_ID_HEX];

    trace_id_write(&r->trace, trace);
    json_out_name(j, STR("traceId"));
    json_out_str(j, str_of(trace, sizeof(trace)));
    span_id_write(&r->id, span);
    json_out_name(j, STR("spanId"));
    json_out_str(j, str_of(span, sizeof(span)));
    if (span_id_is_none(&r->parent))
        return;
    span_id_write(&r->parent, span);
    json_out_name(j, STR("parentSpanId"));
    json_out_str(j, str_of(span, sizeof(span)));
}

static void write_span(struct json_out *j, const struct trace_record *r)
{
    json_out_begin_object(j);
    write_ids(j, r);
    json_out_name(j, STR("name"));
    json_out_str(j, str_c(r->name));
    json_out_name(j, STR("kind"));
    json_out_int(j, kind_of(r->part));
    write_time(j, STR("startTimeUnixNano"), r->start_ns);
    write_time(j, STR("endTimeUnixNano"), r->end_ns);
    write_attributes(j, r);
    json_out_name(j, STR("status"));
    json_out_begin_object(j);
    if (r->status != ST_OK) {
        json_out_name(j, STR("code"));
        json_out_int(j, STATUS_ERROR);
    }
    json_out_end_object(j);
    json_out_end_object(j);
}

static void write_resource(struct json_out *j, const struct otlp_resource *resource)
{
    json_out_name(j, STR("resource"));
    json_out_begin_object(j);
    json_out_name(j, STR("attributes"));
    json_out_begin_array(j);
    for (size_t i = 0; i < resource->n; i++)
        write_attribute(j, resource->attributes[i].key, resource->attributes[i].value);
    json_out_end_array(j);
    json_out_end_object(j);
}

static void write_scope(struct json_out *j, struct str version)
{
    json_out_name(j, STR("scope"));
    json_out_begin_object(j);
    json_out_name(j, STR("name"));
    json_out_str(j, STR("guildhall"));
    json_out_name(j, STR("version"));
    json_out_str(j, version);
    json_out_end_object(j);
}

/* A list of the objects that the next calls write: one. */
static void begin_lone(struct json_out *j, struct str name)
{
    json_out_name(j, name);
    json_out_begin_array(j);
    json_out_begin_object(j);
}

static void end_lone(struct json_out *j)
{
    json_out_end_object(j);
    json_out_end_array(j);
}

void otlp_write(struct buf *out, const struct otlp_resource *resource,
                const struct trace_record *records, size_t n)
{
    struct json_out j = {.out = out};

    json_out_begin_object(&j);
    begin_lone(&j, STR("resourceSpans"));
    write_resource(&j, resource);
    begin_lone(&j, STR("scopeSpans"));
    write_scope(&j, resource->version);
    json_out_name(&j, STR("spans"));
    json_out_begin_array(&j);
    for (size_t i = 0; i < n; i++)
        write_span(&j, &records[i]);
    json_out_end_array(&j);
    end_lone(&j);
    end_lone(&j);
    json_out_end_object(&j);
}
