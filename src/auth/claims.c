#include "auth/claims.h"

#include <math.h>
#include <stdio.h>

#include "auth/preset.h"
#include "base/clock.h"
#include "base/mem.h"

enum {
    LONGEST_ID = 128, /* code points: users, tenants, guilds */
    MOST_GUILDS = 1000,
    SECOND_MS = 1000,
    LONGEST_SHOWN = 64, /* bytes of a claim's name in an error */
};

#define CLAIM_ARG(name) ((int)((name).n < LONGEST_SHOWN ? (name).n : LONGEST_SHOWN)), (name).p

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

/* --- the rules */

static struct str name_or(struct arena *arena, struct str name, const char *fallback)
{
    return name.n ? arena_str(arena, name) : str_c(fallback);
}

static void list_audiences(struct claims_rules *rules, struct str list)
{
    struct str rest = arena_str(&rules->arena, list), *audiences;

    if (list.n == 0)
        return;
    audiences = arena_array(&rules->arena, struct str, list.n);
    while (rest.p) {
        struct str each = str_trim(str_split(&rest, ','));

        if (each.n)
            audiences[rules->n_audiences++] = each;
    }
    rules->audiences = audiences;
}

static enum status require(struct claims_rules *rules, struct str list, struct token_error *error)
{
    struct str wrong;

    if (list.n == 0 || claim_demands_read(&rules->arena, list, &rules->required, &wrong) == ST_OK)
        return ST_OK;
    token_refuse(error,
                 "\"%.*s\" asks for no claim: write NAME or NAME=VALUE|VALUE, between commas",
                 (int)(wrong.n < 80 ? wrong.n : 80), wrong.p);
    return ST_BAD_INPUT;
}

enum status claims_rules_new(const struct token_config *config, struct claims_rules **ret_rules,
                             struct token_error *ret_error)
{
    const struct preset *preset = preset_of(config->preset);
    struct claims_rules *rules = mem_new(struct claims_rules);
    enum status st;

    atomic_init(&rules->holders, 1);
    arena_init(&rules->arena);
    rules->preset = preset;
    rules->issuer = config->issuer.n ? arena_str(&rules->arena, config->issuer) : STR_NULL;
    rules->leeway_ms = config->leeway_s * 1000;
    rules->user = name_or(&rules->arena, config->claim_user, preset->user);
    rules->tenant = name_or(&rules->arena, config->claim_tenant, preset->tenant);
    rules->scopes = name_or(&rules->arena, config->claim_scopes, preset->scopes);
    rules->guilds = config->claim_guilds.p ? arena_str(&rules->arena, config->claim_guilds)
                                           : str_c(preset->guilds);
    list_audiences(rules, config->audience);
    st = require(rules, str_c(preset->required), ret_error);
    if (st == ST_OK)
        st = require(rules, config->required, ret_error);
    if (st == ST_OK)
        *ret_rules = rules;
    else
        claims_rules_unref(rules);
    return st;
}

struct claims_rules *claims_rules_ref(struct claims_rules *rules)
{
    atomic_fetch_add_explicit(&rules->holders, 1, memory_order_relaxed);
    return rules;
}

struct claims_rules *claims_rules_unref(struct claims_rules *rules)
{
    if (rules && atomic_fetch_sub_explicit(&rules->holders, 1, memory_order_acq_rel) == 1) {
        arena_done(&rules->arena);
        mem_free(rules);
    }
    return NULL;
}

/* --- who */

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
bool claims_is_id(struct str s)
{
    return s.n > 0 && s.n <= (size_t)LONGEST_ID * 4 && str_code_points(s) <= LONGEST_ID &&
           !has_control_character(s);
}

static enum status read_id(const json_t *value, struct str claim, struct str *ret_id,
                           struct token_error *error)
{
    struct str id = claim_text(value);

    if (!claims_is_id(id))
        return token_refuse(error,
                            "The token's claim \"%.*s\" must be a string of 1 to %d characters "
                            "without control characters.",
                            CLAIM_ARG(claim), LONGEST_ID);
    *ret_id = id;
    return ST_OK;
}

