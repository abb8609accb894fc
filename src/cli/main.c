/*
 * The command line: finds the sub-command, which does the rest.
 */

#include <unistd.h>

#include "cli/cmd.h"

int main(int argc, char **argv)
{
    static const char *const version[] = {"version", NULL};
    const char *const *args = (const char *const *)argv;

    if (argc == 2 && str_eq_c(STR("--version"), args[1]))
        return cmd_group_run(&cmd_guildhall, version, (const char *const *)environ);
    return cmd_group_run(&cmd_guildhall, args + (argc > 0), (const char *const *)environ);
}
