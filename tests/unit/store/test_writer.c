#include "store/writer.h"

#include "tests/lib/standstill.h"
#include "tests/unit/store/fixture.h"

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

/* --- batches */

static void what_is_sent_in_one_turn_is_one_transaction(void **state)
{
    struct wait *w[20];

    fixture_room(&f, "turn", "ann");
    for (size_t i = 0; i < array_size(w); i++)
        w[i] = fixture_send_now(&f, "ann", "turn", "x", NULL);
    for (size_t i = 0; i < array_size(w); i++) {
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
        assert_int_equal(fixture_seq_of(w[i]), i + 1);
    }
    fixture_check_log(&f, "turn", array_size(w));
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(DISTINCT xmin::text) FROM gg_core"
                                         " WHERE room_id = 'turn'"),
                     1);
}

static void more_than_a_batch_holds_goes_out_in_several(void **state)
{
    enum {
        N = 1300
    };
    static struct wait *w[N];

    fixture_room(&f, "many", "ann");
    for (int i = 0; i < N; i++)
        w[i] = fixture_send_now(&f, "ann", "many", "x", NULL);
    for (int i = 0; i < N; i++) {
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
        assert_int_equal(fixture_seq_of(w[i]), i + 1);
    }
    fixture_check_log(&f, "many", N);
}

static void rooms_of_one_batch_are_numbered_apart(void **state)
{
    struct wait *w[6];

    fixture_room(&f, "apart1", "ann");
    fixture_guild(&f, "apart", "ann");
    for (size_t i = 0; i < array_size(w); i++)
        w[i] = fixture_send_now(&f, "ann", i % 2 ? "apart1" : "GUILD#apart", "x", NULL);
    for (size_t i = 0; i < array_size(w); i++) {
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
        assert_int_equal(fixture_seq_of(w[i]), i / 2 + 1);
    }
}

static void a_refused_message_fails_alone(void **state)
{
    struct wait *w[4];

    fixture_room(&f, "alone", "ann guest*");
    w[0] = fixture_send_now(&f, "ann", "alone", "1", NULL);
    w[1] = fixture_send_now(&f, "guest", "alone", "2", NULL);
    w[2] = fixture_send_now(&f, "ann", "missing", "3", NULL);
    w[3] = fixture_send_now(&f, "ann", "alone", "4", NULL);
    assert_int_equal(fixture_await(&f, w[0]), ST_OK);
    assert_int_equal(fixture_await(&f, w[1]), ST_FORBIDDEN);
    assert_int_equal(fixture_await(&f, w[2]), ST_NOT_FOUND);
    assert_int_equal(fixture_await(&f, w[3]), ST_OK);
    assert_int_equal(fixture_seq_of(w[3]), 2);
    fixture_check_log(&f, "alone", 2);
}

/* A key that no index can hold ends PostgreSQL's transaction, and with it the batch. */
static void what_postgresql_refuses_takes_no_other_along(void **state)
{
    static char monster[20001];
    unsigned random = 1;
    struct wait *w[3];

    for (size_t i = 0; i + 1 < sizeof(monster); i++) {
        random = random * 1103515245 + 12345;
        monster[i] = (char)('!' + (random >> 16) % 90);
    }
    fixture_room(&f, "refused", "ann");
    w[0] = fixture_send_now(&f, "ann", "refused", "1", NULL);
    w[1] = fixture_send_now(&f, "ann", "refused", "2", monster);
    w[2] = fixture_send_now(&f, "ann", "refused", "3", NULL);
    assert_int_equal(fixture_await(&f, w[0]), ST_OK);
    assert_int_equal(fixture_await(&f, w[1]), ST_FAULT);
    assert_int_equal(fixture_await(&f, w[2]), ST_OK);
    fixture_check_log(&f, "refused", 2);
}

static void a_key_counts_within_a_batch(void **state)
{
    struct wait *w[5];

    fixture_room(&f, "keys", "ann bob guest*");
    w[0] = fixture_send_now(&f, "ann", "keys", "same", "k");
    w[1] = fixture_send_now(&f, "ann", "keys", "same", "k");
    w[2] = fixture_send_now(&f, "ann", "keys", "other", "k");
    w[3] = fixture_send_now(&f, "bob", "keys", "same", "k");
    w[4] = fixture_send_now(&f, "guest", "keys", "same", "k");
    assert_int_equal(fixture_await(&f, w[0]), ST_OK);
    assert_int_equal(fixture_await(&f, w[1]), ST_OK);
    assert_int_equal(fixture_await(&f, w[2]), ST_KEY_REUSED);
    assert_int_equal(fixture_await(&f, w[3]), ST_OK);
    assert_int_equal(fixture_await(&f, w[4]), ST_FORBIDDEN);
    assert_int_equal(fixture_seq_of(w[0]), 1);
    assert_int_equal(fixture_seq_of(w[1]), 1);
    assert_int_equal(fixture_seq_of(w[3]), 2);
    assert_true(str_eq(((const struct message *)w[0]->value)->id,
                       ((const struct message *)w[1]->value)->id));
    fixture_check_log(&f, "keys", 2);
}

