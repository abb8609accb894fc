#include <stdio.h>

#include "cli/admin.h"
#include "store/room_words.h"
#include "store/tenant.h"

enum {
    MOST_OUTPUT = 4096
};

#define SHARED_HELP                                                                                \
    "\nWorks on the database itself, as an admin of the tenant; servers that run hear of it.\n"    \
    "Without --database it is the one of the `guildhall up` that runs in --state-dir, if any.\n"   \
    "Exit status: 0, 1 when it was refused or failed, 2 when it was asked for wrongly.\n"

static const char *const kinds[] = {"DIRECT", "GROUP", "CHANNEL", NULL};
static const char *const visibilities[] = {"PUBLIC", "PRIVATE", NULL};

static const struct option tenant_options[] = {ADMIN_TENANT_OPTION};

static const struct option add_options[] = {ADMIN_TENANT_OPTION, ADMIN_ROLE_OPTION};

static const struct option create_options[] = {
    ADMIN_TENANT_OPTION,
    {.name = "owner",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct admin_options, owner),
     .help = "the user who becomes its OWNER; needed"},
    {.name = "members",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct admin_options, members),
     .help = "more users, between commas"},
    {.name = "kind",
     .kind = OPTION_WORD,
     .offset = offsetof(struct admin_options, kind),
     .initial = "GROUP",
     .words = kinds,
     .help = "what kind of room"},
    {.name = "visibility",
     .kind = OPTION_WORD,
     .offset = offsetof(struct admin_options, visibility),
     .initial = "PRIVATE",
     .words = visibilities,
     .help = "who may find and join it"},
    {.name = "name",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct admin_options, name),
     .help = "what people call it"},
};

/* --- create */

static size_t split_users(struct admin *o, struct str list, const struct str **ret_users)
{
    struct str *users = arena_array(o->arena, struct str, list.n / 2 + 1);
    size_t n = 0;

    while (list.p) {
        struct str user = str_trim(str_split(&list, ','));

        if (user.n)
            users[n++] = user;
    }
    *ret_users = users;
    return n;
}

/* What store_room_create() takes for granted; an exit status. */
static int check_draft(const struct admin *o, const struct room_draft *draft)
{
    struct str guild_id = room_guild_id(draft->id);

    if (draft->id.p && !room_id_is_valid(draft->id))
        return cmd_fail(CMD_MISUSED, "a room's id has 1 to %d of A-Z a-z 0-9 _ - . : #",
                        ROOM_ID_LONGEST);
    if (!o->options->owner.n)
        return cmd_fail(CMD_MISUSED, "whose room? Give --owner USER");
    if (!admin_users(o, &o->options->owner, 1) ||
        !admin_users(o, draft->member_ids, draft->n_members) || !admin_name(draft->name))
        return CMD_MISUSED;
    if (draft->kind == 0 && (draft->n_members != 1 || guild_id.p || draft->visibility == 0 ||
                             str_eq(draft->member_ids[0], o->options->owner)))
        return cmd_fail(CMD_MISUSED, "a DIRECT room is PRIVATE, not a guild's, and the owner's "
                                     "with exactly one other user");
    if (guild_id.p && !guild_id_is_valid(guild_id))
        return cmd_fail(CMD_MISUSED, "what stands behind GUILD# must be a guild's id");
    if (guild_id.p && draft->visibility == 0)
        return cmd_fail(CMD_MISUSED, "a guild's room is PRIVATE");
    if (guild_id.p && draft->n_members > 0)
        return cmd_fail(CMD_MISUSED, "a guild's room has the members of the guild");
    return CMD_OK;
}

static int create(struct admin *o)
{
    struct room_draft draft = {
        .id = o->n_words ? o->words[0] : STR_NULL,
        .kind = o->options->kind,
        .visibility = o->options->visibility,
        .name = o->options->name,
    };
    const struct membership_change *change;
    const void *value;
    int exit_status;

    draft.n_members = split_users(o, o->options->members, &draft.member_ids);
    exit_status = check_draft(o, &draft);
    if (exit_status != CMD_OK)
        return exit_status;
    o->caller.user = o->options->owner;
    if (!admin_await(o, store_room_create(o->store, o->arena, &o->caller, &draft), &value))
        return CMD_FAILED;
    change = value;
    printf("%.*s\n", STR_ARG(change->id));
    return CMD_OK;
}

/* --- list, show, members */

static void add_room(struct buf *out, const void *row)
{
    const struct room *r = row;

    buf_printf(out, "%.*s\t%.*s\t%.*s\t%lld\t%lld\t", STR_ARG(r->id), STR_ARG(room_kinds[r->kind]),
               STR_ARG(room_visibilities[r->visibility]), (long long)r->member_count,
               (long long)r->last_seq);
    admin_add_text(out, r->name);
    buf_add(out, STR("\n"));
}

static struct wait *rooms_behind(struct admin *o, const struct list_place *after)
{
    return store_tenant_rooms(o->store, o->arena, o->caller.tenant, after, ADMIN_PAGE);
}

static int list(struct admin *o)
{
    return admin_list(o, rooms_behind, add_room);
}

