#include "store/membership.h"

#include <libpq-fe.h>
#include <stdlib.h>

#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

static struct fixture f;

/* Places in the schema's enums. */
enum {
    DIRECT = 0,
    GROUP = 1,
    PUBLIC = 0,
    PRIVATE = 1,
    OWNER = 0,
    ADMIN = 1,
    MEMBER = 2,
    GUEST = 3,
};

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

static struct wait *make_room(const char *user, const char *id, int kind, const char *other)
{
    struct store_caller caller = fixture_caller(user);
    struct str members[] = {str_c(other)};
    struct room_draft draft = {.id = str_c(id),
                               .kind = kind,
                               .visibility = PRIVATE,
                               .member_ids = members,
                               .n_members = other != NULL};

    return store_room_create(f.store, &f.arena, &caller, &draft);
}

static struct wait *remove_member(const char *user, const char *room_id, const char *leaver)
{
    struct store_caller caller = fixture_caller(user);

    return store_room_remove_member(f.store, &f.arena, &caller, str_c(room_id), str_c(leaver));
}

static struct wait *put_member(const char *user, const char *room_id, const char *whom, int role)
{
    struct store_caller caller = fixture_caller(user);
    struct member member = {.user_id = str_c(whom), .role = role};

    return store_room_put_members(f.store, &f.arena, &caller, str_c(room_id), &member, 1);
}

static struct wait *read_on(const char *user, const char *room_id, int64_t after)
{
    struct store_caller caller = fixture_caller(user);
    struct message_run_query query = {.room_id = str_c(room_id), .after = after, .limit = 10};

    return store_message_read_on(f.store, &f.arena, &caller, &query);
}

/* As one who was a member when it read up to there. */
static struct wait *read_on_as_member(const char *user, const char *room_id, int64_t after,
                                      size_t limit)
{
    struct store_caller caller = fixture_caller(user);
    struct message_run_query query = {
        .room_id = str_c(room_id), .after = after, .limit = limit, .was_member = true};

    return store_message_read_on(f.store, &f.arena, &caller, &query);
}

static void assert_status(struct wait *w, enum status status)
{
    assert_int_equal(fixture_await(&f, w), status);
}

static void a_removal_has_its_place_among_the_messages(void **state)
{
    const struct message *row;

    assert_status(make_room("ann", "ordered", GROUP, "bob"), ST_OK);
    assert_int_equal(fixture_send(&f, "bob", "ordered", "one", NULL, NULL), ST_OK);
    assert_status(remove_member("ann", "ordered", "bob"), ST_OK);
    assert_int_equal(fixture_send(&f, "bob", "ordered", "no", NULL, NULL), ST_FORBIDDEN);
    assert_int_equal(fixture_send(&f, "ann", "ordered", "three", NULL, &row), ST_OK);
    assert_int_equal(row->seq, 3);
    assert_int_equal(fixture_sql_i64(&f, "SELECT seq FROM gg_core WHERE room_id = 'ordered' AND"
                                         " type = 'MemberRemoved' AND text = 'bob'"
                                         " AND sender_id = 'ann'"),
                     2);
}

static void whoever_follows_is_told_of_it_as_of_a_message(void **state)
{
    size_t before;

    assert_status(make_room("ann", "told", GROUP, "bob"), ST_OK);
    before = f.n_committed;
    assert_status(remove_member("ann", "told", "bob"), ST_OK);
    assert_int_equal(f.n_committed, before + 1);
    assert_int_equal(f.committed[before].kind, MESSAGE_MEMBER_REMOVED);
    assert_string_equal(f.committed[before].room_id, "told");
    assert_string_equal(f.committed[before].text, "bob");
    assert_int_equal(f.committed[before].seq, 1);
    assert_int_equal(fixture_send(&f, "ann", "told", "a message", NULL, NULL), ST_OK);
    assert_int_equal(f.committed[before + 1].kind, MESSAGE_TEXT);
}

static void the_log_is_read_without_events_and_to_its_end(void **state)
{
    const struct message_run *run;
    struct wait *w;

    assert_status(make_room("ann", "read", GROUP, "bob"), ST_OK);
    assert_int_equal(fixture_send(&f, "ann", "read", "one", NULL, NULL), ST_OK);
    assert_status(remove_member("ann", "read", "bob"), ST_OK);
    w = read_on("ann", "read", 0);
    assert_status(w, ST_OK);
    run = w->value;
    assert_int_equal(run->n, 1);
    assert_int_equal(run->rows[0].seq, 1);
    assert_int_equal(run->through, 2);
    assert_int_equal(run->last_seq, 2);
    assert_status(read_on("bob", "read", 0), ST_FORBIDDEN);
}