static void on_answer(void *user, struct wait *w)
{
    size_t *committed_when_answered = user;

    *committed_when_answered = f.n_committed;
}

static void followers_hear_before_the_sender_and_in_order(void **state)
{
    struct wait *w[3];
    size_t heard = 99;

    fixture_room(&f, "heard", "ann guest*");
    f.n_committed = 0;
    w[0] = fixture_send_now(&f, "ann", "heard", "a", NULL);
    w[1] = fixture_send_now(&f, "guest", "heard", "b", NULL);
    w[2] = fixture_send_now(&f, "ann", "heard", "c", NULL);
    wait_on(w[0], on_answer, &heard);
    fixture_await(&f, w[2]);
    assert_int_equal(heard, 2);
    assert_int_equal(f.n_committed, 2);
    assert_string_equal(f.committed[0].text, "a");
    assert_int_equal(f.committed[0].seq, 1);
    assert_string_equal(f.committed[1].text, "c");
    assert_int_equal(f.committed[1].seq, 2);
}

/* --- a connection that is lost */

static void kill_backends(const char *name, const char *where)
{
    fixture_sql(&f,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = '%s' AND pid <> pg_backend_pid() AND %s",
                name, where);
}

static void a_batch_survives_the_end_of_its_connection(void **state)
{
    struct wait *w[10];

    fixture_room(&f, "killed", "ann");
    fixture_sql(&f, "BEGIN; SELECT FROM room WHERE room_id = 'killed' FOR UPDATE");
    for (size_t i = 0; i < array_size(w); i++)
        w[i] = fixture_send_now(&f, "ann", "killed", "x", NULL);
    fixture_await_blocked_batch(&f);
    kill_backends("guildhall writer", "wait_event_type = 'Lock'");
    fixture_sql(&f, "COMMIT");
    for (size_t i = 0; i < array_size(w); i++) {
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
        assert_int_equal(fixture_seq_of(w[i]), i + 1);
    }
    fixture_check_log(&f, "killed", array_size(w));
}

static void what_was_not_sent_fails_at_once_when_the_connection_is_lost(void **state)
{
    struct wait *sent, *gathered, *late;

    fixture_room(&f, "unsent", "ann");
    fixture_sql(&f, "BEGIN; SELECT FROM room WHERE room_id = 'unsent' FOR UPDATE");
    sent = fixture_send_now(&f, "ann", "unsent", "x", NULL);
    fixture_await_blocked_batch(&f);
    gathered = fixture_send_now(&f, "ann", "unsent", "y", NULL);
    kill_backends("guildhall writer", "wait_event_type = 'Lock'");
    assert_int_equal(fixture_await(&f, gathered), ST_UNAVAILABLE);
    assert_null(gathered->detail.p); /* it is sure that it was not stored */
    late = fixture_send_now(&f, "ann", "unsent", "z", NULL);
    assert_true(late->answered);
    assert_int_equal(late->status, ST_UNAVAILABLE);
    assert_false(sent->answered);
    fixture_sql(&f, "COMMIT");
    assert_int_equal(fixture_await(&f, sent), ST_OK);
    fixture_check_log(&f, "unsent", 1);
}

