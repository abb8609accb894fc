#include "server/documents.h"

#include <openssl/sha.h>

#include "base/hex.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "loop/mailbox.h"
#include "server/worker.h"

enum {
    HASH_LENGTH = 2 * SHA256_DIGEST_LENGTH, /* in hex */
    LARGEST_SHARE = 4,                      /* a text may take a quarter of the room */
};

struct registered {
    struct list by_use; /* the latest used last */
    char hash[HASH_LENGTH];
    size_t n;
    char text[];
};

struct documents {
    struct worker *workers;
    size_t n_workers;
    struct documents_config config;
    struct map by_hash; /* struct registered */
    struct list by_use;
    size_t bytes;
};

static size_t size_of(const struct registered *r)
{
    return sizeof(*r) + HASH_LENGTH + r->n;
}

/* --- registered ones */

static void drop(struct documents *d, struct registered *r)
{
    map_take(&d->by_hash, str_of(r->hash, HASH_LENGTH));
    list_remove(&r->by_use);
    d->bytes -= size_of(r);
    mem_free(r);
}

static struct registered *registered_new(struct str hash, struct str text)
{
    struct registered *r = mem_zalloc(sizeof(*r) + text.n);

    list_init(&r->by_use);
    memcpy(r->hash, hash.p, HASH_LENGTH);
    r->n = text.n;
    memcpy(r->text, text.p, text.n);
    return r;
}

static void keep(struct documents *d, struct registered *r)
{
    struct str hash = str_of(r->hash, HASH_LENGTH);

    if (map_get(&d->by_hash, hash)) {
        mem_free(r);
        return;
    }
    map_put(&d->by_hash, hash, r);
    list_append(&d->by_use, &r->by_use);
    d->bytes += size_of(r);
    while (d->bytes > d->config.most_bytes)
        drop(d, list_first(&d->by_use, struct registered, by_use));
}

static struct str find_registered(struct documents *d, struct str hash)
{
    struct registered *r = map_get(&d->by_hash, hash);

    if (!r)
        return STR_NULL;
    list_remove(&r->by_use);
    list_append(&d->by_use, &r->by_use);
    return str_of(r->text, r->n);
}

/* A text on its way to another loop. */
struct parcel {
    struct mailbox_letter letter;
    struct worker *to;
    struct registered *registered;
};

static void on_parcel(struct mailbox_letter *letter)
{
    struct parcel *p = container_of(letter, struct parcel, letter);

    keep(p->to->documents, p->registered);
    mem_free(p);
}

static void post(struct worker *to, struct str hash, struct str text)
{
    struct parcel *p = mem_new(struct parcel);

    p->to = to;
    p->registered = registered_new(hash, text);
    mailbox_post(to->loop.mailbox, &p->letter, on_parcel);
}

/* --- what a call asks for */

static const struct json_value *persisted_query(const struct net_call *call)
{
    return json_value_get(call->extensions, STR("persistedQuery"));
}

/* Absent when the extension is not as the protocol has it; in lower case, as clients make it. */
static struct str hash_in(const struct json_value *persisted)
{
    const struct json_value *version = json_value_get(persisted, STR("version"));
    struct str text = json_value_text(json_value_get(persisted, STR("sha256Hash")));

    if (!json_value_is(version, JSON_VALUE_INTEGER) || version->integer != 1 ||
        text.n != HASH_LENGTH)
        return STR_NULL;
    for (size_t i = 0; i < text.n; i++)
        if (hex_lower_digit((unsigned char)text.p[i]) < 0)
            return STR_NULL;
    return text;
}

static bool is_hash_of(struct str hash, struct str text)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char digits[HASH_LENGTH];

    SHA256((const unsigned char *)text.p, text.n, digest);
    hex_write(digest, sizeof(digest), digits);
    return str_eq(hash, str_of(digits, sizeof(digits)));
}

static struct str refuse(struct gql_errors *errors, enum status st, const char *why)
{
    gql_error_add(errors, st, "%s", why);
    return STR_NULL;
}

static struct str find_trusted(struct documents *d, struct str id, struct gql_errors *errors)
{
    struct str text = trusted_find(d->config.trusted, id);

    if (!text.p)
        return refuse(errors, ST_NOT_PERSISTED, status_text(ST_NOT_PERSISTED));
    return text;
}

static struct str find_by_hash(struct documents *d, const struct net_call *call,
                               struct gql_errors *errors)
{
    struct str hash = hash_in(persisted_query(call));
    struct str text;

    if (!hash.p)
        return refuse(
            errors, ST_BAD_REQUEST,
            "\"extensions.persistedQuery\" must have the version 1 and a sha256Hash of 64 "
            "digits in lower case.");
    text = trusted_find(d->config.trusted, hash);
    if (text.p && (!call->query.p || str_eq(text, call->query)))
        return text;
    /* Apollo's clients compare these words, and go on without hashes. */
    if (!d->config.persisted_queries)
        return call->query.p ? call->query
                             : refuse(errors, ST_BAD_REQUEST, "PersistedQueryNotSupported");
    if (!call->query.p) {
        text = find_registered(d, hash);
        return text.p ? text : refuse(errors, ST_NOT_PERSISTED, status_text(ST_NOT_PERSISTED));
    }
    if (!is_hash_of(hash, call->query))
        return refuse(errors, ST_BAD_REQUEST, "provided sha does not match query");
    return call->query;
}

struct str documents_find(struct documents *d, const struct net_call *call,
                          struct gql_errors *errors)
{
    struct str text = call->query;

    if (call->built_in)
        return text;
    if (call->document_id.p)
        text = find_trusted(d, call->document_id, errors);
    else if (persisted_query(call))
        text = find_by_hash(d, call, errors);
    if (text.p && d->config.mode == DOCUMENTS_ONLY && !trusted_has(d->config.trusted, text))
        return refuse(errors, ST_FORBIDDEN,
                      "This server executes only the documents that it was given: send the "
                      "documentId of one of them.");
    return text;
}

void documents_register(struct documents *d, const struct net_call *call)
{
    const struct json_value *persisted = persisted_query(call);
    struct str hash = persisted && call->query.p ? hash_in(persisted) : STR_NULL;

    if (!hash.p || !d->config.persisted_queries || call->document_id.p ||
        call->query.n > d->config.most_bytes / LARGEST_SHARE || map_get(&d->by_hash, hash))
        return;
    for (size_t i = 0; i < d->n_workers; i++)
        if (d->workers[i].documents != d)
            post(&d->workers[i], hash, call->query);
    keep(d, registered_new(hash, call->query));
}

/* --- from begin to end */

struct documents *documents_new(struct worker *workers, size_t n,
                                const struct documents_config *config)
{
    struct documents *d = mem_new(struct documents);

    d->workers = workers;
    d->n_workers = n;
    d->config = *config;
    if (config->mode == DOCUMENTS_ONLY)
        d->config.persisted_queries = false;
    list_init(&d->by_use);
    return d;
}

void documents_free(struct documents *d)
{
    if (!d)
        return;
    while (!list_empty(&d->by_use))
        drop(d, list_first(&d->by_use, struct registered, by_use));
    map_done(&d->by_hash);
    mem_free(d);
}
