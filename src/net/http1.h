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
#include "net/http_head.h"

/* Borrows the bytes it was parsed from. */
struct http1_head {
    bool http_1_1;
    bool keep_alive;
    bool expects_continue;
    bool chunked;
    struct http_head request;
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
enum http1_parse http1_head_parse(struct str in, const struct http_head_limits *limits,
                                  struct http1_head *ret_head, size_t *ret_length,
                                  struct http1_wrong *ret_wrong) must_use;

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
