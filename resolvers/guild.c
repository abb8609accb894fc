#include "gen/schema_gen.h"

#include "resolvers/connection.h"
#include "resolvers/context.h"
#include "store/room.h"

const struct gql_leaf guild_leaves[] = {
    GQL_LEAF("id", struct guild, id),
    GQL_LEAF("name", struct guild, name),
    GQL_LEAF("memberCount", struct guild, member_count),
    GQL_LEAVES_END,
};

void guild_members(struct gql_field *f, const struct guild_members_args *a)
{
    struct context *c = context_of(f);
    const struct guild *g = f->parent;
    size_t limit;
    const struct list_place *after;

    if (connection_key_arguments(f, a->first_given, a->first, a->after, &limit, &after))
        gql_resolve_later(f,
                          store_guild_members(c->store, f->arena, &c->caller, g->id, after, limit));
}

void guild_rooms(struct gql_field *f, const struct guild_rooms_args *a)
{
    struct context *c = context_of(f);
    const struct guild *g = f->parent;
    size_t limit;
    const struct list_place *after;

    if (connection_key_arguments(f, a->first_given, a->first, a->after, &limit, &after))
        gql_resolve_later(f,
                          store_guild_rooms(c->store, f->arena, &c->caller, g->id, after, limit));
}
