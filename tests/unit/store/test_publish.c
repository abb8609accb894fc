/*
 * guildhall.send(), as an application uses it: on a connection of its own, among other senders.
 */

#include <libpq-fe.h>
#include <stdlib.h>

#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

static struct fixture f;
static PGconn *application;

static int open_fixture(void **state)
{
    fixture_open(&f, NULL);
    application = PQconnectdb(getenv("GUILDHALL_TEST_DATABASE_URL"));
    fixture_sql(&f, "LISTEN guildhall");
    return 0;
}

static int close_fixture(void **state)
{
    PQfinish(application);
    fixture_close(&f);
    return 0;
}

/* The first column of the only row; the SQLSTATE where it failed. */
static struct str ask(const char *sql)
{
    PGresult *result = PQexec(application, sql);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    struct str value = STR_NULL;

    if (state)
        value = arena_str(&f.arena, str_c(state));
    else if (PQntuples(result) == 1)
        value = arena_str(&f.arena, str_c(PQgetvalue(result, 0, 0)));
    PQclear(result);
    return value;
}

/* The payload of the next notification that has come; absent without one. */
static struct str heard(void)
{
    struct str payload = STR_NULL;
    PGnotify *notify;

    fixture_sql(&f, "SELECT 1");
    notify = PQnotifies(f.sql);
    if (notify)
        payload = arena_str(&f.arena, str_c(notify->extra));
    PQfreemem(notify);
    return payload;
}

static void the_message_is_given_back_as_it_is_stored(void **state)
{
    fixture_room(&f, "club", "bot ann");
    assert_str(
        ask("SELECT concat_ws('|', tenant_id, room_id, seq, sender_id, text,"
            " idempotency_key, ts > now() - interval '1 minute' AND ts <= clock_timestamp())"
            " FROM guildhall.send('t', 'club', 'bot', E'tab\\t, bell\\x07, del\\x7f.', 'k')"),
        "t|club|1|bot|tab\t, bell, del.|k|t");
    assert_int_equal(fixture_sql_i64(&f, "SELECT seq FROM gg_core WHERE room_id = 'club'"
                                         " AND text = E'tab\\t, bell, del.' AND type = 'Message'"),
                     1);
    assert_str(heard(), "{\"tenant\" : \"t\", \"room\" : \"club\", \"seq\" : 1}");
}

static void a_guilds_room_is_written_in_its_own_table(void **state)
{
    fixture_guild(&f, "house", "bot");
    assert_str(ask("SELECT (guildhall.send('t', 'GUILD#house', 'bot', 'hello')).seq"), "1");
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM gg_guild"), 1);
    assert_non_null(heard().p);
}

static void a_key_used_again_gives_the_first_message(void **state)
{
    fixture_room(&f, "keys", "bot");
    ask("SELECT guildhall.send('t', 'keys', 'bot', 'once', 'k')");
    ask("SELECT guildhall.send('t', 'keys', 'bot', 'between')");
    assert_str(ask("SELECT (guildhall.send('t', 'keys', 'bot', 'once', 'k')).seq"), "1");
    assert_str(ask("SELECT guildhall.send('t', 'keys', 'bot', 'other', 'k')"), "UH409");
    assert_int_equal(fixture_sql_i64(&f, "SELECT last_seq FROM room WHERE room_id = 'keys'"), 2);
}

