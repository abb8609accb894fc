#pragma once

/*
 * A request's head as every version of HTTP has it (RFC 9110), however it was framed.
 *
 * Borrows the bytes it was read from.
 */

#include "base/str.h"

enum {
    /* Whatever is configured: a head that comes in small pieces is parsed again with each. */
    HTTP_HEAD_MAX = 64 * 1024,
    HTTP_FIELDS_MAX = 128
};

/* How much of a head is read; at most what stands above. */
struct http_head_limits {
    size_t bytes;
    size_t fields;
};

struct http_field {
    struct str name;
    struct str value; /* without the blanks around it */
};

struct http_head {
    struct str method;
    struct str path;         /* not decoded */
    struct str query;        /* behind the '?', not decoded; absent without one */
    struct str host;         /* absent only in HTTP/1.0 */
    uint64_t content_length; /* of the body, as far as it was said; else 0 */
    bool has_body;           /* one follows, of whatever length */
    size_t n_fields;
    struct http_field fields[HTTP_FIELDS_MAX];
};

/* The first field of that name behind *at, which moves on; absent at the end. Start with 0. */
struct str http_field_next(const struct http_head *h, struct str name, size_t *at);
/* The first field of that name, or absent. */
struct str http_field(const struct http_head *h, struct str name);
/* Does a field that is a list between commas hold this token? Without case. */
bool http_list_has(const struct http_head *h, struct str name, struct str token);
/* How many fields have that name? */
size_t http_field_count(const struct http_head *h, struct str name);

/* Sets path and query from a request-target such as "/graphql?query=…". False: it is none. */
bool http_head_target(struct http_head *h, struct str target);
