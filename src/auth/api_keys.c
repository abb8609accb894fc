#include "auth/api_keys.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "auth/claims.h"
#include "base/base64url.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/id.h"
#include "base/json_out.h"
#include "base/mem.h"

enum {
    LONGEST_KEY = 256,    /* bytes; whoever migrates may bring keys of another make */
    LONGEST_LINE = 65536, /* bytes */
    MOST_GUILDS = 1000,   /* as of a token */
    RANDOM_BYTES = 32,
};

struct entry {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    struct viewer *viewer;
};

struct api_keys {
    atomic_uint holders;
    size_t n;
    struct entry entries[API_KEYS_MOST];
};

static enum status refuse(struct api_keys_error *error, const char *format, ...) printf_like(2, 3);

static enum status refuse(struct api_keys_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return ST_BAD_INPUT;
}

/* --- a line's members */

static bool read_digest(const json_t *value, unsigned char digest[SHA256_DIGEST_LENGTH])
{
    return hex_read(claim_text(value), digest, SHA256_DIGEST_LENGTH);
}

/* What is read of a line. */
struct line {
    struct arena *arena;
    unsigned char *digest;
    struct viewer *draft;
};

static bool take_digest(struct line *line, const json_t *value)
{
    return read_digest(value, line->digest);
}

static bool take_user(struct line *line, const json_t *value)
{
    line->draft->user_id = claim_text(value);
    return claims_is_id(line->draft->user_id);
}

static bool take_tenant(struct line *line, const json_t *value)
{
    line->draft->tenant_id = claim_text(value);
    return claims_is_id(line->draft->tenant_id);
}

/* Unlike a token's, these are ours alone: one that is none is a mistake. */
static bool take_scopes(struct line *line, const json_t *value)
{
    const json_t *each;
    size_t i;

    line->draft->scopes[VIEWER_CHAT] = false;
    json_array_foreach(value, i,
                       each) if (!claims_add_scope(line->draft, claim_text(each))) return false;
    return json_is_array(value);
}

static bool take_guilds(struct line *line, const json_t *value)
{
    struct str *guilds;
    const json_t *each;
    size_t i, n = json_array_size(value);

    if (!json_is_array(value) || n > MOST_GUILDS)
        return false;
    guilds = arena_array(line->arena, struct str, n);
    json_array_foreach(value, i, each)
    {
        guilds[i] = claim_text(each);
        if (!claims_is_id(guilds[i]))
            return false;
    }
    line->draft->guilds = guilds;
    line->draft->n_guilds = n;
    return true;
}

static bool take_expires(struct line *line, const json_t *value)
{
    return clock_parse(claim_text(value), &line->draft->expires_at);
}

static bool take_note(struct line *line, const json_t *value)
{
    return json_is_string(value);
}

static const struct member {
    const char *name;
    bool (*take)(struct line *line, const json_t *value);
    bool needed;
    const char *expected;
} members[] = {
    {"sha256", take_digest, true, "64 hexadecimal digits, the SHA-256 of the key"},
    {"user", take_user, true, "a string of 1 to 128 characters"},
    {"tenant", take_tenant, false, "a string of 1 to 128 characters"},
    {"scopes", take_scopes, false, "an array of CHAT, CHAT_READ and TENANT_ADMIN"},
    {"guilds", take_guilds, false, "an array of strings of 1 to 128 characters"},
    {"expires", take_expires, false, "a time such as 2027-01-01T00:00:00Z"},
    {"note", take_note, false, "a string"},
};

static const struct member *member_of(const char *name)
{
    for (size_t i = 0; i < array_size(members); i++)
        if (str_eq_c(str_c(name), members[i].name))
            return &members[i];
    return NULL;
}

/* A name that is misspelt must not pass for one that is left out: of `expires` that would be a key
 * without an end. */
static enum status take_members(struct line *line, json_t *object, struct api_keys_error *error)
{
    const char *name;
    json_t *value;

