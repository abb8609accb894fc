#include "cli/cmd.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "server/nearest.h"

enum {
    MOST_OUTPUT = 64 * 1024,
    LONGEST_NAME = 80, /* bytes of an unknown command that are repeated */
};

int cmd_fail(int exit_status, const char *format, ...)
{
    va_list args;

    fputs("guildhall: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return exit_status;
}

int cmd_print(const struct buf *out)
{
    if (buf_overflowed(out))
        return cmd_fail(CMD_FAILED, "there is more to print than there is room for");
    if (fwrite(out->p, 1, out->n, stdout) != out->n || fflush(stdout) != 0)
        return cmd_fail(CMD_FAILED, "cannot write to the standard output: %s", strerror(errno));
    return CMD_OK;
}

static bool asks_for_help(const char *const *args)
{
    for (; *args; args++)
        if (str_eq_c(STR("--help"), *args) || str_eq_c(STR("-h"), *args))
            return true;
    return false;
}

/* config: NULL for a command that does not look at it. */
static int print_help(const struct cmd *cmd, const struct config *config,
                      const struct option_set *own)
{
    struct buf out;
    int exit_status;

    buf_init(&out, MOST_OUTPUT);
    buf_add(&out, str_c(cmd->usage));
    if (own && own->n) {
        buf_add(&out, STR("\nOptions of this command:\n"));
        options_help(own, &out);
    }
    if (config) {
        buf_add(&out, STR("\nConfiguration. Each is also an environment variable, --max-depth as "
                          "GUILDHALL_MAX_DEPTH;\nfor a limit, 0 means off:\n"));
        options_help(&config->options, &out);
    }
    exit_status = cmd_print(&out);
    buf_done(&out);
    return exit_status;
}

static void init_own(const struct cmd *cmd, struct option_set *own, struct arena *arena)
{
    own->options = cmd->options;
    own->n = cmd->n_options;
    options_init(own, arena);
}

static int refuse_options(const struct cmd *cmd, const struct option_error *error)
{
    return cmd_fail(CMD_MISUSED, "%s (see guildhall %s --help)", error->text, cmd->name);
}

bool cmd_load_flags(const struct cmd *cmd, struct config *config, struct option_set *own,
                    const char *const *args, int *ret_exit)
{
    struct option_error error;

    assert(cmd->is_configured && (own != NULL) == (cmd->options != NULL));
    if (own)
        init_own(cmd, own, &config->arena);
    if (asks_for_help(args)) {
        *ret_exit = print_help(cmd, config, own);
        return false;
    }
    if (config_load_flags(config, args, own, &error) != ST_OK) {
        *ret_exit = refuse_options(cmd, &error);
        return false;
    }
    return true;
}

bool cmd_load_rest(const struct cmd *cmd, struct config *config, const char *const *environment,
                   int *ret_exit)
{
    struct option_error error;

    if (config_load_rest(config, environment, &error) != ST_OK) {
        *ret_exit = refuse_options(cmd, &error);
        return false;
    }
    log_set_level(config->log);
    return true;
}

bool cmd_load(const struct cmd *cmd, struct config *config, struct option_set *own,
              const char *const *args, const char *const *environment, int *ret_exit)
{
    return cmd_load_flags(cmd, config, own, args, ret_exit) &&
           cmd_load_rest(cmd, config, environment, ret_exit);
}

bool cmd_load_own(const struct cmd *cmd, struct option_set *own, struct arena *arena,
                  const char *const *args, int *ret_exit)
{
    struct option_error error;

    assert(!cmd->is_configured);
    init_own(cmd, own, arena);
    if (asks_for_help(args)) {
        *ret_exit = print_help(cmd, NULL, own);
        return false;
    }
    if (options_read_flags(&own, 1, args, &error) != ST_OK) {
        *ret_exit = refuse_options(cmd, &error);
        return false;
    }
    return true;
}

struct str cmd_word(const struct cmd *cmd)
{
    const char *space = strrchr(cmd->name, ' ');

    return str_c(space ? space + 1 : cmd->name);
}

static void print_usage(const struct cmd_group *group, FILE *out)
{
    fprintf(out, "%s\n\nusage: %s COMMAND [OPTION…]\n\n", group->about, group->program);
    for (size_t i = 0; i < group->n; i++)
        fprintf(out, "  %-12.*s%s\n", STR_ARG(cmd_word(group->commands[i])),
                group->commands[i]->summary);
    fprintf(out, "\n%s COMMAND --help says more.\n", group->program);
}

static int refuse_command(const struct cmd_group *group, struct str name)
{
    struct nearest best;
    struct arena arena;

    if (name.n > LONGEST_NAME)
        name.n = LONGEST_NAME;
    arena_init(&arena);
    best = (struct nearest){.arena = &arena, .wanted = name};
    for (size_t i = 0; i < group->n; i++)
        nearest_consider(&best, cmd_word(group->commands[i]));
    cmd_fail(CMD_MISUSED, "unknown command \"%.*s\"%.*s (see %s --help)", STR_ARG(name),
             STR_ARG(nearest_hint(&best)), group->program);
    arena_done(&arena);
    return CMD_MISUSED;
}

static int run_command(const struct cmd_group *group, const char *const *args,
                       const char *const *environment)
{
    struct str name = str_c(*args);

    for (size_t i = 0; i < group->n; i++)
        if (str_eq(name, cmd_word(group->commands[i])))
            return group->commands[i]->run(group->commands[i], args + 1, environment);
    return refuse_command(group, name);
}

/* "help validate" is "validate --help"; "help schema diff" works as well. */
static int help_of(const struct cmd_group *group, const char *const *words,
                   const char *const *environment)
{
    const char *args[] = {words[0], words[1] ? words[1] : "--help", "--help", NULL};

    return run_command(group, args, environment);
}

int cmd_group_run(const struct cmd_group *group, const char *const *args,
                  const char *const *environment)
{
    struct str name = str_c(*args);

    if (!name.p) {
        print_usage(group, stderr);
        return CMD_MISUSED;
    }
    if (str_eq_c(name, "help") && args[1])
        return help_of(group, args + 1, environment);
    if (str_eq_c(name, "--help") || str_eq_c(name, "-h") || str_eq_c(name, "help")) {
        print_usage(group, stdout);
        return CMD_OK;
    }
    return run_command(group, args, environment);
}

int cmd_run_group(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    return cmd_group_run(cmd->group, args, environment);
}
