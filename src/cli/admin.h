#pragma once

/*
 * Commands of an operator on rooms and guilds: on the database itself, with the calls that the
 * server uses, as an admin of the tenant. Servers that run hear of what changes.
 *
 * Each prints to stdout what was asked for, or nothing. Exit status: 0 it worked, 1 it did not or
 * was refused, 2 it was asked for wrongly.
 */

#include "cli/cmd.h"
#include "store/alone.h"
#include "store/membership.h"

enum {
    ADMIN_PAGE = 200 /* rows asked for at once */
};

/* What these commands may be told. Each has the options of its own table. */
struct admin_options {
    struct str tenant;
    struct str name;
    struct str owner;
    struct str members; /* between commas */
    int kind;           /* places in the schema's enums */
    int visibility;
    int role;
    struct option_list words; /* what is no flag */
};

#define ADMIN_TENANT_OPTION                                                                        \
    {                                                                                              \
        .name = "tenant", .kind = OPTION_TEXT, .offset = offsetof(struct admin_options, tenant),   \
        .initial = "default", .help = "the tenant's id"                                            \
    }

#define ADMIN_ROLE_OPTION                                                                          \
    {                                                                                              \
        .name = "role", .kind = OPTION_WORD, .offset = offsetof(struct admin_options, role),       \
        .initial = "MEMBER", .words = admin_roles, .help = "what they become"                      \
    }

extern const char *const admin_roles[];

struct admin {
    struct arena *arena;
    struct alone *alone;
    struct store *store; /* its */
    struct store_caller caller;
    const struct admin_options *options;
    const struct str *words;
    size_t n_words;
    struct str about; /* whom a failure is about, where it does not say so itself; or absent */
};

/* Returns the exit status. */
typedef int admin_act_fn(struct admin *o);

struct admin_cmd {
    struct cmd cmd; /* run is admin_run */
    size_t least_words;
    size_t most_words;
    admin_act_fn *act;
    bool changes; /* something: the audit log hears of it */
};

cmd_run_fn admin_run;

/* The answer, which may be NULL; false when it is a failure, which has been told: return
 * CMD_FAILED. */
must_use bool admin_await(struct admin *o, struct wait *w, const void **ret_value);

/* The room's or guild's id is the first word, and users are those behind it. False: somebody is no
 * user, or is named twice; that has been told: return CMD_MISUSED. */
must_use bool admin_users(const struct admin *o, const struct str *ids, size_t n);

/* May be absent. False: it cannot be a room's or guild's name; that has been told. */
must_use bool admin_name(struct str name);

/* The words' users, each with the role that was given. */
const struct member *admin_members(struct admin *o);

/* Reads pages until there is none, and prints what `add` makes of each row. */
typedef struct wait *admin_page_fn(struct admin *o, const struct list_place *after);
typedef void admin_row_fn(struct buf *out, const void *row);
int admin_list(struct admin *o, admin_page_fn *page, admin_row_fn *add);

/* A line of a list of members: USER ROLE. */
void admin_member_row(struct buf *out, const void *row);

/* Text of others on a line of its own field: no control character comes through. */
void admin_add_text(struct buf *out, struct str text);
