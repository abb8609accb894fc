#include "store/sql.h"
#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

/*
 * A message that is sent alone, and the plain statement that nearly each of them is.
 */

static struct fixture f;

static int open_fixture(void **state)
{
    fixture_open(&f, "event-*");
    return 0;
}

static int close_fixture(void **state)
{
    fixture_close(&f);
    return 0;
}

/* What the statement saw when it began was that bob is a member. */
static void who_is_removed_while_a_message_waits_does_not_send_it(void **state)
{
    struct wait *w;

    fixture_room(&f, "leaving", "ann bob");
    fixture_guild(&f, "leaving", "ann bob");
    fixture_sql(&f, "BEGIN;"
                    "SELECT room_remove_member('t', 'leaving', 'x', true, 'bob', 5, false)");
    w = fixture_send_now(&f, "bob", "leaving", "too late", NULL);
    fixture_await_blocked_batch(&f);
    fixture_sql(&f, "COMMIT");
    assert_int_equal(fixture_await(&f, w), ST_FORBIDDEN);

    fixture_sql(&f, "BEGIN;"
                    "SELECT guild_put_members('t', 'leaving', 'x', true, '{}', '{}', '{bob}', 5,"
                    " false)");
    w = fixture_send_now(&f, "bob", "GUILD#leaving", "too late", NULL);
    fixture_await_blocked_batch(&f);
    fixture_sql(&f, "COMMIT");
    assert_int_equal(fixture_await(&f, w), ST_FORBIDDEN);
}

static void a_message_that_waits_for_another_gets_the_place_behind_it(void **state)
{
    struct wait *w;

    fixture_room(&f, "behind", "ann bob");
    fixture_sql(&f, "BEGIN;"
                    "SELECT message_send_one('t', 'behind', 'ann', 'first', 'x', NULL, false,"
                    " false, false, 5, false)");
    w = fixture_send_now(&f, "bob", "behind", "second", NULL);
    fixture_await_blocked_batch(&f);
    fixture_sql(&f, "COMMIT");
    assert_int_equal(fixture_await(&f, w), ST_OK);
    assert_int_equal(((const struct message *)w->value)->seq, 2);
}

/* The statement as a function that the test can call. */
static void make_function_of(const char *name, enum sql statement)
{
    fixture_sql(&f,
                "CREATE FUNCTION %s(text, text, text, text, text, boolean, boolean, bigint)"
                " RETURNS TABLE (outcome text, seq bigint, ts bigint, id text) LANGUAGE sql AS"
                " $plain$ %s $plain$",
                name, sql_statements[statement].text);
}

static int64_t n_sent_plainly(const char *function, const char *room, const char *user)
{
    return fixture_sql_i64(&f,
                           "SELECT count(*) FROM %s('t', '%s', '%s', gen_random_uuid()::text,"
                           " 'plain', false, false, 5)",
                           function, room, user);
}

/* What one statement and the function say and store of every case without a key; an exception takes
 * back each try. Where the statement says nothing the function is asked, as the server does. */
static void the_plain_statement_follows_the_same_rules(void **state)
{
    fixture_room(&f, "rules", "ann guest*");
    fixture_guild(&f, "rules", "ann guest*");
    make_function_of("plain_core", SQL_MESSAGE_SEND_PLAIN);
    make_function_of("plain_guild", SQL_MESSAGE_SEND_PLAIN_GUILD);
    fixture_sql(
        &f,
        "CREATE FUNCTION try(plain boolean, room text, sender text, open boolean, vouched boolean,"
        " admin boolean) RETURNS text LANGUAGE plpgsql AS $$ DECLARE answer text; BEGIN"
        " IF plain AND starts_with(room, 'GUILD#') THEN"
        "  SELECT b::text INTO answer"
        "   FROM plain_guild('t', room, sender, 'new', 'x', open OR vouched, admin, 5) b;"
        " ELSIF plain THEN"
        "  SELECT b::text INTO answer"
        "   FROM plain_core('t', room, sender, 'new', 'x', open OR vouched, admin, 5) b;"
        " END IF;"
        " IF answer IS NULL THEN"
        "  SELECT b::text INTO answer FROM message_send_one('t', room, sender, 'new', 'x', NULL,"
        "   open, vouched, admin, 5, false) b;"
        " END IF;"
        " SELECT answer || coalesce(string_agg(l::text, ' ' ORDER BY l::text), '') INTO answer"
        "  FROM (SELECT * FROM gg_core UNION ALL SELECT * FROM gg_guild) l"
        "  WHERE room_id = room;"
        " SELECT answer || coalesce(min(r::text), '') INTO answer FROM room r WHERE room_id = room;"
        " RAISE EXCEPTION USING errcode = 'P0002', message = answer;"
        " EXCEPTION WHEN no_data_found THEN RETURN SQLERRM; END $$");
    assert_int_equal(
        fixture_sql_i64(
            &f, "SELECT count(*) FILTER (WHERE one <> plain OR one IS NULL OR plain IS NULL)"
                " + CASE WHEN count(DISTINCT substring(one FOR 6)) < 3 THEN 1000 ELSE 0 END"
                " FROM unnest(ARRAY['rules', 'GUILD#rules', 'event-rules', 'GUILD#none']) room,"
                " unnest(ARRAY['ann', 'guest', 'eve']) sender,"
                " unnest(ARRAY[false, true]) open, unnest(ARRAY[false, true]) vouched,"
                " unnest(ARRAY[false, true]) admin,"
                " LATERAL (SELECT try(false, room, sender, open, vouched, admin) AS one,"
                "  try(true, room, sender, open, vouched, admin) AS plain) x"),
        0);
    assert_int_equal(n_sent_plainly("plain_core", "rules", "ann"), 1);
    assert_int_equal(n_sent_plainly("plain_guild", "GUILD#rules", "ann"), 1);
    assert_int_equal(n_sent_plainly("plain_core", "rules", "guest"), 0);
    assert_int_equal(n_sent_plainly("plain_guild", "GUILD#rules", "eve"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(who_is_removed_while_a_message_waits_does_not_send_it),
        test(a_message_that_waits_for_another_gets_the_place_behind_it),
        test(the_plain_statement_follows_the_same_rules),
    };

    return cmocka_run_group_tests_name("store/plain", tests, open_fixture, close_fixture);
}
