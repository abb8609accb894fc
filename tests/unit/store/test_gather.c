#include "store/gather.h"

#include <unistd.h>

#include "base/buf.h"
#include "store/message.h"
#include "store/room.h"
#include "tests/lib/standstill.h"
#include "tests/unit/store/fixture.h"

static struct fixture f;

enum {
    LOG_LENGTH = 5,
    MOST_ASKED = 64,
};

static int open_fixture(void **state)
{
    fixture_open(&f, "event-*");
    fixture_room(&f, "club", "ann bob guest*");
    fixture_room(&f, "empty", "ann");
    fixture_guild(&f, "red", "ann cid");
    fixture_sql(&f, "INSERT INTO room (tenant_id, room_id, guild_id, created_at)"
                    " VALUES ('t', 'GUILD#red#two', 'red', 2)");
    /* The same names in another tenant are other things. */
    fixture_sql(&f, "INSERT INTO room (tenant_id, room_id, created_at, last_seq, name)"
                    " VALUES ('u', 'club', 7, 1, 'theirs');"
                    " INSERT INTO member (tenant_id, room_id, user_id, joined_at)"
                    " VALUES ('u', 'club', 'ann', 7), ('u', 'club', 'zoe', 8);"
                    " INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)"
                    " VALUES ('u', 'club', 1, 'id-1', 'zoe', 'theirs', 7)");
    for (int seq = 1; seq <= LOG_LENGTH; seq++)
        fixture_sql(&f,
                    "INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)"
                    " VALUES ('t', 'club', %d, 'id-%d', 'ann', 'core %d', %d);"
                    " INSERT INTO gg_guild (tenant_id, room_id, seq, id, sender_id, text, ts)"
                    " VALUES ('t', 'GUILD#red', %d, 'gid-%d', 'ann', 'guild %d', %d)",
                    seq, seq, seq, seq * 10, seq, seq, seq, seq * 10);
    fixture_sql(&f,
                "UPDATE room SET last_seq = %d, last_ts = %d"
                " WHERE tenant_id = 't' AND room_id IN ('club', 'GUILD#red')",
                LOG_LENGTH, LOG_LENGTH * 10);
    /* Eve was removed behind the second message of three. */
    fixture_room(&f, "left", "ann");
    fixture_sql(&f, "INSERT INTO gg_core (tenant_id, room_id, seq, type, id, sender_id, text, ts)"
                    " VALUES ('t', 'left', 1, 'Message', 'l1', 'ann', 'one', 1),"
                    " ('t', 'left', 2, 'Message', 'l2', 'ann', 'two', 1),"
                    " ('t', 'left', 3, 'MemberRemoved', 'l3', 'ann', 'eve', 1),"
                    " ('t', 'left', 4, 'Message', 'l4', 'ann', 'four', 1);"
                    " UPDATE room SET last_seq = 4 WHERE room_id = 'left'");
    return 0;
}

static int close_fixture(void **state)
{
    fixture_close(&f);
    return 0;
}

/* --- every kind of read, by every kind of caller, and what it brought in words */

typedef struct wait *ask_fn(struct store *s, const struct store_caller *c, const char *id);
typedef void tell_fn(struct buf *out, const void *value);

static void tell_message(struct buf *out, const void *value)
{
    const struct message *m = value;

    if (m)
        buf_printf(out, " %.*s/%.*s#%lld %.*s@%lld", STR_ARG(m->tenant_id), STR_ARG(m->room_id),
                   (long long)m->seq, STR_ARG(m->text), (long long)m->ts);
}

static void tell_page(struct buf *out, const void *value)
{
    const struct message_page *page = value;

    for (size_t i = 0; i < page->n; i++)
        tell_message(out, message_page_row(page, i));
    buf_printf(out, " next %d previous %d of %lld", page->has_next, page->has_previous,
               (long long)page->last_seq);
}

static void tell_run(struct buf *out, const void *value)
{
    const struct message_run *run = value;

    for (size_t i = 0; i < run->n; i++)
        tell_message(out, &run->rows[i]);
    buf_printf(out, " to %lld of %lld", (long long)run->through, (long long)run->last_seq);
}

static void tell_door(struct buf *out, const void *value)
{
    const struct message_door *door = value;

    buf_printf(out, " %lld %lld %.*s", (long long)door->last_seq, (long long)door->first_kept_seq,
               STR_ARG(door->newest_id));
}

