#pragma once

/*
 * HTTP/1.1 messages from a client (RFC 9112): the head, and the body's framing.
 *
 * Strict where leniency is how requests are smuggled past proxies: lines end in CRLF, no folding,
 * no space before a colon, one Content-Length or one Transfer-Encoding and never both.
 *
 * Pure: bytes in, values out.
 */

#include "base/buf.h"

enum {
    HTTP1_HEAD_MAX = 16 * 1024, /* bytes of a request's head */
    HTTP1_FIELDS_MAX = 64
};

struct http1_field {
    struct str name;
    struct str value; /* without the blanks around it */
};

/* Borrows the bytes it was parsed from. */
struct http1_head {
    struct str method;
    struct str path;  /* not decoded */
    struct str query; /* behind the '?', not decoded; absent without one */
    struct str host;  /* absent only in HTTP/1.0 */
    bool http_1_1;
    bool keep_alive;
    bool expects_continue;
    bool chunked;
    uint64_t content_length; /* 0 without one */
    size_t n_fields;
    struct http1_field fields[HTTP1_FIELDS_MAX];
};

enum http1_parse {
    HTTP1_MORE,
    HTTP1_OK,
    HTTP1_BAD, /* answer *ret_wrong and close */
};

struct http1_wrong {
    int status;
    struct str reason;
};

/* The head at the start of in; *ret_length is what it took, empty lines before it counted. */
enum http1_parse http1_head_parse(struct str in, struct http1_head *ret_head, size_t *ret_length,
                                  struct http1_wrong *ret_wrong) must_use;

/* The first field of that name behind *at, which moves on; absent at the end. Start with 0. */
struct str http1_field_next(const struct http1_head *h, struct str name, size_t *at);
/* The first field of that name, or absent. */
struct str http1_field(const struct http1_head *h, struct str name);
/* Does a field that is a list between commas hold this token? Without case. */
bool http1_list_has(const struct http1_head *h, struct str name, struct str token);

enum http1_body_state {
    BODY_DATA,       /* `left` bytes follow, of the whole or of a chunk */
    BODY_CHUNK_SIZE, /* the line that says how long the next chunk is */
    BODY_CHUNK_END,  /* the line end behind a chunk */
    BODY_TRAILER,    /* fields behind the last chunk: read over */
    BODY_DONE,
};

/* A body on its way in. */
struct http1_body {
    enum http1_body_state state;
    bool chunked;
    uint64_t left;
    size_t overhead; /* bytes of chunk lines and trailers since the last data */
};

void http1_body_init(struct http1_body *b, const struct http1_head *h);

/* Takes what belongs to the body from *in and adds it to out. HTTP1_BAD with 413 when out would
 * pass its ceiling. */
enum http1_parse http1_body_feed(struct http1_body *b, struct str *in, struct buf *out,
                                 struct http1_wrong *ret_wrong) must_use;
