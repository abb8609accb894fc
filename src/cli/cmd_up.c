#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/cluster.h"
#include "cli/cmd.h"
#include "cli/secret.h"
#include "server/app.h"
#include "store/boot.h"

enum {
    TOKEN_DAYS = 30,
    TOKEN_TTL_S = TOKEN_DAYS * 86400,
};

static const char *const users[] = {"ann", "bob"};

/* Everything `up` holds while it serves. */
struct up {
    struct config *config;
    int lock;                /* of the state directory; -1 while it is not held */
    struct cluster *cluster; /* NULL when a database was named */
};

static char *make_token(const struct config *config, const char *user)
{
    struct token_draft draft = {.user = str_c(user), .ttl_s = TOKEN_TTL_S};
    char *token;

    if (token_make(&config->jwt, &draft, clock_unix_ms(), &token) != ST_OK)
        return NULL;
    return token;
}

static void print_users(const struct config *config)
{
    for (size_t i = 0; i < array_size(users); i++) {
        char *token = make_token(config, users[i]);

        printf("\n%s's token, good for %d days:\n  %s\n", users[i], TOKEN_DAYS,
               token ? token : "-");
        mem_free(token);
    }
}

/* How curl reaches the server, up to the path. */
static struct str curl_line(struct arena *a, const struct config *config, struct str address)
{
    if (config->listen.path.p)
        return arena_printf(a, "curl -s --unix-socket %.*s http://localhost",
                            STR_ARG(config->listen.path));
    if (config->tls_certificate.n)
        return arena_printf(a, "curl -s --cacert %.*s https://%.*s",
                            STR_ARG(config->tls_certificate), STR_ARG(address));
    return arena_printf(a, "curl -s http://%.*s", STR_ARG(address));
}

/* Lines for a shell: each can be copied by itself once the token stands in a variable. */
static void print_lines(struct config *config, struct str address)
{
    char *token = make_token(config, users[0]);
    struct str curl = curl_line(&config->arena, config, address);

    printf("\nTo copy into a shell:\n\n"
           "  TOKEN=%s\n\n"
           "  # send\n"
           "  %.*s/graphql -H \"authorization: Bearer $TOKEN\" "
           "-H 'content-type: application/json' \\\n"
           "    -d '{\"query\":\"mutation { sendMessage(roomId: \\\"GUILD#demo\\\", "
           "text: \\\"hello\\\") { id seq ts } }\"}'\n\n"
           "  # read\n"
           "  %.*s/graphql -H \"authorization: Bearer $TOKEN\" "
           "-H 'content-type: application/json' \\\n"
           "    -d '{\"query\":\"{ messages(roomId: \\\"GUILD#demo\\\", first: 10) "
           "{ items { seq senderId text ts } } }\"}'\n\n",
           token ? token : "", STR_ARG(curl), STR_ARG(curl));
    if (!config->tls_certificate.n && !config->listen.path.p)
        printf("  # follow, over a WebSocket (from the root of the clone)\n"
               "  tools/follow ws://%.*s/graphql \"$TOKEN\" 'GUILD#demo'\n\n",
               STR_ARG(address));
    mem_free(token);
}

/* Those that were not switched off. */
static void print_pages(const struct config *config, const char *scheme, struct str address)
{
    static const char *const paths[] = {"/graphiql", "/chat"};
    const enum config_page pages[] = {config->graphiql, config->chat};

    for (size_t i = 0; *scheme && i < array_size(pages); i++)
        if (pages[i] != CONFIG_PAGE_OFF)
            printf("in a browser: %s%.*s%s\n", scheme, STR_ARG(address), paths[i]);
}

static void on_listening(void *user, struct str address)
{
    const struct up *up = user;

    const char *scheme = up->config->listen.path.p       ? ""
                         : up->config->tls_certificate.n ? "https://"
                                                         : "http://";

    printf("guildhall serves %s%.*s%s\n", scheme, STR_ARG(address), *scheme ? "/graphql" : "");
    print_pages(up->config, scheme, address);
    printf("rooms: GUILD#demo (in the guild table), lobby (in the core table)\n");
    if (up->cluster)
        printf("its PostgreSQL is kept in %.*s\n", STR_ARG(up->config->state_dir));
    else
        puts("its database is the one of --database, or of DATABASE_URL");
    print_users(up->config);
    print_lines(up->config, address);
    puts("Ctrl-C stops it; what was sent is kept.");
    fflush(stdout);
}

static bool hold_state_dir(struct up *up)
{
    struct state_error error;

    if (!up->config->state_dir.n) {
        cmd_fail(CMD_MISUSED, "no state directory: set --state-dir PATH (or GUILDHALL_STATE_DIR)");
        return false;
    }
    if (state_dir_open(up->config->state_dir, &up->lock, &error) == ST_OK)
        return true;
    cmd_fail(CMD_FAILED, "%s", error.text);
    return false;
}

static bool have_secret(struct up *up)
{
    struct option_error error;

    if (up->config->jwt.secret.p)
        return true;
    if (secret_ensure(&up->config->arena, up->config->state_dir, &up->config->jwt.secret, &error) ==
        ST_OK)
        return true;
    cmd_fail(CMD_FAILED, "%s", error.text);
    return false;
}

static bool have_database(struct up *up)
{
    struct state_error error;

    if (up->config->database_url.n)
        return true;
    if (cluster_start(up->config->state_dir, &up->cluster, &error) != ST_OK) {
        cmd_fail(CMD_FAILED, "%s", error.text);
        return false;
    }
    up->config->database_url = cluster_conninfo(up->cluster);
    return true;
}

static bool have_demo(const struct up *up)
{
    struct str database = up->config->database_url;
    struct boot_error error;
    unsigned applied;

    if (boot_migrate(database, &applied, &error) == ST_OK &&
        boot_demo(database, users, array_size(users), &error) == ST_OK)
        return true;
    cmd_fail(CMD_FAILED, "%s", error.text);
    return false;
}

static int serve(struct up *up)
{
    struct app_hooks hooks = {.user = up, .on_listening = on_listening, .is_interactive = true};
    struct option_error error;

    if (config_check_serve(up->config, &error) != ST_OK)
        return cmd_fail(CMD_MISUSED, "%s", error.text);
    return app_run(up->config, &hooks);
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct config config;
    struct up up = {.config = &config, .lock = -1};
    int exit_status;

    config_init(&config);
    config.demo_users = users;
    config.n_demo_users = array_size(users);
    if (cmd_load(cmd, &config, NULL, args, environment, &exit_status)) {
        exit_status = CMD_FAILED;
        if (hold_state_dir(&up) && have_secret(&up) && have_database(&up) && have_demo(&up))
            exit_status = serve(&up);
    }
    cluster_stop(up.cluster);
    if (up.lock >= 0)
        close(up.lock);
    config_done(&config);
    return exit_status;
}

const struct cmd cmd_up = {
    .name = "up",
    .summary = "run everything here: a private PostgreSQL, a demo guild, two users",
    .usage =
        "guildhall up [OPTION…]\n\n"
        "With no database named, makes a PostgreSQL of its own in the state directory, and\n"
        "stops it at the end. Migrates the database, makes the demo's rooms and users, prints\n"
        "a token for each, and serves until SIGINT or SIGTERM. Without a JWT secret it makes\n"
        "one and keeps it in the state directory.\n",
    .run = run,
    .is_configured = true,
};