static void tell_start(struct buf *out, const void *value)
{
    const struct message_start *start = value;

    buf_printf(out, " %lld %lld %lld", (long long)start->last_seq, (long long)start->since_seq,
               (long long)start->first_kept_seq);
}

static void tell_room(struct buf *out, const void *value)
{
    const struct room *r = value;

    buf_printf(out, " %.*s (%.*s) %d %d %lld %lld %lld", STR_ARG(r->id), STR_ARG(r->name), r->kind,
               r->visibility, (long long)r->last_seq, (long long)r->created_at,
               (long long)r->member_count);
    if (r->membership)
        buf_printf(out, " as %.*s %d", STR_ARG(r->membership->user_id), r->membership->role);
}

static void tell_guild(struct buf *out, const void *value)
{
    const struct guild *g = value;

    buf_printf(out, " %.*s %lld", STR_ARG(g->id), (long long)g->member_count);
}

static void tell_rooms(struct buf *out, const void *value)
{
    const struct key_page *page = value;
    const struct room *rows = page->rows;

    for (size_t i = 0; i < page->n; i++)
        tell_room(out, &rows[i]);
    buf_printf(out, " next %d", page->has_next);
}

static void tell_members(struct buf *out, const void *value)
{
    const struct key_page *page = value;
    const struct member *rows = page->rows;

    for (size_t i = 0; i < page->n; i++)
        buf_printf(out, " %.*s %d %lld", STR_ARG(rows[i].user_id), rows[i].role,
                   (long long)rows[i].joined_at);
    buf_printf(out, " next %d", page->has_next);
}

static struct wait *ask_room(struct store *s, const struct store_caller *c, const char *id)
{
    return store_room_get(s, &f.arena, c, str_c(id));
}

static struct wait *ask_guild(struct store *s, const struct store_caller *c, const char *id)
{
    return store_guild_get(s, &f.arena, c, str_c(id));
}

static struct wait *ask_room_members(struct store *s, const struct store_caller *c, const char *id)
{
    return store_room_members(s, &f.arena, c, str_c(id), NULL, 2);
}

static struct wait *ask_guild_members(struct store *s, const struct store_caller *c, const char *id)
{
    static const struct list_place behind = {.id = STR_INIT("ann"), .at = 1000};

    return store_guild_members(s, &f.arena, c, str_c(id), &behind, 2);
}

static struct wait *ask_guild_rooms(struct store *s, const struct store_caller *c, const char *id)
{
    return store_guild_rooms(s, &f.arena, c, str_c(id), NULL, 2);
}

static struct wait *ask_own_rooms(struct store *s, const struct store_caller *c, const char *id)
{
    struct list_place behind = {.id = str_c(id), .at = 20};

    return store_viewer_rooms(s, &f.arena, c, *id ? &behind : NULL, 2);
}

static struct wait *ask_last(struct store *s, const struct store_caller *c, const char *id)
{
    return store_room_last_message(s, &f.arena, c, str_c(id));
}

static struct wait *ask_message(struct store *s, const struct store_caller *c, const char *id)
{
    return store_message_get(s, &f.arena, c, str_c(id));
}

static struct wait *ask_page(struct store *s, const struct store_caller *c, const char *id)
{
    struct message_page_query q = {
        .room_id = str_c(id), .limit = 2, .before = {MESSAGE_PLACE_TIME, 0, 15}};

    return store_message_page(s, &f.arena, c, &q);
}

static struct wait *ask_page_up(struct store *s, const struct store_caller *c, const char *id)
{
    struct message_page_query q = {
        .room_id = str_c(id), .limit = 3, .oldest_first = true, .after = {MESSAGE_PLACE_SEQ, 1, 0}};

    return store_message_page(s, &f.arena, c, &q);
}

static struct wait *ask_door(struct store *s, const struct store_caller *c, const char *id)
{
    return store_message_door(s, &f.arena, c, str_c(id));
}

static struct wait *ask_start(struct store *s, const struct store_caller *c, const char *id)
{
    return store_message_start(s, &f.arena, c, str_c(id),
                               (struct message_place){MESSAGE_PLACE_TIME, 0, 25});
}

static struct wait *ask_run(struct store *s, const struct store_caller *c, const char *id)
{
    struct message_run_query q = {.room_id = str_c(id), .after = 2, .limit = 2};

    return store_message_read_on(s, &f.arena, c, &q);
}

