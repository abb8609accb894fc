#include "store/room.h"

#include "gen/schema_gen.h"
#include "resolvers/connection.h"
#include "resolvers/context.h"

static const void *room_type_of(struct arena *a, void *context, const void *parent)
{
    static const int guild = ROOM_TYPE_GUILD, general = ROOM_TYPE_GENERAL;
    const struct room *r = parent;

    return room_table(r->id) == ROOM_TABLE_GUILD ? &guild : &general;
}

const struct gql_leaf room_leaves[] = {
    GQL_LEAF("id", struct room, id),
    GQL_LEAF_COMPUTED("roomType", GQL_C_ENUM, room_type_of),
    GQL_LEAF("guildId", struct room, guild_id),
    GQL_LEAF("kind", struct room, kind),
    GQL_LEAF("visibility", struct room, visibility),
    GQL_LEAF("name", struct room, name),
    GQL_LEAF("lastSeq", struct room, last_seq),
    GQL_LEAF("createdAt", struct room, created_at),
    GQL_LEAF("memberCount", struct room, member_count),
    GQL_LEAVES_END,
};

void room_members(struct gql_field *f, const struct room_members_args *a)
{
    struct context *c = context_of(f);
    const struct room *r = f->parent;
    size_t limit;
    const struct list_place *after;

    if (connection_key_arguments(f, a->first_given, a->first, a->after, &limit, &after))
        gql_resolve_later(f,
                          store_room_members(c->store, f->arena, &c->caller, r->id, after, limit));
}

void room_membership(struct gql_field *f)
{
    gql_resolve(f, ((const struct room *)f->parent)->membership);
}

void room_last_message(struct gql_field *f)
{
    struct context *c = context_of(f);
    const struct room *r = f->parent;

    gql_resolve_later(f, store_room_last_message(c->store, f->arena, &c->caller, r->id));
}

/* RoomConnection and RoomEdge: a struct key_page, and a struct key_edge. */

void room_connection_edges(struct gql_field *f)
{
    connection_key_edges(f);
}

void room_connection_items(struct gql_field *f)
{
    connection_key_rows(f);
}

void room_connection_page_info(struct gql_field *f)
{
    connection_key_page_info(f);
}

const struct gql_leaf room_connection_leaves[] = {
    GQL_LEAF_COMPUTED("nextToken", GQL_C_STR, connection_key_next_token),
    GQL_LEAVES_END,
};

const struct gql_leaf room_edge_leaves[] = {
    GQL_LEAF("cursor", struct key_edge, cursor),
    GQL_LEAVES_END,
};

void room_edge_node(struct gql_field *f)
{
    connection_key_node(f);
}
