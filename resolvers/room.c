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
    struct str after;

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

/* RoomConnection and RoomEdge: a struct room_page, and each of its struct room. */

void room_connection_edges(struct gql_field *f)
{
    const struct room_page *page = f->parent;

    gql_resolve(f, connection_list(f->arena, page->rows, page->n, sizeof(*page->rows)));
}

void room_connection_items(struct gql_field *f)
{
    room_connection_edges(f);
}

void room_connection_page_info(struct gql_field *f)
{
    const struct room_page *page = f->parent;

    gql_resolve(f, connection_key_page_info(f->arena, page->n ? page->rows[0].id : STR_NULL,
                                            page->n ? page->rows[page->n - 1].id : STR_NULL,
                                            page->has_next));
}

static const void *rooms_next_token_of(struct arena *a, void *context, const void *parent)
{
    const struct room_page *page = parent;
    struct str *token = arena_new(a, struct str);

    if (page->has_next && page->n)
        *token = connection_key_cursor(a, page->rows[page->n - 1].id);
    return token;
}

const struct gql_leaf room_connection_leaves[] = {
    GQL_LEAF_COMPUTED("nextToken", GQL_C_STR, rooms_next_token_of),
    GQL_LEAVES_END,
};

static const void *edge_cursor_of(struct arena *a, void *context, const void *parent)
{
    struct str *cursor = arena_new(a, struct str);

    *cursor = connection_key_cursor(a, ((const struct room *)parent)->id);
    return cursor;
}

const struct gql_leaf room_edge_leaves[] = {
    GQL_LEAF_COMPUTED("cursor", GQL_C_STR, edge_cursor_of),
    GQL_LEAVES_END,
};

void room_edge_node(struct gql_field *f)
{
    gql_resolve(f, f->parent);
}