static struct wait *ask_run_as_member(struct store *s, const struct store_caller *c, const char *id)
{
    struct message_run_query q = {.room_id = str_c(id), .limit = 5, .was_member = true};

    return store_message_read_on(s, &f.arena, c, &q);
}

static const struct read_kind {
    const char *name;
    ask_fn *ask;
    tell_fn *tell;
    const char *ids[6];
} kinds[] = {
    {"room", ask_room, tell_room, {"club", "empty", "GUILD#red", "nowhere", "event-1", "club"}},
    {"guild", ask_guild, tell_guild, {"red", "blue", "red"}},
    {"room members", ask_room_members, tell_members, {"club", "GUILD#red", "nowhere", "empty"}},
    {"guild members", ask_guild_members, tell_members, {"red", "blue"}},
    {"guild rooms", ask_guild_rooms, tell_rooms, {"red", "blue"}},
    {"own rooms", ask_own_rooms, tell_rooms, {"", "club", ""}},
    {"last message", ask_last, tell_message, {"club", "empty", "GUILD#red", "event-1", "nowhere"}},
    {"message", ask_message, tell_message, {"id-1", "gid-2", "none", "id-5"}},
    {"page", ask_page, tell_page, {"club", "GUILD#red", "empty", "event-1", "nowhere", "club"}},
    {"page up", ask_page_up, tell_page, {"club", "GUILD#red", "empty", "nowhere"}},
    {"door", ask_door, tell_door, {"club", "GUILD#red", "empty", "event-1", "nowhere"}},
    {"start", ask_start, tell_start, {"club", "GUILD#red", "empty", "event-1", "nowhere"}},
    {"run", ask_run, tell_run, {"club", "GUILD#red", "empty", "event-1", "nowhere"}},
    {"run of a member", ask_run_as_member, tell_run, {"club", "GUILD#red", "left", "nowhere"}},
};

static const struct str vouched[] = {STR_INIT("blue"), STR_INIT("a \"b\" \\ {c},"),
                                     STR_INIT("red")};

static const struct store_caller callers[] = {
    {.tenant = STR_INIT("t"), .user = STR_INIT("ann")},
    {.tenant = STR_INIT("t"), .user = STR_INIT("eve")},
    {.tenant = STR_INIT("u"), .user = STR_INIT("ann")},
    {.tenant = STR_INIT("t"), .user = STR_INIT("root"), .tenant_admin = true},
    {.tenant = STR_INIT("t"), .user = STR_INIT("vera"), .guilds = vouched, .n_guilds = 3},
};

static struct str told(const struct read_kind *kind, const struct wait *w)
{
    struct buf out;
    struct str text;

    buf_init(&out, 4096);
    buf_printf(&out, "%d", (int)w->status);
    if (w->status == ST_OK)
        kind->tell(&out, w->value);
    else
        buf_printf(&out, " %.*s", STR_ARG(w->detail));
    text = arena_str(&f.arena, buf_str(&out));
    buf_done(&out);
    return text;
}

static int64_t last_was_gathered(void)
{
    fixture_sql(&f, "SELECT pg_stat_clear_snapshot()");
    return fixture_sql_i64(&f, "SELECT count(*) FROM pg_stat_activity"
                               " WHERE application_name = 'guildhall reader'"
                               " AND query LIKE 'SELECT one.*, c.place%%'");
}

/* One after the other, then all in one turn, twice each. */
static void check_kind(const struct read_kind *kind)
{
    struct str alone[MOST_ASKED];
    struct wait *w[2 * MOST_ASKED];
    size_t n = 0;

    for (size_t c = 0; c < array_size(callers); c++)
        for (size_t i = 0; i < array_size(kind->ids) && kind->ids[i]; i++) {
            w[n] = kind->ask(f.store, &callers[c], kind->ids[i]);
            fixture_await(&f, w[n]);
            alone[n] = told(kind, w[n]);
            n++;
        }
    assert_int_equal(last_was_gathered(), 0);
    for (size_t again = 0; again < 2; again++)
        for (size_t c = 0, at = again * n; c < array_size(callers); c++)
            for (size_t i = 0; i < array_size(kind->ids) && kind->ids[i]; i++)
                w[at++] = kind->ask(f.store, &callers[c], kind->ids[i]);
    for (size_t i = 0; i < 2 * n; i++) {
        fixture_await(&f, w[i]);
        if (!str_eq(told(kind, w[i]), alone[i % n]))
            fail_msg("%s %zu: together%.*s\nalone%.*s", kind->name, i, STR_ARG(told(kind, w[i])),
                     STR_ARG(alone[i % n]));
    }
    assert_int_equal(last_was_gathered(), 1);
}

