#include "net/http1_response.h"

static const char *reason_phrase(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
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

void http1_response_head(struct buf *out, const struct http_response *r,
                         const struct http1_ending *ending, int64_t unix_ms)
{
    struct http_response_fields said;

    http_response_fields(r, unix_ms, &said);
    buf_printf(out, "HTTP/1.1 %d %s\r\n", r->status, reason_phrase(r->status));
    for (size_t i = 0; i < said.n; i++)
        buf_printf(out, "%.*s: %.*s\r\n", STR_ARG(said.fields[i].name),
                   STR_ARG(said.fields[i].value));
    if (ending->chunked)
        buf_add(out, STR("Transfer-Encoding: chunked\r\n"));
    if (r->status == 426)
        buf_add(out, STR("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                         "Connection: Upgrade, close\r\n"));
    else
        buf_printf(out, "Connection: %s\r\n", ending->keep_alive ? "keep-alive" : "close");
    buf_add(out, STR("\r\n"));
}
