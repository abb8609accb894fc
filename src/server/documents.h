#pragma once

/*
 * Which document a request means, on every transport: the text that it brings, a trusted one by its
 * id (trusted.h), or one that a client has registered before under its SHA-256, which is Apollo's
 * protocol of automatic persisted queries:
 *
 *     {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "…"}}}
 *
 * alone asks for it, and with a query registers it. What was registered is told to every loop, and
 * forgotten when newer ones need the room: then the client sends the text along again.
 *
 * Threads: each loop has its own; the trusted ones are shared and frozen.
 */

#include "net/operation.h"
#include "server/trusted.h"

struct documents;
struct worker;

enum documents_mode {
    DOCUMENTS_OFF,    /* no trusted ones */
    DOCUMENTS_PREFER, /* trusted ones by their ids, and any other text */
    DOCUMENTS_ONLY,   /* nothing else */
};

struct documents_config {
    enum documents_mode mode;
    const struct trusted *trusted; /* NULL: none */
    bool persisted_queries;        /* automatic ones; never in DOCUMENTS_ONLY */
    size_t most_bytes;             /* of registered ones */
};

/* Among `n` workers, which hear of what is registered here. The config is copied. */
struct documents *documents_new(struct worker *workers, size_t n,
                                const struct documents_config *config) must_use;
void documents_free(struct documents *d);

/* The text, borrowed from the call or until the loop's next turn; absent when there is none, with
 * an error that says why. */
struct str documents_find(struct documents *d, const struct net_call *call,
                          struct gql_errors *errors);

/* The text was valid: it is kept, if the call asked for that. */
void documents_register(struct documents *d, const struct net_call *call);