static void each_call_of_many_is_answered_as_if_it_were_alone(void **state)
{
    for (size_t i = 0; i < array_size(kinds); i++)
        check_kind(&kinds[i]);
}

/* --- failures */

static void what_postgresql_refuses_takes_no_other_read_along(void **state)
{
    struct store_caller ann = fixture_caller("ann");
    struct wait *w[3];

    w[0] = store_message_get(f.store, &f.arena, &ann, STR("id-1"));
    w[1] = store_message_get(f.store, &f.arena, &ann, STR("not UTF-8: \xff"));
    w[2] = store_message_get(f.store, &f.arena, &ann, STR("id-2"));
    assert_int_equal(fixture_await(&f, w[0]), ST_OK);
    assert_int_equal(fixture_await(&f, w[1]), ST_BAD_INPUT);
    assert_int_equal(fixture_await(&f, w[2]), ST_OK);
    assert_str(((const struct message *)w[2]->value)->text, "core 2");
}

static void a_lost_connection_fails_all_that_wait(void **state)
{
    enum {
        N = 700 /* questions, more than leave together */
    };
    struct store_caller ann = fixture_caller("ann");
    struct message_place then = {.kind = MESSAGE_PLACE_TIME};
    static struct wait *w[N];

    fixture_sql(&f, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'guildhall reader'");
    for (then.ts = 0; then.ts < N; then.ts++)
        w[then.ts] = store_message_start(f.store, &f.arena, &ann, STR("club"), then);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(fixture_await(&f, w[i]), ST_UNAVAILABLE);
    fixture_await_ready(&f);
    for (then.ts = 0; then.ts < N; then.ts++)
        w[then.ts] = store_message_start(f.store, &f.arena, &ann, STR("club"), then);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
        assert_int_equal(((const struct message_start *)w[i]->value)->last_seq, LOG_LENGTH);
    }
}

/* Subscriptions that begin wait for one another, but not for what does not answer. */
static void what_waits_fails_when_the_database_falls_silent(void **state)
{
    struct store_caller ann = fixture_caller("ann");
    struct message_place now = {MESSAGE_PLACE_NONE, 0, 0};
    struct wait *sent, *held, *late;
    struct standstill still;

    fixture_sql(&f, "BEGIN; LOCK TABLE room");
    sent = store_message_start(f.store, &f.arena, &ann, STR("club"), now);
    while (!fixture_sql_i64(&f, "SELECT count(*) FROM pg_stat_get_activity(NULL)"
                                " WHERE wait_event_type = 'Lock'"
                                " AND application_name = 'guildhall reader'"))
        uv_run(&f.loop.uv, UV_RUN_NOWAIT);
    standstill_begin(&still, f.sql, "guildhall reader");
    held = store_message_start(f.store, &f.arena, &ann, STR("club"), now);
    assert_int_equal(fixture_await(&f, sent), ST_UNAVAILABLE);
    assert_int_equal(fixture_await(&f, held), ST_UNAVAILABLE);
    late = store_message_start(f.store, &f.arena, &ann, STR("club"), now);
    assert_true(late->answered);
    assert_int_equal(late->status, ST_UNAVAILABLE);
    standstill_end(&still);
    fixture_sql(&f, "COMMIT");
    fixture_await_ready(&f);
}

static void no_more_gathers_than_can_be_kept(void **state)
{
    enum {
        ENOUGH = 100000
    };
    struct store_caller ann = fixture_caller("ann");
    static struct wait *w[ENOUGH];
    struct wait *refused = NULL;
    size_t n = 0;

    while (n < ENOUGH &&
           !(refused = store_room_get(f.store, &f.arena, &ann, STR("club")))->answered)
        w[n++] = refused;
    assert_in_range(n, 1, ENOUGH - 1);
    assert_int_equal(refused->status, ST_UNAVAILABLE);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
    assert_int_equal(fixture_await(&f, store_room_get(f.store, &f.arena, &ann, STR("club"))),
                     ST_OK);
}

