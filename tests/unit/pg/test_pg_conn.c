#include "pg/pg_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/standstill.h"

enum statement {
    ADD_ONE,
    DIVIDE,
    SLEEP,
    STATEMENTS,
};

static const struct pg_statement statements[STATEMENTS] = {
    [ADD_ONE] = {"add_one", "SELECT $1::int8 + 1"},
    [DIVIDE] = {"divide", "SELECT 1 / $1::int8"},
    [SLEEP] = {"sleep", "SELECT $1::int8 FROM pg_sleep($1::int8 / 1000.0)"},
};

/* A connection that listens, and a second, blocking one that does things to it. */
struct scene {
    struct loop loop;
    struct arena arena;
    struct pg_conn *conn;
    PGconn *other;
    unsigned ready;
    unsigned silent;
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

static void on_silent(void *user)
{
    assert_false(pg_conn_ready(s.conn));
    s.silent++;
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

/* Of connections, for as much as it matters. */
static struct kind {
    uint64_t statement_timeout_ms;
    uint64_t silence_ms;
} writer = {5000, 4000}, reader = {5000, 0}, hasty = {200, 0}, untimed = {0, 2000};

static int open_scene(void **state)
{
    const struct kind *kind = *state;
    const char *url = getenv("GUILDHALL_TEST_DATABASE_URL");
    struct pg_conn_config config = {
        .conninfo = str_c(url),
        .name = "guildhall tested",
        .statement_timeout_ms = kind->statement_timeout_ms,
        .silence_ms = kind->silence_ms,
        .statements = statements,
        .n_statements = STATEMENTS,
        .session = "SELECT set_config('statement_timeout', $1::text, false)",
        .channel = "guildhall",
        .on_ready = on_ready,
        .on_silent = on_silent,
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

static bool try_ask(struct asked *a, enum statement statement, int64_t parameter)
{
    *a = (struct asked){.call = {.statement = statement, .on_done = on_done}};
    pg_put_i64(&a->call.params, &s.arena, parameter);
    return pg_conn_call(s.conn, &a->call);
}

static void ask(struct asked *a, enum statement statement, int64_t parameter)
{
    assert_true(try_ask(a, statement, parameter));
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

static void what_cannot_wait_any_more_is_refused(void **state)
{
    enum {
        ENOUGH = 10000
    };
    static struct asked a[ENOUGH];
    size_t n = 0;

    while (n < ENOUGH && try_ask(&a[n], ADD_ONE, (int64_t)n))
        n++;
    assert_in_range(n, 1, ENOUGH - 1);
    for (size_t i = 0; i < n; i++) {
        turn_until(&a[i].done, 1);
        assert_int_equal(a[i].value, i + 1);
    }
    ask(&a[n], ADD_ONE, 1);
    turn_until(&a[n].done, 1);
    assert_int_equal(a[n].status, ST_OK);
}

/* --- a PostgreSQL that says nothing */

static void a_slow_statement_is_not_taken_for_silence(void **state)
{
    struct asked slow, behind;

    ask(&slow, SLEEP, 3500);
    ask(&behind, ADD_ONE, 1);
    while (!slow.done) {
        assert_true(pg_conn_ready(s.conn));
        uv_run(&s.loop.uv, UV_RUN_ONCE);
    }
    assert_int_equal(slow.status, ST_OK);
    turn_until(&behind.done, 1);
    assert_int_equal(s.silent, 0);
}

static void what_stands_still_takes_no_calls_and_goes_on_with_those_that_it_has(void **state)
{
    unsigned silent = s.silent, ready = s.ready;
    struct standstill still;
    struct asked under_way, late;

    standstill_begin(&still, s.other, "guildhall tested");
    ask(&under_way, ADD_ONE, 1);
    turn_until(&s.silent, silent + 1);
    assert_false(try_ask(&late, ADD_ONE, 1));
    assert_int_equal(under_way.done, 0);
    standstill_end(&still);
    turn_until(&under_way.done, 1);
    assert_int_equal(under_way.status, ST_OK);
    assert_int_equal(s.ready, ready + 1);
    ask(&late, ADD_ONE, 1);
    turn_until(&late.done, 1);
    assert_int_equal(late.status, ST_OK);
}

static void who_has_stood_still_for_too_long_is_left_and_found_again_when_it_goes_on(void **state)
{
    unsigned ready = s.ready;
    struct standstill still;
    struct asked a;

    standstill_begin(&still, s.other, "guildhall tested");
    ask(&a, ADD_ONE, 1);
    turn_until(&a.done, 1);
    assert_int_equal(a.status, ST_UNAVAILABLE);
    assert_int_equal(s.silent, ((struct kind *)*state)->silence_ms ? 1 : 0);
    assert_false(pg_conn_ready(s.conn));
    standstill_end(&still);
    turn_until(&s.ready, ready + 1);
}

/* Others log in: it is not PostgreSQL that is away, but this connection is of no use. */
static void a_backend_that_outlives_the_statement_timeout_is_left(void **state)
{
    unsigned ready = s.ready;
    struct standstill still;
    struct asked a;

    standstill_begin_of_backends(&still, s.other, "guildhall tested");
    ask(&a, ADD_ONE, 1);
    turn_until(&a.done, 1);
    assert_int_equal(a.status, ST_UNAVAILABLE);
    turn_until(&s.ready, ready + 1);
    standstill_end(&still);
}

/* The answer came while this process did not look. */
static void who_stood_still_itself_hears_the_answer(void **state)
{
    struct asked a;

    ask(&a, ADD_ONE, 1);
    uv_run(&s.loop.uv, UV_RUN_NOWAIT);
    usleep(3000 * 1000);
    turn_until(&a.done, 1);
    assert_int_equal(a.status, ST_OK);
}

static void without_a_statement_timeout_a_statement_takes_its_time(void **state)
{
    struct asked a;

    ask(&a, SLEEP, 7000);
    turn_until(&a.done, 1);
    assert_int_equal(a.status, ST_OK);
    assert_int_equal(s.silent, 0);
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
#define of(kind, f) cmocka_unit_test_prestate_setup_teardown(f, open_scene, close_scene, &(kind))
    const struct CMUnitTest tests[] = {
        of(reader, a_call_is_answered_by_the_statement_at_its_place_in_the_table),
        of(reader, a_read_that_fails_does_not_take_its_neighbours_along),
        of(reader, a_call_that_was_under_way_when_the_connection_was_lost_fails),
        of(reader, what_cannot_wait_any_more_is_refused),
        of(writer, a_slow_statement_is_not_taken_for_silence),
        of(writer, what_stands_still_takes_no_calls_and_goes_on_with_those_that_it_has),
        of(reader, who_has_stood_still_for_too_long_is_left_and_found_again_when_it_goes_on),
        of(untimed, who_has_stood_still_for_too_long_is_left_and_found_again_when_it_goes_on),
        of(untimed, without_a_statement_timeout_a_statement_takes_its_time),
        of(hasty, a_backend_that_outlives_the_statement_timeout_is_left),
        of(hasty, who_stood_still_itself_hears_the_answer),
        of(reader, a_notification_comes_without_a_call),
        of(reader, notifications_of_other_channels_do_not_come),
        of(reader, what_was_rolled_back_is_not_notified),
        of(reader, a_connection_that_has_come_back_listens_again),
        of(reader, what_postgresql_notes_is_not_printed),
    };

    return cmocka_run_group_tests_name("pg/pg_conn", tests, NULL, NULL);
}
