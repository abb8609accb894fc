#include "pg/pg_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test.h"

enum statement {
    ADD_ONE,
    DIVIDE,
    STATEMENTS,
};

static const struct pg_statement statements[STATEMENTS] = {
    [ADD_ONE] = {"add_one", "SELECT $1::int8 + 1"},
    [DIVIDE] = {"divide", "SELECT 1 / $1::int8"},
};

/* A connection that listens, and a second, blocking one that does things to it. */
struct scene {
    struct loop loop;
    struct arena arena;
    struct pg_conn *conn;
    PGconn *other;
    unsigned ready;
    unsigned notified;
    char payload[64]; /* the last one */
};

static struct scene s;

static void on_ready(void *user)
{
    assert_ptr_equal(user, &s);
    assert_true(!s.conn || pg_conn_ready(s.conn));
    s.ready++;
}

static void on_notified(void *user, struct str payload)
{
    assert_ptr_equal(user, &s);
    snprintf(s.payload, sizeof(s.payload), "%.*s", STR_ARG(payload));
    s.notified++;
}

static void turn_until(const unsigned *counter, unsigned value)
{
    while (*counter < value)
        uv_run(&s.loop.uv, UV_RUN_ONCE);
}

static void run_sql(const char *sql)
{
    PGresult *result = PQexec(s.other, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s\n%s", sql, PQerrorMessage(s.other));
    PQclear(result);
}

static int open_scene(void **state)
{
    const char *url = getenv("GUILDHALL_TEST_DATABASE_URL");
    struct pg_conn_config config = {
        .conninfo = str_c(url),
        .name = "guildhall tested",
        .statement_timeout_ms = 5000,
        .statements = statements,
        .n_statements = STATEMENTS,
        .session = "SELECT set_config('statement_timeout', $1::text, false)",
        .channel = "guildhall",
        .on_ready = on_ready,
        .on_notified = on_notified,
        .user = &s,
    };

    if (!url) {
        fail_msg("GUILDHALL_TEST_DATABASE_URL is not set: run with tests/lib/with_postgres.sh");
        return 1;
    }
    memset(&s, 0, sizeof(s));
    s.other = PQconnectdb(url);
    arena_init(&s.arena);
    loop_init(&s.loop, 0);
    s.conn = pg_conn_new(&s.loop, &config);
    turn_until(&s.ready, 1);
    return 0;
}

static void on_closed(void *user)
{
    ++*(unsigned *)user;
}

static int close_scene(void **state)
{
    unsigned closed = 0;

    pg_conn_close(s.conn, on_closed, &closed);
    turn_until(&closed, 1);
    loop_done(&s.loop);
    arena_done(&s.arena);
    PQfinish(s.other);
    return 0;
}

static void cut_connection(void)
{
    unsigned before = s.ready;

    run_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'guildhall tested'");
    turn_until(&s.ready, before + 1);
}

/* --- calls */

struct asked {
    struct pg_call call;
    unsigned done;
    enum status status;
    int64_t value;
};

static void on_done(struct pg_call *call, enum status status, PGresult *result)
{
    struct asked *a = container_of(call, struct asked, call);

    a->status = status;
    if (status == ST_OK)
        a->value = pg_i64(result, 0, 0);
    PQclear(result);
    a->done++;
}

static void ask(struct asked *a, enum statement statement, int64_t parameter)
{
    *a = (struct asked){.call = {.statement = statement, .on_done = on_done}};
    pg_put_i64(&a->call.params, &s.arena, parameter);
    assert_true(pg_conn_call(s.conn, &a->call));
}

static void a_call_is_answered_by_the_statement_at_its_place_in_the_table(void **state)
{
    struct asked a;

    ask(&a, ADD_ONE, 41);
    turn_until(&a.done, 1);
    assert_int_equal(a.status, ST_OK);
    assert_int_equal(a.value, 42);
}

static void a_read_that_fails_does_not_take_its_neighbours_along(void **state)
{
    struct asked before, failing, after;

    ask(&before, ADD_ONE, 1);
    ask(&failing, DIVIDE, 0);
    ask(&after, ADD_ONE, 2);
    turn_until(&before.done, 1);
    turn_until(&failing.done, 1);
    turn_until(&after.done, 1);
    assert_int_equal(before.value, 2);
    assert_int_equal(failing.status, ST_BAD_INPUT);
    assert_int_equal(after.status, ST_OK);
    assert_int_equal(after.value, 3);
}

static void a_call_that_was_under_way_when_the_connection_was_lost_fails(void **state)
{
    struct asked a;

    ask(&a, ADD_ONE, 1);
    cut_connection();
    assert_int_equal(a.done, 1);
    assert_int_equal(a.status, ST_UNAVAILABLE);
}

/* --- notifications */

static void a_notification_comes_without_a_call(void **state)
{
    unsigned before = s.notified;

    run_sql("NOTIFY guildhall, 'hear, hear'");
    turn_until(&s.notified, before + 1);
    assert_string_equal(s.payload, "hear, hear");
}

static void notifications_of_other_channels_do_not_come(void **state)
{
    unsigned before = s.notified;

    run_sql("NOTIFY elsewhere, 'not for us'; NOTIFY guildhall, 'for us'");
    turn_until(&s.notified, before + 1);
    assert_string_equal(s.payload, "for us");
}

static void what_was_rolled_back_is_not_notified(void **state)
{
    unsigned before = s.notified;

    run_sql("BEGIN");
    run_sql("NOTIFY guildhall, 'taken back'");
    run_sql("ROLLBACK");
    run_sql("NOTIFY guildhall, 'meant'");
    turn_until(&s.notified, before + 1);
    assert_string_equal(s.payload, "meant");
}

static void a_connection_that_has_come_back_listens_again(void **state)
{
    unsigned before = s.notified;

    cut_connection();
    run_sql("NOTIFY guildhall, 'still there'");
    turn_until(&s.notified, before + 1);
    assert_string_equal(s.payload, "still there");
}

/* --- stderr */

/* The connection ends and comes back while stderr goes into a file; returns its length. */
static off_t said_on_stderr_by_a_new_connection(void)
{
    FILE *said = tmpfile();
    int before = dup(STDERR_FILENO);
    struct stat about;

    assert_non_null(said);
    dup2(fileno(said), STDERR_FILENO);
    cut_connection();
    dup2(before, STDERR_FILENO);
    close(before);
    assert_int_equal(fstat(fileno(said), &about), 0);
    fclose(said);
    return about.st_size;
}

static void what_postgresql_notes_is_not_printed(void **state)
{
    off_t said;

    run_sql("ALTER ROLE CURRENT_USER SET client_min_messages = debug5");
    said = said_on_stderr_by_a_new_connection();
    run_sql("ALTER ROLE CURRENT_USER RESET client_min_messages");
    assert_int_equal(said, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_call_is_answered_by_the_statement_at_its_place_in_the_table),
        test(a_read_that_fails_does_not_take_its_neighbours_along),
        test(a_call_that_was_under_way_when_the_connection_was_lost_fails),
        test(a_notification_comes_without_a_call),
        test(notifications_of_other_channels_do_not_come),
        test(what_was_rolled_back_is_not_notified),
        test(a_connection_that_has_come_back_listens_again),
        test(what_postgresql_notes_is_not_printed),
    };

    return cmocka_run_group_tests_name("pg/pg_conn", tests, open_scene, close_scene);
}
