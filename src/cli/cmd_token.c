#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/cmd.h"
#include "cli/secret.h"

struct token_options {
    struct str user;
    struct str tenant;
    struct str scopes;
    struct str guilds;
    int64_t ttl_s;
};

static const struct option own_options[] = {
    {.name = "user",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct token_options, user),
     .help = "the user's id; needed"},
    {.name = "tenant",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct token_options, tenant),
     .help = "the tenant's id; `default` when not given"},
    {.name = "scopes",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct token_options, scopes),
     .help = "CHAT, CHAT_READ, TENANT_ADMIN, between spaces; a token that names none has CHAT"},
    {.name = "guilds",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct token_options, guilds),
     .help = "guild ids, between commas, that the token vouches for"},
    {.name = "ttl",
     .kind = OPTION_SECONDS,
     .offset = offsetof(struct token_options, ttl_s),
     .initial = "1h",
     .most = 3650ull * 86400 * 1000,
     .help = "how long it is good for; 0 for a token without an end"},
};

static size_t split_guilds(struct arena *arena, struct str list, const struct str **ret_guilds)
{
    struct str *guilds = arena_array(arena, struct str, list.n / 2 + 1);
    size_t n = 0;

    while (list.p) {
        struct str guild = str_trim(str_split(&list, ','));

        if (guild.n)
            guilds[n++] = guild;
    }
    *ret_guilds = guilds;
    return n;
}

/* The configured secret, or the one that `up` keeps. */
static int find_secret(struct config *config)
{
    struct option_error error;
    enum status st;

    if (config->jwt.secret.p)
        return CMD_OK;
    if (!config->state_dir.n)
        return cmd_fail(CMD_MISUSED, "no secret to sign with: set --jwt-secret-file PATH");
    st = secret_read(&config->arena, config->state_dir, &config->jwt.secret, &error);
    if (st == ST_NOT_FOUND)
        return cmd_fail(CMD_MISUSED,
                        "no secret to sign with: set --jwt-secret-file PATH, or run `guildhall "
                        "up` once, which makes one in %.*s",
                        STR_ARG(config->state_dir));
    return st == ST_OK ? CMD_OK : cmd_fail(CMD_FAILED, "%s", error.text);
}

/* A token that this server would refuse is not handed out. */
static int check(const struct config *config, const char *token, int64_t now_ms)
{
    struct token_keys *keys;
    struct token_error error;
    struct viewer *viewer;
    enum status st;

    if (token_keys_new(&config->jwt, &keys, &error) != ST_OK)
        return cmd_fail(CMD_MISUSED, "%s", error.text);
    st = token_check(keys, str_c(token), now_ms, &viewer, &error);
    token_keys_unref(keys);
    if (st != ST_OK)
        return cmd_fail(CMD_MISUSED, "such a token would be refused: %s", error.text);
    viewer_unref(viewer);
    return CMD_OK;
}

static int print_token(struct config *config, const struct token_options *own)
{
    struct token_draft draft = {
        .user = own->user, .tenant = own->tenant, .scopes = own->scopes, .ttl_s = own->ttl_s};
    int64_t now_ms = clock_unix_ms();
    int exit_status = find_secret(config);
    char *token;

    if (exit_status != CMD_OK)
        return exit_status;
    draft.n_guilds = split_guilds(&config->arena, own->guilds, &draft.guilds);
    if (token_make(&config->jwt, &draft, now_ms, &token) != ST_OK)
        return cmd_fail(CMD_MISUSED, "no token can be made of this: the secret has less than 32 "
                                     "bytes, or the claims are too long");
    exit_status = check(config, token, now_ms);
    if (exit_status == CMD_OK)
        puts(token);
    mem_free(token);
    return exit_status;
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct token_options own = {0};
    struct option_set options = {
        .options = own_options, .n = array_size(own_options), .target = &own};
    struct config config;
    int exit_status;

    config_init(&config);
    if (cmd_load(cmd, &config, &options, args, environment, &exit_status)) {
        if (own.user.n)
            exit_status = print_token(&config, &own);
        else
            exit_status = cmd_fail(CMD_MISUSED, "whose token? Give --user ID");
    }
    config_done(&config);
    return exit_status;
}

const struct cmd cmd_token = {
    .name = "token",
    .summary = "make a token for development",
    .usage = "guildhall token --user ID [OPTION…]\n\n"
             "Prints a token, signed with the configured secret, or else with the one that\n"
             "`guildhall up` keeps in its state directory.\n",
    .run = run,
};
