#pragma once

/*
 * One HTTP server that is asked for a document, or told one, from a loop: libcurl's multi interface
 * on our watches and timers.
 *
 * GET or POST, http or https; certificates are checked; redirects are not followed, for what
 * answers elsewhere is not whom the operator trusts; proxies are taken from the environment as curl
 * takes them. Connections are kept only where the config says so.
 *
 * Owner:   its maker; freed some turns after fetch_close().
 * Threads: the loop's.
 */

#include "base/str.h"
#include "loop/loop.h"

enum {
    FETCH_LARGEST_BODY = 1 << 20, /* bytes */
    FETCH_LARGEST_HEAD = 64 * 1024,
};

/* Borrowed for the call. */
struct fetch_answer {
    bool arrived;           /* an answer with the status 200, whole */
    int status;             /* 0: there was none */
    int64_t retry_after_ms; /* what a server that is busy asks for; -1: it does not say */
    struct str body;        /* of one that arrived */
    int64_t fresh_ms;       /* as freshness_ms() has it */
    struct str why;         /* of one that did not, for a person */
};

typedef void fetch_done_fn(void *user, const struct fetch_answer *answer);

struct fetch;

struct fetch_config {
    struct str url;            /* copied */
    const struct str *headers; /* "Name: value"; copied */
    size_t n_headers;
    bool keep;              /* the connection, for the next time */
    uint64_t timeout_ms;    /* for all of it */
    fetch_done_fn *on_done; /* called from the loop, once for each fetch_start() or _post() */
    void *user;
};

struct fetch *fetch_new(struct loop *l, const struct fetch_config *config) must_use;

/* One at a time. */
void fetch_start(struct fetch *f);
/* The body is borrowed until on_done. */
void fetch_post(struct fetch *f, struct str body);

/* What is under way is dropped, without on_done. Takes NULL. */
void fetch_close(struct fetch *f);
