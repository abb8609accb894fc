#pragma once

/*
 * What the files of this folder know of a store, and nobody else does.
 */

#include <stdatomic.h>

#include <openssl/evp.h>

#include "base/id.h"
#include "loop/timer.h"
#include "pg/pg_conn.h"
#include "store/sql.h"
#include "store/store.h"

struct gather;
struct retries;
struct writer;

/* What the writing connection is told first. */
struct lock_timeout {
    struct pg_call call;
    bool under_way;
};

struct store {
    struct loop *loop;
    struct arena arena; /* the config's copies, and what is below */
    struct store_config config;
    struct store **all; /* of every loop, this one too */
    size_t n_all;
    const char **open_patterns; /* for fnmatch */
    size_t n_open_patterns;
    EVP_CIPHER_CTX *seal; /* cursors, both ways */
    EVP_CIPHER_CTX *unseal;
    uint8_t digest_key[16];
    struct id_stock ids;

    struct pg_conn *reader; /* NULL, as the other, once they are being closed */
    struct gather *gather;  /* what the reader is asked */
    struct pg_conn *writing;
    struct writer *writer;
    struct retries *retries; /* what else the writing connection is asked */
    struct lock_timeout lock_timeout;

    atomic_bool closing;                /* no new calls */
    atomic_size_t inward;               /* messages on their way to this writer, or with it */
    size_t unanswered;                  /* of this loop's callers */
    struct metric accepted[STORE_LOGS]; /* messages that this loop wrote */

    struct timer closer;
    unsigned closed; /* of the handles that store_close() waits for */
    store_closed_fn *on_closed;
    void *user;
};

/* Reading. Embedded in what a call remembers until its rows are there:
 *
 *     struct room_read { struct store_read read; … };
 *     struct room_read *r = arena_new(a, struct room_read);
 *     pg_put_text(&r->read.call.params, a, caller->tenant);
 *     return store_read(s, a, &r->read, SQL_ROOM_GET, decode_room);
 *
 * The result lives as long as the arena: what is decoded may borrow from it. Reads of one kind may
 * have been answered together (gather.h): this one's are n_rows, from the row `first` on. */
struct store_read;

typedef enum status store_decode_fn(struct store_read *r, const PGresult *result,
                                    const void **ret_value);

struct store_read {
    struct pg_call call;
    size_t most_rows; /* that it brings back, about; rows as long as a message */
    struct store *store;
    struct arena *arena;
    struct wait *wait;
    store_decode_fn *decode;
    struct trace *trace; /* the caller's */
    struct trace_span *span;
    struct store_read *alike; /* the next of those that ask the same and are answered with this */
    int first;
    int n_rows;
    const char *what; /* "room", "guild", "message": what is told to be missing; NULL: nothing */
    struct str id;    /* its id; the arena's */
};

struct wait *store_read(struct store *s, struct arena *a, struct store_read *r, enum sql statement,
                        store_decode_fn *decode) must_use;

/* What the client is told when it is refused: `There is no room "lobby" …`. Absent where the status
 * says enough. */
struct str store_refusal(struct arena *a, enum status status, const char *what, struct str id);

/* No such thing, without asking the database: nothing can have this id. */
struct wait *store_no_such(struct arena *a, const char *what, struct str id) must_use;

/* PostgreSQL's text holds no NUL and nothing but UTF-8. */
static inline bool store_is_storable(struct str s)
{
    return str_find(s, '\0') == s.n && str_is_utf8(s);
}

/* What stands for a membership where there is none, parts of store_admits(): see room_gate() in
 * sql/. */
bool store_room_is_open(const struct store *s, struct str room_id);
bool store_guild_is_vouched(const struct store_caller *caller, struct str guild_id);
/* The guilds that the token vouches for, as a text[] written out: an array of arrays would have to
 * be rectangular. */
void store_put_guilds(struct pg_params *p, struct arena *a, const struct store_caller *caller);

/* The ciphers of config.cursor_key. */
void cursor_init(struct store *s);
void cursor_done(struct store *s);
