#include "trace/traceparent.h"

#include <string.h>

#include "base/hex.h"

enum {
    TRACE_AT = 3, /* places in the text */
    SPAN_AT = 36,
    FLAGS_AT = 53,
    SAMPLED = 1, /* a flag */
};

/* Lower case only: so the recommendation has it. */
static bool read_hex(const char *p, uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < 2 * n; i++)
        if (hex_lower_digit((unsigned char)p[i]) < 0)
            return false;
    return hex_read(str_of(p, 2 * n), bytes, n);
}

static bool is_zero(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i])
            return false;
    return true;
}

bool span_id_is_none(const struct span_id *id)
{
    return is_zero(id->bytes, sizeof(id->bytes));
}

static bool has_right_length(struct str text, uint8_t version)
{
    if (version == 0)
        return text.n == TRACEPARENT_LENGTH;
    return text.n == TRACEPARENT_LENGTH || text.p[TRACEPARENT_LENGTH] == '-';
}

bool traceparent_read(struct str text, struct traceparent *ret)
{
    struct traceparent p;
    uint8_t version, flags;

    if (text.n < TRACEPARENT_LENGTH || text.p[TRACE_AT - 1] != '-' || text.p[SPAN_AT - 1] != '-' ||
        text.p[FLAGS_AT - 1] != '-')
        return false;
    if (!read_hex(text.p, &version, 1) || version == 0xff || !has_right_length(text, version) ||
        !read_hex(text.p + TRACE_AT, p.trace.bytes, sizeof(p.trace.bytes)) ||
        !read_hex(text.p + SPAN_AT, p.span.bytes, sizeof(p.span.bytes)) ||
        !read_hex(text.p + FLAGS_AT, &flags, 1))
        return false;
    if (is_zero(p.trace.bytes, sizeof(p.trace.bytes)) || span_id_is_none(&p.span))
        return false;
    p.sampled = flags & SAMPLED;
    *ret = p;
    return true;
}

void trace_id_write(const struct trace_id *id, char out[TRACE_ID_HEX])
{
    hex_write(id->bytes, sizeof(id->bytes), out);
}

void span_id_write(const struct span_id *id, char out[SPAN_ID_HEX])
{
    hex_write(id->bytes, sizeof(id->bytes), out);
}

void traceparent_write(const struct traceparent *p, char out[TRACEPARENT_LENGTH])
{
    memcpy(out, "00-", 3);
    trace_id_write(&p->trace, out + TRACE_AT);
    out[SPAN_AT - 1] = '-';
    span_id_write(&p->span, out + SPAN_AT);
    memcpy(out + FLAGS_AT - 1, p->sampled ? "-01" : "-00", 3);
}
