#include "net/http_response.h"

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

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {204, "No Content"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < array_size(texts); i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "Unknown";
}

/* RFC 9110, section 5.6.7. */
static void add_date(struct buf *out, int64_t unix_ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm;

    if (!gmtime_r(&seconds, &tm))
        return;
    buf_printf(out, "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", days[tm.tm_wday], tm.tm_mday,
               months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add_cors(struct buf *out, const struct http_response *r)
{
    buf_add(out, STR("Vary: Origin\r\n"));
    if (!r->origin.p)
        return;
    buf_printf(out, "Access-Control-Allow-Origin: %.*s\r\n", STR_ARG(r->origin));
    if (r->preflight)
        buf_add(out, STR("Access-Control-Allow-Methods: GET, POST\r\n"
                         "Access-Control-Allow-Headers: Content-Type, Authorization\r\n"
                         "Access-Control-Max-Age: 600\r\n"));
}

/* What some statuses must or should say besides. */
static void add_for_status(struct buf *out, const struct http_response *r)
{
    if (r->allow.p)
        buf_printf(out, "Allow: %.*s\r\n", STR_ARG(r->allow));
    if (r->status == 401)
        buf_add(out, STR("WWW-Authenticate: Bearer\r\n"));
    if (r->status == 426)
        buf_add(out, STR("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"));
    if (r->status == 429 || r->status == 503)
        buf_add(out, STR("Retry-After: 1\r\n"));
}

void http_response_head(struct buf *out, const struct http_response *r, int64_t unix_ms)
{
    buf_printf(out, "HTTP/1.1 %d %s\r\n", r->status, status_text(r->status));
    add_date(out, unix_ms);
    if (r->content_type)
        buf_printf(out, "Content-Type: %s\r\n", r->content_type);
    if (r->status != 204)
        buf_printf(out, "Content-Length: %zu\r\n", r->length);
    buf_add(out, STR("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"));
    add_cors(out, r);
    add_for_status(out, r);
    if (r->status == 426)
        buf_add(out, STR("Connection: Upgrade, close\r\n"));
    else
        buf_printf(out, "Connection: %s\r\n", r->keep_alive ? "keep-alive" : "close");
    buf_add(out, STR("\r\n"));
}
