#include "auth/token.h"

#include <jansson.h>
#include <openssl/err.h>

#include "auth/claims.h"
#include "auth/jwks.h"
#include "auth/signature.h"
#include "base/base64url.h"
#include "base/mem.h"

enum {
    MOST_TRIED = 8, /* keys for one token: signatures cost time */
};

struct token_keys {
    atomic_uint holders;
    struct claims_rules *rules;
    struct key_set *given;   /* by the configuration */
    struct key_set *fetched; /* NULL before any were */
    bool fetches;
    algorithm_set allowed;
};

static void close_json(json_t **json)
{
    json_decref(*json);
}

#define auto_json __attribute__((cleanup(close_json))) json_t

/* --- keys */

static enum status refuse_config(struct token_error *error, const char *why)
{
    token_refuse(error, "%s", why);
    return ST_BAD_INPUT;
}

static enum status read_algorithms(struct str list, algorithm_set *ret_set,
                                   struct token_error *error)
{
    algorithm_set set = 0;
    enum algorithm algorithm;

    while (list.p) {
        struct str name = str_trim(str_split(&list, ','));

        if (!algorithm_from_name(name, &algorithm)) {
            token_refuse(error,
                         "\"%.*s\" is no algorithm of tokens: HS256, HS384, HS512, RS256, RS384, "
                         "RS512, PS256, ES256, ES384 and EdDSA are",
                         (int)(name.n < 40 ? name.n : 40), name.p);
            return ST_BAD_INPUT;
        }
        set |= 1U << algorithm;
    }
    *ret_set = set;
    return ST_OK;
}

static enum status add_keys(struct token_keys *keys, const struct token_config *config,
                            struct token_error *error)
{
    struct key_error why;
    enum status st = ST_OK;

    if (config->secret.p)
        st = key_set_add_secret(keys->given, config->secret, keys->allowed, &why);
    if (st == ST_OK && config->public_keys.p)
        st = key_set_add_pem(keys->given, config->public_keys, keys->allowed, &why);
    ERR_clear_error(); /* this thread's other users of OpenSSL look there */
    return st == ST_OK ? ST_OK : refuse_config(error, why.text);
}

enum status token_keys_new(const struct token_config *config, struct token_keys **ret_keys,
                           struct token_error *ret_error)
{
    struct token_keys *keys = mem_new(struct token_keys);
    enum status st = ST_OK;

    atomic_init(&keys->holders, 1);
    keys->given = key_set_new();
    keys->fetches = config->jwks_url.n > 0;
    keys->allowed = ALGORITHM_ALL;
    if (config->algorithms.n)
        st = read_algorithms(config->algorithms, &keys->allowed, ret_error);
    if (st == ST_OK)
        st = claims_rules_new(config, &keys->rules, ret_error);
    if (st == ST_OK)
        st = add_keys(keys, config, ret_error);
    if (st == ST_OK)
        *ret_keys = keys;
    else
        token_keys_unref(keys);
    return st;
}

struct token_keys *token_keys_ref(struct token_keys *keys)
{
    atomic_fetch_add_explicit(&keys->holders, 1, memory_order_relaxed);
    return keys;
}

struct token_keys *token_keys_unref(struct token_keys *keys)
{
    if (!keys || atomic_fetch_sub_explicit(&keys->holders, 1, memory_order_acq_rel) != 1)
        return NULL;
    claims_rules_unref(keys->rules);
    key_set_unref(keys->given);
    key_set_unref(keys->fetched);
    mem_free(keys);
    return NULL;
}

enum status token_keys_with_jwks(const struct token_keys *keys, struct str jwks,
                                 struct token_keys **ret_keys, struct token_fetched *ret_fetched,
                                 struct token_error *ret_error)
{
    struct key_set *fetched;
    struct jwks_count count;
    struct key_error why;
    struct token_keys *newer;