static int show(struct admin *o)
{
    const struct room *r;
    const void *value;
    int exit_status;
    struct buf out;

    if (!admin_await(o, store_room_get(o->store, o->arena, &o->caller, o->words[0]), &value))
        return CMD_FAILED;
    r = value;
    buf_init(&out, MOST_OUTPUT);
    buf_printf(&out, "id: %.*s\nkind: %.*s\nvisibility: %.*s\nname: ", STR_ARG(r->id),
               STR_ARG(room_kinds[r->kind]), STR_ARG(room_visibilities[r->visibility]));
    admin_add_text(&out, r->name);
    buf_printf(&out, "\nmembers: %lld\nlastSeq: %lld\n", (long long)r->member_count,
               (long long)r->last_seq);
    exit_status = cmd_print(&out);
    buf_done(&out);
    return exit_status;
}

static struct wait *members_behind(struct admin *o, const struct list_place *after)
{
    return store_room_members(o->store, o->arena, &o->caller, o->words[0], after, ADMIN_PAGE);
}

static int members(struct admin *o)
{
    return admin_list(o, members_behind, admin_member_row);
}

/* --- add, remove */

static bool has_own_members(const struct admin *o)
{
    if (room_table(o->words[0]) != ROOM_TABLE_GUILD)
        return true;
    cmd_fail(CMD_MISUSED, "a guild's room has the members of the guild: see guildhall guild");
    return false;
}

static int add(struct admin *o)
{
    const void *value;
    struct wait *w;

    if (!has_own_members(o) || !admin_users(o, o->words + 1, o->n_words - 1))
        return CMD_MISUSED;
    w = store_room_put_members(o->store, o->arena, &o->caller, o->words[0], admin_members(o),
                               o->n_words - 1);
    return admin_await(o, w, &value) ? CMD_OK : CMD_FAILED;
}

/* One after another: those before one who is refused are out. */
static int remove_members(struct admin *o)
{
    if (!has_own_members(o) || !admin_users(o, o->words + 1, o->n_words - 1))
        return CMD_MISUSED;
    for (size_t i = 1; i < o->n_words; i++) {
        const void *value;
        struct wait *w =
            store_room_remove_member(o->store, o->arena, &o->caller, o->words[0], o->words[i]);

        o->about = o->words[i];
        if (!admin_await(o, w, &value))
            return CMD_FAILED;
    }
    return CMD_OK;
}

/* --- the commands */

static const struct admin_cmd create_cmd = {
    .cmd = {.name = "room create",
            .summary = "make a room",
            .usage = "guildhall room create --owner USER [OPTION…] [ROOM]\n\n"
                     "Makes a room and prints its id, which is made where none is given. A DIRECT "
                     "room\nthat the two have already is not made again.\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(create_options),
            .is_configured = true},
    .most_words = 1,
    .act = create,
    .changes = true,
};

static const struct admin_cmd list_cmd = {
    .cmd = {.name = "room list",
            .summary = "the tenant's rooms",
            .usage = "guildhall room list [OPTION…]\n\n"
                     "Prints a line a room: id, kind, visibility, number of members, newest "
                     "position and\nname, with tabs between them.\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(tenant_options),
            .is_configured = true},
    .most_words = 0,
    .act = list,
};

static const struct admin_cmd show_cmd = {
    .cmd = {.name = "room show",
            .summary = "one room",
            .usage = "guildhall room show [OPTION…] ROOM\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(tenant_options),
            .is_configured = true},
    .least_words = 1,
    .most_words = 1,
    .act = show,
};

static const struct admin_cmd members_cmd = {
    .cmd = {.name = "room members",
            .summary = "who is in a room",
            .usage =
                "guildhall room members [OPTION…] ROOM\n\n"
                "Prints a line a member: user and role, with a tab between them.\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(tenant_options),
            .is_configured = true},
    .least_words = 1,
    .most_words = 1,
    .act = members,
};

static const struct admin_cmd add_cmd = {
    .cmd = {.name = "room add",
            .summary = "add members, or change their roles",
            .usage = "guildhall room add [OPTION…] ROOM USER…\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(add_options),
            .is_configured = true},
    .least_words = 2,
    .most_words = SIZE_MAX,
    .act = add,
    .changes = true,
};

static const struct admin_cmd remove_cmd = {
    .cmd = {.name = "room remove",
            .summary = "remove members",
            .usage =
                "guildhall room remove [OPTION…] ROOM USER…\n\n"
                "Their open subscriptions to the room end before its next message.\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(tenant_options),
            .is_configured = true},
    .least_words = 2,
    .most_words = SIZE_MAX,
    .act = remove_members,
    .changes = true,
};

static const struct cmd *const commands[] = {&create_cmd.cmd,  &list_cmd.cmd, &show_cmd.cmd,
                                             &members_cmd.cmd, &add_cmd.cmd,  &remove_cmd.cmd};

static const struct cmd_group group = {
    .program = "guildhall room",
    .about = "guildhall room: rooms and their members, on the database",
    .commands = commands,
    .n = array_size(commands),
};

const struct cmd cmd_room = {
    .name = "room",
    .summary = "make rooms, and say who is in them",
    .group = &group,
    .run = cmd_run_group,
};
