/*
 * The command line: finds the sub-command, which does the rest.
 */

#include <stdio.h>
#include <unistd.h>

#include "graphql/suggest.h"
#include "cli/cmd.h"

static const struct cmd *const commands[] = {
    &cmd_up, &cmd_serve, &cmd_migrate, &cmd_token, &cmd_config, &cmd_version,
};

static void print_usage(FILE *out)
{
    fputs("guildhall: a self-hosted GraphQL messaging server on PostgreSQL\n\n"
          "usage: guildhall COMMAND [OPTION…]\n\n",
          out);
    for (size_t i = 0; i < array_size(commands); i++)
        fprintf(out, "  %-10s%s\n", commands[i]->name, commands[i]->summary);
    fputs("\nguildhall COMMAND --help says more.\n", out);
}

static const struct cmd *find_command(struct str name)
{
    for (size_t i = 0; i < array_size(commands); i++)
        if (str_eq_c(name, commands[i]->name))
            return commands[i];
    return NULL;
}

static int refuse_command(struct str name)
{
    struct str names[array_size(commands)], hint;
    struct arena arena;

    for (size_t i = 0; i < array_size(commands); i++)
        names[i] = str_c(commands[i]->name);
    if (name.n > 80)
        name.n = 80;
    arena_init(&arena);
    hint = gql_did_you_mean(&arena, STR_NULL, name, names, array_size(names));
    cmd_fail(CMD_MISUSED, "unknown command \"%.*s\".%.*s (see guildhall --help)", STR_ARG(name),
             STR_ARG(hint));
    arena_done(&arena);
    return CMD_MISUSED;
}

int main(int argc, char **argv)
{
    const char *const *args = (const char *const *)argv;
    const struct cmd *command;
    struct str name;

    if (argc < 2) {
        print_usage(stderr);
        return CMD_MISUSED;
    }
    name = str_c(args[1]);
    if (str_eq_c(name, "--help") || str_eq_c(name, "-h") || str_eq_c(name, "help")) {
        print_usage(stdout);
        return CMD_OK;
    }
    command = find_command(str_eq_c(name, "--version") ? STR("version") : name);
    if (!command)
        return refuse_command(name);
    return command->run(command, args + 2, (const char *const *)environ);
}
