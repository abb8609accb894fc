/*
 * A room that somebody else has locked: an application, in a transaction that it has not ended.
 */

#include "store/held.h"

#include "store/membership.h"
#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

static struct fixture f;

static int open_fixture(void **state)
{
    fixture_open_impatient(&f);
    return 0;
}

static int close_fixture(void **state)
{
    fixture_close(&f);
    return 0;
}

static void lock_room(const char *room_id)
{
    fixture_sql(&f, "BEGIN; SELECT FROM room WHERE room_id = '%s' FOR NO KEY UPDATE", room_id);
}

static void unlock(void)
{
    fixture_sql(&f, "COMMIT");
}

/* Until the writer has been at a room and turned away: it looks at those that are free. */
static void await_turned_away(void)
{
    do {
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
        fixture_sql(&f, "SELECT pg_stat_clear_snapshot()");
    } while (!fixture_sql_i64(&f, "SELECT count(*) FROM pg_stat_activity"
                                  " WHERE application_name = 'guildhall writer'"
                                  " AND query LIKE '%%SKIP LOCKED%%'"));
}

static struct wait *send_now(const char *room_id, const char *text)
{
    return fixture_send_now(&f, "ann", room_id, text, NULL);
}

static struct wait *add_member(const char *room_id, const char *user)
{
    struct store_caller root = fixture_caller("root");
    struct member member = {.user_id = str_c(user), .role = 2};

    root.tenant_admin = true;
    return store_room_put_members(f.store, &f.arena, &root, str_c(room_id), &member, 1);
}

static void assert_sent(struct wait *w, int64_t seq)
{
    assert_int_equal(fixture_await(&f, w), ST_OK);
    assert_int_equal(((const struct message *)w->value)->seq, seq);
}

/* --- messages */

static void messages_for_other_rooms_do_not_wait_for_a_locked_one(void **state)
{
    struct wait *locked, *beside, *later;

    fixture_room(&f, "locked", "ann");
    fixture_room(&f, "beside", "ann");
    lock_room("locked");
    locked = send_now("locked", "x");
    beside = send_now("beside", "x");
    assert_sent(beside, 1);
    for (int64_t i = 2; i < 20; i++)
        assert_sent(send_now("beside", "x"), i);
    later = send_now("locked", "y");
    assert_sent(send_now("beside", "x"), 20);
    assert_false(locked->answered);
    assert_false(later->answered);
    unlock();
    assert_sent(locked, 1);
    assert_sent(later, 2);
}

static void messages_of_a_locked_room_keep_their_order(void **state)
{
    enum {
        N = 1200 /* more than two batches hold */
    };
    static struct wait *w[N];

    fixture_room(&f, "queue", "ann");
    fixture_room(&f, "other", "ann");
    lock_room("queue");
    for (int i = 0; i < N; i++) {
        w[i] = send_now("queue", "x");
        if (i % 100 == 0)
            assert_sent(send_now("other", "x"), i / 100 + 1);
    }
    unlock();
    for (int i = 0; i < N; i++)
        assert_sent(w[i], i + 1);
}

static void followers_hear_of_them_once_and_in_order(void **state)
{
    struct wait *w[3];

    fixture_room(&f, "told", "ann");
    f.n_committed = 0;
    lock_room("told");
    for (size_t i = 0; i < array_size(w); i++)
        w[i] = send_now("told", "x");
    await_turned_away();
    unlock();
    for (size_t i = 0; i < array_size(w); i++)
        assert_sent(w[i], (int64_t)i + 1);
    assert_int_equal(f.n_committed, 3);
    for (size_t i = 0; i < array_size(w); i++)
        assert_int_equal(f.committed[i].seq, i + 1);
}

static void each_of_several_locked_rooms_goes_on_when_it_is_free(void **state)
{
    struct wait *a, *b;

    fixture_room(&f, "one", "ann");
    fixture_room(&f, "two", "ann");
    fixture_sql(&f, "BEGIN; SELECT FROM room WHERE room_id = 'one' FOR NO KEY UPDATE;"
                    " SAVEPOINT s; SELECT FROM room WHERE room_id = 'two' FOR NO KEY UPDATE");
    a = send_now("one", "x");
    b = send_now("two", "x");
    fixture_sql(&f, "ROLLBACK TO s");
    assert_sent(b, 1);
    assert_false(a->answered);
    unlock();
    assert_sent(a, 1);
}

