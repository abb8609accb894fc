#include "net/http_request.h"

#include "base/hex.h"
#include "net/call.h"

enum {
    Q_WHOLE = 1000,  /* q-values count in thousandths */
    MOST_RANGES = 64 /* of Accept, that are looked at: no client has so many */
};

/* How closely a range of Accept names a type; the closest one decides. */
enum closeness {
    CLOSE_NOT,
    CLOSE_ANY,     /* the range names anything */
    CLOSE_SUBTYPE, /* the range names any subtype */
    CLOSE_EXACT,
};

struct preference {
    enum closeness closeness;
    int q;
};

static const struct str graphql_response = STR_INIT("application/graphql-response+json");
static const struct str plain_json = STR_INIT("application/json");
static const struct str html = STR_INIT("text/html");
static const struct str event_stream = STR_INIT("text/event-stream");
static const struct str multipart = STR_INIT("multipart/mixed");

/* "0.25" in thousandths; -1 when it is none. */
static int parse_q(struct str s)
{
    int q, digit = Q_WHOLE / 10;

    if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
        return -1;
    q = s.p[0] == '1' ? Q_WHOLE : 0;
    for (size_t i = 2; i < s.n; i++, digit /= 10) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        q += (s.p[i] - '0') * digit;
    }
    return q <= Q_WHOLE ? q : -1;
}

static struct str unquote(struct str s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        return str_of(s.p + 1, s.n - 2);
    return s;
}

/* Reads `;name=value` parameters. False: another charset than ours, or a malformed q. */
static bool read_params(struct str params, int *q)
{
    while (params.p) {
        struct str value = str_trim(str_split(&params, ';'));
        struct str name = str_trim(str_split(&value, '='));

        value = value.p ? str_trim(value) : STR("");
        if (str_eq_nocase(name, STR("q")) && (*q = parse_q(value)) < 0)
            return false;
        if (str_eq_nocase(name, STR("charset")) && !str_eq_nocase(unquote(value), STR("utf-8")))
            return false;
    }
    return true;
}

int http_q(struct str params)
{
    int q = Q_WHOLE;

    return read_params(params, &q) ? q : 0;
}

static enum closeness closeness_of(struct str range, struct str type)
{
    struct str any_subtype = str_of(type.p, str_find(type, '/') + 1);

    if (str_eq_nocase(range, type))
        return CLOSE_EXACT;
    if (str_eq(range, STR("*/*")))
        return CLOSE_ANY;
    if (range.n == any_subtype.n + 1 && range.p[range.n - 1] == '*' &&
        str_eq_nocase(str_of(range.p, range.n - 1), any_subtype))
        return CLOSE_SUBTYPE;
    return CLOSE_NOT;
}

static void prefer(struct preference *p, struct str one, struct str type)
{
    int q = Q_WHOLE;
    struct str params = one, range = str_trim(str_split(&params, ';'));
    enum closeness closeness = closeness_of(range, type);

    if (closeness > p->closeness && read_params(params, &q))
        *p = (struct preference){closeness, q};
}

/* A walk over the ranges of Accept, all fields of that name together. */
struct walk {
    const struct http_head *head;
    size_t field;
    struct str rest; /* of the field */
    unsigned seen;
};

static bool next_range(struct walk *w, struct str *ret_range)
{
    if (w->seen++ == MOST_RANGES)
        return false;
    if (!w->rest.p)
        w->rest = http_field_next(w->head, STR("Accept"), &w->field);
    if (!w->rest.p)
        return false;
    *ret_range = str_split(&w->rest, ',');
    return true;
}

static struct preference preference_for(const struct http_head *h, struct str type)
{
    struct preference p = {CLOSE_NOT, 0};
    struct walk walk = {.head = h};
    struct str range;

    while (next_range(&walk, &range))
        prefer(&p, range, type);
    return p;
}

enum http_media http_request_media(const struct http_head *h)
{
    struct preference json = preference_for(h, plain_json);
    struct preference response = preference_for(h, graphql_response);

    if (!str_trim(http_field(h, STR("Accept"))).n)
        return MEDIA_JSON;
    if (response.q > json.q)
        return MEDIA_GRAPHQL_RESPONSE;
    if (json.q == 0)
        return MEDIA_NONE;
    /* Wanted alike: by name, the newer type says more; by a wildcard, the older surprises less. */
    return response.q == json.q && response.closeness == CLOSE_EXACT ? MEDIA_GRAPHQL_RESPONSE
                                                                     : MEDIA_JSON;
}

/* Is `;name=value` among the parameters, the value bare or in quotes? */
static bool has_param(struct str params, struct str name, struct str value)
{
    while (params.p) {
        struct str given = str_trim(str_split(&params, ';'));
        struct str its_name = str_trim(str_split(&given, '='));

        if (str_eq_nocase(its_name, name) && given.p && str_eq(unquote(str_trim(given)), value))
            return true;
    }
    return false;
}

