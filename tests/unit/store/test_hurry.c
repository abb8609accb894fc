#include "store/store.h"

#include "store/membership.h"
#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

static struct fixture f;

static int open_fixture(void **state)
{
    fixture_open(&f, NULL);
    fixture_room(&f, "held", "ann");
    fixture_sql(&f, "BEGIN; LOCK TABLE room");
    return 0;
}

static int open_impatient_fixture(void **state)
{
    fixture_open_impatient(&f);
    fixture_room(&f, "held", "ann");
    fixture_sql(&f, "BEGIN; SELECT FROM room WHERE room_id = 'held' FOR NO KEY UPDATE");
    return 0;
}

/* The store's sessions that are there, or in a state; as it is now, and not as it was when the
 * transaction looked first. */
static int64_t count_sessions(const char *state)
{
    fixture_sql(&f, "SELECT pg_stat_clear_snapshot()");
    return fixture_sql_i64(&f,
                           "SELECT count(*) FROM pg_stat_activity"
                           " WHERE application_name LIKE 'guildhall %%' AND %s",
                           state);
}

/* PostgreSQL goes on with what it was asked, until it wants to answer. */
static void end_sessions(void)
{
    fixture_sql(&f, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name LIKE 'guildhall %%'");
    while (count_sessions("true") > 0)
        ;
}

static int close_fixture(void **state)
{
    end_sessions();
    fixture_sql(&f, "ROLLBACK");
    fixture_close(&f);
    return 0;
}

static struct wait *send_now(const char *text)
{
    return fixture_send_now(&f, "ann", "held", text, NULL);
}

static struct wait *change_now(const char *member)
{
    struct store_caller root = fixture_caller("root");
    struct member added = {.user_id = str_c(member), .role = 2};

    root.tenant_admin = true;
    return store_room_put_members(f.store, &f.arena, &root, STR("held"), &added, 1);
}

static struct wait *read_now(void)
{
    struct store_caller caller = fixture_caller("ann");

    return store_room_get(f.store, &f.arena, &caller, STR("held"));
}

/* Until so many of the store's statements wait for the fixture's lock. */
static void await_blocked(int64_t n)
{
    while (count_sessions("wait_event_type = 'Lock'") < n)
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
}

static void await_turned_away(void)
{
    while (count_sessions("wait_event_type = 'Lock'") > 0)
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
}

static void what_is_under_way_is_answered_in_a_hurry(void **state)
{
    struct wait *sent = send_now("sent"), *read = read_now(), *gathered;

    await_blocked(2);
    gathered = send_now("gathered");
    store_hurry(f.store);
    assert_int_equal(fixture_await(&f, read), ST_UNAVAILABLE);
    assert_int_equal(fixture_await(&f, gathered), ST_UNAVAILABLE);
    assert_null(gathered->detail.p); /* it is sure that it was not stored */
    assert_int_equal(fixture_await(&f, sent), ST_UNAVAILABLE);
    assert_str(sent->detail,
               "Temporarily unavailable: the message may have been stored or not; only "
               "a call with an idempotencyKey is safe to try again.");
}

static void whoever_waits_for_a_turn_is_answered_in_a_hurry(void **state)
{
    struct wait *bob = change_now("bob"), *carl = change_now("carl");

    /* The first, the other, and one of them again, for which the other waits. */
    for (int tries = 0; tries < 3; tries++) {
        await_turned_away();
        await_blocked(1);
    }
    store_hurry(f.store);
    assert_int_equal(fixture_await(&f, bob), ST_UNAVAILABLE);
    assert_int_equal(fixture_await(&f, carl), ST_UNAVAILABLE);
}

static void nothing_is_taken_behind_it(void **state)
{
    struct wait *sent, *read;

    store_hurry(f.store);
    sent = send_now("late");
    read = read_now();
    assert_true(sent->answered && read->answered);
    assert_int_equal(sent->status, ST_UNAVAILABLE);
    assert_int_equal(read->status, ST_UNAVAILABLE);
    assert_false(store_ready(f.store));
}

static void on_closed(void *user)
{
    *(bool *)user = true;
}

static void a_store_that_waits_to_close_waits_no_more(void **state)
{
    struct wait *sent = send_now("sent"), *read = read_now();
    bool closed = false;

    await_blocked(2);
    store_close(f.store, on_closed, &closed);
    for (int turns = 0; turns < 10; turns++)
        uv_run(&f.loop.uv, UV_RUN_ONCE);
    assert_false(closed || sent->answered || read->answered);
    store_hurry(f.store);
    while (!closed)
        uv_run(&f.loop.uv, UV_RUN_ONCE);
    assert_true(sent->answered && read->answered);
    store_hurry(f.store); /* and it may come too late */
    store_free(f.store);
    f.store = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_under_way_is_answered_in_a_hurry, open_fixture,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(whoever_waits_for_a_turn_is_answered_in_a_hurry,
                                        open_impatient_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(nothing_is_taken_behind_it, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(a_store_that_waits_to_close_waits_no_more, open_fixture,
                                        close_fixture),
    };

    return cmocka_run_group_tests_name("store/hurry", tests, NULL, NULL);
}
