#include "gen/schema_gen.h"

#include "resolvers/context.h"
#include "store/membership.h"

/*
 * What the mutations of rooms and guilds answer: a struct membership_change behind all their
 * payload types. The room or guild is read when it is asked for.
 */

const struct gql_leaf create_room_payload_leaves[] = {
    GQL_LEAF("created", struct membership_change, created),
    GQL_LEAVES_END,
};

const struct gql_leaf leave_room_payload_leaves[] = {
    GQL_LEAF("roomId", struct membership_change, id),
    GQL_LEAVES_END,
};

/* Whoever may change it is shown what has become of it, also without themselves in it. */
static struct store_caller reader_of(const struct gql_field *f)
{
    struct store_caller caller = context_of(f)->caller;

    caller.tenant_admin = true;
    return caller;
}

static void resolve_room(struct gql_field *f)
{
    const struct membership_change *change = f->parent;
    struct store_caller caller = reader_of(f);

    gql_resolve_later(f, store_room_get(context_of(f)->store, f->arena, &caller, change->id));
}

static void resolve_guild(struct gql_field *f)
{
    const struct membership_change *change = f->parent;
    struct store_caller caller = reader_of(f);

    gql_resolve_later(f, store_guild_get(context_of(f)->store, f->arena, &caller, change->id));
}

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
