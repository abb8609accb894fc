#include "auth/token.h"

#include <jwt.h>

#include "auth/key.h"
#include "base/json_out.h"
#include "base/mem.h"

enum {
    LONGEST_PAYLOAD = 6000, /* bytes of JSON */
};

static void close_jwt(jwt_t **jwt)
{
    if (*jwt)
        jwt_free(*jwt);
}

#define auto_jwt __attribute__((cleanup(close_jwt))) jwt_t

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

static struct str name_or(struct str name, const char *fallback)
{
    return name.n ? name : str_c(fallback);
}

/* A name that would lead into an object is written as it stands, and found so (auth/claim.h). */
static void write_payload(struct json_out *j, const struct token_config *config,
                          const struct token_draft *draft, int64_t now_s)
{
    const struct preset *preset = preset_of(config->preset);
    struct str audiences = config->audience;

    json_out_begin_object(j);
    write_member(j, STR("iss"), config->issuer);
    write_member(j, STR("aud"), str_trim(str_split(&audiences, ',')));
    write_member(j, name_or(config->claim_user, preset->user), draft->user);
    write_member(j, name_or(config->claim_tenant, preset->tenant), draft->tenant);
    write_member(j, name_or(config->claim_scopes, preset->scopes), draft->scopes);
    write_guilds(j, name_or(config->claim_guilds, preset->guilds), draft);
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

    if (config->secret.n < KEY_SHORTEST_SECRET || !draft->user.n)
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
