#include "tests/unit/store/fixture.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/id.h"
#include "loop/timer.h"
#include "store/boot.h"
#include "tests/lib/test.h"

static void sql_in(PGconn *pq, const char *sql)
{
    PGresult *result = PQexec(pq, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s\n%s", sql, PQerrorMessage(pq));
    PQclear(result);
}

struct str fixture_schema(struct arena *a, char schema[64])
{
    const char *url = getenv("GUILDHALL_TEST_DATABASE_URL");
    PGconn *pq;
    unsigned random;

    if (!url) {
        fail_msg("GUILDHALL_TEST_DATABASE_URL is not set: run with tests/lib/with_postgres.sh");
        return STR_NULL;
    }
    id_random(&random, sizeof(random));
    snprintf(schema, 64, "test_%08x", random);
    pq = PQconnectdb(url);
    if (PQstatus(pq) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(pq));
    sql_in(pq, arena_printf(a, "CREATE SCHEMA %s", schema).p);
    PQfinish(pq);
    return arena_printf(a, "%s%coptions=-csearch_path%%3D%s", url, strchr(url, '?') ? '&' : '?',
                        schema);
}

static void on_committed(void *user, struct loop *l, const struct message *rows, size_t n)
{
    struct fixture *f = user;

    assert_ptr_equal(l, &f->loop);
    for (size_t i = 0; i < n; i++) {
        size_t at = f->n_committed++;
        if (at >= FIXTURE_COMMITTED)
            continue;
        snprintf(f->committed[at].room_id, 32, "%.*s", STR_ARG(rows[i].room_id));
        snprintf(f->committed[at].text, 32, "%.*s", STR_ARG(rows[i].text));
        f->committed[at].kind = rows[i].kind;
        f->committed[at].seq = rows[i].seq;
    }
}

static void open_with(struct fixture *f, const char *open_rooms, uint64_t statement_timeout_ms,
                      uint64_t lock_timeout_ms)
{
    struct store_config config = {
        .open_rooms = str_c(open_rooms),
        .statement_timeout_ms = statement_timeout_ms,
        .lock_timeout_ms = lock_timeout_ms,
        .on_committed = on_committed,
        .user = f,
    };
    struct loop *loops[] = {&f->loop};
    struct boot_error error;
    unsigned applied;

    memset(f, 0, sizeof(*f));
    arena_init(&f->arena);
    f->conninfo = fixture_schema(&f->arena, f->schema);
    config.conninfo = f->conninfo;
    if (boot_migrate(f->conninfo, &applied, &error) != ST_OK ||
        boot_read(f->conninfo, &config, &error) != ST_OK)
        fail_msg("%s", error.text);
    f->sql = PQconnectdb(f->conninfo.p);
    loop_init(&f->loop, 0);
    store_new_all(loops, 1, &config, &f->store);
    fixture_await_ready(f);
}

/* Waits for locks as long as for anything: a test can look at whoever waits. */
void fixture_open(struct fixture *f, const char *open_rooms)
{
    open_with(f, open_rooms, 5000, 0);
}

void fixture_open_impatient(struct fixture *f)
{
    open_with(f, NULL, 3000, 50);
}

static void on_closed(void *user)
{
    bool *closed = user;

    *closed = true;
}

static void close_store(struct fixture *f)
{
    bool closed = false;

    store_close(f->store, on_closed, &closed);
    while (!closed)
        uv_run(&f->loop.uv, UV_RUN_ONCE);
    store_free(f->store);
}

void fixture_close(struct fixture *f)
{
    if (!f->sql)
        return;
    if (f->store)
        close_store(f);
    loop_done(&f->loop);
    fixture_sql(f, "SET client_min_messages = error; DROP SCHEMA %s CASCADE", f->schema);
    PQfinish(f->sql);
    arena_done(&f->arena);
}

enum status fixture_await(struct fixture *f, struct wait *w)
{
    while (!w->answered)
        uv_run(&f->loop.uv, UV_RUN_ONCE);
    return w->status;
}

void fixture_await_ready(struct fixture *f)
{
    for (int turns = 0; !store_ready(f->store); turns++) {
        assert_true(turns < 10000);
        uv_run(&f->loop.uv, UV_RUN_ONCE);
    }
}

static struct str format_sql(struct fixture *f, const char *format, va_list args)
{
    return arena_vprintf(&f->arena, format, args);
}

void fixture_sql(struct fixture *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    sql_in(f->sql, format_sql(f, format, args).p);
    va_end(args);
}

void fixture_sql_while_turning(struct fixture *f, const char *sql)
{
    PGresult *result;

    assert_true(PQsendQuery(f->sql, sql));
    while (PQisBusy(f->sql)) {
        uv_run(&f->loop.uv, UV_RUN_NOWAIT);
        usleep(1000);
        assert_true(PQconsumeInput(f->sql));
    }
    while ((result = PQgetResult(f->sql)))
        PQclear(result);
}

int64_t fixture_sql_i64(struct fixture *f, const char *format, ...)
{
    PGresult *result;
    int64_t value;
    va_list args;

    va_start(args, format);
    result = PQexec(f->sql, format_sql(f, format, args).p);
    va_end(args);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s", PQerrorMessage(f->sql));
    assert_int_equal(PQntuples(result), 1);
    assert_true(str_to_i64(str_c(PQgetvalue(result, 0, 0)), &value));
    PQclear(result);
    return value;
}

/* Each joins a millisecond after the one before. */
static void add_members(struct fixture *f, const char *table, const char *column, const char *id,
                        const char *members)
{
    struct str rest = str_c(members);
    int64_t at = 1000;

    while (rest.p) {
        struct str user = str_split(&rest, ' ');
        bool guest = user.n && user.p[user.n - 1] == '*';
        if (user.n)
            fixture_sql(f,
                        "INSERT INTO %s (tenant_id, %s, user_id, role, joined_at)"
                        " VALUES ('t', '%s', '%.*s', '%s', %" PRId64 ")",
                        table, column, id, (int)(user.n - guest), user.p,
                        guest ? "GUEST" : "MEMBER", at++);
    }
}

void fixture_room(struct fixture *f, const char *room_id, const char *members)
{
    fixture_sql(f, "INSERT INTO room (tenant_id, room_id, created_at) VALUES ('t', '%s', 1)",
                room_id);
    add_members(f, "member", "room_id", room_id, members);
}

void fixture_guild(struct fixture *f, const char *guild_id, const char *members)
{
    fixture_sql(f,
                "INSERT INTO guild (tenant_id, guild_id, name, created_at)"
                " VALUES ('t', '%s', 'The guild', 1)",
                guild_id);
    fixture_sql(f,
                "INSERT INTO room (tenant_id, room_id, guild_id, created_at)"
                " VALUES ('t', 'GUILD#%s', '%s', 1)",
                guild_id, guild_id);
    add_members(f, "guild_member", "guild_id", guild_id, members);
}

struct store_caller fixture_caller(const char *user)
{
    return (struct store_caller){.tenant = STR("t"), .user = str_c(user)};
}

struct wait *fixture_send_now(struct fixture *f, const char *user, const char *room_id,
                              const char *text, const char *key)
{
    struct store_caller caller = fixture_caller(user);
    struct message_draft draft = {str_c(room_id), str_c(text), str_c(key)};

    return store_message_send(f->store, &f->arena, &caller, &draft);
}

int64_t fixture_seq_of(const struct wait *w)
{
    return ((const struct message *)w->value)->seq;
}

void fixture_await_blocked_batch(struct fixture *f)
{
    while (!fixture_sql_i64(f, "SELECT count(*) FROM pg_stat_get_activity(NULL)"
                               " WHERE wait_event_type = 'Lock'"
                               " AND application_name = 'guildhall writer'"))
        uv_run(&f->loop.uv, UV_RUN_NOWAIT);
}

void fixture_check_log(struct fixture *f, const char *room_id, int64_t n)
{
    assert_int_equal(
        fixture_sql_i64(f, "SELECT count(*) FROM gg_core WHERE room_id = '%s'", room_id), n);
    assert_int_equal(fixture_sql_i64(f,
                                     "SELECT coalesce(max(seq), 0) FROM gg_core"
                                     " WHERE room_id = '%s'",
                                     room_id),
                     n);
    assert_int_equal(fixture_sql_i64(f, "SELECT last_seq FROM room WHERE room_id = '%s'", room_id),
                     n);
}

enum status fixture_send(struct fixture *f, const char *user, const char *room_id, const char *text,
                         const char *key, const struct message **ret_row)
{
    struct wait *w = fixture_send_now(f, user, room_id, text, key);
    enum status status = fixture_await(f, w);

    if (ret_row)
        *ret_row = w->value;
    return status;
}
