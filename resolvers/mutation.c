#include "gen/schema_gen.h"

#include "resolvers/context.h"
#include "resolvers/message.h"

/* Control characters (Unicode's category Cc) other than tab and newline: U+0000 to U+001F, U+007F
 * to U+009F. */
static bool is_control(uint32_t cp)
{
    return (cp < 0x20 && cp != '\t' && cp != '\n') || (cp >= 0x7F && cp < 0xA0);
}

static struct str without_controls(struct arena *a, struct str text)
{
    char *clean = arena_alloc(a, text.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.n;) {
        size_t from = i;

        if (is_control(str_next_code_point(text, &i)))
            continue;
        memcpy(clean + n, text.p + from, i - from);
        n += i - from;
    }
    return str_of(clean, n);
}

void mutation_send_message(struct gql_field *f, const struct mutation_send_message_args *a)
{
    struct context *c = context_of(f);
    struct message_draft draft = {
        .room_id = a->room_id,
        .text = without_controls(f->arena, a->text),
        .idempotency_key = a->idempotency_key,
    };

    if (!message_room_id(f, a->room_id))
        return;
    if (draft.text.n == 0)
        gql_reject_argument(
            f, ST_BAD_INPUT, "text",
            "text must hold at least one character that is not a control character.");
    else
        gql_resolve_later(f, store_message_send(c->store, f->arena, &c->caller, &draft));
}

void mutation_renew_session(struct gql_field *f, const struct mutation_renew_session_args *a)
{
    struct context *c = context_of(f);
    const struct viewer *renewed;
    struct str why;
    enum status st = c->renew(c, f->arena, a->token, &renewed, &why);

    if (st == ST_OK)
        gql_resolve(f, renewed);
    else
        gql_reject_argument(f, st, "token", "%.*s", STR_ARG(why));
}

/* Rooms, guilds and members are read by this release, and made by an operator. */
static void not_served(struct gql_field *f)
{
    gql_reject_with(f, ST_FORBIDDEN,
                    "%.*s is not served by this release: rooms, guilds and members are kept by the "
                    "operator, in the database.",
                    STR_ARG(f->def->name));
}

void mutation_create_room(struct gql_field *f, const struct mutation_create_room_args *a)
{
    not_served(f);
}

void mutation_join_room(struct gql_field *f, const struct mutation_join_room_args *a)
{
    not_served(f);
}

void mutation_leave_room(struct gql_field *f, const struct mutation_leave_room_args *a)
{
    not_served(f);
}

void mutation_set_members(struct gql_field *f, const struct mutation_set_members_args *a)
{
    not_served(f);
}

void mutation_remove_member(struct gql_field *f, const struct mutation_remove_member_args *a)
{
    not_served(f);
}

void mutation_create_guild(struct gql_field *f, const struct mutation_create_guild_args *a)
{
    not_served(f);
}

void mutation_set_guild_members(struct gql_field *f,
                                const struct mutation_set_guild_members_args *a)
{
    not_served(f);
}