/* multipart/mixed alone may mean @defer, or a form: only this parameter names the protocol. */
static int q_of_parts(const struct http_head *h)
{
    struct preference p = {CLOSE_NOT, 0};
    struct walk walk = {.head = h};
    struct str range;

    while (next_range(&walk, &range)) {
        struct str params = range;

        str_split(&params, ';');
        if (has_param(params, STR("subscriptionSpec"), STR("1.0")))
            prefer(&p, range, multipart);
    }
    return p.closeness == CLOSE_EXACT ? p.q : 0;
}

static int q_of_events(const struct http_head *h)
{
    struct preference p = preference_for(h, event_stream);

    return p.closeness == CLOSE_EXACT ? p.q : 0;
}

enum http_stream http_request_stream(const struct http_head *h, bool *ret_first)
{
    int events = q_of_events(h), parts = q_of_parts(h);
    int json = preference_for(h, plain_json).q, response = preference_for(h, graphql_response).q;
    int stream = events > parts ? events : parts;

    *ret_first = stream > json && stream > response;
    if (stream == 0)
        return STREAM_NONE;
    return events >= parts ? STREAM_EVENTS : STREAM_PARTS;
}

bool http_request_accepts(const struct http_head *h, struct str type)
{
    return !str_trim(http_field(h, STR("Accept"))).n || preference_for(h, type).q > 0;
}

bool http_request_wants_html(const struct http_head *h)
{
    struct preference page = preference_for(h, html);

    return page.closeness == CLOSE_EXACT && page.q > 0 &&
           preference_for(h, plain_json).closeness != CLOSE_EXACT &&
           preference_for(h, graphql_response).closeness != CLOSE_EXACT;
}

bool http_request_is_json(struct str content_type)
{
    int q = 0;
    struct str params = content_type, type;

    if (!content_type.p)
        return false;
    type = str_trim(str_split(&params, ';'));
    return str_eq_nocase(type, plain_json) && read_params(params, &q);
}

bool http_request_has_param(struct str query_string, struct str name)
{
    while (query_string.p) {
        struct str one = str_split(&query_string, '&');
        if (str_eq(str_split(&one, '='), name))
            return true;
    }
    return false;
}

/* The byte that stands as %XX at *at, which moves onto its last digit; -1 when none does. */
static int percent_byte(struct str s, size_t *at)
{
    unsigned char byte;

    if (s.n - *at < 3 || !hex_read(str_of(s.p + *at + 1, 2), &byte, 1))
        return -1;
    *at += 2;
    return byte;
}

/* %XX is a byte; and + what `plus` says. False: a % without two digits, or not UTF-8. */
static bool decode_with(struct arena *a, struct str s, char plus, struct str *ret)
{
    char *to = arena_alloc(a, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        int c = s.p[i] == '+' ? plus : (unsigned char)s.p[i];
        if (c == '%' && (c = percent_byte(s, &i)) < 0)
            return false;
        to[n++] = (char)c;
    }
    *ret = str_of(to, n);
    return str_is_utf8(*ret);
}

/* As forms are encoded. */
static bool decode(struct arena *a, struct str s, struct str *ret)
{
    return decode_with(a, s, ' ', ret);
}

bool http_request_segment(struct arena *a, struct str segment, struct str *ret_text)
{
    return segment.n && str_find(segment, '/') == segment.n &&
           decode_with(a, segment, '+', ret_text);
}

struct str http_request_param(struct arena *a, struct str query_string, struct str name)
{
    while (query_string.p) {
        struct str value = str_split(&query_string, '&');

        if (!str_eq(str_split(&value, '='), name))
            continue;
        return decode(a, value.p ? value : STR(""), &value) ? value : STR_NULL;
    }
    return STR_NULL;
}

/* NULL: *ret_wrong says what is malformed, and where. */
static const struct json_value *read_json(struct arena *a, const char *what, struct str text,
                                          struct str *ret_wrong)
{
    struct json_in_error error;
    const struct json_value *json = json_in_read(a, text, &error);

    if (!json)
        *ret_wrong = arena_printf(a, "%s is not well-formed JSON: line %d, column %d: %.*s.", what,
                                  error.line, error.column, STR_ARG(error.what));
    return json;
}

bool http_request_from_body(struct arena *a, struct str body, struct net_call *ret_call,
                            struct str *ret_wrong)
{
    struct net_call call = {.goes_on = false};
    const struct json_value *json = read_json(a, "The body", body, ret_wrong);
    const char *member, *expected;

    if (!json)
        return false;
    if (json->kind != JSON_VALUE_OBJECT) {
        *ret_wrong = STR("The body must be a JSON object with a member \"query\".");
        return false;
    }
    if (!call_from_json(json, &call, &member, &expected)) {
        *ret_wrong = arena_printf(a, "\"%s\" %s.", member, expected);
        return false;
    }
    *ret_call = call;
    return true;
}

