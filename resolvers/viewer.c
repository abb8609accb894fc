#include "gen/schema_gen.h"

#include "resolvers/connection.h"
#include "resolvers/context.h"
#include "store/room.h"

/* Viewer and Session: both are a struct viewer. */

const struct gql_leaf viewer_leaves[] = {
    GQL_LEAF("userId", struct viewer, user_id),
    GQL_LEAF("tenantId", struct viewer, tenant_id),
    GQL_LEAVES_END,
};

void viewer_session(struct gql_field *f)
{
    gql_resolve(f, f->parent);
}

void viewer_rooms(struct gql_field *f, const struct viewer_rooms_args *a)
{
    struct context *c = context_of(f);
    size_t limit;
    const struct list_place *after;

    if (connection_key_arguments(f, a->first_given, a->first, a->after, &limit, &after))
        gql_resolve_later(f, store_viewer_rooms(c->store, f->arena, &c->caller, after, limit));
}

const struct gql_leaf session_leaves[] = {
    GQL_LEAF("userId", struct viewer, user_id),
    GQL_LEAF("tenantId", struct viewer, tenant_id),
    GQL_LEAF("expiresAt", struct viewer, expires_at),
    GQL_LEAVES_END,
};

void session_scopes(struct gql_field *f)
{
    static const int places[VIEWER_SCOPES] = {
        [VIEWER_CHAT] = SCOPE_CHAT,
        [VIEWER_CHAT_READ] = SCOPE_CHAT_READ,
        [VIEWER_TENANT_ADMIN] = SCOPE_TENANT_ADMIN,
    };
    const struct viewer *v = f->parent;
    struct gql_list *list = arena_new(f->arena, struct gql_list);
    const void **items = arena_array(f->arena, const void *, VIEWER_SCOPES);

    for (size_t i = 0; i < VIEWER_SCOPES; i++)
        if (v->scopes[i])
            items[list->n++] = &places[i];
    list->items = items;
    gql_resolve(f, list);
}