static enum status read_who(const struct claims_rules *rules, const json_t *payload,
                            struct viewer *v, struct token_error *error)
{
    const json_t *user = claim_find(payload, rules->user);
    const json_t *tenant = claim_find(payload, rules->tenant);
    enum status st;

    if (!user)
        return token_refuse(error, "The token has no claim \"%.*s\".", CLAIM_ARG(rules->user));
    st = read_id(user, rules->user, &v->user_id, error);
    if (st != ST_OK)
        return st;
    v->tenant_id = STR("default");
    return tenant ? read_id(tenant, rules->tenant, &v->tenant_id, error) : ST_OK;
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
    if (!issuer.p || str_eq(claim_text(json_object_get(payload, "iss")), issuer))
        return ST_OK;
    return token_refuse(error, "The token is not from the issuer this server trusts.");
}

static bool is_audience(const struct claims_rules *rules, const json_t *value)
{
    struct str audience = claim_text(value);

    for (size_t i = 0; audience.p && i < rules->n_audiences; i++)
        if (str_eq(audience, rules->audiences[i]))
            return true;
    return false;
}

/* Where the token says whom it is for. */
static const json_t *audience_of(const struct claims_rules *rules, const json_t *payload)
{
    const json_t *use = json_object_get(payload, "token_use");

    if (rules->preset->audience_by_use && str_eq(claim_text(use), STR("access")))
        return json_object_get(payload, "client_id");
    return json_object_get(payload, "aud");
}

static enum status check_audience(const struct claims_rules *rules, const json_t *payload,
                                  struct token_error *error)
{
    const json_t *value = audience_of(rules, payload), *each;
    bool meant = rules->n_audiences == 0 || is_audience(rules, value);
    size_t i;

    json_array_foreach(value, i, each) meant = meant || is_audience(rules, each);
    return meant ? ST_OK : token_refuse(error, "The token is not meant for this server.");
}

static enum status check_required(const struct claims_rules *rules, const json_t *payload,
                                  struct token_error *error)
{
    for (size_t i = 0; i < rules->required.n; i++) {
        const struct claim_demand *demand = &rules->required.items[i];

        if (claim_meets(payload, demand))
            continue;
        if (claim_find(payload, demand->name))
            return token_refuse(error,
                                "The token's claim \"%.*s\" is not what this server asks for.",
                                CLAIM_ARG(demand->name));
        return token_refuse(error, "The token has no claim \"%.*s\".", CLAIM_ARG(demand->name));
    }
    return ST_OK;
}

/* As the schema's enum Scope has them. */
bool claims_add_scope(struct viewer *draft, struct str name)
{
    static const char *const names[VIEWER_SCOPES][2] = {
        [VIEWER_CHAT] = {"CHAT", "chat"},
        [VIEWER_CHAT_READ] = {"CHAT_READ", "chat_read"},
        [VIEWER_TENANT_ADMIN] = {"TENANT_ADMIN", "tenant_admin"},
    };

    for (size_t i = 0; i < VIEWER_SCOPES; i++)
        if (str_eq_c(name, names[i][0]) || str_eq_c(name, names[i][1])) {
            draft->scopes[i] = true;
            return true;
        }
    return false;
}

static enum status read_scopes(const struct claims_rules *rules, const json_t *payload,
                               struct viewer *v, struct token_error *error)
{
    const json_t *value = claim_find(payload, rules->scopes), *each;
    struct str rest = claim_text(value);
    bool has_ours = value && !rules->preset->scopes_among_others;
    size_t i;

