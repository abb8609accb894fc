#pragma once

/*
 * What a response says besides its body, whatever version of HTTP carries it, and which status a
 * GraphQL outcome has on each media type.
 */

#include "net/http_request.h"

enum {
    HTTP_RESPONSE_FIELDS_MAX = 24
};

struct http_response {
    int status;
    const char *content_type; /* NULL: no body */
    size_t length;            /* of the body */
    bool streams;             /* the body comes piece by piece; its length is not known */
    struct str allow;         /* the methods, with 405 and OPTIONS; absent otherwise */
    struct str origin;        /* of an allowed page of another server; absent otherwise */
    struct str schema_hash;   /* of the schema that is served; absent: it is not told */
    struct str traceresponse; /* which span this was (W3C Trace Context, level 2); or absent */
    bool typed_errors;        /* for AppSync's clients, who look for an error's name in the head */
    bool preflight;           /* the answer to a browser that asks before it sends */
    const struct net_page *page; /* what a page says of itself; NULL: it is none */
};

/* The fields of a response, borrowed from it and from here. */
struct http_response_fields {
    size_t n;
    struct http_field fields[HTTP_RESPONSE_FIELDS_MAX];
    char date[32];
    char length[24];
};

/* "application/json; charset=utf-8" … */
const char *http_response_type(enum http_media media);

/* GraphQL over HTTP, section 6.4: what was well-formed is 200 for application/json. */
int http_response_status(enum http_media media, const struct net_response *response);

/* All but those that belong to one version's framing. */
void http_response_fields(const struct http_response *r, int64_t unix_ms,
                          struct http_response_fields *ret);
