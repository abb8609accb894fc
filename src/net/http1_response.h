#pragma once

/*
 * The head of a response as HTTP/1.1 writes it (RFC 9112).
 *
 * Pure: values in, bytes out.
 */

#include "net/http_response.h"

enum {
    HTTP1_RESPONSE_HEAD_MAX = 4096
};

/* How the client finds the end of the body, and what follows it. */
struct http1_ending {
    bool chunked;
    bool keep_alive;
};

void http1_response_head(struct buf *out, const struct http_response *r,
                         const struct http1_ending *ending, int64_t unix_ms);
