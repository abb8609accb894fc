#include "gen/schema_gen.h"

#include "base/map.h"
#include "resolvers/audited.h"
#include "resolvers/limits.h"
#include "resolvers/message.h"
#include "store/membership.h"

/* Control characters (Unicode's category Cc) other than tab and newline: U+0000 to U+001F, U+007F
 * to U+009F. */
static bool is_control(uint32_t cp)
{
    return (cp < 0x20 && cp != '\t' && cp != '\n') || (cp >= 0x7F && cp < 0xA0);
}

static void add_run(char *clean, size_t *n, struct str text, size_t from, size_t to)
{
    memcpy(clean + *n, text.p + from, to - from);
    *n += to - from;
}

/* Are all bytes ASCII that may stay? Without a branch a byte: compilers look at many at once. */
static bool is_plain(struct str text)
{
    unsigned others = 0;

    for (size_t i = 0; i < text.n; i++)
        others += (unsigned char)text.p[i] < 0x20 || (unsigned char)text.p[i] >= 0x7F;
    return others == 0;
}

static struct str without_controls(struct arena *a, struct str text)
{
    size_t n = 0, run = 0, next = 0;
    char *clean;

    if (is_plain(text))
        return text;
    clean = arena_alloc(a, text.n + 1);
    for (size_t i = 0; i < text.n; i = next) {
        if (!is_control(str_next_code_point(text, &next)))
            continue;
        add_run(clean, &n, text, run, i);
        run = next;
    }
    add_run(clean, &n, text, run, text.n);
    return str_of(clean, n);
}

static bool is_too_often(struct gql_field *f, const struct audited_act *act)
{
    struct context *c = context_of(f);
    uint64_t wait_ms = c->count_send(c);

    if (wait_ms == 0)
        return false;
    audited_refused(f, ST_RATE_LIMITED, act);
    gql_reject_for_now(f, ST_RATE_LIMITED, wait_ms);
    return true;
}

void mutation_send_message(struct gql_field *f, const struct mutation_send_message_args *a)
{
    struct context *c = context_of(f);
    struct message_draft draft = {
        .room_id = a->room_id,
        .text = without_controls(f->arena, a->text),
        .idempotency_key = a->idempotency_key,
    };
    const struct audited_act act = {.event = "sendMessage", .room_id = a->room_id};

    if (!message_room_id(f, a->room_id))
        return;
    if (draft.text.n == 0)
        gql_reject_argument(
            f, ST_BAD_INPUT, "text",
            "text must hold at least one character that is not a control character.");
    else if (!is_too_often(f, &act))
        audited_resolve_later(f, store_message_send(c->store, f->arena, &c->caller, &draft), &act);
}

static void on_renewed(void *user, struct wait *renewed)
{
    struct gql_field *f = user;
    struct context *c = context_of(f);

    if (c->audit)
        audit_write(
            c->audit, "renewSession", renewed->status,
            LOG_FIELDS(LOG_STR("tenantId", c->caller.tenant), LOG_STR("userId", c->caller.user),
                       LOG_STR("reason", renewed->detail), LOG_INT("connId", (int64_t)c->conn_id)));
    if (renewed->status == ST_OK)
        gql_resolve(f, renewed->value);
    else
        gql_reject_argument(f, renewed->status, "token", "%.*s", STR_ARG(renewed->detail));
}

void mutation_renew_session(struct gql_field *f, const struct mutation_renew_session_args *a)
{
    struct context *c = context_of(f);
    struct wait *renewed = c->renew(c, f->arena, a->token);

    if (renewed->answered)
        on_renewed(f, renewed);
    else
        wait_on(renewed, on_renewed, f);
}

/* --- rooms, guilds and members: what the store cannot be asked for is refused here */

static bool may_be_room(struct gql_field *f, const char *argument, struct str id)
{
    if (room_id_is_valid(id))
        return true;
    gql_reject_argument(f, ST_BAD_INPUT, argument,
                        "%s must be 1 to %d characters of A-Z a-z 0-9 _ - . : #.", argument,
                        ROOM_ID_LONGEST);
    return false;
}

