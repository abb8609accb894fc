#pragma once

/*
 * One HTTP exchange, waited for: for the command line, which has nothing else to do.
 *
 * Redirects are not followed: a header given for one server must not reach another. Proxies are
 * taken from the environment as curl takes them.
 *
 * Owner: the answer lives in the arena.
 * Fails: ST_BAD_INPUT when the URL or a header is malformed, ST_TOO_LARGE, ST_UNAVAILABLE; *ret_why
 *        says it. An answer of any HTTP status is one.
 */

#include "base/arena.h"

enum {
    HTTP_ANSWER_MOST = 64 * 1024 * 1024, /* bytes, unpacked */
};

struct http_call {
    const char *url;
    struct str json;           /* posted; absent: GET */
    const struct str *headers; /* "Name: value" */
    size_t n_headers;
    uint64_t timeout_ms; /* for all of it; 0: none */

    /* A server of this machine: no proxy leads there, and its certificate is for other names. */
    bool is_own;
    const char *unix_socket; /* or NULL */
    bool proxy_protocol;     /* the connection begins with it */
};

struct http_answer {
    long status;
    struct str body;
    struct str location; /* of a redirect; else absent */
};

enum status http_fetch(struct arena *arena, const struct http_call *call,
                       struct http_answer *ret_answer, struct str *ret_why) must_use;

/* "Name: value", and nothing that HTTP does not allow. */
bool http_is_header(struct str header);