    if (jwks_read(jwks, keys->allowed, &fetched, &count, &why) != ST_OK)
        return refuse_config(ret_error, why.text);
    newer = mem_new(struct token_keys);
    atomic_init(&newer->holders, 1);
    newer->rules = claims_rules_ref(keys->rules);
    newer->given = key_set_ref(keys->given);
    newer->fetched = fetched;
    newer->fetches = keys->fetches;
    newer->allowed = keys->allowed;
    *ret_fetched = (struct token_fetched){.usable = count.usable, .ignored = count.ignored};
    memcpy(ret_fetched->why.text, count.first.text, sizeof(count.first.text));
    *ret_keys = newer;
    return ST_OK;
}

void token_keys_inherit(struct token_keys *keys, const struct token_keys *older)
{
    if (older->fetched)
        keys->fetched = key_set_ref(older->fetched);
}

bool token_keys_complete(const struct token_keys *keys)
{
    return keys->fetched || !keys->fetches;
}

/* --- the token's parts */

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
    char bytes[BASE64URL_BYTES(SIGNATURE_LONGEST_TOKEN)];
    size_t n;

    return s.n > 0 && base64url_read(s, bytes, &n);
}

static bool split(struct str whole, struct compact *ret_token)
{
    struct str rest = whole;
    struct compact token = {.whole = whole};

    token.header = str_split(&rest, '.');
    token.payload = str_split(&rest, '.');
    token.signature = rest;
    *ret_token = token;
    return is_base64url(token.header) && is_base64url(token.payload) &&
           is_base64url(token.signature);
}