/* A room that has members of its own. */
static bool may_have_members(struct gql_field *f, struct str room_id)
{
    static const char argument[] = "input.roomId";

    if (!may_be_room(f, argument, room_id))
        return false;
    if (room_table(room_id) != ROOM_TABLE_GUILD)
        return true;
    gql_reject_argument(f, ST_BAD_INPUT, argument,
                        "The room \"%.*s\" has the members of its guild: use setGuildMembers.",
                        STR_ARG(room_id));
    return false;
}

/* A token can carry such an id. */
static bool may_be_user(struct gql_field *f, const char *argument, struct str id)
{
    if (user_id_is_valid(id))
        return true;
    gql_reject_argument(f, ST_BAD_INPUT, argument,
                        "A user's id has 1 to %d characters, and no control characters.",
                        USER_ID_LONGEST);
    return false;
}

static bool may_be_users(struct gql_field *f, const char *argument, const struct str *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!may_be_user(f, argument, ids[i]))
            return false;
    return true;
}

/* Nobody may be named twice: which of the two would count? */
static bool name_user(struct gql_field *f, const char *argument, struct map *named, struct str id)
{
    if (!may_be_user(f, argument, id))
        return false;
    if (!map_put(named, id, f))
        return true;
    gql_reject_argument(f, ST_BAD_INPUT, argument, "The user \"%.*s\" is named twice.",
                        STR_ARG(id));
    return false;
}

/* False: somebody is no user, or is named in both lists or twice in one; the field was rejected. */
static bool are_named_once(struct gql_field *f, const struct member_input_list *put,
                           const char *put_argument, const struct str_list *removed)
{
    struct map named = {0};
    bool fine = true;

    for (size_t i = 0; fine && i < put->n; i++)
        fine = name_user(f, put_argument, &named, put->items[i]->user_id);
    for (size_t i = 0; fine && i < removed->n; i++)
        fine = name_user(f, "input.removeUserIds", &named, removed->items[i]);
    map_done(&named);
    return fine;
}

static const struct member *members_of(struct arena *a, const struct member_input_list *list)
{
    struct member *members = arena_array(a, struct member, list->n);

    for (size_t i = 0; i < list->n; i++)
        members[i] =
            (struct member){.user_id = list->items[i]->user_id, .role = (int)list->items[i]->role};
    return members;
}

static const struct str *ids_of(struct arena *a, const struct member_input_list *list)
{
    struct str *ids = arena_array(a, struct str, list->n);

    for (size_t i = 0; i < list->n; i++)
        ids[i] = list->items[i]->user_id;
    return ids;
}

/* Two users, who are private to each other. */
static bool may_be_direct(struct gql_field *f, const struct create_room_input *input,
                          const struct room_draft *draft)
{
    const struct context *c = context_of(f);

    if (draft->n_members != 1 || str_eq(draft->member_ids[0], c->caller.user)) {
        gql_reject_argument(f, ST_BAD_INPUT, "input.memberIds",
                            "A DIRECT room is the caller's with exactly one other user.");
        return false;
    }
    if (input->visibility == ROOM_VISIBILITY_PRIVATE && !room_guild_id(draft->id).p)
        return true;
    gql_reject_argument(f, ST_BAD_INPUT, "input.kind",
                        "A DIRECT room is PRIVATE, and not a guild's.");
    return false;
}

/* Nobody could join it, and whoever may find a room may see its members: those are the guild's. */
static bool may_be_in_guild(struct gql_field *f, const struct create_room_input *input,
                            const struct room_draft *draft)
{
    if (!guild_id_is_valid(room_guild_id(draft->id))) {
        gql_reject_argument(f, ST_BAD_INPUT, "input.id",
                            "What stands behind GUILD#, up to the next #, must be a guild's id.");
        return false;
    }
    if (input->visibility == ROOM_VISIBILITY_PUBLIC) {
        gql_reject_argument(f, ST_BAD_INPUT, "input.visibility",
                            "A guild's room is PRIVATE: it has the members of the guild.");
        return false;
    }
    if (draft->n_members == 0)
        return true;
    gql_reject_argument(f, ST_BAD_INPUT, "input.memberIds",
                        "A guild's room has the members of the guild.");
    return false;
}

