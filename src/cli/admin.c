#include "cli/admin.h"

#include <unistd.h>

#include "audit/audit.h"
#include "base/json_out.h"
#include "cli/cluster.h"
#include "graphql/error.h"
#include "store/room_words.h"

enum {
    MOST_OUTPUT = 1024 * 1024
};

const char *const admin_roles[] = {"OWNER", "ADMIN", "MEMBER", "GUEST", NULL};

bool admin_await(struct admin *o, struct wait *w, const void **ret_value)
{
    struct str why;

    alone_await(o->alone, w);
    if (w->status == ST_OK) {
        *ret_value = w->value;
        return true;
    }
    why = w->detail.p ? w->detail : str_c(status_text(w->status));
    if (o->about.p)
        why = arena_printf(o->arena, "%.*s: %.*s", STR_ARG(o->about), STR_ARG(why));
    if (w->status == ST_NOT_FOUND)
        cmd_fail(CMD_FAILED, "%.*s (In the tenant \"%.*s\": see --tenant.)", STR_ARG(why),
                 STR_ARG(o->caller.tenant));
    else
        cmd_fail(CMD_FAILED, "%.*s", STR_ARG(why));
    return false;
}

/* --- a command from its words to its end */

/* The configured database, or the one that `up` runs here, which is said: nobody is to change rooms
 * of another database than the one that was thought of. */
static int find_database(struct config *config)
{
    struct str *url = &config->database_url, dir = config->state_dir;
    struct state_error error;
    enum status st;

    if (url->n)
        return CMD_OK;
    if (!dir.n)
        return cmd_fail(CMD_MISUSED, "no database: set --database URL (or GUILDHALL_DATABASE_URL, "
                                     "or DATABASE_URL)");
    st = cluster_find(&config->arena, dir, url, &error);
    if (st == ST_NOT_FOUND)
        return cmd_fail(CMD_MISUSED,
                        "no database: set --database URL (or GUILDHALL_DATABASE_URL, or "
                        "DATABASE_URL); no `guildhall up`, whose database would do, runs in %.*s "
                        "(--state-dir)",
                        STR_ARG(dir));
    if (st != ST_OK)
        return cmd_fail(CMD_FAILED,
                        "no --database is given, and whether `guildhall up` has one "
                        "cannot be seen: %s",
                        error.text);
    return cmd_fail(CMD_OK, "on the database of the `guildhall up` that runs in %.*s",
                    STR_ARG(dir));
}

static int act(const struct admin_cmd *c, struct config *config,
               const struct admin_options *options)
{
    struct admin o = {
        .arena = &config->arena,
        .caller = {.tenant = options->tenant, .user = STR("operator"), .tenant_admin = true},
        .options = options,
        .words = options->words.items,
        .n_words = options->words.n,
    };
    struct boot_error error;
    int exit_status;

    if (alone_open(config->database_url, &o.alone, &error) != ST_OK)
        return cmd_fail(CMD_FAILED, "%s", error.text);
    o.store = alone_store(o.alone);
    exit_status = c->act(&o);
    alone_close(o.alone);
    return exit_status;
}

static void write_act(struct audit_file *file, const struct admin_cmd *c,
                      const struct admin_options *options, int exit_status)
{
    struct audit *audit = audit_new(NULL, file);

    audit_write(audit, "admin", exit_status == CMD_OK ? ST_OK : ST_FORBIDDEN,
                LOG_FIELDS(LOG_STR("command", str_c(c->cmd.name)),
                           LOG_STR("tenantId", options->tenant),
                           LOG_LIST("words", options->words.items, options->words.n),
                           LOG_STR("owner", options->owner), LOG_STR("members", options->members),
                           LOG_INT("uid", getuid())));
    audit_free(audit);
}

/* What could not be written down is not begun. */
static int act_on_record(const struct admin_cmd *c, struct config *config,
                         const struct admin_options *options)
{
    struct audit_file *file;
    struct audit_error error;
    int exit_status;

    if (!c->changes || str_eq(config->audit_log, STR("off")))
        return act(c, config, options);
    if (audit_file_open(config->audit_log, &file, &error) != ST_OK)
        return cmd_fail(CMD_FAILED, "--audit-log: %s", error.text);
    exit_status = act(c, config, options);
    write_act(file, c, options, exit_status);
    audit_file_close(file);
    return exit_status;
}

static int check_and_act(const struct admin_cmd *c, struct config *config,
                         const struct admin_options *options)
{
    size_t n = options->words.n;
    int exit_status;

    if (n < c->least_words || n > c->most_words)
        return cmd_fail(CMD_MISUSED, "that is not how it is called (see guildhall %s --help)",
                        c->cmd.name);
    if (!user_id_is_valid(options->tenant))
        return cmd_fail(CMD_MISUSED,
                        "a tenant's id has 1 to %d characters, and no control characters",
                        USER_ID_LONGEST);
    exit_status = find_database(config);
    return exit_status == CMD_OK ? act_on_record(c, config, options) : exit_status;
}

int admin_run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    const struct admin_cmd *c = container_of(cmd, const struct admin_cmd, cmd);
    struct admin_options own = {.kind = 0};
    struct option_set options = {.target = &own, .rest = &own.words};
    struct config config;
    int exit_status;

    config_init(&config);
    if (cmd_load(cmd, &config, &options, args, environment, &exit_status))
        exit_status = check_and_act(c, &config, &own);
    config_done(&config);
    return exit_status;
}

/* --- what was given */

bool admin_users(const struct admin *o, const struct str *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!user_id_is_valid(ids[i])) {
            cmd_fail(CMD_MISUSED, "a user's id has 1 to %d characters, and no control characters",
                     USER_ID_LONGEST);
            return false;
        }
        for (size_t j = 0; j < i; j++)
            if (str_eq(ids[i], ids[j])) {
                cmd_fail(CMD_MISUSED, "\"%.*s\" is named twice", STR_ARG(ids[i]));
                return false;
            }
    }
    return true;
}

const struct member *admin_members(struct admin *o)
{
    struct member *members = arena_array(o->arena, struct member, o->n_words);

    for (size_t i = 1; i < o->n_words; i++)
        members[i - 1] = (struct member){.user_id = o->words[i], .role = o->options->role};
    return members;
}

bool admin_name(struct str name)
{
    if (!name.p || (str_is_utf8(name) && str_code_points(name) <= NAME_LONGEST))
        return true;
    cmd_fail(CMD_MISUSED, "a name is UTF-8 and has at most %d characters", NAME_LONGEST);
    return false;
}

/* --- what is printed */

void admin_add_text(struct buf *out, struct str text)
{
    json_out_escape(out, text);
}

void admin_member_row(struct buf *out, const void *row)
{
    const struct member *m = row;

    admin_add_text(out, m->user_id);
    buf_printf(out, "\t%.*s\n", STR_ARG(member_roles[m->role]));
}

int admin_list(struct admin *o, admin_page_fn *page, admin_row_fn *add)
{
    struct list_place at = {.id = STR_NULL};
    const struct key_page *rows;
    int exit_status = CMD_OK;

    do {
        const void *value;
        struct buf out;

        if (!admin_await(o, page(o, at.id.p ? &at : NULL), &value))
            return CMD_FAILED;
        rows = value;
        buf_init(&out, MOST_OUTPUT);
        for (size_t i = 0; i < rows->n; i++)
            add(&out, key_page_row(rows, i));
        if (rows->n > 0)
            at = key_page_place(rows, rows->n - 1);
        exit_status = cmd_print(&out);
        buf_done(&out);
    } while (exit_status == CMD_OK && rows->has_next);
    return exit_status;
}
