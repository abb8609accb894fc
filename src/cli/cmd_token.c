#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "auth/api_keys.h"
#include "auth/claims.h"
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
    bool api_key;
};

enum {
    LONGEST_LINE = 65536, /* of the file of API keys */
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
     .help =
         "how long it is good for; 0 for a token without an end, as an API key is that is given "
         "no time"},
    {.name = "api-key",
     .kind = OPTION_SWITCH,
     .offset = offsetof(struct token_options, api_key),
     .help = "make an API key instead, and add it to --api-keys-file"},
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

static int print_token(struct config *config, const struct token_draft *draft)
{
    int64_t now_ms = clock_unix_ms();
    int exit_status = find_secret(config);
    char *token;

    if (exit_status != CMD_OK)
        return exit_status;
    if (token_make(&config->jwt, draft, now_ms, &token) != ST_OK)
        return cmd_fail(CMD_MISUSED, "no token can be made of this: the secret has less than 32 "
                                     "bytes, or the claims are too long");
    exit_status = check(config, token, now_ms);
    if (exit_status == CMD_OK)
        puts(token);
    mem_free(token);
    return exit_status;
}

/* --- API keys */

/* A file that the server would not take is not added to. */
static int check_file(const char *path)
{
    struct api_keys *keys;
    struct api_keys_error error;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return CMD_OK;
    if (api_keys_load(path, &keys, &error) != ST_OK)
        return cmd_fail(CMD_FAILED, "%s", error.text);
    api_keys_unref(keys);
    return CMD_OK;
}

static int check_line(const struct buf *line)
{
    struct api_keys *keys;
    struct api_keys_error error;

    if (buf_overflowed(line))
        return cmd_fail(CMD_MISUSED, "such a key has too many guilds");
    if (api_keys_read(buf_str(line), &keys, &error) != ST_OK)
        return cmd_fail(CMD_MISUSED, "such a key would be refused: %s", error.text);
    api_keys_unref(keys);
    return CMD_OK;
}

static bool ends_within_a_line(int fd)
{
    char last = '\n';

    return lseek(fd, -1, SEEK_END) >= 0 && read(fd, &last, 1) == 1 && last != '\n';
}

/* In one write: others who add at the same time take no harm. */
static int append(const char *path, const struct buf *line)
{
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    struct buf text;
    bool written;

    if (fd < 0)
        return cmd_fail(CMD_FAILED, "cannot open %s: %s", path, strerror(errno));
    buf_init(&text, LONGEST_LINE + 1);
    if (ends_within_a_line(fd))
        buf_add_char(&text, '\n');
    buf_add(&text, buf_str(line));
    written = write(fd, text.p, text.n) == (ssize_t)text.n;
    buf_done(&text);
    if (close(fd) != 0 || !written)
        return cmd_fail(CMD_FAILED, "cannot write %s: %s", path, strerror(errno));
    return CMD_OK;
}

static int print_api_key(const struct config *config, const struct token_draft *draft)
{
    const char *path = config->api_keys_file.p;
    char key[API_KEY_LENGTH];
    struct buf line;
    int exit_status;

    if (!path)
        return cmd_fail(CMD_MISUSED, "where are API keys kept? Set --api-keys-file PATH (or "
                                     "GUILDHALL_API_KEYS_FILE)");
    api_key_make(key);
    buf_init(&line, LONGEST_LINE);
    api_key_write_line(&line, str_of(key, sizeof(key)), draft, clock_unix_ms());
    exit_status = check_file(path);
    if (exit_status == CMD_OK)
        exit_status = check_line(&line);
    if (exit_status == CMD_OK)
        exit_status = append(path, &line);
    if (exit_status == CMD_OK)
        printf("%.*s\n", API_KEY_LENGTH, key);
    buf_done(&line);
    return exit_status;
}

/* The first that is none; absent when all are. */
static struct str find_wrong_scope(struct str scopes)
{
    struct viewer any = {0};

    while (scopes.p) {
        struct str name = str_split(&scopes, ' ');

        if (name.n && !claims_add_scope(&any, name))
            return name;
    }
    return STR_NULL;
}

static int print(struct config *config, const struct token_options *own, bool has_ttl)
{
    struct token_draft draft = {
        .user = own->user, .tenant = own->tenant, .scopes = own->scopes, .ttl_s = own->ttl_s};
    struct str wrong;

    if (!own->user.n)
        return cmd_fail(CMD_MISUSED, "whose token? Give --user ID");
    wrong = find_wrong_scope(own->scopes);
    if (wrong.n)
        return cmd_fail(CMD_MISUSED, "--scopes: \"%.*s\" is not CHAT, CHAT_READ or TENANT_ADMIN",
                        STR_ARG(wrong));
    draft.n_guilds = split_guilds(&config->arena, own->guilds, &draft.guilds);
    if (draft.n_guilds && !own->api_key && !config->jwt.claim_guilds.n)
        return cmd_fail(CMD_MISUSED, "no claim is to hold a token's guilds: --jwt-claim-guilds");
    if (!own->api_key)
        return print_token(config, &draft);
    if (!has_ttl)
        draft.ttl_s = 0;
    return print_api_key(config, &draft);
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct token_options own = {0};
    struct option_set options = {.target = &own};
    struct config config;
    int exit_status;

    config_init(&config);
    if (cmd_load(cmd, &config, &options, args, environment, &exit_status)) {
        size_t ttl = offsetof(struct token_options, ttl_s);
        bool has_ttl = !str_eq(options_given(&options, ttl)->origin, STR("default"));

        exit_status = print(&config, &own, has_ttl);
    }
    config_done(&config);
    return exit_status;
}

const struct cmd cmd_token = {
    .name = "token",
    .summary = "make a token for development",
    .usage = "guildhall token --user ID [OPTION…]\n\n"
             "Prints a token, signed with the configured secret, or else with the one that\n"
             "`guildhall up` keeps in its state directory.\n\n"
             "With --api-key, prints a new API key and adds its line to --api-keys-file, which\n"
             "holds only the key's hash: it is shown this once. A running server reads the file\n"
             "again on SIGHUP.\n",
    .run = run,
    CMD_OPTIONS(own_options),
    .is_configured = true,
};
