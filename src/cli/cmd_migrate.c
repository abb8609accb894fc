#include <stdio.h>

#include "cli/cmd.h"
#include "store/boot.h"

static int migrate(const struct config *config)
{
    struct boot_error error;
    unsigned applied;

    if (!config->database_url.n)
        return cmd_fail(CMD_MISUSED, "no database: set --database URL (or GUILDHALL_DATABASE_URL, "
                                     "or DATABASE_URL)");
    if (boot_migrate(config->database_url, &applied, &error) != ST_OK)
        return cmd_fail(CMD_FAILED, "%s", error.text);
    if (applied)
        printf("applied %u migration%s\n", applied, applied == 1 ? "" : "s");
    else
        puts("nothing to apply");
    return CMD_OK;
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct config config;
    int exit_status;

    config_init(&config);
    if (cmd_load(cmd, &config, NULL, args, environment, &exit_status))
        exit_status = migrate(&config);
    config_done(&config);
    return exit_status;
}

const struct cmd cmd_migrate = {
    .name = "migrate",
    .summary = "bring the database's schema up to this program's",
    .usage =
        "guildhall migrate --database URL\n\n"
        "Applies the migrations that the database has not seen. Running it twice, or twice at\n"
        "a time, is safe. A database that is newer than this program is refused.\n",
    .run = run,
    .is_configured = true,
};
