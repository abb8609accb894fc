#include "server/keys.h"

#include "audit/audit.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "server/config_tokens.h"

enum {
    FETCH_TIMEOUT_MS = 2000,
};

static enum status make(const struct config *config, const struct token_config *jwt,
                        struct keys *ret_keys, struct option_error *error)
{
    struct keys keys = {0};
    struct token_error token_error;
    struct api_keys_error api_keys_error;

    if (config->api_keys_file.n &&
        api_keys_load(config->api_keys_file.p, &keys.api_keys, &api_keys_error) != ST_OK)
        return option_refuse(error, "API keys: %s", api_keys_error.text);
    if (token_keys_new(jwt, &keys.tokens, &token_error) != ST_OK) {
        api_keys_unref(keys.api_keys);
        return option_refuse(error, "token keys: %s", token_error.text);
    }
    *ret_keys = keys;
    return ST_OK;
}

enum status keys_read(const struct config *config, struct keys *ret_keys,
                      struct option_error *ret_error)
{
    return make(config, &config->jwt, ret_keys, ret_error);
}

void keys_done(struct keys *keys)
{
    keys->tokens = token_keys_unref(keys->tokens);
    keys->api_keys = api_keys_unref(keys->api_keys);
}

static void log_fetched(const struct keyring_report *report)
{
    log_info(
        "keys_fetched", LOG_INT("keys", (int64_t)report->keys.usable),
        LOG_INT("ignored", (int64_t)report->keys.ignored),
        LOG_STR("firstIgnored", report->keys.ignored ? str_c(report->keys.why.text) : STR_NULL));
}

static void on_fetch(void *user, const struct keyring_report *report)
{
    const struct worker *first = user;
    struct arena arena;

    if (report->fetched) {
        log_fetched(report);
        return;
    }
    arena_init(&arena);
    log_warn("keys_not_fetched", LOG_STR("url", url_shown(&arena, first->config->jwt.jwks_url)),
             LOG_STR("why", report->why), LOG_INT("failures", (int64_t)report->failures),
             LOG_STR("meanwhile", report->has_older ? STR("the keys of before are used")
                                                    : STR("tokens cannot be checked")));
    arena_done(&arena);
}

void keys_hand_out(const struct keys *keys, struct worker *workers, size_t n)
{
    const struct config *c = workers[0].config;
    struct loop **loops = mem_zalloc(n * sizeof(struct loop *));
    struct keyring **keyrings = mem_zalloc(n * sizeof(struct keyring *));
    struct keyring_config config = {
        .keys = keys->tokens,
        .api_keys = keys->api_keys,
        .jwks_url = c->jwt.jwks_url,
        .jwks_floor_ms = (int64_t)c->jwks_floor_ms,
        .jwks_timeout_ms = FETCH_TIMEOUT_MS,
        .on_fetch = on_fetch,
        .user = &workers[0],
    };

    for (size_t i = 0; i < n; i++)
        loops[i] = &workers[i].loop;
    keyring_new_all(loops, n, &config, keyrings);
    for (size_t i = 0; i < n; i++)
        workers[i].keyring = keyrings[i];
    mem_free(keyrings);
    mem_free(loops);
}

static enum status read_again(const struct config *config, struct keys *ret_keys,
                              struct option_error *error)
{
    struct token_config jwt;
    struct arena arena;
    enum status st;

    arena_init(&arena);
    st = config_tokens_reread(config, &arena, &jwt, error);
    if (st == ST_OK)
        st = make(config, &jwt, ret_keys, error);
    arena_done(&arena);
    return st;
}

void keys_reload(struct worker *first)
{
    struct option_error error;
    struct keys keys = {0};

    if (read_again(first->config, &keys, &error) != ST_OK) {
        log_error("keys_not_reloaded", LOG_STR("why", str_c(error.text)),
                  LOG_STR("meanwhile", STR("the keys of before are used")));
        audit_write(first->audit, "reloadKeys", ST_BAD_INPUT, LOG_FIELDS());
        return;
    }
    keyring_replace(first->keyring, keys.tokens, keys.api_keys);
    keys_done(&keys);
    log_info("keys_reloaded");
    audit_write(first->audit, "reloadKeys", ST_OK, LOG_FIELDS());
}
