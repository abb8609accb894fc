#include "auth/token.h"

#include <jansson.h>
#include <jwt.h>

#include "auth/claims.h"
#include "base/base64url.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/mem.h"

enum {
    SHORTEST_SECRET = 32,   /* bytes; RFC 7518, 3.2: as long as the hash */
    LONGEST_TOKEN = 8192,   /* bytes; bounds everything a token can hold */
    LONGEST_PAYLOAD = 6000, /* bytes of JSON in a token that we make */
};

struct token_keys {
    struct arena arena;
    struct str secret;
    struct claims_config claims;
};

/* A compact token in its parts, still encoded. */
struct token_parts {
    struct str header;
    struct str payload;
    struct str signature;
};

static void close_json(json_t **json)
{
    json_decref(*json);
}

static void close_jwt(jwt_t **jwt)
{
    if (*jwt)
        jwt_free(*jwt);
}

#define auto_json __attribute__((cleanup(close_json))) json_t
#define auto_jwt  __attribute__((cleanup(close_jwt))) jwt_t

static const char *or_default(struct arena *arena, struct str name, const char *fallback)
{
    return name.n ? arena_str(arena, name).p : fallback;
}

static bool secret_is_long_enough(struct str secret)
{
    return secret.n >= SHORTEST_SECRET && secret.n <= INT32_MAX;
}

enum status token_keys_new(const struct token_config *config, struct token_keys **ret_keys,
                           struct token_error *ret_error)
{
    struct token_keys *keys;

    if (!secret_is_long_enough(config->secret)) {
        token_refuse(ret_error,
                     config->secret.p ? "the JWT secret must have at least %d bytes"
                                      : "a JWT secret of at least %d bytes is needed",
                     SHORTEST_SECRET);
        return ST_BAD_INPUT;
    }
    keys = mem_new(struct token_keys);
    arena_init(&keys->arena);
    keys->secret = arena_str(&keys->arena, config->secret);
    keys->claims = (struct claims_config){
        .issuer = config->issuer.n ? arena_str(&keys->arena, config->issuer) : STR_NULL,
        .audience = config->audience.n ? arena_str(&keys->arena, config->audience) : STR_NULL,
        .leeway_ms = config->leeway_s * 1000,
        .user = or_default(&keys->arena, config->claim_user, "sub"),
        .tenant = or_default(&keys->arena, config->claim_tenant, "tenant"),
        .scopes = or_default(&keys->arena, config->claim_scopes, "scope"),
        .guilds = or_default(&keys->arena, config->claim_guilds, "guilds"),
    };
    *ret_keys = keys;
    return ST_OK;
}

void token_keys_free(struct token_keys *keys)
{
    if (!keys)
        return;
    arena_done(&keys->arena);
    mem_free(keys);
}

static struct str without_scheme(struct str token)
{
    static const struct str scheme = STR_INIT("Bearer ");

    token = str_trim(token);
    if (token.n > scheme.n && str_eq_nocase(str_of(token.p, scheme.n), scheme))
        token = str_trim(str_of(token.p + scheme.n, token.n - scheme.n));
    return token;
}

/* What stands behind it is of no interest yet; no part may be empty. */
static bool is_base64url(struct str s)
{
    char bytes[BASE64URL_BYTES(LONGEST_TOKEN)];
    size_t n;

    return s.n > 0 && base64url_read(s, bytes, &n);
}

static bool split(struct str token, struct token_parts *ret_parts)
{
    struct str rest = token;
    struct token_parts parts = {
        .header = str_split(&rest, '.'),
        .payload = str_split(&rest, '.'),
    };

    parts.signature = rest;
    *ret_parts = parts;
    return is_base64url(parts.header) && is_base64url(parts.payload) &&
           is_base64url(parts.signature);
}

/* NULL when it is no JSON object, or names a member twice. */
static json_t *read_object(struct str encoded)
{
    char bytes[BASE64URL_BYTES(LONGEST_TOKEN)];
    size_t n;
    json_t *json;

    if (!base64url_read(encoded, bytes, &n))
        return NULL;
    json = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(json))
        return json;
    json_decref(json);
    return NULL;
}

/* Before the signature is looked at: what kind of key we hold says which algorithm may be meant.
 * Nothing else of the header is used; `crit` would ask for what we do not do, and must refuse. */
static enum status check_header(struct str encoded, struct token_error *error)
{
    auto_json *header = read_object(encoded);
    const char *alg = json_string_value(json_object_get(header, "alg"));
    const json_t *typ = json_object_get(header, "typ");