    for (size_t i = 0; i < array_size(members); i++)
        if (members[i].needed && !json_object_get(object, members[i].name))
            return refuse(error, "\"%s\" is missing", members[i].name);
    json_object_foreach(object, name, value)
    {
        const struct member *member = member_of(name);

        if (!member)
            return refuse(error, "\"%.40s\" is no member of an API key", name);
        if (!member->take(line, value))
            return refuse(error, "\"%s\" must be %s", name, member->expected);
    }
    return ST_OK;
}

/* --- the file's lines */

static bool is_known(const struct api_keys *keys, const unsigned char *digest)
{
    for (size_t i = 0; i < keys->n; i++)
        if (memcmp(keys->entries[i].digest, digest, SHA256_DIGEST_LENGTH) == 0)
            return true;
    return false;
}

static enum status add_object(struct api_keys *keys, json_t *object, struct api_keys_error *error)
{
    struct viewer draft = {
        .tenant_id = STR("default"), .scopes = {[VIEWER_CHAT] = true}, .expires_at = CLOCK_NONE};
    struct entry *entry = &keys->entries[keys->n];
    struct arena arena;
    enum status st;

    if (!json_is_object(object))
        return refuse(error, "it is no JSON object");
    if (keys->n == API_KEYS_MOST)
        return refuse(error, "there are more than %d API keys", API_KEYS_MOST);
    arena_init(&arena);
    st = take_members(&(struct line){&arena, entry->digest, &draft}, object, error);
    if (st == ST_OK && is_known(keys, entry->digest))
        st = refuse(error, "its key stands in an earlier line too");
    if (st == ST_OK) {
        entry->viewer = viewer_new(&draft);
        keys->n++;
    }
    arena_done(&arena);
    return st;
}

static enum status add_line(struct api_keys *keys, struct str text, struct api_keys_error *error)
{
    json_t *object;
    enum status st;

    if (text.n && text.p[text.n - 1] == '\r')
        text.n--;
    text = str_trim(text);
    if (text.n == 0 || text.p[0] == '#')
        return ST_OK;
    if (text.n > LONGEST_LINE)
        return refuse(error, "it is longer than %d bytes", LONGEST_LINE);
    object = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    st = add_object(keys, object, error);
    json_decref(object);
    return st;
}

enum status api_keys_read(struct str text, struct api_keys **ret_keys,
                          struct api_keys_error *ret_error)
{
    struct api_keys *keys = mem_new(struct api_keys);
    struct api_keys_error why;
    enum status st = ST_OK;
    int number = 0;

    atomic_init(&keys->holders, 1);
    while (text.p && st == ST_OK) {
        number++;
        st = add_line(keys, str_split(&text, '\n'), &why);
    }
    if (st == ST_OK) {
        *ret_keys = keys;
        return ST_OK;
    }
    api_keys_unref(keys);
    return refuse(ret_error, "line %d: %.200s", number, why.text);
}

/* --- the file */

static enum status read_file(const char *path, struct buf *out, struct api_keys_error *error)
{
    int fd = file_open_regular(path);
    char *room = NULL;
    ssize_t got = 0;

    if (fd < 0)
        return refuse(error, "cannot open %.150s: %s", path, file_why(errno));
    do {
        room = buf_reserve(out, LONGEST_LINE);
        got = room ? read(fd, room, LONGEST_LINE) : 0;
        if (got > 0)
            out->n += (size_t)got;
    } while (got > 0);
    close(fd);
    if (got < 0)
        return refuse(error, "cannot read %.150s", path);
    return room ? ST_OK : refuse(error, "%.150s is larger than 4 MiB", path);
}

enum status api_keys_load(const char *path, struct api_keys **ret_keys,
                          struct api_keys_error *ret_error)
{
    struct api_keys_error why;
    struct buf text;
    enum status st;

    buf_init(&text, API_KEYS_LARGEST_FILE);
    st = read_file(path, &text, ret_error);
    if (st == ST_OK) {
        st = api_keys_read(buf_str(&text), ret_keys, &why);
        if (st != ST_OK)
            refuse(ret_error, "%.100s: %.150s", path, why.text);
    }
    buf_done(&text);
    return st;
}

