#include <stdio.h>

#include "cli/admin.h"
#include "store/tenant.h"

enum {
    MOST_OUTPUT = 4096
};

#define SHARED_HELP                                                                                \
    "\nWorks on the database itself, as an admin of the tenant; servers that run hear of it.\n"    \
    "Without --database it is the one of the `guildhall up` that runs in --state-dir, if any.\n"   \
    "Exit status: 0, 1 when it was refused or failed, 2 when it was asked for wrongly.\n"

static const struct option tenant_options[] = {ADMIN_TENANT_OPTION};

static const struct option add_options[] = {ADMIN_TENANT_OPTION, ADMIN_ROLE_OPTION};

static const struct option create_options[] = {
    ADMIN_TENANT_OPTION,
    {.name = "owner",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct admin_options, owner),
     .help = "the user who becomes its OWNER; needed"},
    {.name = "name",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct admin_options, name),
     .help = "what people call it; needed"},
};

/* --- create */

static int create(struct admin *o)
{
    struct str id = o->n_words ? o->words[0] : STR_NULL, name = o->options->name;
    const struct membership_change *change;
    const void *value;

    if (id.p && !guild_id_is_valid(id))
        return cmd_fail(CMD_MISUSED,
                        "a guild's id has 1 to %d of A-Z a-z 0-9 _ - . :", GUILD_ID_LONGEST);
    if (!o->options->owner.n || !name.n)
        return cmd_fail(CMD_MISUSED, "whose guild, and what is it called? Give --owner USER and "
                                     "--name NAME");
    if (!admin_users(o, &o->options->owner, 1) || !admin_name(name))
        return CMD_MISUSED;
    o->caller.user = o->options->owner;
    if (!admin_await(o, store_guild_create(o->store, o->arena, &o->caller, id, name), &value))
        return CMD_FAILED;
    change = value;
    printf("%.*s\n", STR_ARG(change->id));
    return CMD_OK;
}

/* --- list, show, members */

static void add_guild(struct buf *out, const void *row)
{
    const struct guild *g = row;

    buf_printf(out, "%.*s\t%lld\t", STR_ARG(g->id), (long long)g->member_count);
    admin_add_text(out, g->name);
    buf_add(out, STR("\n"));
}

static struct wait *guilds_behind(struct admin *o, const struct list_place *after)
{
    return store_tenant_guilds(o->store, o->arena, o->caller.tenant, after, ADMIN_PAGE);
}

static int list(struct admin *o)
{
    return admin_list(o, guilds_behind, add_guild);
}

static void add_room_id(struct buf *out, const void *row)
{
    const struct room *r = row;

    buf_printf(out, "room: %.*s\n", STR_ARG(r->id));
}

static struct wait *rooms_behind(struct admin *o, const struct list_place *after)
{
    return store_guild_rooms(o->store, o->arena, &o->caller, o->words[0], after, ADMIN_PAGE);
}

static int show(struct admin *o)
{
    const struct guild *g;
    const void *value;
    int exit_status;
    struct buf out;

    if (!admin_await(o, store_guild_get(o->store, o->arena, &o->caller, o->words[0]), &value))
        return CMD_FAILED;
    g = value;
    buf_init(&out, MOST_OUTPUT);
    buf_printf(&out, "id: %.*s\nname: ", STR_ARG(g->id));
    admin_add_text(&out, g->name);
    buf_printf(&out, "\nmembers: %lld\n", (long long)g->member_count);
    exit_status = cmd_print(&out);
    buf_done(&out);
    return exit_status == CMD_OK ? admin_list(o, rooms_behind, add_room_id) : exit_status;
}

static struct wait *members_behind(struct admin *o, const struct list_place *after)
{
    return store_guild_members(o->store, o->arena, &o->caller, o->words[0], after, ADMIN_PAGE);
}

static int members(struct admin *o)
{
    return admin_list(o, members_behind, admin_member_row);
}

/* --- add, remove */

static int put(struct admin *o, const struct guild_members_draft *draft)
{
    const void *value;
    struct wait *w;

    if (!admin_users(o, o->words + 1, o->n_words - 1))
        return CMD_MISUSED;
    w = store_guild_put_members(o->store, o->arena, &o->caller, o->words[0], draft);
    return admin_await(o, w, &value) ? CMD_OK : CMD_FAILED;
}

static int add(struct admin *o)
{
    struct guild_members_draft draft = {.put = admin_members(o), .n_put = o->n_words - 1};

    return put(o, &draft);
}

static int remove_members(struct admin *o)
{
    struct guild_members_draft draft = {.removed = o->words + 1, .n_removed = o->n_words - 1};

    return put(o, &draft);
}

/* --- the commands */

static const struct admin_cmd create_cmd = {
    .cmd = {.name = "guild create",
            .summary = "make a guild",
            .usage = "guildhall guild create --owner USER --name NAME [OPTION…] [GUILD]\n\n"
                     "Makes a guild with its room GUILD#<id>, and prints its id, which is made "
                     "where none is\ngiven.\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(create_options),
            .is_configured = true},
    .most_words = 1,
    .act = create,
    .changes = true,
};

static const struct admin_cmd list_cmd = {
    .cmd = {.name = "guild list",
            .summary = "the tenant's guilds",
            .usage = "guildhall guild list [OPTION…]\n\n"
                     "Prints a line a guild: id, number of members and name, with tabs between "
                     "them.\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(tenant_options),
            .is_configured = true},
    .act = list,
};

static const struct admin_cmd show_cmd = {
    .cmd = {.name = "guild show",
            .summary = "one guild, and its rooms",
            .usage = "guildhall guild show [OPTION…] GUILD\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(tenant_options),
            .is_configured = true},
    .least_words = 1,
    .most_words = 1,
    .act = show,
};

static const struct admin_cmd members_cmd = {
    .cmd = {.name = "guild members",
            .summary = "who is in a guild",
            .usage =
                "guildhall guild members [OPTION…] GUILD\n\n"
                "Prints a line a member: user and role, with a tab between them.\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(tenant_options),
            .is_configured = true},
    .least_words = 1,
    .most_words = 1,
    .act = members,
};

static const struct admin_cmd add_cmd = {
    .cmd = {.name = "guild add",
            .summary = "add members, or change their roles",
            .usage = "guildhall guild add [OPTION…] GUILD USER…\n" SHARED_HELP,
            .run = admin_run,
            CMD_OPTIONS(add_options),
            .is_configured = true},
    .least_words = 2,
    .most_words = SIZE_MAX,
    .act = add,
    .changes = true,
};

static const struct admin_cmd remove_cmd = {
    .cmd = {.name = "guild remove",
            .summary = "remove members",
            .usage = "guildhall guild remove [OPTION…] GUILD USER…\n\n"
                     "Their open subscriptions to the guild's rooms end before the next messages "
                     "there.\n" SHARED_HELP,
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
    .program = "guildhall guild",
    .about = "guildhall guild: guilds and their members, on the database",
    .commands = commands,
    .n = array_size(commands),
};

const struct cmd cmd_guild = {
    .name = "guild",
    .summary = "make guilds, and say who is in them",
    .group = &group,
    .run = cmd_run_group,
};