static void what_was_not_sent_fails_when_the_database_falls_silent(void **state)
{
    struct wait *sent, *gathered, *late;
    struct standstill still;

    fixture_room(&f, "still", "ann");
    standstill_begin(&still, f.sql, "guildhall writer");
    sent = fixture_send_now(&f, "ann", "still", "x", NULL);
    uv_run(&f.loop.uv, UV_RUN_NOWAIT);
    gathered = fixture_send_now(&f, "ann", "still", "y", NULL);
    assert_int_equal(fixture_await(&f, gathered), ST_UNAVAILABLE);
    assert_null(gathered->detail.p); /* it is sure that it was not stored */
    assert_false(sent->answered);
    late = fixture_send_now(&f, "ann", "still", "z", NULL);
    assert_true(late->answered);
    assert_int_equal(late->status, ST_UNAVAILABLE);
    standstill_end(&still);
    assert_int_equal(fixture_await(&f, sent), ST_OK);
    /* It was the first try that was answered: the connection was not given up. */
    assert_int_equal(
        fixture_sql_i64(&f, "SELECT count(*) FROM pg_stat_get_activity(%d)", (int)still.pids[0]),
        1);
    assert_int_equal(fixture_send(&f, "ann", "still", "back", NULL, NULL), ST_OK);
    fixture_check_log(&f, "still", 2);
}

/* Given up, and sent again on another connection; then the first goes on where it stood. */
static void a_batch_that_outlives_its_connection_is_not_stored_twice(void **state)
{
    struct standstill still;
    struct wait *w[10];

    fixture_room(&f, "revenant", "ann");
    standstill_begin_of_backends(&still, f.sql, "guildhall writer");
    for (size_t i = 0; i < array_size(w); i++)
        w[i] = fixture_send_now(&f, "ann", "revenant", "x", NULL);
    for (size_t i = 0; i < array_size(w); i++) {
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
        assert_int_equal(fixture_seq_of(w[i]), i + 1);
    }
    standstill_end(&still);
    while (fixture_sql_i64(&f, "SELECT count(*) FROM pg_stat_get_activity(NULL)"
                               " WHERE application_name = 'guildhall writer'") > 1)
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
    fixture_check_log(&f, "revenant", array_size(w));
}

static void a_slow_batch_is_waited_for(void **state)
{
    struct wait *slow, *gathered;

    fixture_room(&f, "slow", "ann");
    fixture_sql(&f, "BEGIN; SELECT FROM room WHERE room_id = 'slow' FOR UPDATE");
    slow = fixture_send_now(&f, "ann", "slow", "x", NULL);
    fixture_await_blocked_batch(&f);
    gathered = fixture_send_now(&f, "ann", "slow", "y", NULL);
    fixture_sql_while_turning(&f, "SELECT pg_sleep(3); COMMIT");
    assert_int_equal(fixture_await(&f, slow), ST_OK);
    assert_int_equal(fixture_await(&f, gathered), ST_OK);
    fixture_check_log(&f, "slow", 2);
}

/* Sends in one turn until it is refused: all that gathered before is stored, and then there is room
 * again. Returns how many that were. */
static size_t fill_up(const char *room_id, const char *text)
{
    enum {
        ENOUGH = 100000
    };
    static struct wait *w[ENOUGH];
    struct wait *refused = NULL;
    size_t n = 0;

    fixture_room(&f, room_id, "ann");
    while (n < ENOUGH && !(refused = fixture_send_now(&f, "ann", room_id, text, NULL))->answered)
        w[n++] = refused;
    assert_in_range(n, 1, ENOUGH - 1);
    assert_int_equal(refused->status, ST_UNAVAILABLE);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
    assert_int_equal(fixture_send(&f, "ann", room_id, text, NULL, NULL), ST_OK);
    fixture_check_log(&f, room_id, (int64_t)n + 1);
    return n;
}

static void no_more_gathers_than_can_be_kept(void **state)
{
    static char long_text[64 * 1024];

    memset(long_text, 'x', sizeof(long_text) - 1);
    assert_in_range(fill_up("many-at-once", "x"), 10000, 20000);
    assert_in_range(fill_up("much-at-once", long_text), 500, 2000);
}

/* A server that ends the connection whenever the batch has reached it. */
static void await_while_killing(struct wait *w)
{
    while (!w->answered) {
        fixture_sql(&f, "SELECT pg_stat_clear_snapshot()");
        kill_backends("guildhall writer", "wait_event_type = 'Lock'");
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
    }
}

static void a_batch_given_up_promises_nothing_without_a_key(void **state)
{
    struct wait *bare, *keyed;

    fixture_room(&f, "doubt", "ann");
    fixture_sql(&f, "BEGIN; SELECT FROM room WHERE room_id = 'doubt' FOR UPDATE");
    bare = fixture_send_now(&f, "ann", "doubt", "x", NULL);
    keyed = fixture_send_now(&f, "ann", "doubt", "y", "key");
    await_while_killing(bare);
    await_while_killing(keyed);
    fixture_sql(&f, "ROLLBACK");
    assert_int_equal(bare->status, ST_UNAVAILABLE);
    assert_str(bare->detail,
               "Temporarily unavailable: the message may have been stored or not; only "
               "a call with an idempotencyKey is safe to try again.");
    assert_int_equal(keyed->status, ST_UNAVAILABLE);
    assert_null(keyed->detail.p);
    fixture_await_ready(&f);
}

