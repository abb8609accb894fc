#pragma once

/*
 * The head of a response, and which status a GraphQL outcome has on each media type.
 */

#include "net/http_request.h"

enum {
    HTTP_RESPONSE_HEAD_MAX = 4096
};

struct http_response {
    int status;
    const char *content_type; /* NULL: no body */
    size_t length;            /* of the body */
    bool keep_alive;
    struct str allow;  /* the methods, with 405 and OPTIONS; absent otherwise */
    struct str origin; /* of an allowed page of another server; absent otherwise */
    bool preflight;    /* the answer to a browser that asks before it sends */
};

/* "application/json; charset=utf-8" … */
const char *http_response_type(enum http_media media);

/* GraphQL over HTTP, section 6.4: what was well-formed is 200 for application/json. */
int http_response_status(enum http_media media, const struct net_response *response);

void http_response_head(struct buf *out, const struct http_response *r, int64_t unix_ms);