static void who_may_not_write_there_is_told_so_once_it_is_free(void **state)
{
    struct store_caller eve = fixture_caller("eve");
    struct message_draft draft = {STR("closed"), STR("x"), STR_NULL};
    struct wait *w;

    fixture_room(&f, "closed", "ann");
    lock_room("closed");
    w = store_message_send(f.store, &f.arena, &eve, &draft);
    await_turned_away();
    unlock();
    assert_int_equal(fixture_await(&f, w), ST_FORBIDDEN);
}

static void a_room_that_stays_locked_times_out_alone(void **state)
{
    struct wait *stuck;

    fixture_room(&f, "stuck", "ann");
    fixture_room(&f, "free", "ann");
    lock_room("stuck");
    stuck = send_now("stuck", "x");
    for (int64_t i = 1; !stuck->answered; i++) {
        f.n_committed = 0;
        assert_sent(send_now("free", "x"), i);
    }
    assert_int_equal(stuck->status, ST_TIMEOUT);
    assert_str(stuck->detail,
               "Sending to the room \"stuck\" took longer than allowed; nothing was stored.");
    unlock();
    assert_sent(send_now("stuck", "y"), 1);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM gg_core WHERE room_id = 'stuck'"),
                     1);
}

/* As by ALTER TABLE: passing over rooms does not help. */
static void a_table_that_is_locked_holds_everything_until_it_is_free(void **state)
{
    struct wait *w[4];

    fixture_room(&f, "first", "ann");
    fixture_room(&f, "second", "ann");
    fixture_sql(&f, "BEGIN; LOCK gg_core IN ACCESS EXCLUSIVE MODE");
    for (size_t i = 0; i < array_size(w); i++)
        w[i] = send_now(i % 2 ? "first" : "second", "x");
    await_turned_away();
    unlock();
    for (size_t i = 0; i < array_size(w); i++)
        assert_sent(w[i], (int64_t)i / 2 + 1);
}

/* --- changes of who is in */

static void changes_in_other_rooms_do_not_wait_for_a_locked_one(void **state)
{
    struct wait *locked, *beside;

    fixture_room(&f, "members", "ann");
    fixture_room(&f, "others", "ann");
    lock_room("members");
    locked = add_member("members", "bob");
    beside = add_member("others", "bob");
    assert_int_equal(fixture_await(&f, beside), ST_OK);
    assert_sent(send_now("others", "x"), 1);
    assert_false(locked->answered);
    unlock();
    assert_int_equal(fixture_await(&f, locked), ST_OK);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM member WHERE room_id = 'members'"),
                     2);
}

static void a_change_that_cannot_be_made_in_time_is_not_made(void **state)
{
    struct wait *stuck[3];

    fixture_room(&f, "frozen", "ann");
    lock_room("frozen");
    stuck[0] = add_member("frozen", "bob");
    stuck[1] = add_member("frozen", "carl");
    stuck[2] = add_member("frozen", "dan");
    for (size_t i = 0; i < array_size(stuck); i++) {
        assert_int_equal(fixture_await(&f, stuck[i]), ST_TIMEOUT);
        assert_str(stuck[i]->detail,
                   "Changing the room \"frozen\" took longer than allowed; nothing was changed.");
    }
    unlock();
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM member WHERE room_id = 'frozen'"),
                     1);
}

/* --- a connection that is lost meanwhile */

static void what_waits_for_a_room_fails_with_the_connection_and_was_not_stored(void **state)
{
    struct wait *w;

    fixture_room(&f, "cut", "ann");
    fixture_room(&f, "probe", "ann");
    lock_room("cut");
    w = send_now("cut", "x");
    /* By then it waits here, not in PostgreSQL. */
    assert_sent(send_now("probe", "x"), 1);
    fixture_sql(&f, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'guildhall writer'");
    assert_int_equal(fixture_await(&f, w), ST_UNAVAILABLE);
    unlock();
    fixture_await_ready(&f);
    assert_sent(send_now("cut", "y"), 1);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM gg_core WHERE room_id = 'cut'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(messages_for_other_rooms_do_not_wait_for_a_locked_one),
        test(messages_of_a_locked_room_keep_their_order),
        test(followers_hear_of_them_once_and_in_order),
        test(each_of_several_locked_rooms_goes_on_when_it_is_free),
        test(who_may_not_write_there_is_told_so_once_it_is_free),
        test(a_room_that_stays_locked_times_out_alone),
        test(a_table_that_is_locked_holds_everything_until_it_is_free),
        test(changes_in_other_rooms_do_not_wait_for_a_locked_one),
        test(a_change_that_cannot_be_made_in_time_is_not_made),
        test(what_waits_for_a_room_fails_with_the_connection_and_was_not_stored),
    };

    return cmocka_run_group_tests_name("store/held", tests, open_fixture, close_fixture);
}