    if (value && !rest.p && !json_is_array(value))
        return token_refuse(error,
                            "The token's claim \"%.*s\" must be a string or an array of strings.",
                            CLAIM_ARG(rules->scopes));
    while (rest.p)
        has_ours = claims_add_scope(v, str_split(&rest, ' ')) || has_ours;
    json_array_foreach(value, i, each)
    {
        if (!json_is_string(each))
            return token_refuse(error, "The token's claim \"%.*s\" must hold strings only.",
                                CLAIM_ARG(rules->scopes));
        has_ours = claims_add_scope(v, claim_text(each)) || has_ours;
    }
    if (!has_ours)
        v->scopes[VIEWER_CHAT] = true;
    return ST_OK;
}

static enum status read_guilds(struct str claim, const json_t *payload, struct arena *arena,
                               struct viewer *v, struct token_error *error)
{
    const json_t *value = claim.n ? claim_find(payload, claim) : NULL, *each;
    struct str *guilds;
    size_t i;

    if (!value)
        return ST_OK;
    if (!json_is_array(value) || json_array_size(value) > MOST_GUILDS)
        return token_refuse(error,
                            "The token's claim \"%.*s\" must be an array of at most %d strings.",
                            CLAIM_ARG(claim), MOST_GUILDS);
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

/* A time that has been. One that is told in whole seconds may have been rounded up. */
static enum status check_past(const struct claims_rules *rules, const json_t *payload,
                              const char *claim, int64_t now_ms, struct token_error *error)
{
    int64_t at = INT64_MIN;
    enum status st = read_time(payload, claim, &at, error);

    if (st != ST_OK || at < now_ms + rules->leeway_ms + SECOND_MS)
        return st;
    return token_refuse(error, "The token's claim \"%s\" lies in the future.", claim);
}

static enum status check_end(const struct claims_rules *rules, const json_t *payload,
                             int64_t now_ms, struct viewer *v, struct token_error *error)
{
    int64_t ends = CLOCK_NONE;
    enum status st = read_time(payload, "exp", &ends, error);

    if (st != ST_OK || ends == CLOCK_NONE)
        return st;
    /* What is kept is the time from which the token no longer opens anything. */
    v->expires_at = ends < LATEST_MS - rules->leeway_ms ? ends + rules->leeway_ms : LATEST_MS;
    if (now_ms < v->expires_at)
        return ST_OK;
    token_refuse(error, "The token has ended: get a new one.");
    return ST_TOKEN_EXPIRED;
}

static enum status check_times(const struct claims_rules *rules, const json_t *payload,
                               int64_t now_ms, struct viewer *v, struct token_error *error)
{
    int64_t not_before = INT64_MIN;
    enum status st = read_time(payload, "nbf", &not_before, error);

    if (st == ST_OK && not_before != INT64_MIN && now_ms < not_before - rules->leeway_ms)
        return token_refuse(error, "The token is not valid yet.");
    if (st == ST_OK)
        st = check_past(rules, payload, "iat", now_ms, error);
    if (st == ST_OK)
        st = check_past(rules, payload, "auth_time", now_ms, error);
    return st == ST_OK ? check_end(rules, payload, now_ms, v, error) : st;
}

enum status claims_read(const struct claims_rules *rules, const json_t *payload, int64_t now_ms,
                        struct viewer **ret_viewer, struct token_error *ret_error)
{
    struct viewer draft = {.expires_at = CLOCK_NONE};
    struct arena scratch;
    enum status st;

    arena_init(&scratch);
    st = check_issuer(rules->issuer, payload, ret_error);
    if (st == ST_OK)
        st = check_audience(rules, payload, ret_error);
    if (st == ST_OK)
        st = check_required(rules, payload, ret_error);
    if (st == ST_OK)
        st = read_who(rules, payload, &draft, ret_error);
    if (st == ST_OK)
        st = read_scopes(rules, payload, &draft, ret_error);
    if (st == ST_OK)
        st = read_guilds(rules->guilds, payload, &scratch, &draft, ret_error);
    if (st == ST_OK)
        st = check_times(rules, payload, now_ms, &draft, ret_error);
    if (st == ST_OK)
        *ret_viewer = viewer_new(&draft);
    arena_done(&scratch);
    return st;
}
