#include "cli/cmd.h"

#include <stdio.h>

enum {
    MOST_OUTPUT = 64 * 1024,
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
    if (fwrite(out->p, 1, out->n, stdout) != out->n || fflush(stdout) != 0)
        return cmd_fail(CMD_FAILED, "cannot write to the standard output");
    return CMD_OK;
}

static bool asks_for_help(const char *const *args)
{
    for (; *args; args++)
        if (str_eq_c(STR("--help"), *args) || str_eq_c(STR("-h"), *args))
            return true;
    return false;
}

static int print_help(const struct cmd *cmd, const struct config *config,
                      const struct option_set *own)
{
    struct buf out;
    int exit_status;

    buf_init(&out, MOST_OUTPUT);
    buf_add(&out, str_c(cmd->usage));
    if (own) {
        buf_add(&out, STR("\nOptions of this command:\n"));
        options_help(own, &out);
    }
    buf_add(&out, STR("\nConfiguration. Each is also an environment variable, --max-depth as "
                      "GUILDHALL_MAX_DEPTH;\nfor a limit, 0 means off:\n"));
    options_help(&config->options, &out);
    exit_status = cmd_print(&out);
    buf_done(&out);
    return exit_status;
}

bool cmd_load(const struct cmd *cmd, struct config *config, struct option_set *own,
              const char *const *args, const char *const *environment, int *ret_exit)
{
    struct option_error error;

    if (own)
        options_init(own, &config->arena);
    if (asks_for_help(args)) {
        *ret_exit = print_help(cmd, config, own);
        return false;
    }
    if (config_load(config, args, environment, own, &error) != ST_OK) {
        *ret_exit = cmd_fail(CMD_MISUSED, "%s (see guildhall %s --help)", error.text, cmd->name);
        return false;
    }
    log_set_level(config->log);
    return true;
}