void mutation_create_room(struct gql_field *f, const struct mutation_create_room_args *a)
{
    struct context *c = context_of(f);
    const struct create_room_input *input = a->input;
    struct room_draft draft = {
        .id = input->id,
        .kind = (int)input->kind,
        .visibility = (int)input->visibility,
        .name = input->name,
        .member_ids = input->member_ids.items,
        .n_members = input->member_ids.n,
    };

    if (draft.id.p && !may_be_room(f, "input.id", draft.id))
        return;
    if (!may_be_users(f, "input.memberIds", draft.member_ids, draft.n_members))
        return;
    if (input->kind == ROOM_KIND_DIRECT && !may_be_direct(f, input, &draft))
        return;
    if (room_guild_id(draft.id).p && !may_be_in_guild(f, input, &draft))
        return;
    audited_resolve_later(f, store_room_create(c->store, f->arena, &c->caller, &draft),
                          &(struct audited_act){.event = "createRoom",
                                                .room_id = draft.id,
                                                .put = draft.member_ids,
                                                .n_put = draft.n_members});
}

void mutation_join_room(struct gql_field *f, const struct mutation_join_room_args *a)
{
    struct context *c = context_of(f);

    if (may_have_members(f, a->input->room_id))
        audited_resolve_later(
            f, store_room_join(c->store, f->arena, &c->caller, a->input->room_id),
            &(struct audited_act){.event = "joinRoom", .room_id = a->input->room_id});
}

static void remove_member(struct gql_field *f, const char *event, struct str room_id,
                          const struct str *user_id)
{
    struct context *c = context_of(f);

    audited_resolve_later(
        f, store_room_remove_member(c->store, f->arena, &c->caller, room_id, *user_id),
        &(struct audited_act){
            .event = event, .room_id = room_id, .removed = user_id, .n_removed = 1});
}

void mutation_leave_room(struct gql_field *f, const struct mutation_leave_room_args *a)
{
    if (may_have_members(f, a->input->room_id))
        remove_member(f, "leaveRoom", a->input->room_id, &context_of(f)->caller.user);
}

void mutation_remove_member(struct gql_field *f, const struct mutation_remove_member_args *a)
{
    if (may_have_members(f, a->input->room_id) && may_be_user(f, "input.userId", a->input->user_id))
        remove_member(f, "removeMember", a->input->room_id, &a->input->user_id);
}

void mutation_set_members(struct gql_field *f, const struct mutation_set_members_args *a)
{
    static const struct str_list nobody = {0};
    struct context *c = context_of(f);
    const struct member_input_list *list = &a->input->members;

    if (may_have_members(f, a->input->room_id) && are_named_once(f, list, "input.members", &nobody))
        audited_resolve_later(f,
                              store_room_put_members(c->store, f->arena, &c->caller,
                                                     a->input->room_id, members_of(f->arena, list),
                                                     list->n),
                              &(struct audited_act){.event = "setMembers",
                                                    .room_id = a->input->room_id,
                                                    .put = ids_of(f->arena, list),
                                                    .n_put = list->n});
}

void mutation_create_guild(struct gql_field *f, const struct mutation_create_guild_args *a)
{
    struct context *c = context_of(f);

    if (a->input->id.p && !guild_id_is_valid(a->input->id))
        gql_reject_argument(
            f, ST_BAD_INPUT, "input.id",
            "input.id must be 1 to %d characters of A-Z a-z 0-9 _ - . :", GUILD_ID_LONGEST);
    else
        audited_resolve_later(
            f, store_guild_create(c->store, f->arena, &c->caller, a->input->id, a->input->name),
            &(struct audited_act){.event = "createGuild", .guild_id = a->input->id});
}

void mutation_set_guild_members(struct gql_field *f,
                                const struct mutation_set_guild_members_args *a)
{
    struct context *c = context_of(f);
    const struct set_guild_members_input *input = a->input;
    struct guild_members_draft draft = {
        .put = members_of(f->arena, &input->put),
        .n_put = input->put.n,
        .removed = input->remove_user_ids.items,
        .n_removed = input->remove_user_ids.n,
    };

    if (are_named_once(f, &input->put, "input.put", &input->remove_user_ids))
        audited_resolve_later(
            f, store_guild_put_members(c->store, f->arena, &c->caller, input->guild_id, &draft),
            &(struct audited_act){.event = "setGuildMembers",
                                  .guild_id = input->guild_id,
                                  .put = ids_of(f->arena, &input->put),
                                  .n_put = input->put.n,
                                  .removed = draft.removed,
                                  .n_removed = draft.n_removed});
}