static void each_refusal_has_a_state_of_its_own(void **state)
{
    fixture_room(&f, "doors", "bot gus*");
    assert_str(ask("SELECT guildhall.send('t', 'nowhere', 'bot', 'x')"), "UH404");
    assert_str(ask("SELECT guildhall.send('u', 'doors', 'bot', 'x')"), "UH404");
    assert_str(ask("SELECT guildhall.send('t', 'doors', 'eve', 'x')"), "UH403");
    assert_str(ask("SELECT guildhall.send('t', 'doors', 'gus', 'x')"), "UH403");
    assert_str(ask("SELECT guildhall.send('t', 'doors', 'bot', '')"), "UH400");
    assert_str(ask("SELECT guildhall.send('t', 'doors', 'bot', E'\\x01\\u0085')"), "UH400");
    assert_str(ask("SELECT guildhall.send('t', 'doors', 'bot', NULL)"), "UH400");
    assert_str(ask("SELECT guildhall.send('t', 'doors', 'bot', repeat('ä', 4001))"), "UH400");
    assert_str(ask("SELECT guildhall.send('t', 'doors', 'bot', 'x', '')"), "UH400");
    assert_str(ask("SELECT guildhall.send('t', 'doors', 'bot', 'x', repeat('k', 129))"), "UH400");
    assert_int_equal(fixture_sql_i64(&f, "SELECT last_seq FROM room WHERE room_id = 'doors'"), 0);
    assert_str(ask("SELECT (guildhall.send('t', 'doors', 'bot', repeat('ä', 4000))).seq"), "1");
}

static void nothing_is_there_or_heard_before_the_commit_and_after_a_rollback(void **state)
{
    fixture_room(&f, "tx", "bot");
    while (heard().p)
        continue;
    ask("BEGIN");
    assert_str(ask("SELECT (guildhall.send('t', 'tx', 'bot', 'undone')).seq"), "1");
    assert_null(heard().p);
    ask("ROLLBACK");
    assert_null(heard().p);
    ask("BEGIN");
    assert_str(ask("SELECT (guildhall.send('t', 'tx', 'bot', 'done')).seq"), "1");
    assert_null(heard().p);
    ask("COMMIT");
    assert_non_null(heard().p);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM gg_core WHERE room_id = 'tx'"), 1);
}

static void a_send_over_graphql_waits_for_its_number(void **state)
{
    struct store_caller ann = fixture_caller("ann");
    struct message_draft draft = {STR("mixed"), STR("behind"), STR_NULL};
    struct wait *w;

    fixture_room(&f, "mixed", "bot ann");
    ask("BEGIN");
    assert_str(ask("SELECT (guildhall.send('t', 'mixed', 'bot', 'before')).seq"), "1");
    w = store_message_send(f.store, &f.arena, &ann, &draft);
    while (fixture_sql_i64(&f, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
    assert_false(w->answered);
    ask("COMMIT");
    assert_int_equal(fixture_await(&f, w), ST_OK);
    assert_int_equal(((const struct message *)w->value)->seq, 2);
}

static void an_application_needs_no_rights_on_the_tables(void **state)
{
    fixture_room(&f, "rights", "bot");
    fixture_sql(&f, "CREATE ROLE application; GRANT USAGE ON SCHEMA guildhall TO application");
    ask("SET ROLE application");
    /* What it puts in the way does not stand in the way. */
    ask("CREATE TEMP TABLE room (tenant_id text, room_id text, last_seq bigint)");
    assert_str(ask("SELECT (guildhall.send('t', 'rights', 'bot', 'x')).seq"), "1");
    assert_str(ask(arena_printf(&f.arena, "SELECT count(*) FROM %s.gg_core", f.schema).p), "42501");
    ask("DROP TABLE room; RESET ROLE");
    fixture_sql(&f, "REVOKE ALL ON SCHEMA guildhall FROM application; DROP ROLE application");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_message_is_given_back_as_it_is_stored),
        test(a_guilds_room_is_written_in_its_own_table),
        test(a_key_used_again_gives_the_first_message),
        test(each_refusal_has_a_state_of_its_own),
        test(nothing_is_there_or_heard_before_the_commit_and_after_a_rollback),
        test(a_send_over_graphql_waits_for_its_number),
        test(an_application_needs_no_rights_on_the_tables),
    };

    return cmocka_run_group_tests_name("store/publish", tests, open_fixture, close_fixture);
}
