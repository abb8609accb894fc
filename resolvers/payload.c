#include "resolvers/payload.h"

#include "gen/schema_gen.h"

static void resolve_room(struct gql_field *f)
{
    gql_resolve(f, ((const struct payload *)f->parent)->room);
}

static void resolve_guild(struct gql_field *f)
{
    gql_resolve(f, ((const struct payload *)f->parent)->guild);
}

const struct gql_leaf create_room_payload_leaves[] = {
    GQL_LEAF("created", struct payload, created),
    GQL_LEAVES_END,
};

const struct gql_leaf leave_room_payload_leaves[] = {
    GQL_LEAF("roomId", struct payload, room_id),
    GQL_LEAVES_END,
};

void create_room_payload_room(struct gql_field *f)
{
    resolve_room(f);
}

void join_room_payload_room(struct gql_field *f)
{
    resolve_room(f);
}

void set_members_payload_room(struct gql_field *f)
{
    resolve_room(f);
}

void remove_member_payload_room(struct gql_field *f)
{
    resolve_room(f);
}

void create_guild_payload_guild(struct gql_field *f)
{
    resolve_guild(f);
}

void set_guild_members_payload_guild(struct gql_field *f)
{
    resolve_guild(f);
}
