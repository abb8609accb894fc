#include "cli/cmd.h"

enum {
    MOST_OUTPUT = 64 * 1024,
};

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct config config;
    struct buf out;
    int exit_status;

    config_init(&config);
    buf_init(&out, MOST_OUTPUT);
    if (cmd_load(cmd, &config, NULL, args, environment, &exit_status)) {
        options_print(&config.options, &out);
        exit_status = cmd_print(&out);
    }
    buf_done(&out);
    config_done(&config);
    return exit_status;
}

const struct cmd cmd_config = {
    .name = "config",
    .summary = "the values in force, and where each came from",
    .usage = "guildhall config [OPTION…]\n\n"
             "Prints the values in force, secrets masked: the option, its value (- when there is\n"
             "none), and where it came from.\n",
    .run = run,
    .is_configured = true,
};
