#include "store/boot.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>

#include "store/sql.h"
#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

/* A schema of its own for each test, not migrated yet. */
struct place {
    struct arena arena;
    char schema[64];
    struct str conninfo;
    PGconn *pq;
};

static int make_place(void **state)
{
    struct place *p = test_calloc(1, sizeof(*p));

    arena_init(&p->arena);
    p->conninfo = fixture_schema(&p->arena, p->schema);
    p->pq = PQconnectdb(p->conninfo.p);
    *state = p;
    return 0;
}

static void sql(struct place *p, const char *text)
{
    PGresult *result = PQexec(p->pq, text);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s\n%s", text, PQerrorMessage(p->pq));
    PQclear(result);
}

static int64_t sql_i64(struct place *p, const char *text)
{
    PGresult *result = PQexec(p->pq, text);
    int64_t value = -1;

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s\n%s", text, PQerrorMessage(p->pq));
    assert_true(str_to_i64(str_c(PQgetvalue(result, 0, 0)), &value));
    PQclear(result);
    return value;
}

static int drop_place(void **state)
{
    struct place *p = *state;

    sql(p, arena_printf(&p->arena, "SET client_min_messages = error; DROP SCHEMA %s CASCADE",
                        p->schema)
               .p);
    PQfinish(p->pq);
    arena_done(&p->arena);
    test_free(p);
    return 0;
}

static unsigned migrate(struct place *p)
{
    struct boot_error error = {{0}};
    unsigned applied = 99;

    if (boot_migrate(p->conninfo, &applied, &error) != ST_OK)
        fail_msg("%s", error.text);
    return applied;
}

static void migrations_are_applied_once(void **state)
{
    struct place *p = *state;

    assert_int_equal(migrate(p), SQL_MIGRATIONS);
    assert_int_equal(migrate(p), 0);
    assert_int_equal(sql_i64(p, "SELECT count(*) FROM migration"), SQL_MIGRATIONS);
    assert_int_equal(sql_i64(p, "SELECT count(*) FROM gg_core"), 0);
}

/* As `"$user", public` is for a user who is called guildhall. */
static void a_schema_guildhall_that_stands_first_in_the_path_is_not_taken_for_ours(void **state)
{
    struct place *p = *state;
    struct place first = *p;
    size_t url = p->conninfo.n - strlen(p->schema);

    /* What the URL ends with is the search path. */
    first.conninfo =
        arena_printf(&p->arena, "%.*sguildhall%%2C%s", (int)url, p->conninfo.p, p->schema);
    sql(p, "DROP SCHEMA IF EXISTS guildhall CASCADE");
    assert_int_equal(migrate(&first), SQL_MIGRATIONS);
    assert_int_equal(migrate(&first), 0);
    assert_int_equal(sql_i64(p, "SELECT count(*) FROM migration"), SQL_MIGRATIONS);
}