static void killing_again_and_again_loses_and_repeats_nothing(void **state)
{
    enum {
        N = 60
    };
    struct wait *w[N];
    int64_t acknowledged = 0;

    fixture_room(&f, "storm", "ann");
    for (int i = 0; i < N; i++) {
        w[i] = fixture_send_now(&f, "ann", "storm", "x", NULL);
        if (!w[i]->answered)
            uv_run(&f.loop.uv, UV_RUN_NOWAIT);
        if (i % 10 == 5)
            kill_backends("guildhall writer", "true");
        if (fixture_await(&f, w[i]) == ST_OK)
            assert_int_equal(fixture_seq_of(w[i]), ++acknowledged);
        else
            fixture_await_ready(&f);
    }
    assert_true(acknowledged > 0);
    fixture_check_log(&f, "storm", acknowledged);
}

static void reads_under_way_fail_and_the_next_ones_work(void **state)
{
    struct store_caller caller = fixture_caller("ann");
    struct wait *w;

    fixture_room(&f, "reads", "ann");
    kill_backends("guildhall reader", "true");
    w = store_room_get(f.store, &f.arena, &caller, STR("reads"));
    assert_int_equal(fixture_await(&f, w), ST_UNAVAILABLE);
    /* And at once, while there is no connection. */
    while (store_ready(f.store))
        uv_run(&f.loop.uv, UV_RUN_ONCE);
    w = store_room_get(f.store, &f.arena, &caller, STR("reads"));
    assert_true(w->answered);
    assert_int_equal(w->status, ST_UNAVAILABLE);
    fixture_await_ready(&f);
    w = store_room_get(f.store, &f.arena, &caller, STR("reads"));
    assert_int_equal(fixture_await(&f, w), ST_OK);
}

/* --- no database at all */

static void closed_at_once(void *user)
{
    *(bool *)user = true;
}

static void without_a_database_calls_fail_at_once_and_closing_works(void **state)
{
    struct store_config config = {.conninfo = STR("host=/nowhere/at/all"),
                                  .statement_timeout_ms = 1000};
    struct store_caller caller = fixture_caller("ann");
    struct message_draft draft = {STR("a"), STR("x"), STR_NULL};
    struct loop l, *loops[] = {&l};
    struct arena a;
    struct store *s;
    struct wait *w;
    bool closed = false;

    arena_init(&a);
    loop_init(&l, 0);
    store_new_all(loops, 1, &config, &s);
    uv_run(&l.uv, UV_RUN_ONCE);
    assert_false(store_ready(s));
    w = store_message_send(s, &a, &caller, &draft);
    assert_true(w->answered);
    assert_int_equal(w->status, ST_UNAVAILABLE);
    w = store_message_get(s, &a, &caller, STR("x"));
    assert_true(w->answered);
    assert_int_equal(w->status, ST_UNAVAILABLE);
    store_close(s, closed_at_once, &closed);
    while (!closed)
        uv_run(&l.uv, UV_RUN_ONCE);
    loop_done(&l);
    store_free(s);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(what_is_sent_in_one_turn_is_one_transaction),
        test(more_than_a_batch_holds_goes_out_in_several),
        test(rooms_of_one_batch_are_numbered_apart),
        test(a_refused_message_fails_alone),
        test(what_postgresql_refuses_takes_no_other_along),
        test(a_key_counts_within_a_batch),
        test(followers_hear_before_the_sender_and_in_order),
        test(a_batch_survives_the_end_of_its_connection),
        test(what_was_not_sent_fails_at_once_when_the_connection_is_lost),
        test(what_was_not_sent_fails_when_the_database_falls_silent),
        test(a_batch_that_outlives_its_connection_is_not_stored_twice),
        test(a_slow_batch_is_waited_for),
        test(no_more_gathers_than_can_be_kept),
        test(a_batch_given_up_promises_nothing_without_a_key),
        test(killing_again_and_again_loses_and_repeats_nothing),
        test(reads_under_way_fail_and_the_next_ones_work),
        test(without_a_database_calls_fail_at_once_and_closing_works),
    };

    return cmocka_run_group_tests_name("store/writer", tests, open_fixture, close_fixture);
}
