#include "server/config_tokens.h"

#include "auth/api_keys.h"
#include "base/url.h"

#define AT(member) offsetof(struct config, member)

static bool is_given(const struct config *c, size_t offset)
{
    return !str_eq(options_given(&c->options, offset)->origin, STR("default"));
}

static void settle(struct config *c, size_t offset, struct str text)
{
    if (text.n && !is_given(c, offset))
        options_settle(&c->options, offset, text);
}

static enum status refuse_value(const struct config *c, size_t offset, const char *why,
                                struct option_error *error)
{
    return option_refuse(error, "%.*s: %s", STR_ARG(options_given(&c->options, offset)->origin),
                         why);
}

/* An issuer that follows from the audience does so from one. */
static enum status settle_issuer(struct config *c, struct option_error *error)
{
    const struct preset *preset = preset_of(c->jwt.preset);

    if (!preset->issuer_of_audience || is_given(c, AT(jwt.issuer)))
        return ST_OK;
    if (str_find(c->jwt.audience, ',') < c->jwt.audience.n)
        return refuse_value(c, AT(jwt.audience), "this preset takes one audience, not a list",
                            error);
    settle(c, AT(jwt.issuer), preset_issuer(&c->arena, c->jwt.preset, c->jwt.audience));
    return ST_OK;
}

/* Of tokens. */
static bool has_keys(const struct config *c)
{
    return c->jwt.secret.p || c->jwt.public_keys.p || c->jwt.jwks_url.p;
}

enum status config_tokens_settle(struct config *c, struct option_error *ret_error)
{
    const struct preset *preset = preset_of(c->jwt.preset);
    enum status st;

    settle(c, AT(jwt.claim_user), str_c(preset->user));
    settle(c, AT(jwt.claim_tenant), str_c(preset->tenant));
    settle(c, AT(jwt.claim_scopes), str_c(preset->scopes));
    settle(c, AT(jwt.claim_guilds), str_c(preset->guilds));
    settle(c, AT(jwt.audience), str_c(preset->audience));
    st = settle_issuer(c, ret_error);
    if (st == ST_OK && !has_keys(c))
        settle(c, AT(jwt.jwks_url), preset_jwks_url(&c->arena, c->jwt.preset, c->jwt.issuer));
    return st;
}

/* Each part by itself, so that the error names the option it came from. */
static enum status check_parts(const struct config *c, struct option_error *error)
{
    const struct token_config *jwt = &c->jwt;
    const struct {
        size_t offset;
        struct token_config config;
    } parts[] = {
        {AT(jwt.secret), {.secret = jwt->secret}},
        {AT(jwt.public_keys), {.public_keys = jwt->public_keys}},
        {AT(jwt.required), {.required = jwt->required}},
        {AT(jwt.algorithms), *jwt},
    };

    for (size_t i = 0; i < array_size(parts); i++) {
        struct token_keys *keys;
        struct token_error why;

        if (token_keys_new(&parts[i].config, &keys, &why) != ST_OK)
            return refuse_value(c, parts[i].offset, why.text, error);
        token_keys_unref(keys);
    }
    return ST_OK;
}

static enum status refuse_without_keys(const struct config *c, struct option_error *error)
{
    const char *name = preset_names[c->jwt.preset];

    if (preset_of(c->jwt.preset)->jwks_of_issuer)
        return option_refuse(error,
                             "no key to check tokens with: with --jwt-preset %s set --jwt-issuer "
                             "URL, where the keys are found, or --jwt-jwks-url URL",
                             name);
    return option_refuse(error, "no key to check tokens with: set --jwt-secret-file PATH (or "
                                "GUILDHALL_JWT_SECRET_FILE, or GUILDHALL_JWT_SECRET), "
                                "--jwt-public-key-file PATH, --jwt-jwks-url URL, or "
                                "--api-keys-file PATH");
}

static enum status check_api_keys(const struct config *c, struct option_error *error)
{
    struct api_keys *keys;
    struct api_keys_error why;

    if (!c->api_keys_file.n)
        return ST_OK;
    if (api_keys_load(c->api_keys_file.p, &keys, &why) != ST_OK)
        return refuse_value(c, AT(api_keys_file), why.text, error);
    api_keys_unref(keys);
    return ST_OK;
}

enum status config_tokens_check(const struct config *c, struct option_error *ret_error)
{
    if (preset_of(c->jwt.preset)->needs_audience && !c->jwt.audience.n)
        return option_refuse(ret_error,
                             "--jwt-preset %s needs --jwt-audience: the issuer's keys sign tokens "
                             "for others too",
                             preset_names[c->jwt.preset]);
    if (!has_keys(c) && !c->api_keys_file.n)
        return refuse_without_keys(c, ret_error);
    if (c->jwt.jwks_url.p && !url_is_http(c->jwt.jwks_url))
        return refuse_value(c, AT(jwt.jwks_url), "the URL must begin with https:// or http://",
                            ret_error);
    if (check_parts(c, ret_error) != ST_OK)
        return ST_BAD_INPUT;
    return check_api_keys(c, ret_error);
}

enum status config_tokens_reread(const struct config *c, struct arena *arena,
                                 struct token_config *ret_config, struct option_error *ret_error)
{
    struct token_config jwt = c->jwt;
    enum status st = ST_OK;

    /* `up` has a secret that no option gave. */
    if (is_given(c, AT(jwt.secret)))
        st = options_reread(&c->options, AT(jwt.secret), arena, &jwt.secret, ret_error);
    if (st == ST_OK && is_given(c, AT(jwt.public_keys)))
        st = options_reread(&c->options, AT(jwt.public_keys), arena, &jwt.public_keys, ret_error);
    if (st == ST_OK)
        *ret_config = jwt;
    return st;
}