/* The arenas of one statement's calls end in any order. */
static void a_shared_result_lives_as_long_as_the_last_of_its_readers(void **state)
{
    struct store_caller ann = fixture_caller("ann");
    struct arena arenas[3];
    struct wait *w[3];

    for (size_t i = 0; i < array_size(w); i++) {
        arena_init(&arenas[i]);
        w[i] = store_room_get(f.store, &arenas[i], &ann, STR("club"));
    }
    for (size_t i = 0; i < array_size(w); i++)
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
    arena_done(&arenas[1]);
    arena_done(&arenas[0]);
    assert_str(((const struct room *)w[2]->value)->id, "club");
    arena_done(&arenas[2]);
}

static int64_t now_us_of_postgresql(void)
{
    return fixture_sql_i64(&f, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
}

/* What it was asked since then. */
static bool reader_has_answered(int64_t since_us)
{
    fixture_sql(&f, "SELECT pg_stat_clear_snapshot()");
    return fixture_sql_i64(&f,
                           "SELECT count(*) FROM pg_stat_activity"
                           " WHERE application_name = 'guildhall reader' AND state = 'idle'"
                           " AND extract(epoch FROM query_start) * 1000000 > %lld",
                           (long long)since_us);
}

/* With the statement of one, though each has his own answer. */
static void what_many_ask_alike_is_asked_once(void **state)
{
    struct store_caller ann = fixture_caller("ann"), bob = fixture_caller("bob");
    struct wait *w[MOST_ASKED];

    for (size_t i = 0; i < MOST_ASKED; i++)
        w[i] = store_message_door(f.store, &f.arena, &ann, STR("club"));
    for (size_t i = 0; i < MOST_ASKED; i++) {
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
        assert_str(((const struct message_door *)w[i]->value)->newest_id, "id-5");
    }
    assert_int_equal(last_was_gathered(), 0);
    for (size_t i = 0; i < MOST_ASKED; i++)
        w[i] = store_message_door(f.store, &f.arena, i % 2 ? &ann : &bob, STR("club"));
    for (size_t i = 0; i < MOST_ASKED; i++)
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
    assert_int_equal(last_was_gathered(), 1);
}

/* Whoever is admitted as he is, is asked for as all others who are. */
static void readers_of_an_open_room_ask_alike_whoever_they_are(void **state)
{
    struct wait *w[MOST_ASKED];
    char user[8];

    for (size_t i = 0; i < MOST_ASKED; i++) {
        struct store_caller caller;

        snprintf(user, sizeof(user), "u%zu", i);
        caller = fixture_caller(user);
        w[i] = store_message_door(f.store, &f.arena, &caller, STR("event-1"));
    }
    for (size_t i = 0; i < MOST_ASKED; i++)
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
    assert_int_equal(last_was_gathered(), 0);
}

/* PostgreSQL has said so already, but to somebody who came before. */
static void nobody_is_answered_by_what_was_asked_before_he_came(void **state)
{
    struct store_caller bob = fixture_caller("bob");
    struct wait *before, *after;
    int64_t asked_us;

    before = store_message_door(f.store, &f.arena, &bob, STR("left"));
    assert_int_equal(fixture_await(&f, before), ST_FORBIDDEN);
    fixture_sql(&f, "INSERT INTO member (tenant_id, room_id, user_id, joined_at)"
                    " VALUES ('t', 'left', 'bob', 1)");
    asked_us = now_us_of_postgresql();
    before = store_message_door(f.store, &f.arena, &bob, STR("left"));
    uv_run(&f.loop.uv, UV_RUN_NOWAIT);
    while (!reader_has_answered(asked_us))
        usleep(1000);
    fixture_sql(&f, "DELETE FROM member WHERE room_id = 'left' AND user_id = 'bob'");
    after = store_message_door(f.store, &f.arena, &bob, STR("left"));
    assert_int_equal(fixture_await(&f, before), ST_OK);
    assert_int_equal(fixture_await(&f, after), ST_FORBIDDEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(each_call_of_many_is_answered_as_if_it_were_alone),
        test(what_many_ask_alike_is_asked_once),
        test(readers_of_an_open_room_ask_alike_whoever_they_are),
        test(nobody_is_answered_by_what_was_asked_before_he_came),
        test(what_postgresql_refuses_takes_no_other_read_along),
        test(a_lost_connection_fails_all_that_wait),
        test(what_waits_fails_when_the_database_falls_silent),
        test(no_more_gathers_than_can_be_kept),
        test(a_shared_result_lives_as_long_as_the_last_of_its_readers),
    };

    return cmocka_run_group_tests_name("store/gather", tests, open_fixture, close_fixture);
}