    if (!header)
        return token_refuse(error, "The token's header is not a JSON object.");
    if (!alg || !str_eq_c(STR("HS256"), alg))
        return token_refuse(error, "The token must be signed with HS256.");
    if (json_object_get(header, "crit"))
        return token_refuse(error, "The token's header has \"crit\", which is not supported.");
    if (typ && !(json_is_string(typ) && str_eq_nocase(str_c(json_string_value(typ)), STR("JWT"))))
        return token_refuse(error, "The token's header must have the \"typ\" JWT, or none.");
    return ST_OK;
}

/* libjwt wants a C string; every byte has been seen to be of base64url or a dot. */
static enum status check_signature(const struct token_keys *keys, struct str token,
                                   struct token_error *error)
{
    char text[LONGEST_TOKEN + 1];
    auto_jwt *jwt = NULL;

    memcpy(text, token.p, token.n);
    text[token.n] = '\0';
    if (jwt_decode(&jwt, text, (const unsigned char *)keys->secret.p, (int)keys->secret.n) != 0 ||
        jwt_get_alg(jwt) != JWT_ALG_HS256)
        return token_refuse(error, "The token's signature is not valid.");
    return ST_OK;
}

enum status token_check(const struct token_keys *keys, struct str token, int64_t now_ms,
                        struct viewer **ret_viewer, struct token_error *ret_error)
{
    struct str compact = without_scheme(token);
    struct token_parts parts;
    enum status st;

    if (compact.n == 0)
        return token_refuse(ret_error, "There is no token.");
    if (compact.n > LONGEST_TOKEN)
        return token_refuse(ret_error, "The token is longer than %d bytes.", LONGEST_TOKEN);
    if (!split(compact, &parts))
        return token_refuse(ret_error, "The token is not a JWT in compact form.");
    st = check_header(parts.header, ret_error);
    if (st == ST_OK)
        st = check_signature(keys, compact, ret_error);
    if (st != ST_OK)
        return st;

    auto_json *payload = read_object(parts.payload);
    if (!payload)
        return token_refuse(ret_error, "The token's payload is not a JSON object.");
    return claims_read(&keys->claims, payload, now_ms, ret_viewer, ret_error);
}

static void write_member(struct json_out *j, struct str key, struct str value)
{
    if (!value.n)
        return;
    json_out_key(j, key);
    json_out_str(j, value);
}

static void write_guilds(struct json_out *j, struct str key, const struct token_draft *draft)
{
    if (draft->n_guilds == 0)
        return;
    json_out_key(j, key);
    json_out_begin_array(j);
    for (size_t i = 0; i < draft->n_guilds; i++)
        json_out_str(j, draft->guilds[i]);
    json_out_end_array(j);
}

static void write_payload(struct json_out *j, const struct token_config *config,
                          const struct token_draft *draft, int64_t now_s)
{
    json_out_begin_object(j);
    write_member(j, STR("iss"), config->issuer);
    write_member(j, STR("aud"), config->audience);
    write_member(j, config->claim_user.n ? config->claim_user : STR("sub"), draft->user);
    write_member(j, config->claim_tenant.n ? config->claim_tenant : STR("tenant"), draft->tenant);
    write_member(j, config->claim_scopes.n ? config->claim_scopes : STR("scope"), draft->scopes);
    write_guilds(j, config->claim_guilds.n ? config->claim_guilds : STR("guilds"), draft);
    json_out_key(j, STR("iat"));
    json_out_int(j, now_s);
    if (draft->ttl_s) {
        json_out_key(j, STR("exp"));
        json_out_int(j, now_s + draft->ttl_s);
    }
    json_out_end_object(j);
}

/* From malloc, as libjwt has it, and so for mem_free(); NULL when it cannot. */
static char *sign(struct str secret, const char *payload)
{
    auto_jwt *jwt = NULL;

    if (jwt_new(&jwt) != 0 || jwt_add_grants_json(jwt, payload) != 0 ||
        jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)secret.p, (int)secret.n) != 0)
        return NULL;
    return jwt_encode_str(jwt);
}

enum status token_make(const struct token_config *config, const struct token_draft *draft,
                       int64_t now_ms, char **ret_token)
{
    struct json_out j = {0};
    struct buf payload;
    char *token = NULL;

    if (!secret_is_long_enough(config->secret) || !draft->user.n)
        return ST_BAD_INPUT;
    buf_init(&payload, LONGEST_PAYLOAD);
    j.out = &payload;
    write_payload(&j, config, draft, now_ms / 1000);
    buf_add_char(&payload, '\0');
    if (!buf_overflowed(&payload))
        token = sign(config->secret, payload.p);
    buf_done(&payload);
    if (!token)
        return ST_BAD_INPUT;
    *ret_token = token;
    return ST_OK;
}