static bool take_calls(struct arena *a, const struct json_value *list, struct http_batch *b,
                       struct str *ret_wrong)
{
    const struct json_value *one = list->first;
    const char *member, *expected;

    for (size_t i = 0; i < b->n; i++, one = one->next) {
        if (one->kind != JSON_VALUE_OBJECT) {
            *ret_wrong = arena_printf(a, "[%zu] must be an object with a member \"query\".", i);
            return false;
        }
        if (!call_from_json(one, &b->calls[i], &member, &expected)) {
            *ret_wrong = arena_printf(a, "[%zu]: \"%s\" %s.", i, member, expected);
            return false;
        }
    }
    return true;
}

bool http_batch_from_body(struct arena *a, struct str body, size_t most,
                          struct http_batch *ret_batch, struct str *ret_wrong)
{
    struct http_batch b = {.n = 0};
    const struct json_value *list = read_json(a, "The body", body, ret_wrong);

    if (!list)
        return false;
    if (list->kind == JSON_VALUE_LIST)
        b.n = list->n;
    if (b.n == 0) {
        *ret_wrong = STR("The batch is empty: the body must hold one operation at least.");
        return false;
    }
    if (b.n > most) {
        *ret_wrong = arena_printf(a, "The batch has %zu operations; the limit is %zu.", b.n, most);
        return false;
    }
    b.calls = arena_array(a, struct net_call, b.n);
    if (!take_calls(a, list, &b, ret_wrong))
        return false;
    *ret_batch = b;
    return true;
}

/* A request in a query string, as far as it was read. */
struct params {
    struct arena *arena;
    struct net_call call;
    bool has_variables, has_extensions; /* null is given, too */
};

/* A parameter that is a JSON object, or null. */
static bool take_object(struct params *p, const char *name, struct str text,
                        const struct json_value **to, struct str *ret_wrong)
{
    const struct json_value *json = read_json(p->arena, name, text, ret_wrong);

    if (!json)
        return false;
    if (json->kind != JSON_VALUE_OBJECT && json->kind != JSON_VALUE_NULL) {
        *ret_wrong = arena_printf(p->arena, "\"%s\" must be an object or null.", name);
        return false;
    }
    *to = json->kind == JSON_VALUE_OBJECT ? json : NULL;
    return true;
}

static bool take_param(struct params *p, struct str name, struct str value, struct str *ret_wrong)
{
    struct net_call *call = &p->call;

    if (str_eq(name, STR("query")) && !call->query.p) {
        call->query = value;
        return true;
    }
    if (str_eq(name, STR("documentId")) && !call->document_id.p) {
        call->document_id = value;
        return true;
    }
    if (str_eq(name, STR("operationName")) && !call->operation_name.p) {
        call->operation_name = value;
        return true;
    }
    if (str_eq(name, STR("variables")) && !p->has_variables) {
        p->has_variables = true;
        return take_object(p, "variables", value, &call->variables, ret_wrong);
    }
    if (str_eq(name, STR("extensions")) && !p->has_extensions) {
        p->has_extensions = true;
        return take_object(p, "extensions", value, &call->extensions, ret_wrong);
    }
    *ret_wrong = arena_printf(p->arena, "\"%.*s\" is given twice.", STR_ARG(name));
    return false;
}

static bool is_ours(struct str name)
{
    return str_eq(name, STR("query")) || str_eq(name, STR("documentId")) ||
           str_eq(name, STR("operationName")) || str_eq(name, STR("variables")) ||
           str_eq(name, STR("extensions"));
}

static bool take_params(struct params *p, struct str query_string, struct str *ret_wrong)
{
    while (query_string.p) {
        struct str value = str_split(&query_string, '&'), name = str_split(&value, '=');

        if (!is_ours(name))
            continue;
        if (!decode(p->arena, value.p ? value : STR(""), &value)) {
            *ret_wrong =
                arena_printf(p->arena, "\"%.*s\" is not percent-encoded UTF-8.", STR_ARG(name));
            return false;
        }
        if (!take_param(p, name, value, ret_wrong))
            return false;
    }
    if (!call_has_document(&p->call)) {
        *ret_wrong = STR("The parameter \"query\" is missing.");
        return false;
    }
    /* A form sends a field that was left empty all the same. */
    if (p->call.operation_name.n == 0)
        p->call.operation_name = STR_NULL;
    return true;
}

bool http_request_from_query(struct arena *a, struct str query_string, struct net_call *ret_call,
                             struct str *ret_wrong)
{
    struct params p = {.arena = a};

    if (!take_params(&p, query_string, ret_wrong))
        return false;
    *ret_call = p.call;
    return true;
}
