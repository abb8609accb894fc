#include "auth/claims.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"

enum {
    LONGEST_ID = 128, /* code points: users, tenants, guilds */
    MOST_GUILDS = 1000,
};

/* The last millisecond that RFC 3339 can write; later ends mean this one. */
static const int64_t LATEST_MS = 253402300799999;

enum status token_refuse(struct token_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return ST_UNAUTHENTICATED;
}

static struct str text_of(const json_t *value)
{
    if (!json_is_string(value))
        return STR_NULL;
    return str_of(json_string_value(value), json_string_length(value));
}

static bool has_control_character(struct str s)
{
    size_t at = 0;

    while (at < s.n) {
        uint32_t cp = str_next_code_point(s, &at);

        if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
            return true;
    }
    return false;
}

/* Jansson has seen to the UTF-8. */
static bool is_id(struct str s)
{
    return s.n > 0 && s.n <= (size_t)LONGEST_ID * 4 && str_code_points(s) <= LONGEST_ID &&
           !has_control_character(s);
}

static enum status read_id(const json_t *value, const char *claim, struct str *ret_id,
                           struct token_error *error)
{
    struct str id = text_of(value);

    if (!is_id(id))
        return token_refuse(error,
                            "The token's claim \"%.64s\" must be a string of 1 to %d characters "
                            "without control characters.",
                            claim, LONGEST_ID);
    *ret_id = id;
    return ST_OK;
}

static enum status read_who(const struct claims_config *config, const json_t *payload,
                            struct viewer *v, struct token_error *error)
{
    const json_t *user = json_object_get(payload, config->user);
    const json_t *tenant = json_object_get(payload, config->tenant);
    enum status st;

    if (!user)
        return token_refuse(error, "The token has no claim \"%.64s\".", config->user);
    st = read_id(user, config->user, &v->user_id, error);
    if (st != ST_OK)
        return st;
    v->tenant_id = STR("default");
    return tenant ? read_id(tenant, config->tenant, &v->tenant_id, error) : ST_OK;
}

/* Seconds since 1970 as JSON has them, fractions too. Times beyond the calendar are its ends. */
static int64_t to_ms(double seconds)
{
    double ms = floor(seconds * 1000);

    if (ms >= (double)LATEST_MS)
        return LATEST_MS;
    return ms <= 0 ? 0 : (int64_t)ms;
}

/* *ret_ms is untouched when the token does not have the claim. */
static enum status read_time(const json_t *payload, const char *claim, int64_t *ret_ms,
                             struct token_error *error)
{
    const json_t *value = json_object_get(payload, claim);

    if (!value)
        return ST_OK;
    if (!json_is_number(value))
        return token_refuse(error, "The token's claim \"%s\" must be a number.", claim);
    *ret_ms = to_ms(json_number_value(value));
    return ST_OK;
}

static enum status check_issuer(struct str issuer, const json_t *payload, struct token_error *error)
{
    if (!issuer.p || str_eq(text_of(json_object_get(payload, "iss")), issuer))
        return ST_OK;
    return token_refuse(error, "The token is not from the issuer this server trusts.");
}

static enum status check_audience(struct str audience, const json_t *payload,
                                  struct token_error *error)
{
    const json_t *aud = json_object_get(payload, "aud"), *each;
    bool meant = str_eq(text_of(aud), audience);
    size_t i;

    if (!audience.p)
        return ST_OK;
    json_array_foreach(aud, i, each) meant = meant || str_eq(text_of(each), audience);
    return meant ? ST_OK : token_refuse(error, "The token is not meant for this server.");
}

/* As the schema's enum Scope has them, in upper case or in lower. */
static void add_scope(struct viewer *v, struct str name)
{
    static const char *const names[VIEWER_SCOPES][2] = {
        [VIEWER_CHAT] = {"CHAT", "chat"},
        [VIEWER_CHAT_READ] = {"CHAT_READ", "chat_read"},
        [VIEWER_TENANT_ADMIN] = {"TENANT_ADMIN", "tenant_admin"},
    };

    for (size_t i = 0; i < VIEWER_SCOPES; i++)
        if (str_eq_c(name, names[i][0]) || str_eq_c(name, names[i][1]))
            v->scopes[i] = true;
}

