#pragma once

/*
 * Who asks: what a token says, checked. Counted and frozen.
 *
 * Threads: any; the count is atomic.
 */

#include <stdatomic.h>

#include "base/status.h"
#include "base/str.h"

/* Places in the schema's enum Scope. */
enum viewer_scope {
    VIEWER_CHAT,
    VIEWER_CHAT_READ,
    VIEWER_TENANT_ADMIN,
    VIEWER_SCOPES,
};

struct viewer {
    atomic_uint holders;
    struct str user_id;
    struct str tenant_id;
    bool scopes[VIEWER_SCOPES];
    const struct str *guilds; /* from the token's claim */
    size_t n_guilds;
    int64_t expires_at; /* milliseconds since 1970; CLOCK_NONE without an end */
};

/* A copy of the draft, strings and all, with one holder: the caller. */
struct viewer *viewer_new(const struct viewer *draft) must_use;

struct viewer *viewer_ref(struct viewer *v) must_use;
struct viewer *viewer_unref(struct viewer *v);

/* CHAT implies CHAT_READ; TENANT_ADMIN implies both. */
bool viewer_allows(const struct viewer *v, enum viewer_scope scope);
