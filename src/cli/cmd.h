#pragma once

/*
 * The sub-commands of the command line, one file each, and what they share.
 *
 * Exit status: 0 it worked, 1 it did not, 2 it was asked for wrongly. Of the commands that judge: 0
 * what was asked holds, 1 it does not, 2 it could not be judged.
 */

#include "server/config.h"

enum {
    CMD_OK = 0,
    CMD_FAILED = 1,
    CMD_MISUSED = 2,
    CMD_NOT_JUDGED = 2,
};

struct cmd;

/* args: what follows the command's name; both lists end in NULL. Returns the exit status. */
typedef int cmd_run_fn(const struct cmd *cmd, const char *const *args,
                       const char *const *environment);

/* --help, the man pages and the shells' completions are made of it. */
struct cmd {
    const char *name;              /* "token"; with its group's before it: "schema print" */
    const char *summary;           /* a line, for the list of commands */
    const struct cmd_group *group; /* of commands that begin with this word; then nothing follows */
    const char *usage;             /* what --help says before the options; ends in a newline */
    cmd_run_fn *run;
    const struct option *options; /* its own; NULL: it has none */
    size_t n_options;
    bool is_configured; /* it takes the server's options as well */
};

#define CMD_OPTIONS(table) .options = (table), .n_options = array_size(table)

extern const struct cmd cmd_serve, cmd_up, cmd_migrate, cmd_token, cmd_config, cmd_version;
extern const struct cmd cmd_validate, cmd_schema, cmd_schema_diff;
extern const struct cmd cmd_room, cmd_guild, cmd_health, cmd_completion, cmd_top;

/* Commands that are told apart by their last word. */
struct cmd_group {
    const char *program; /* "guildhall": what a person writes before the word */
    const char *about;
    const struct cmd *const *commands;
    size_t n;
};

/* All there are. */
extern const struct cmd_group cmd_guildhall;

/* Runs the command that args names, or prints the list of them. */
int cmd_group_run(const struct cmd_group *group, const char *const *args,
                  const char *const *environment);

/* The last word of its name. */
struct str cmd_word(const struct cmd *cmd);

/* The run of a command that has a group. */
cmd_run_fn cmd_run_group;

/* Loads the configuration and the command's own options, which `own` has the places for (NULL:
 * there are none). False: the command is done,
 * with *ret_exit: its help was asked for and printed, or its arguments were wrong. */
bool cmd_load(const struct cmd *cmd, struct config *config, struct option_set *own,
              const char *const *args, const char *const *environment, int *ret_exit) must_use;

/* The two halves of it: the arguments, then what they leave out. */
bool cmd_load_flags(const struct cmd *cmd, struct config *config, struct option_set *own,
                    const char *const *args, int *ret_exit) must_use;
bool cmd_load_rest(const struct cmd *cmd, struct config *config, const char *const *environment,
                   int *ret_exit) must_use;

/* The same as cmd_load() for a command that does not look at the server's configuration. */
bool cmd_load_own(const struct cmd *cmd, struct option_set *own, struct arena *arena,
                  const char *const *args, int *ret_exit) must_use;

/* Says it on stderr, with the program's name before it; returns exit_status. */
int cmd_fail(int exit_status, const char *format, ...) printf_like(2, 3);

/* To stdout; an exit status. */
int cmd_print(const struct buf *out);
