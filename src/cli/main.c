/*
 * The command line: finds the sub-command, which does the rest.
 */

#include <unistd.h>

#include "cli/cmd.h"

static const struct cmd *const commands[] = {
    &cmd_up,     &cmd_serve,    &cmd_migrate, &cmd_token, &cmd_room,    &cmd_guild,
    &cmd_config, &cmd_validate, &cmd_schema,  &cmd_top,   &cmd_version,
};

static const struct cmd_group guildhall = {
    .program = "guildhall",
    .about = "guildhall: a self-hosted GraphQL messaging server on PostgreSQL",
    .commands = commands,
    .n = array_size(commands),
};

int main(int argc, char **argv)
{
    static const char *const version[] = {"version", NULL};
    const char *const *args = (const char *const *)argv;

    if (argc == 2 && str_eq_c(STR("--version"), args[1]))
        return cmd_group_run(&guildhall, version, (const char *const *)environ);
    return cmd_group_run(&guildhall, args + (argc > 0), (const char *const *)environ);
}
