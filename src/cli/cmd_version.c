#include <stdio.h>

#include "cli/cmd.h"

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    if (*args && !str_eq_c(STR("--help"), *args))
        return cmd_fail(CMD_MISUSED, "%s takes no arguments", cmd->name);
    if (*args)
        fputs(cmd->usage, stdout);
    else
        puts("guildhall " GUILDHALL_VERSION);
    return CMD_OK;
}

const struct cmd cmd_version = {
    .name = "version",
    .summary = "the program's version",
    .usage = "guildhall version\n\nPrints the program's version.\n",
    .run = run,
};
