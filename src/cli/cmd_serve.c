#include <signal.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "server/app.h"
#include "store/boot.h"

struct serve_options {
    bool migrate;
};

static const struct option own_options[] = {
    {.name = "migrate",
     .kind = OPTION_SWITCH,
     .offset = offsetof(struct serve_options, migrate),
     .help = "apply the migrations the database has not seen before serving"},
};

/* Nobody is connected yet, and what the database was asked is rolled back when we are gone. */
static void end_at_once(int number)
{
    _exit(CMD_OK);
}

/* A database may take its time to answer, and others to migrate it. The server watches for signals
 * itself once it has started. */
static void end_on_signals(void)
{
    const struct sigaction action = {.sa_handler = end_at_once};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static int serve(const struct config *config, const struct serve_options *own)
{
    struct option_error error;
    struct boot_error boot_error;
    unsigned applied;

    if (config_check_serve(config, &error) != ST_OK)
        return cmd_fail(CMD_MISUSED, "%s", error.text);
    if (own->migrate && boot_migrate(config->database_url, &applied, &boot_error) != ST_OK)
        return cmd_fail(CMD_FAILED, "%s", boot_error.text);
    return app_run(config, NULL);
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct serve_options own = {0};
    struct option_set options = {.target = &own};
    struct config config;
    int exit_status;

    end_on_signals();
    config_init(&config);
    if (cmd_load(cmd, &config, &options, args, environment, &exit_status))
        exit_status = serve(&config, &own);
    config_done(&config);
    return exit_status;
}

const struct cmd cmd_serve = {
    .name = "serve",
    .summary = "serve on a PostgreSQL that exists",
    .usage =
        "guildhall serve --database URL --jwt-secret-file PATH [OPTION…]\n\n"
        "Serves until SIGINT or SIGTERM. The database's schema must be this program's: run\n"
        "`guildhall migrate` before, or give --migrate. On SIGHUP the file of --config, the\n"
        "certificate, the secret, the public keys and the API keys are read again, the JWKS is\n"
        "fetched again, and the audit log is opened anew; open connections stay.\n",
    .run = run,
    CMD_OPTIONS(own_options),
    .is_configured = true,
};
