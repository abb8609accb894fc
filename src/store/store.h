#pragma once

/*
 * PostgreSQL, as one loop sees it: a connection to read with, a connection to write with, and the
 * calls on them, one file per aggregate (message.h, room.h).
 *
 * A call returns a wait at once and answers it from the loop. Its values live in the arena given,
 * which is the request's. While the database is away every call fails with ST_UNAVAILABLE at once;
 * the connections come back by themselves.
 *
 * Every statement carries the tenant, and checks the caller's membership in the same statement
 * that reads or writes.
 *
 * Threads: the loop's. A message is written on the loop that owns its room, so that one writer
 *          batches a room's messages and they commit in order (writer.h).
 */

#include "base/arena.h"
#include "base/breaker.h"
#include "base/wait.h"
#include "loop/loop.h"
#include "trace/trace.h"

struct store;

/* On whose behalf a statement runs. Borrowed for the call; copied where it lives longer. */
struct store_caller {
    struct str tenant;
    struct str user;
    bool tenant_admin;        /* acts in any room and guild of the tenant */
    const struct str *guilds; /* guild ids the token itself vouches for */
    size_t n_guilds;
    struct trace *trace; /* that the statement is a part of; NULL: of none */
};

/* What a row of a log tells of: its column type. */
enum message_kind {
    MESSAGE_TEXT,           /* 'Message' */
    MESSAGE_MEMBER_REMOVED, /* 'MemberRemoved': text is the user, sender_id who did it */
};

/* A row of gg_core or gg_guild. What is read from them is of the kind MESSAGE_TEXT; of the others
 * only on_committed is told. */
struct message {
    enum message_kind kind;
    int64_t seq;
    int64_t ts; /* milliseconds since 1970 */
    struct str tenant_id;
    struct str room_id;
    struct str id;
    struct str sender_id;
    struct str text;
    struct str idempotency_key; /* absent without one */
    uint64_t number; /* no other row that is or was in memory has it; 0: it is not there */
    bool repeated;   /* it was sent again under its key, and stored before */
    const struct trace_link *link; /* whose trace its commit belongs to; NULL: nobody's */
};

/* Told on the writer's loop after a commit, in the order of the log, before the senders are
 * answered; of a message that was repeated under its key again, at its old place. Of members that
 * were removed it is told on the loop of whoever removed them, perhaps before a message that stands
 * in front of that or after one behind it. The rows are borrowed for the call. */
typedef void store_committed_fn(void *user, struct loop *writers_loop, const struct message *rows,
                                size_t n);

/* The reading connection can be used, for the first time or again; on the store's loop. */
typedef void store_connected_fn(void *user, struct loop *l);

struct store_config {
    struct str conninfo;   /* a libpq connection string or URL */
    struct str open_rooms; /* GUILDHALL_OPEN_ROOMS: glob patterns between commas, or absent */
    uint64_t statement_timeout_ms;
    uint64_t lock_timeout_ms;         /* of one try to write; 0: as long as a statement may take */
    size_t most_result_bytes;         /* of rows that are looked at, a loop; 0: no limit */
    uint8_t cursor_key[16];           /* store_boot() reads it from the database */
    store_committed_fn *on_committed; /* NULL: PostgreSQL notifies the servers of what changes */
    store_connected_fn *on_connected; /* or NULL */
    void *user;
};

/* All loops' stores, made together: each knows the others as owners of rooms. Connections are
 * opened when the loops run. config is copied. ret_stores[i] is for loops[i]. */
void store_new_all(struct loop *const *loops, size_t n, const struct store_config *config,
                   struct store **ret_stores);

/* On the store's own loop: no new calls; on_closed once every call under way has been answered
 * and the connections are closed. */
typedef void store_closed_fn(void *user);
void store_close(struct store *s, store_closed_fn *on_closed, void *user);

/* At the end, before store_close() or while it waits: the database is waited for no more. Calls
 * under way are soon answered ST_UNAVAILABLE, and so is whatever comes. Takes NULL. */
void store_hurry(struct store *s);
void store_free(struct store *s);

/* May read the room whoever its members are: it is open, the caller's token vouches for its guild,
 * or an admin asks. */
bool store_admits(const struct store *s, const struct store_caller *caller, struct str room_id);

/* Both connections are there and usable. */
bool store_ready(const struct store *s);

/* Which log a message is in. */
enum store_log {
    STORE_CORE,
    STORE_GUILD,
    STORE_LOGS
};

enum {
    STORE_CONNECTIONS = 2 /* the reader, the writer */
};

/* What a store counts: any thread may read it, until store_close(). */
struct store_counts {
    const struct metric *accepted; /* messages that were stored, those repeated not again; by log */
    const struct metric_histogram *batch_sizes;                  /* on metric_sizes */
    const struct breaker *breakers[STORE_CONNECTIONS];           /* whether they can be used */
    const struct metric_histogram *durations[STORE_CONNECTIONS]; /* a statement; on
                                                                    metric_durations */
};

void store_look(const struct store *s, struct store_counts *ret_counts);

/* "message_send": the statements that durations are of. */
size_t store_statements(void);
const char *store_statement_name(size_t i);
