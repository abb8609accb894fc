#include "net/call.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"

enum {
    GROWTH_MOST = 8, /* times as long: `1e999` in an object */
};

/* Numbers that jansson does not hold. */

static size_t skip_digits(struct str s, size_t at)
{
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
        at++;
    return at;
}

/* What may stand in a number, but for the sign before it. */
static size_t end_of_number(struct str s, size_t at)
{
    while (at < s.n && s.p[at] && strchr("0123456789+-.eE", s.p[at]))
        at++;
    return at;
}

/* JSON's grammar of numbers is strtod()'s, but for what begins them and a dot without digits. */
static bool is_json_number(struct str number, const char *end_of_double)
{
    size_t digits = number.p[0] == '-';
    size_t end = skip_digits(number, digits);
    bool has_dot = end < number.n && number.p[end] == '.';

    return end_of_double == number.p + number.n && end > digits &&
           (number.p[digits] != '0' || end == digits + 1) &&
           (!has_dot || skip_digits(number, end + 1) > end + 1);
}

/* A whole number that needs more than 64 bits becomes a real one, as all are in JavaScript; one
 * beyond all doubles an object, which no type takes, so that the error shows it. */
static void add_number(struct buf *out, struct str number)
{
    size_t from = out->n;
    bool is_whole = skip_digits(number, number.p[0] == '-') == number.n;
    int64_t fits;
    double value;
    char *end;

    buf_add(out, number);
    if (is_whole && str_to_i64(number, &fits))
        return;
    buf_add_char(out, '\0');
    value = strtod(out->p + from, &end);
    buf_truncate(out, out->n - 1);
    if (!is_json_number(str_of(out->p + from, number.n), end))
        return;
    if (isfinite(value)) {
        buf_add(out, is_whole ? STR(".0") : STR(""));
        return;
    }
    buf_truncate(out, from);
    buf_add(out, STR("{\"number too large\":\""));
    buf_add(out, number);
    buf_add(out, STR("\"}"));
}

static size_t end_of_string(struct str s, size_t at)
{
    for (at++; at < s.n && s.p[at] != '"'; at++)
        at += s.p[at] == '\\';
    return at < s.n ? at + 1 : s.n;
}

static void add_with_numbers_that_fit(struct buf *out, struct str text)
{
    for (size_t at = 0, end; at < text.n; at = end) {
        char c = text.p[at];

        end = c == '"' ? end_of_string(text, at) : end_of_number(text, at);
        if (c == '"' || end == at) {
            end = end > at ? end : at + 1;
            buf_add(out, str_of(text.p + at, end - at));
        } else {
            add_number(out, str_of(text.p + at, end - at));
        }
    }
}

/* Rare, so that it costs only those who send such numbers. */
static json_t *read_with_numbers_that_fit(struct str text, json_error_t *ret_error)
{
    struct buf fitting;
    json_t *json;

    buf_init(&fitting, GROWTH_MOST * text.n);
    add_with_numbers_that_fit(&fitting, text);
    json = json_loadb(buf_str(&fitting).p, fitting.n, CALL_JSON_FLAGS, ret_error);
    buf_done(&fitting);
    return json;
}

json_t *call_json(struct str text, json_error_t *ret_error)
{
    json_t *json = json_loadb(text.p ? text.p : "", text.n, CALL_JSON_FLAGS, ret_error);

    if (!json && json_error_code(ret_error) == json_error_numeric_overflow)
        return read_with_numbers_that_fit(text, ret_error);
    return json;
}

struct str call_json_str(const json_t *json)
{
    return str_of(json_string_value(json), json_string_length(json));
}

struct str call_json_member(const json_t *object, struct str name)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key,
                        value) if (json_is_string(value) &&
                                   str_eq_nocase(str_c(key), name)) return call_json_str(value);
    return STR_NULL;
}

static int add_dumped(const char *p, size_t n, void *user)
{
    buf_add(user, str_of(p, n));
    return 0;
}

void call_json_write(struct buf *out, const json_t *json)
{
    json_dump_callback(json, add_dumped, out, JSON_COMPACT);
}

static bool is_nothing(const json_t *value)
{
    return !value || json_is_null(value);
}

/* An object, or NULL where it is left out or null. */
static bool take_object(const json_t *object, const char *member, const json_t **to)
{
    const json_t *value = json_object_get(object, member);

    *to = is_nothing(value) ? NULL : value;
    return !*to || json_is_object(value);
}

/* A string, or absent where it is left out or null. */
static bool take_string(const json_t *object, const char *member, struct str *to)
{
    const json_t *value = json_object_get(object, member);

    *to = is_nothing(value) ? STR_NULL : call_json_str(value);
    return is_nothing(value) || json_is_string(value);
}

bool call_has_document(const struct net_call *call)
{
    return call->query.p || call->document_id.p ||
           json_object_get(call->extensions, "persistedQuery");
}

bool call_from_json(const json_t *object, struct net_call *call, const char **ret_member,
                    const char **ret_expected)
{
    *ret_expected = "must be a string or null";
    *ret_member = "documentId";
    if (!take_string(object, "documentId", &call->document_id))
        return false;
    *ret_member = "operationName";
    if (!take_string(object, "operationName", &call->operation_name))
        return false;
    *ret_expected = "must be an object or null";
    *ret_member = "variables";
    if (!take_object(object, "variables", &call->variables))
        return false;
    *ret_member = "extensions";
    if (!take_object(object, "extensions", &call->extensions))
        return false;
    *ret_expected = "must be a string";
    *ret_member = "query";
    return take_string(object, "query", &call->query) && call_has_document(call);
}