/* NULL when it is no JSON object, or names a member twice. */
static json_t *read_object(struct str encoded)
{
    char bytes[BASE64URL_BYTES(SIGNATURE_LONGEST_TOKEN)];
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

/* --- its header */

struct header {
    enum algorithm algorithm;
    struct str id; /* of the key; absent without one; borrowed from the JSON */
};

/* Those of the keys at hand; and where keys are still to come, of any public key. */
static algorithm_set usable(const struct token_keys *keys)
{
    algorithm_set set = key_set_algorithms(keys->given);

    if (keys->fetched)
        set |= key_set_algorithms(keys->fetched);
    if (keys->fetches)
        set |= keys->allowed & ~algorithms_of_kind(KEY_SECRET);
    return set;
}

static enum status refuse_algorithm(algorithm_set allowed, struct token_error *error)
{
    struct arena scratch;
    struct str names;

    arena_init(&scratch);
    names = algorithm_names(&scratch, allowed);
    token_refuse(error, "The token must be signed with %.*s.", STR_ARG(names));
    arena_done(&scratch);
    return ST_UNAUTHENTICATED;
}

/* JWT, or an access token of OAuth (RFC 9068); tokens for other ends have other types (RFC 8725,
 * 3.11). libjwt, which checks those of a secret, knows the first only. */
static bool is_type(const json_t *typ, enum algorithm algorithm)
{
    static const struct str prefix = STR_INIT("application/");
    struct str type = claim_text(typ);
    bool is_secret = ALGORITHM_IN(algorithms_of_kind(KEY_SECRET), algorithm);

    if (!is_secret && type.n > prefix.n && str_eq_nocase(str_of(type.p, prefix.n), prefix))
        type = str_of(type.p + prefix.n, type.n - prefix.n);
    return !typ || str_eq_nocase(type, STR("JWT")) ||
           (!is_secret && str_eq_nocase(type, STR("at+jwt")));
}

static enum status read_header(const struct token_keys *keys, const json_t *json,
                               struct header *ret_header, struct token_error *error)
{
    const json_t *id = json_object_get(json, "kid");
    algorithm_set allowed = usable(keys);
    struct header header = {.id = claim_text(id)};

    if (!json)
        return token_refuse(error, "The token's header is not a JSON object.");
    if (!algorithm_from_name(claim_text(json_object_get(json, "alg")), &header.algorithm) ||
        !ALGORITHM_IN(allowed, header.algorithm))
        return refuse_algorithm(allowed, error);
    /* It would ask for what we do not do. */
    if (json_object_get(json, "crit"))
        return token_refuse(error, "The token's header has \"crit\", which is not supported.");
    if (!is_type(json_object_get(json, "typ"), header.algorithm))
        return token_refuse(error, "The token's header must have the \"typ\" JWT, or none.");
    if (id && (!header.id.p || header.id.n > KEY_LONGEST_ID))
        return token_refuse(error,
                            "The token's header must have a string of at most %d bytes as "
                            "its \"kid\".",
                            KEY_LONGEST_ID);
    *ret_header = header;
    return ST_OK;
}

/* --- its signature */

/* The search for the key that a token was signed with. */
struct search {
    const struct header *header;
    const struct compact *token;
    bool is_known; /* a key has the token's id: only such will do */
    int tried;
};

static bool knows(const struct key_set *set, struct str id)
{
    for (size_t i = 0; set && id.p && i < set->n; i++)
        if (set->keys[i].id.p && str_eq(set->keys[i].id, id))
            return true;
    return false;
}

/* Where the token or the key has no id, the algorithm alone says whether they may fit. */
static bool is_candidate(const struct search *s, const struct key *key)
{
    if (!ALGORITHM_IN(key->algorithms, s->header->algorithm))
        return false;
    if (s->is_known)
        return key->id.p && str_eq(key->id, s->header->id);
    return !key->id.p || !s->header->id.p;
}

static bool find_in(struct search *s, const struct key_set *set)
{
    for (size_t i = 0; set && i < set->n && s->tried < MOST_TRIED; i++) {
        if (!is_candidate(s, &set->keys[i]))
            continue;
        s->tried++;
        if (signature_holds(s->header->algorithm, &set->keys[i], s->token))
            return true;
    }
    return false;
}

/* Whether keys that are fetched now might know it. */
static bool may_be_newer(const struct token_keys *keys, const struct search *s)
{
    bool is_secret = ALGORITHM_IN(algorithms_of_kind(KEY_SECRET), s->header->algorithm);

    return keys->fetches && !is_secret && !s->is_known && (s->header->id.p || !keys->fetched);
}

static enum status check_signature(const struct token_keys *keys, const struct header *header,
                                   const struct compact *token, struct token_error *error)
{
    struct search s = {
        .header = header,
        .token = token,
        .is_known = knows(keys->given, header->id) || knows(keys->fetched, header->id),
    };

    if (find_in(&s, keys->given) || find_in(&s, keys->fetched))
        return ST_OK;
    if (!may_be_newer(keys, &s))
        return token_refuse(error, "The token's signature is not valid.");
    token_refuse(error, "The token's key is not known.");
    return ST_NOT_FOUND;
}

enum status token_check(const struct token_keys *keys, struct str token, int64_t now_ms,
                        struct viewer **ret_viewer, struct token_error *ret_error)
{
    struct str whole = without_scheme(token);
    struct compact compact;
    struct header header = {0};
    enum status st;

    if (whole.n == 0)
        return token_refuse(ret_error, "There is no token.");
    if (whole.n > SIGNATURE_LONGEST_TOKEN)
        return token_refuse(ret_error, "The token is longer than %d bytes.",
                            SIGNATURE_LONGEST_TOKEN);
    if (!split(whole, &compact))
        return token_refuse(ret_error, "The token is not a JWT in compact form.");

    auto_json *json = read_object(compact.header);
    st = read_header(keys, json, &header, ret_error);
    if (st == ST_OK)
        st = check_signature(keys, &header, &compact, ret_error);
    if (st != ST_OK)
        return st;

    auto_json *payload = read_object(compact.payload);
    if (!payload)
        return token_refuse(ret_error, "The token's payload is not a JSON object.");
    return claims_read(keys->rules, payload, now_ms, ret_viewer, ret_error);
}