/* As an earlier guildhall left it, which had so many migrations. */
static void migrate_up_to(struct place *p, int number)
{
    sql(p, "CREATE TABLE migration (number integer PRIMARY KEY, name text NOT NULL,"
           " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
    for (int i = 0; i < number; i++) {
        const struct sql_migration *m = &sql_migrations[i];

        sql(p, arena_printf(&p->arena,
                            "%s; INSERT INTO migration (number, name, sha256)"
                            " VALUES (%d, '%s', '%s')",
                            m->text, m->number, m->name, m->sha256)
                   .p);
    }
}

static void what_is_missing_is_applied_and_the_rest_kept(void **state)
{
    struct place *p = *state;

    migrate_up_to(p, 4);
    sql(p, "INSERT INTO guild VALUES ('t', 'kept', 'x', 1);"
           "INSERT INTO guild_member VALUES ('t', 'kept', 'ann', 'OWNER', 1), ('t', 'kept', 'bob', "
           "'GUEST', 1);"
           "INSERT INTO room (tenant_id, room_id, created_at) VALUES ('t', 'r', 1), ('t', 'q', 1);"
           "INSERT INTO member SELECT 't', 'r', u, 'MEMBER', 1 FROM "
           "unnest('{ann,bob,carl}'::text[]) u");
    assert_int_equal(migrate(p), SQL_MIGRATIONS - 4);
    assert_int_equal(sql_i64(p, "SELECT count(*) FROM guild"), 1);
    /* Who was in is counted. */
    assert_int_equal(sql_i64(p, "SELECT member_count FROM guild"), 2);
    assert_int_equal(sql_i64(p, "SELECT member_count FROM room WHERE room_id = 'r'"), 3);
    assert_int_equal(sql_i64(p, "SELECT member_count FROM room WHERE room_id = 'q'"), 0);
}

static void *migrate_in_thread(void *user)
{
    struct place *p = user;
    struct boot_error error;
    unsigned applied = 0;

    if (boot_migrate(p->conninfo, &applied, &error) != ST_OK)
        return (void *)(uintptr_t)1000;
    return (void *)(uintptr_t)applied;
}

static void servers_that_start_together_migrate_once(void **state)
{
    pthread_t threads[4];
    uintptr_t applied = 0;

    for (size_t i = 0; i < array_size(threads); i++)
        pthread_create(&threads[i], NULL, migrate_in_thread, *state);
    for (size_t i = 0; i < array_size(threads); i++) {
        void *one;
        pthread_join(threads[i], &one);
        applied += (uintptr_t)one;
    }
    assert_int_equal(applied, SQL_MIGRATIONS);
}

static void check_refused(struct place *p, const char *change, enum status status,
                          const char *words)
{
    struct boot_error error = {{0}};
    struct store_config config;
    unsigned applied;

    sql(p, change);
    assert_int_equal(boot_migrate(p->conninfo, &applied, &error), status);
    assert_non_null(strstr(error.text, words));
    memset(&error, 0, sizeof(error));
    assert_int_equal(boot_read(p->conninfo, &config, &error), status);
    assert_non_null(strstr(error.text, words));
}

static void a_newer_database_is_refused(void **state)
{
    struct place *p = *state;

    migrate(p);
    check_refused(p, "INSERT INTO migration (number, name, sha256) VALUES (9999, '9999_x', 'y')",
                  ST_CONFLICT, "newer guildhall");
}

static void a_changed_migration_is_refused(void **state)
{
    struct place *p = *state;

    migrate(p);
    check_refused(p, "UPDATE migration SET sha256 = 'other' WHERE number = 2", ST_CONFLICT,
                  "0002_read was changed");
}

static void a_gap_in_the_record_is_refused(void **state)
{
    struct place *p = *state;

    migrate(p);
    check_refused(p, "DELETE FROM migration WHERE number = 2", ST_CONFLICT, "changed by hand");
}

static void a_migration_that_fails_leaves_nothing_behind(void **state)
{
    struct place *p = *state;
    struct boot_error error;
    unsigned applied;

    /* In the way of 0002's second half. */
    sql(p, "CREATE FUNCTION log_place_at(text, text, bigint, bigint) RETURNS bigint"
           " LANGUAGE sql AS 'SELECT 1::bigint'");
    assert_int_equal(boot_migrate(p->conninfo, &applied, &error), ST_FAULT);
    assert_non_null(strstr(error.text, "0002_read failed"));
    assert_int_equal(sql_i64(p, "SELECT count(*) FROM migration"), 1);
    assert_int_equal(sql_i64(p, "SELECT count(*) FROM pg_proc WHERE proname = 'room_gate' AND"
                                " pronamespace = current_schema::regnamespace"),
                     0);
}

static void the_cursor_key_is_random_and_stays(void **state)
{
    static const uint8_t zeroes[16];
    struct place *p = *state;
    struct store_config one, two;
    struct boot_error error;

    migrate(p);
    assert_int_equal(boot_read(p->conninfo, &one, &error), ST_OK);
    migrate(p);
    assert_int_equal(boot_read(p->conninfo, &two, &error), ST_OK);
    assert_memory_equal(one.cursor_key, two.cursor_key, 16);
    assert_memory_not_equal(one.cursor_key, zeroes, 16);
    sql(p, "DELETE FROM setting");
    assert_int_equal(boot_read(p->conninfo, &one, &error), ST_CONFLICT);
}

static void a_database_that_was_not_migrated_says_what_to_do(void **state)
{
    struct place *p = *state;
    struct store_config config;
    struct boot_error error;

    assert_int_equal(boot_read(p->conninfo, &config, &error), ST_CONFLICT);
    assert_non_null(strstr(error.text, "guildhall migrate"));
    migrate(p);
    sql(p, "DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)");
    assert_int_equal(boot_read(p->conninfo, &config, &error), ST_CONFLICT);
    assert_non_null(strstr(error.text, "1 of"));
    assert_non_null(strstr(error.text, "guildhall migrate"));
}

static void a_database_that_is_not_there_is_named(void **state)
{
    struct store_config config;
    struct boot_error error;
    unsigned applied;

    assert_int_equal(boot_read(STR("host=/nowhere/at/all"), &config, &error), ST_UNAVAILABLE);
    assert_non_null(strstr(error.text, "/nowhere/at/all"));
    assert_int_equal(boot_migrate(STR("not a conninfo"), &applied, &error), ST_UNAVAILABLE);
    assert_true(strlen(error.text) > 20);
}

static void the_demo_is_made_once(void **state)
{
    static const char *const users[] = {"ann", "bob"};
    struct place *p = *state;
    struct boot_error error;

    migrate(p);
    for (int i = 0; i < 2; i++)
        assert_int_equal(boot_demo(p->conninfo, users, 2, &error), ST_OK);
    assert_int_equal(sql_i64(p, "SELECT count(*) FROM room WHERE tenant_id = 'default'"), 2);
    assert_int_equal(sql_i64(p, "SELECT count(*) FROM guild_member WHERE guild_id = 'demo'"), 2);
    assert_int_equal(sql_i64(p, "SELECT count(*) FROM member WHERE room_id = 'lobby'"), 2);
}

static void every_statement_prepares(void **state)
{
    struct place *p = *state;

    migrate(p);
    for (size_t i = 0; i < SQL_STATEMENTS; i++) {
        PGresult *result =
            PQprepare(p->pq, sql_statements[i].name, sql_statements[i].text, 0, NULL);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            fail_msg("%s: %s", sql_statements[i].name, PQerrorMessage(p->pq));
        PQclear(result);
    }
}

static void explain(struct place *p, const struct pg_statement *statement)
{
    PGresult *described = PQdescribePrepared(p->pq, statement->name), *plan;
    struct str nulls = STR("");

    for (int i = 0; i < PQnparams(described); i++)
        nulls = arena_printf(&p->arena, "%.*s%sNULL", STR_ARG(nulls), i ? ", " : "");
    plan = PQexec(p->pq, arena_printf(&p->arena,
                                      nulls.n ? "EXPLAIN EXECUTE %s(%.*s)" : "EXPLAIN EXECUTE %s",
                                      statement->name, STR_ARG(nulls))
                             .p);
    if (PQresultStatus(plan) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", statement->name, PQerrorMessage(p->pq));
    for (int i = 0; i < PQntuples(plan); i++) {
        const char *line = PQgetvalue(plan, i, 0);
        if (strstr(line, "Seq Scan on") || (strstr(line, "Join Filter:") && strstr(line, " = ")))
            fail_msg("%s: %s", statement->name, line);
    }
    PQclear(plan);
    PQclear(described);
}

/* Plans are made when tables are small, where all are alike to the planner, and stay. One that
 * reads a room's rows, or a tenant's rooms, to find one of them is slow when they are many. */
static void plans_of_an_empty_database_find_rows_by_whole_keys(void **state)
{
    static const char *const patience[] = {"10s"};
    struct place *p = *state;

    every_statement_prepares(state);
    PQclear(PQexecPrepared(p->pq, "session", 1, patience, NULL, NULL, 0));
    for (size_t i = 0; i < SQL_STATEMENTS; i++)
        explain(p, &sql_statements[i]);
}

#define in_a_place(f) cmocka_unit_test_setup_teardown(f, make_place, drop_place)

int main(void)
{
    return RUN(in_a_place(migrations_are_applied_once),
               in_a_place(a_schema_guildhall_that_stands_first_in_the_path_is_not_taken_for_ours),
               in_a_place(what_is_missing_is_applied_and_the_rest_kept),
               in_a_place(servers_that_start_together_migrate_once),
               in_a_place(a_newer_database_is_refused), in_a_place(a_changed_migration_is_refused),
               in_a_place(a_gap_in_the_record_is_refused),
               in_a_place(a_migration_that_fails_leaves_nothing_behind),
               in_a_place(the_cursor_key_is_random_and_stays),
               in_a_place(a_database_that_was_not_migrated_says_what_to_do),
               test(a_database_that_is_not_there_is_named), in_a_place(the_demo_is_made_once),
               in_a_place(every_statement_prepares),
               in_a_place(plans_of_an_empty_database_find_rows_by_whole_keys));
}
