#include "base/json_out.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void before_value(struct json_out *j)
{
    if (j->comma)
        buf_add_char(j->out, ',');
    j->comma = true;
}

static void begin(struct json_out *j, char bracket)
{
    before_value(j);
    buf_add_char(j->out, bracket);
    j->comma = false;
}

static void end(struct json_out *j, char bracket)
{
    buf_add_char(j->out, bracket);
    j->comma = true;
}

void json_out_begin_object(struct json_out *j)
{
    begin(j, '{');
}

void json_out_end_object(struct json_out *j)
{
    end(j, '}');
}

void json_out_begin_array(struct json_out *j)
{
    begin(j, '[');
}

void json_out_end_array(struct json_out *j)
{
    end(j, ']');
}

void json_out_raw(struct json_out *j, struct str json)
{
    before_value(j);
    buf_add(j->out, json);
}

void json_out_null(struct json_out *j)
{
    json_out_raw(j, STR("null"));
}

void json_out_bool(struct json_out *j, bool value)
{
    json_out_raw(j, value ? STR("true") : STR("false"));
}

void json_out_int(struct json_out *j, int64_t value)
{
    char digits[20], *at = digits + sizeof(digits);
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0)
        *--at = '-';
    json_out_raw(j, str_of(at, (size_t)(digits + sizeof(digits) - at)));
}

void json_out_double(struct json_out *j, double value)
{
    char text[40];
    int n = 0;

    if (!isfinite(value)) {
        json_out_null(j);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        n = snprintf(text, sizeof(text), "%.*g", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    json_out_raw(j, str_of(text, (size_t)n));
}

/* What stands for a byte below 0x20, a quote or a backslash; NULL for the rest. */
static const char *short_escape(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

static void escape_one(struct buf *out, unsigned char c)
{
    const char *escape = short_escape(c);

    if (escape)
        buf_add(out, str_c(escape));
    else
        buf_printf(out, "\\u%04x", c);
}

/* Ready to go out as it is: ASCII that JSON does not escape. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Sixteen at once; signed, so that what is not ASCII is below 0x20 as well. */
typedef signed char sixteen __attribute__((vector_size(16)));

static bool sixteen_plain(const char *p)
{
    sixteen bytes;
    uint64_t found[2];

    memcpy(&bytes, p, sizeof(bytes));
    bytes = (bytes < 0x20) | (bytes == '"') | (bytes == '\\');
    memcpy(found, &bytes, sizeof(found));
    return (found[0] | found[1]) == 0;
}

/* The last sixteen overlap those before. */
bool json_out_is_plain(struct str s)
{
    size_t i = 0;

    if (s.n >= sizeof(sixteen)) {
        for (; i < s.n - sizeof(sixteen); i += sizeof(sixteen))
            if (!sixteen_plain(s.p + i))
                return false;
        return sixteen_plain(s.p + s.n - sizeof(sixteen));
    }
    while (i < s.n && is_plain((unsigned char)s.p[i]))
        i++;
    return i == s.n;
}

void json_out_escape(struct buf *out, struct str s)
{
    size_t i = 0;

    while (i < s.n) {
        size_t from = i;
        unsigned char c;

        while (i < s.n && is_plain((unsigned char)s.p[i]))
            i++;
        buf_add(out, str_of(s.p + from, i - from));
        if (i == s.n)
            return;
        c = (unsigned char)s.p[i];
        if (c < 0x80) {
            escape_one(out, c);
            i++;
        } else {
            char utf8[4];
            buf_add(out, str_of(utf8, str_put_code_point(str_next_code_point(s, &i), utf8)));
        }
    }
}

static void quote_in_pieces(struct json_out *j, struct str s)
{
    before_value(j);
    buf_add_char(j->out, '"');
    json_out_escape(j->out, s);
    buf_add_char(j->out, '"');
}

/* Nearly every string is plain and leaves at once, with the comma before it. */
void json_out_str(struct json_out *j, struct str value)
{
    size_t comma = j->comma;
    char *to;

    if (!json_out_is_plain(value)) {
        quote_in_pieces(j, value);
        return;
    }
    j->comma = true;
    to = buf_reserve(j->out, comma + value.n + 2);
    if (!to)
        return;
    to[0] = ',';
    to[comma] = '"';
    if (value.n)
        memcpy(to + comma + 1, value.p, value.n);
    to[comma + 1 + value.n] = '"';
    j->out->n += comma + value.n + 2;
}

void json_out_key(struct json_out *j, struct str key)
{
    json_out_str(j, key);
    buf_add_char(j->out, ':');
    j->comma = false;
}

/* The comma before it, the quotes around it and the colon behind it in one piece. */
void json_out_name(struct json_out *j, struct str name)
{
    size_t comma = j->comma, n = comma + name.n + 3;
    char *to = buf_reserve(j->out, n);

    j->comma = false;
    if (!to)
        return;
    to[0] = ',';
    to[comma] = '"';
    memcpy(to + comma + 1, name.p, name.n);
    to[n - 2] = '"';
    to[n - 1] = ':';
    j->out->n += n;
}

struct json_out_mark json_out_mark(const struct json_out *j)
{
    return (struct json_out_mark){.n = j->out->n, .comma = j->comma};
}

void json_out_rewind(struct json_out *j, struct json_out_mark to)
{
    buf_truncate(j->out, to.n);
    j->comma = to.comma;
}