static void assert_run(struct wait *w, size_t n, int64_t through, int64_t last_seq)
{
    const struct message_run *run;

    assert_status(w, ST_OK);
    run = w->value;
    assert_int_equal(run->n, n);
    assert_int_equal(run->through, through);
    assert_int_equal(run->last_seq, last_seq);
}

static void who_was_a_member_reads_as_far_as_their_removal(void **state)
{
    assert_status(make_room("ann", "reach", GROUP, "bob"), ST_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(fixture_send(&f, "ann", "reach", "below", NULL, NULL), ST_OK);
    assert_status(remove_member("ann", "reach", "bob"), ST_OK); /* 4 */
    assert_int_equal(fixture_send(&f, "ann", "reach", "behind", NULL, NULL), ST_OK);

    assert_run(read_on_as_member("bob", "reach", 0, 10), 3, 3, 5);
    assert_run(read_on_as_member("bob", "reach", 0, 2), 2, 2, 5);
    assert_run(read_on_as_member("bob", "reach", 2, 10), 1, 3, 5);
    assert_status(read_on_as_member("bob", "reach", 3, 10), ST_FORBIDDEN);
    assert_status(read_on_as_member("bob", "reach", 4, 10), ST_FORBIDDEN);
    assert_status(read_on_as_member("eve", "reach", 0, 10), ST_FORBIDDEN);
    assert_status(read_on("bob", "reach", 0), ST_FORBIDDEN);
}

static void it_is_the_latest_removal_that_counts(void **state)
{
    assert_status(make_room("ann", "twice", GROUP, "bob"), ST_OK);
    assert_status(put_member("ann", "twice", "carl", MEMBER), ST_OK);
    assert_status(remove_member("ann", "twice", "bob"), ST_OK); /* 1 */
    assert_status(put_member("ann", "twice", "bob", MEMBER), ST_OK);
    assert_int_equal(fixture_send(&f, "bob", "twice", "back", NULL, NULL), ST_OK);
    assert_run(read_on_as_member("bob", "twice", 0, 10), 1, 2, 2);
    assert_status(remove_member("ann", "twice", "carl"), ST_OK); /* 3 */
    assert_status(remove_member("ann", "twice", "bob"), ST_OK);  /* 4 */
    assert_int_equal(fixture_send(&f, "ann", "twice", "behind", NULL, NULL), ST_OK);
    assert_run(read_on_as_member("bob", "twice", 0, 10), 1, 3, 5);
    assert_run(read_on_as_member("bob", "twice", 2, 10), 0, 3, 5);
}

static void who_may_read_without_being_a_member_is_not_held_up_by_a_removal(void **state)
{
    struct store_caller bob = fixture_caller("bob");
    struct message_run_query query = {
        .room_id = STR("event-1"), .after = 0, .limit = 10, .was_member = true};

    assert_status(store_room_join(f.store, &f.arena, &bob, STR("event-1")), ST_OK);
    assert_status(remove_member("bob", "event-1", "bob"), ST_OK);
    assert_int_equal(fixture_send(&f, "ann", "event-1", "open", NULL, NULL), ST_OK);
    assert_run(store_message_read_on(f.store, &f.arena, &bob, &query), 1, 2, 2);
}

static void ts_does_not_decrease_over_a_removal(void **state)
{
    assert_status(make_room("ann", "clock", GROUP, "bob"), ST_OK);
    fixture_sql(&f, "UPDATE room SET last_ts = 99999999999999 WHERE room_id = 'clock'");
    assert_status(remove_member("ann", "clock", "bob"), ST_OK);
    assert_int_equal(fixture_send(&f, "ann", "clock", "behind", NULL, NULL), ST_OK);
    assert_int_equal(fixture_sql_i64(&f, "SELECT min(ts) FROM gg_core WHERE room_id = 'clock'"),
                     99999999999999);
}

/* --- two at once: the first is in a transaction that has not ended when the second comes */

/* Until somebody waits for a lock that another transaction holds. */
static void await_blocked(void)
{
    while (fixture_sql_i64(&f, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
}

static void two_who_make_their_direct_room_at_once_have_one(void **state)
{
    const struct membership_change *change;
    struct wait *w;

    fixture_sql(&f, "BEGIN; SELECT room_create('t', 'first', 'ann', false, 'DIRECT', 'PRIVATE',"
                    " NULL, '{bob}', 1)");
    w = make_room("bob", "second", DIRECT, "ann");
    await_blocked();
    fixture_sql(&f, "COMMIT");
    assert_status(w, ST_OK);
    change = w->value;
    assert_false(change->created);
    assert_str(change->id, "first");
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM room WHERE room_id = 'second'"), 0);
}

static void when_the_first_fails_the_second_makes_it(void **state)
{
    const struct membership_change *change;
    struct wait *w;

    fixture_sql(&f, "BEGIN; SELECT room_create('t', 'undone', 'dan', false, 'DIRECT', 'PRIVATE',"
                    " NULL, '{eve}', 1)");
    w = make_room("eve", "done", DIRECT, "dan");
    await_blocked();
    fixture_sql(&f, "ROLLBACK");
    assert_status(w, ST_OK);
    change = w->value;
    assert_true(change->created);
    assert_str(change->id, "done");
}

static void an_id_that_is_taken_leaves_the_pair_unclaimed(void **state)
{
    fixture_room(&f, "taken", "ann");
    assert_status(make_room("gil", "taken", DIRECT, "hal"), ST_CONFLICT);
    assert_status(make_room("gil", "free", DIRECT, "hal"), ST_OK);
}

static void of_two_owners_who_leave_at_once_one_stays(void **state)
{
    struct wait *w;

    assert_status(make_room("ann", "owned", GROUP, "bob"), ST_OK);
    assert_status(put_member("ann", "owned", "bob", OWNER), ST_OK);
    fixture_sql(&f,
                "BEGIN; SELECT room_remove_member('t', 'owned', 'ann', false, 'ann', 1, false)");
    w = remove_member("bob", "owned", "bob");
    await_blocked();
    fixture_sql(&f, "COMMIT");
    assert_status(w, ST_CONFLICT);
    assert_true(str_starts(w->detail, STR("Somebody has to be OWNER of the room \"owned\"")));
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM member WHERE room_id = 'owned'"
                                         " AND role = 'OWNER'"),
                     1);
}

static void a_send_that_waited_for_the_removal_of_its_sender_is_refused(void **state)
{
    struct store_caller bob = fixture_caller("bob");
    struct message_draft draft = {STR("waited"), STR("too late"), STR_NULL};
    struct wait *w;

    assert_status(make_room("ann", "waited", GROUP, "bob"), ST_OK);
    fixture_sql(&f,
                "BEGIN; SELECT room_remove_member('t', 'waited', 'ann', false, 'bob', 1, false)");
    w = store_message_send(f.store, &f.arena, &bob, &draft);
    await_blocked();
    fixture_sql(&f, "COMMIT");
    assert_status(w, ST_FORBIDDEN);
}

static void the_same_in_a_guilds_room(void **state)
{
    struct store_caller bob = fixture_caller("bob");
    struct message_draft draft = {STR("GUILD#gone"), STR("too late"), STR_NULL};
    struct wait *w;

    fixture_guild(&f, "gone", "ann bob");
    fixture_sql(&f, "BEGIN; SELECT guild_put_members('t', 'gone', 'root', true, '{}', '{}',"
                    " '{bob}', 1, false)");
    w = store_message_send(f.store, &f.arena, &bob, &draft);
    await_blocked();
    fixture_sql(&f, "COMMIT");
    assert_status(w, ST_FORBIDDEN);
}

/* --- many times, with nobody holding anything still */

/* What the removal that was asked for on the second connection was logged as. */
static int64_t removal_seq(void)
{
    PGresult *result = PQgetResult(f.sql);
    int64_t seq = 0;

    assert_int_equal(PQntuples(result), 1);
    assert_true(str_to_i64(str_c(PQgetvalue(result, 0, 0)), &seq));
    PQclear(result);
    assert_null(PQgetResult(f.sql));
    return seq;
}

static void assert_unseen(struct wait *reading, int64_t removed_at)
{
    const struct message_run *run = reading->value;

    if (reading->status == ST_OK)
        assert_true(run->last_seq < removed_at);
    else
        assert_int_equal(reading->status, ST_FORBIDDEN);
}

/* GUILDHALL_TEST_ROUNDS turns it up. */
static void nobody_writes_or_reads_behind_their_removal_however_they_race(void **state)
{
    const char *wanted = getenv("GUILDHALL_TEST_ROUNDS");
    int64_t rounds = 200, removed_at = 0;
    struct store_caller ann = fixture_caller("ann"), bob = fixture_caller("bob");
    struct message_draft draft = {STR("race"), STR("text"), STR_NULL};

    if (wanted)
        assert_true(str_to_i64(str_c(wanted), &rounds));
    assert_status(make_room("ann", "race", GROUP, NULL), ST_OK);
    for (int64_t i = 0; i < rounds; i++) {
        struct wait *of_bob, *of_ann, *before, *behind;

        f.n_committed = 0;
        arena_reset(&f.arena);
        assert_status(put_member("ann", "race", "bob", MEMBER), ST_OK);
        before = read_on("bob", "race", removed_at);
        of_bob = store_message_send(f.store, &f.arena, &bob, &draft);
        if (i % 2)
            uv_run(&f.loop.uv, UV_RUN_NOWAIT);
        assert_true(PQsendQuery(f.sql, "SELECT seq FROM room_remove_member('t', 'race', 'ann',"
                                       " false, 'bob', 1, false)"));
        of_ann = store_message_send(f.store, &f.arena, &ann, &draft);
        behind = read_on("bob", "race", removed_at);
        fixture_await(&f, of_bob);
        assert_status(of_ann, ST_OK);
        fixture_await(&f, before);
        fixture_await(&f, behind);
        removed_at = removal_seq();
        if (of_bob->status == ST_OK)
            assert_true(((const struct message *)of_bob->value)->seq < removed_at);
        else
            assert_int_equal(of_bob->status, ST_FORBIDDEN);
        assert_unseen(before, removed_at);
        assert_unseen(behind, removed_at);
    }
}

/* --- the rest */

static void a_guild_member_is_removed_from_each_room_of_the_guild(void **state)
{
    struct store_caller root = fixture_caller("root");
    struct str removed[] = {STR("carl"), STR("bob"), STR("nobody")};
    struct guild_members_draft draft = {.removed = removed, .n_removed = 3};
    size_t before;

    root.tenant_admin = true;
    fixture_guild(&f, "many", "ann bob carl");
    fixture_sql(&f, "INSERT INTO room (tenant_id, room_id, guild_id, created_at)"
                    " VALUES ('t', 'GUILD#many#side', 'many', 1)");
    before = f.n_committed;
    assert_status(store_guild_put_members(f.store, &f.arena, &root, STR("many"), &draft), ST_OK);
    assert_int_equal(f.n_committed, before + 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(f.committed[before + i].room_id,
                            i < 2 ? "GUILD#many" : "GUILD#many#side");
        assert_string_equal(f.committed[before + i].text, i % 2 ? "carl" : "bob");
        assert_int_equal(f.committed[before + i].seq, 1 + i % 2);
    }
    assert_int_equal(
        fixture_sql_i64(&f, "SELECT count(*) FROM guild_member WHERE guild_id = 'many'"), 1);
}

static void a_room_without_an_owner_may_lose_anybody(void **state)
{
    fixture_room(&f, "ownerless", "ann");
    assert_status(remove_member("ann", "ownerless", "ann"), ST_OK);
}

static void what_postgresql_cannot_hold_is_refused(void **state)
{
    struct store_caller ann = fixture_caller("ann");
    struct member member = {.user_id = STR("a\0b"), .role = MEMBER};

    assert_status(make_room("ann", "text", GROUP, "\xff"), ST_BAD_INPUT);
    assert_status(store_guild_create(f.store, &f.arena, &ann, STR_NULL, STR("a\0b")), ST_BAD_INPUT);
    assert_status(store_room_put_members(f.store, &f.arena, &ann, STR("text"), &member, 1),
                  ST_BAD_INPUT);
}

/* On a connection that was lost under it. */
static void a_change_whose_fate_nobody_knows_says_so(void **state)
{
    struct wait *w;

    assert_status(make_room("ann", "doubt", GROUP, "bob"), ST_OK);
    fixture_sql(&f, "BEGIN; SELECT FROM room WHERE room_id = 'doubt' FOR UPDATE");
    w = remove_member("ann", "doubt", "bob");
    await_blocked();
    fixture_sql(&f, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'guildhall writer'");
    assert_status(w, ST_UNAVAILABLE);
    assert_true(str_starts(w->detail, STR("Temporarily unavailable: the change may have been")));
    fixture_sql(&f, "COMMIT");
    fixture_await_ready(&f);
    assert_status(remove_member("ann", "doubt", "bob"), ST_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_removal_has_its_place_among_the_messages),
        test(whoever_follows_is_told_of_it_as_of_a_message),
        test(the_log_is_read_without_events_and_to_its_end),
        test(who_was_a_member_reads_as_far_as_their_removal),
        test(it_is_the_latest_removal_that_counts),
        test(who_may_read_without_being_a_member_is_not_held_up_by_a_removal),
        test(ts_does_not_decrease_over_a_removal),
        test(two_who_make_their_direct_room_at_once_have_one),
        test(when_the_first_fails_the_second_makes_it),
        test(an_id_that_is_taken_leaves_the_pair_unclaimed),
        test(of_two_owners_who_leave_at_once_one_stays),
        test(a_send_that_waited_for_the_removal_of_its_sender_is_refused),
        test(the_same_in_a_guilds_room),
        test(nobody_writes_or_reads_behind_their_removal_however_they_race),
        test(a_guild_member_is_removed_from_each_room_of_the_guild),
        test(a_room_without_an_owner_may_lose_anybody),
        test(what_postgresql_cannot_hold_is_refused),
        test(a_change_whose_fate_nobody_knows_says_so),
    };

    return cmocka_run_group_tests_name("store/membership", tests, open_fixture, close_fixture);
}
