#pragma once

/*
 * A store on a loop that the test itself turns, in a schema of its own, and a second, blocking
 * connection to look at the tables with.
 *
 * GUILDHALL_TEST_DATABASE_URL names the database: tests/lib/with_postgres.sh sets it.
 */

#include "base/arena.h"
#include "store/message.h"
#include "store/room.h"
#include "store/store.h"

enum {
    FIXTURE_COMMITTED = 4096
};

struct fixture {
    struct loop loop;
    struct store *store;
    struct arena arena; /* for the answers; until the fixture ends */
    struct str conninfo;
    char schema[64];
    void *sql; /* PGconn */
    /* What on_committed was told, as far as it fits. */
    struct {
        enum message_kind kind;
        char room_id[32];
        char text[32];
        int64_t seq;
    } committed[FIXTURE_COMMITTED];
    size_t n_committed;
};

/* The connection string, with a schema in its search_path that is made here. */
struct str fixture_schema(struct arena *a, char schema[64]);

/* Migrated and connected. open_rooms as GUILDHALL_OPEN_ROOMS, or NULL. */
void fixture_open(struct fixture *f, const char *open_rooms);
/* The same with a store that is as impatient as a server's is. */
void fixture_open_impatient(struct fixture *f);
/* A test that has closed and freed the store itself sets it to NULL. */
void fixture_close(struct fixture *f);

/* Turns the loop until the answer is there. */
enum status fixture_await(struct fixture *f, struct wait *w);
/* Turns the loop until both connections are there. */
void fixture_await_ready(struct fixture *f);

void fixture_sql(struct fixture *f, const char *format, ...) printf_like(2, 3);
/* The loop turns while it runs. */
void fixture_sql_while_turning(struct fixture *f, const char *sql);
int64_t fixture_sql_i64(struct fixture *f, const char *format, ...) printf_like(2, 3);

/* A room and its members: `ann bob*`, where * makes a GUEST. */
void fixture_room(struct fixture *f, const char *room_id, const char *members);
/* A guild, its room GUILD#<id>, and its members. */
void fixture_guild(struct fixture *f, const char *guild_id, const char *members);

/* A caller of the tenant t. */
struct store_caller fixture_caller(const char *user);

/* Sends, and does not wait. */
struct wait *fixture_send_now(struct fixture *f, const char *user, const char *room_id,
                              const char *text, const char *key);
/* Of a message that was sent. */
int64_t fixture_seq_of(const struct wait *w);
/* Turns the loop until a batch waits for a lock that the fixture holds. */
void fixture_await_blocked_batch(struct fixture *f);
/* The room's messages in gg_core are 1 to n, and the room knows it. */
void fixture_check_log(struct fixture *f, const char *room_id, int64_t n);
/* Sends and waits; ret_row may be NULL. */
enum status fixture_send(struct fixture *f, const char *user, const char *room_id, const char *text,
                         const char *key, const struct message **ret_row);
