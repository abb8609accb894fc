#include "gen/schema_gen.h"

#include "resolvers/connection.h"
#include "resolvers/context.h"
#include "resolvers/limits.h"
#include "resolvers/message.h"
#include "resolvers/message_page.h"
#include "store/room.h"

/* Two arguments that mean the same: at most one of them. False: the field was rejected. */
static bool not_both(struct gql_field *f, bool a, const char *a_name, bool b, const char *b_name)
{
    if (!a || !b)
        return true;
    gql_reject_argument(f, ST_BAD_INPUT, b_name, "%s and %s cannot be used together.", a_name,
                        b_name);
    return false;
}

static bool page_size(struct gql_field *f, const struct query_messages_args *a,
                      struct message_page_query *q)
{
    const char *name = a->last_given ? "last" : a->limit_given ? "limit" : "first";
    int64_t size = LIMIT_PAGE_DEFAULT;

    if (!not_both(f, a->first_given, "first", a->limit_given, "limit") ||
        !not_both(f, a->first_given, "first", a->last_given, "last") ||
        !not_both(f, a->limit_given, "limit", a->last_given, "last"))
        return false;
    if (a->last_given)
        size = a->last;
    else if (a->limit_given)
        size = a->limit;
    else if (a->first_given)
        size = a->first;
    if (!connection_page_size(f, name, size))
        return false;
    q->limit = (size_t)size;
    q->from_end = a->last_given;
    return true;
}

static bool page_places(struct gql_field *f, const struct query_messages_args *a,
                        struct message_page_query *q)
{
    bool by_token = a->next_token.p != NULL;

    return not_both(f, a->after.p != NULL, "after", by_token, "nextToken") &&
           message_place_from(f, by_token ? "nextToken" : "after", a->room_id,
                              by_token ? a->next_token : a->after, &q->after) &&
           message_place_from(f, "before", a->room_id, a->before, &q->before);
}

void query_messages(struct gql_field *f, const struct query_messages_args *a)
{
    struct context *c = context_of(f);
    struct message_page_query q = {
        .room_id = a->room_id,
        .oldest_first = a->order == MESSAGE_ORDER_OLDEST_FIRST,
    };

    if (message_room_id(f, a->room_id) && page_size(f, a, &q) && page_places(f, a, &q))
        gql_resolve_later(f, message_page(f->arena, c, &q));
}

void query_message(struct gql_field *f, const struct query_message_args *a)
{
    struct context *c = context_of(f);

    gql_resolve_later(f, store_message_get(c->store, f->arena, &c->caller, a->id));
}

void query_room(struct gql_field *f, const struct query_room_args *a)
{
    struct context *c = context_of(f);

    gql_resolve_later(f, store_room_get(c->store, f->arena, &c->caller, a->id));
}

void query_guild(struct gql_field *f, const struct query_guild_args *a)
{
    struct context *c = context_of(f);

    gql_resolve_later(f, store_guild_get(c->store, f->arena, &c->caller, a->id));
}

void query_viewer(struct gql_field *f)
{
    struct context *c = context_of(f);

    if (c->viewer)
        gql_resolve(f, c->viewer);
    else
        gql_reject(f, ST_UNAUTHENTICATED);
}

void query_server_info(struct gql_field *f)
{
    gql_resolve(f, context_of(f)->facts);
}
