#include "auth/viewer.h"

#include <assert.h>

#include "base/mem.h"

/* One block: the viewer, its guilds, then the bytes of every string. */
static size_t size_of(const struct viewer *draft)
{
    size_t size = sizeof(*draft) + draft->n_guilds * sizeof(struct str);

    size += draft->user_id.n + draft->tenant_id.n;
    for (size_t i = 0; i < draft->n_guilds; i++)
        size += draft->guilds[i].n;
    return size;
}

static struct str put(char **at, struct str s)
{
    struct str copy = {*at, s.n};

    if (s.n)
        memcpy(*at, s.p, s.n);
    *at += s.n;
    return copy;
}

struct viewer *viewer_new(const struct viewer *draft)
{
    struct viewer *v = mem_zalloc(size_of(draft));
    struct str *guilds = (struct str *)(v + 1);
    char *bytes = (char *)(guilds + draft->n_guilds);

    atomic_init(&v->holders, 1);
    v->user_id = put(&bytes, draft->user_id);
    v->tenant_id = put(&bytes, draft->tenant_id);
    memcpy(v->scopes, draft->scopes, sizeof(v->scopes));
    for (size_t i = 0; i < draft->n_guilds; i++)
        guilds[i] = put(&bytes, draft->guilds[i]);
    v->guilds = guilds;
    v->n_guilds = draft->n_guilds;
    v->expires_at = draft->expires_at;
    return v;
}

struct viewer *viewer_ref(struct viewer *v)
{
    atomic_fetch_add_explicit(&v->holders, 1, memory_order_relaxed);
    return v;
}

struct viewer *viewer_unref(struct viewer *v)
{
    if (v && atomic_fetch_sub_explicit(&v->holders, 1, memory_order_acq_rel) == 1)
        mem_free(v);
    return NULL;
}

bool viewer_allows(const struct viewer *v, enum viewer_scope scope)
{
    switch (scope) {
    case VIEWER_TENANT_ADMIN:
        return v->scopes[VIEWER_TENANT_ADMIN];
    case VIEWER_CHAT:
        return v->scopes[VIEWER_CHAT] || v->scopes[VIEWER_TENANT_ADMIN];
    case VIEWER_CHAT_READ:
        return v->scopes[VIEWER_CHAT_READ] || v->scopes[VIEWER_CHAT] ||
               v->scopes[VIEWER_TENANT_ADMIN];
    case VIEWER_SCOPES:
        break;
    }
    assert(false);
    return false;
}
