#include "net/http_response.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

const char *http_response_type(enum http_media media)
{
    return media == MEDIA_GRAPHQL_RESPONSE ? "application/graphql-response+json; charset=utf-8"
                                           : "application/json; charset=utf-8";
}

int http_response_status(enum http_media media, const struct net_response *response)
{
    switch (response->outcome) {
    case NET_RESULT:
        return 200;
    case NET_REQUEST_ERROR:
        return media == MEDIA_GRAPHQL_RESPONSE ? response->http_status : 200;
    case NET_REFUSED:
        return response->http_status;
    }
    return 500;
}

static void add(struct http_response_fields *to, struct str name, struct str value)
{
    assert(to->n < HTTP_RESPONSE_FIELDS_MAX);
    to->fields[to->n++] = (struct http_field){name, value};
}

/* RFC 9110, section 5.6.7. */
static void add_date(struct http_response_fields *to, int64_t unix_ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm;
    int n;

    if (!gmtime_r(&seconds, &tm))
        return;
    n = snprintf(to->date, sizeof(to->date), "%s, %02d %s %d %02d:%02d:%02d GMT", days[tm.tm_wday],
                 tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                 tm.tm_sec);
    add(to, STR("Date"), str_of(to->date, (size_t)n));
}

static void add_body(struct http_response_fields *to, const struct http_response *r)
{
    if (r->content_type)
        add(to, STR("Content-Type"), str_c(r->content_type));
    if (r->status == 204 || r->status == 304 || r->streams)
        return;
    add(to, STR("Content-Length"),
        str_of(to->length, (size_t)snprintf(to->length, sizeof(to->length), "%zu", r->length)));
}

/* What comes piece by piece must reach the client so: kept back, gathered or recompressed by nobody
 * on the way. */
static void add_caching(struct http_response_fields *to, const struct http_response *r)
{
    if (r->streams) {
        add(to, STR("Cache-Control"), STR("no-cache, no-store, no-transform"));
        add(to, STR("X-Accel-Buffering"), STR("no"));
    } else if (r->page && r->page->cache_control.p) {
        add(to, STR("Cache-Control"), r->page->cache_control);
    } else {
        add(to, STR("Cache-Control"), STR("no-store"));
    }
    if (r->page && r->page->tag.p)
        add(to, STR("ETag"), r->page->tag);
}

/* What is no page, though a browser is led to take it for one, may load nothing; nothing is framed
 * or tells others its address; other origins get it by CORS or not at all. */
static void add_for_browsers(struct http_response_fields *to, const struct http_response *r)
{
    add(to, STR("X-Content-Type-Options"), STR("nosniff"));
    add(to, STR("Content-Security-Policy"),
        r->page && r->page->policy.p ? r->page->policy
                                     : STR("default-src 'none'; frame-ancestors 'none'"));
    add(to, STR("Referrer-Policy"), STR("no-referrer"));
    add(to, STR("Cross-Origin-Resource-Policy"), STR("same-origin"));
}

static void add_cors(struct http_response_fields *to, const struct http_response *r)
{
    add(to, STR("Vary"),
        r->page && r->page->negotiated ? STR("Origin, Accept-Encoding") : STR("Origin"));
    if (!r->origin.p)
        return;
    add(to, STR("Access-Control-Allow-Origin"), r->origin);
    if (!r->preflight) {
        if (r->schema_hash.p)
            add(to, STR("Access-Control-Expose-Headers"), STR("X-Schema-Hash, Traceresponse"));
        return;
    }
    add(to, STR("Access-Control-Allow-Methods"), r->allow);
    add(to, STR("Access-Control-Allow-Headers"),
        STR("Content-Type, Authorization, X-Api-Key, X-GraphQL-Event-Stream-Token, "
            "X-Amz-User-Agent, X-Amz-Date, X-Schema-Hash, GraphQL-Client-Name, "
            "ApolloGraphQL-Client-Name"));
    add(to, STR("Access-Control-Max-Age"), STR("600"));
}

static void add_coding(struct http_response_fields *to, const struct http_response *r)
{
    if (r->page && r->page->coding.p && r->status != 304)
        add(to, STR("Content-Encoding"), r->page->coding);
}

/* What some statuses must or should say besides. */
static void add_for_status(struct http_response_fields *to, const struct http_response *r)
{
    if (r->schema_hash.p)
        add(to, STR("X-Schema-Hash"), r->schema_hash);
    if (r->traceresponse.p)
        add(to, STR("Traceresponse"), r->traceresponse);
    if (r->allow.p)
        add(to, STR("Allow"), r->allow);
    if (r->status == 401)
        add(to, STR("WWW-Authenticate"), STR("Bearer"));
    if (r->status == 401 && r->typed_errors)
        add(to, STR("X-Amzn-ErrorType"), STR("UnauthorizedException"));
    if (r->status == 429 || r->status == 503)
        add(to, STR("Retry-After"), STR("1"));
}

void http_response_fields(const struct http_response *r, int64_t unix_ms,
                          struct http_response_fields *ret)
{
    ret->n = 0;
    add_date(ret, unix_ms);
    add_body(ret, r);
    add_coding(ret, r);
    add_caching(ret, r);
    add_for_browsers(ret, r);
    add_cors(ret, r);
    add_for_status(ret, r);
}