/* A token may carry scopes of other services, which say nothing here. */
static enum status read_scopes(const char *claim, const json_t *payload, struct viewer *v,
                               struct token_error *error)
{
    const json_t *value = json_object_get(payload, claim), *each;
    struct str rest = text_of(value);
    size_t i;

    if (!value) {
        v->scopes[VIEWER_CHAT] = true;
        return ST_OK;
    }
    if (!rest.p && !json_is_array(value))
        return token_refuse(
            error, "The token's claim \"%.64s\" must be a string or an array of strings.", claim);
    while (rest.p)
        add_scope(v, str_split(&rest, ' '));
    json_array_foreach(value, i, each)
    {
        if (!json_is_string(each))
            return token_refuse(error, "The token's claim \"%.64s\" must hold strings only.",
                                claim);
        add_scope(v, text_of(each));
    }
    return ST_OK;
}

static enum status read_guilds(const char *claim, const json_t *payload, struct arena *arena,
                               struct viewer *v, struct token_error *error)
{
    const json_t *value = json_object_get(payload, claim), *each;
    struct str *guilds;
    size_t i;

    if (!value)
        return ST_OK;
    if (!json_is_array(value) || json_array_size(value) > MOST_GUILDS)
        return token_refuse(error,
                            "The token's claim \"%.64s\" must be an array of at most %d strings.",
                            claim, MOST_GUILDS);
    guilds = arena_array(arena, struct str, json_array_size(value));
    json_array_foreach(value, i, each)
    {
        enum status st = read_id(each, claim, &guilds[i], error);

        if (st != ST_OK)
            return st;
    }
    v->guilds = guilds;
    v->n_guilds = json_array_size(value);
    return ST_OK;
}

static enum status check_times(const struct claims_config *config, const json_t *payload,
                               int64_t now_ms, struct viewer *v, struct token_error *error)
{
    int64_t not_before = INT64_MIN, issued, ends = CLOCK_NONE;
    enum status st = read_time(payload, "nbf", &not_before, error);

    if (st == ST_OK)
        st = read_time(payload, "iat", &issued, error);
    if (st == ST_OK)
        st = read_time(payload, "exp", &ends, error);
    if (st != ST_OK)
        return st;
    if (not_before != INT64_MIN && now_ms < not_before - config->leeway_ms)
        return token_refuse(error, "The token is not valid yet.");
    if (ends == CLOCK_NONE)
        return ST_OK;
    /* What is kept is the time from which the token no longer opens anything. */
    v->expires_at = ends < LATEST_MS - config->leeway_ms ? ends + config->leeway_ms : LATEST_MS;
    if (now_ms < v->expires_at)
        return ST_OK;
    token_refuse(error, "The token has ended: get a new one.");
    return ST_TOKEN_EXPIRED;
}

enum status claims_read(const struct claims_config *config, const json_t *payload, int64_t now_ms,
                        struct viewer **ret_viewer, struct token_error *ret_error)
{
    struct viewer draft = {.expires_at = CLOCK_NONE};
    struct arena scratch;
    enum status st;

    arena_init(&scratch);
    st = check_issuer(config->issuer, payload, ret_error);
    if (st == ST_OK)
        st = check_audience(config->audience, payload, ret_error);
    if (st == ST_OK)
        st = read_who(config, payload, &draft, ret_error);
    if (st == ST_OK)
        st = read_scopes(config->scopes, payload, &draft, ret_error);
    if (st == ST_OK)
        st = read_guilds(config->guilds, payload, &scratch, &draft, ret_error);
    if (st == ST_OK)
        st = check_times(config, payload, now_ms, &draft, ret_error);
    if (st == ST_OK)
        *ret_viewer = viewer_new(&draft);
    arena_done(&scratch);
    return st;
}