struct api_keys *api_keys_ref(struct api_keys *keys)
{
    atomic_fetch_add_explicit(&keys->holders, 1, memory_order_relaxed);
    return keys;
}

struct api_keys *api_keys_unref(struct api_keys *keys)
{
    if (!keys || atomic_fetch_sub_explicit(&keys->holders, 1, memory_order_acq_rel) != 1)
        return NULL;
    for (size_t i = 0; i < keys->n; i++)
        viewer_unref(keys->entries[i].viewer);
    mem_free(keys);
    return NULL;
}

/* --- checking, and making */

/* Every entry is compared, and each whole. */
static struct viewer *find(const struct api_keys *keys, const unsigned char *digest)
{
    struct viewer *found = NULL;

    for (size_t i = 0; i < keys->n; i++)
        if (CRYPTO_memcmp(keys->entries[i].digest, digest, SHA256_DIGEST_LENGTH) == 0)
            found = keys->entries[i].viewer;
    return found;
}

enum status api_keys_check(const struct api_keys *keys, struct str key, int64_t now_ms,
                           struct viewer **ret_viewer, struct token_error *ret_error)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    struct viewer *viewer = NULL;

    if (keys && key.n > 0 && key.n <= LONGEST_KEY) {
        SHA256((const unsigned char *)key.p, key.n, digest);
        viewer = find(keys, digest);
    }
    if (!viewer)
        return token_refuse(ret_error, "The API key is not known.");
    if (viewer->expires_at != CLOCK_NONE && now_ms >= viewer->expires_at) {
        token_refuse(ret_error, "The API key has ended.");
        return ST_TOKEN_EXPIRED;
    }
    *ret_viewer = viewer_ref(viewer);
    return ST_OK;
}

void api_key_make(char out[API_KEY_LENGTH])
{
    static const struct str prefix = STR_INIT("gh_");
    unsigned char random[RANDOM_BYTES];

    id_random(random, sizeof(random));
    memcpy(out, prefix.p, prefix.n);
    base64url_write(random, sizeof(random), out + prefix.n);
}

static void write_text(struct json_out *j, struct str key, struct str value)
{
    json_out_key(j, key);
    json_out_str(j, value);
}

static void write_digest(struct json_out *j, struct str key)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char hex[2 * SHA256_DIGEST_LENGTH];

    SHA256((const unsigned char *)key.p, key.n, digest);
    hex_write(digest, sizeof(digest), hex);
    write_text(j, STR("sha256"), str_of(hex, sizeof(hex)));
}

static void write_scopes(struct json_out *j, struct str scopes)
{
    json_out_key(j, STR("scopes"));
    json_out_begin_array(j);
    while (scopes.p) {
        struct str scope = str_split(&scopes, ' ');

        if (scope.n)
            json_out_str(j, scope);
    }
    json_out_end_array(j);
}

static void write_guilds(struct json_out *j, const struct token_draft *draft)
{
    json_out_key(j, STR("guilds"));
    json_out_begin_array(j);
    for (size_t i = 0; i < draft->n_guilds; i++)
        json_out_str(j, draft->guilds[i]);
    json_out_end_array(j);
}

void api_key_write_line(struct buf *out, struct str key, const struct token_draft *draft,
                        int64_t now_ms)
{
    struct json_out j = {.out = out};
    char expires[CLOCK_RFC3339_LENGTH];

    json_out_begin_object(&j);
    write_digest(&j, key);
    write_text(&j, STR("user"), draft->user);
    if (draft->tenant.n)
        write_text(&j, STR("tenant"), draft->tenant);
    if (draft->scopes.n)
        write_scopes(&j, draft->scopes);
    if (draft->n_guilds)
        write_guilds(&j, draft);
    if (draft->ttl_s) {
        clock_format(now_ms + draft->ttl_s * 1000, expires);
        write_text(&j, STR("expires"), str_of(expires, sizeof(expires)));
    }
    json_out_end_object(&j);
    buf_add_char(out, '\n');
}
