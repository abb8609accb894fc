#include "store/room.h"

#include <libpq-fe.h>

#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

static struct fixture f;

/* Places in the schema's enums. */
enum {
    GROUP = 1,
    PRIVATE = 1,
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

static const struct room *get_room(const char *user, const char *id, enum status want)
{
    struct store_caller caller = fixture_caller(user);
    struct wait *w = store_room_get(f.store, &f.arena, &caller, str_c(id));

    assert_int_equal(fixture_await(&f, w), want);
    return want == ST_OK ? w->value : NULL;
}

static void a_room_is_seen_by_its_members(void **state)
{
    const struct room *room;

    fixture_room(&f, "seen", "ann guest*");
    fixture_sql(&f, "UPDATE room SET name = 'A name' WHERE room_id = 'seen'");
    room = get_room("guest", "seen", ST_OK);
    assert_str(room->id, "seen");
    assert_str(room->name, "A name");
    assert_null(room->guild_id.p);
    assert_int_equal(room->kind, GROUP);
    assert_int_equal(room->visibility, PRIVATE);
    assert_int_equal(room->member_count, 2);
    assert_int_equal(room->created_at, 1);
    assert_str(room->membership->user_id, "guest");
    assert_int_equal(room->membership->role, GUEST);
    assert_int_equal(room->membership->joined_at, 1001);
    assert_int_equal(get_room("ann", "seen", ST_OK)->membership->role, MEMBER);
}

static void a_private_room_is_not_known_to_others_and_a_public_one_is(void **state)
{
    struct store_caller admin = fixture_caller("root");

    fixture_room(&f, "hidden", "ann");
    get_room("eve", "hidden", ST_NOT_FOUND);
    get_room("eve", "nowhere", ST_NOT_FOUND);
    get_room("eve", "no room id", ST_NOT_FOUND);
    admin.tenant_admin = true;
    assert_int_equal(fixture_await(&f, store_room_get(f.store, &f.arena, &admin, STR("hidden"))),
                     ST_OK);
    fixture_sql(&f, "UPDATE room SET visibility = 'PUBLIC' WHERE room_id = 'hidden'");
    assert_null(get_room("eve", "hidden", ST_OK)->membership);
}

static void another_tenants_room_is_not_there(void **state)
{
    struct store_caller other = fixture_caller("ann");

    fixture_room(&f, "tenants", "ann");
    fixture_sql(&f, "UPDATE room SET visibility = 'PUBLIC' WHERE room_id = 'tenants'");
    other.tenant = STR("u");
    assert_int_equal(fixture_await(&f, store_room_get(f.store, &f.arena, &other, STR("tenants"))),
                     ST_NOT_FOUND);
}

static void a_guild_room_has_the_guilds_members(void **state)
{
    struct str vouched_for[] = {STR("house")};
    struct store_caller vouched = fixture_caller("carl");
    const struct room *room;
    struct wait *w;

    fixture_guild(&f, "house", "ann bob");
    /* What stands in `member` does not count for a guild room. */
    fixture_sql(&f, "INSERT INTO member (tenant_id, room_id, user_id, joined_at)"
                    " VALUES ('t', 'GUILD#house', 'eve', 1)");
    room = get_room("bob", "GUILD#house", ST_OK);
    assert_str(room->guild_id, "house");
    assert_int_equal(room->member_count, 2);
    assert_str(room->membership->user_id, "bob");
    get_room("eve", "GUILD#house", ST_NOT_FOUND);
    vouched.guilds = vouched_for;
    vouched.n_guilds = 1;
    w = store_room_get(f.store, &f.arena, &vouched, STR("GUILD#house"));
    assert_int_equal(fixture_await(&f, w), ST_OK);
    assert_null(((const struct room *)w->value)->membership);
}

static void a_guild_is_known_to_those_in_it(void **state)
{
    struct store_caller ann = fixture_caller("ann"), eve = fixture_caller("eve");
    struct str vouched_for[] = {STR("club")};
    const struct guild *guild;
    struct wait *w;

    fixture_guild(&f, "club", "ann bob carl");
    w = store_guild_get(f.store, &f.arena, &ann, STR("club"));
    assert_int_equal(fixture_await(&f, w), ST_OK);
    guild = w->value;
    assert_str(guild->id, "club");
    assert_str(guild->name, "The guild");
    assert_int_equal(guild->member_count, 3);
    assert_int_equal(fixture_await(&f, store_guild_get(f.store, &f.arena, &eve, STR("club"))),
                     ST_NOT_FOUND);
    assert_int_equal(fixture_await(&f, store_guild_get(f.store, &f.arena, &ann, STR("none"))),
                     ST_NOT_FOUND);
    eve.guilds = vouched_for;
    eve.n_guilds = 1;
    assert_int_equal(fixture_await(&f, store_guild_get(f.store, &f.arena, &eve, STR("club"))),
                     ST_OK);
}

/* --- lists */

/* The keys on the page, between spaces. */
static void check_page(struct wait *w, const char *want, bool has_next)
{
    const struct key_page *page;
    struct str rest = str_c(want);
    size_t i = 0;

    assert_int_equal(fixture_await(&f, w), ST_OK);
    page = w->value;
    for (; rest.n; i++) {
        assert_true(i < page->n);
        assert_true(str_eq(*(const struct str *)((const char *)page->rows + i * page->row_size),
                           str_split(&rest, ' ')));
    }
    assert_int_equal(page->n, i);
    assert_int_equal(page->has_next, has_next);
}

typedef struct wait *members_fn(struct store *s, struct arena *a, const struct store_caller *caller,
                                struct str id, const struct list_place *after, size_t limit);

/* The place behind which a next page would begin: where it was, if this one is empty. */
static struct list_place check_members(members_fn *members, const char *id,
                                       const struct list_place *after, size_t limit,
                                       const char *want, bool has_next)
{
    struct store_caller ann = fixture_caller("ann");
    struct wait *w = members(f.store, &f.arena, &ann, str_c(id), after, limit);
    const struct key_page *page;

    check_page(w, want, has_next);
    page = w->value;
    assert_int_equal(page->has_previous, after != NULL);
    if (page->n > 0)
        return key_page_place(page, page->n - 1);
    return after ? *after : (struct list_place){.at = -1};
}

static void members_are_paged_the_oldest_first(void **state)
{
    static const struct {
        members_fn *fn;
        const char *id;
    } lists[] = {
        {store_room_members, "crew"},
        {store_room_members, "GUILD#crew"},
        {store_guild_members, "crew"},
    };

    fixture_room(&f, "crew", "zoe ann bob");
    fixture_guild(&f, "crew", "zoe ann bob");
    for (size_t i = 0; i < array_size(lists); i++) {
        struct list_place at;

        check_members(lists[i].fn, lists[i].id, NULL, 3, "zoe ann bob", false);
        at = check_members(lists[i].fn, lists[i].id, NULL, 2, "zoe ann", true);
        at = check_members(lists[i].fn, lists[i].id, &at, 2, "bob", false);
        check_members(lists[i].fn, lists[i].id, &at, 2, "", false);
    }
}

/* A page ends with somebody who is gone when the next one is asked for. */
static void paging_goes_on_behind_a_member_who_left(void **state)
{
    static const struct {
        members_fn *fn;
        const char *id;
    } lists[] = {
        {store_room_members, "leavers"},
        {store_room_members, "GUILD#leavers"},
        {store_guild_members, "leavers"},
    };

    for (size_t i = 0; i < array_size(lists); i++) {
        struct list_place at;

        if (i != 1)
            fixture_room(&f, "leavers", "ann bob carl dan");
        fixture_guild(&f, "leavers", "ann bob carl dan");
        at = check_members(lists[i].fn, lists[i].id, NULL, 2, "ann bob", true);
        fixture_sql(&f, "DELETE FROM member WHERE user_id = 'bob' AND room_id = 'leavers';"
                        " DELETE FROM guild_member WHERE user_id = 'bob' AND guild_id = 'leavers'");
        check_members(lists[i].fn, lists[i].id, &at, 2, "carl dan", false);
        fixture_sql(&f, "DELETE FROM room WHERE room_id LIKE '%%leavers';"
                        " DELETE FROM guild WHERE guild_id = 'leavers'");
    }
}

static void members_are_not_listed_for_strangers(void **state)
{
    struct store_caller eve = fixture_caller("eve");
    struct wait *w;

    fixture_room(&f, "closed", "ann");
    fixture_guild(&f, "closed", "ann");
    w = store_room_members(f.store, &f.arena, &eve, STR("closed"), NULL, 5);
    assert_int_equal(fixture_await(&f, w), ST_NOT_FOUND);
    w = store_room_members(f.store, &f.arena, &eve, STR("GUILD#closed"), NULL, 5);
    assert_int_equal(fixture_await(&f, w), ST_NOT_FOUND);
    w = store_guild_members(f.store, &f.arena, &eve, STR("closed"), NULL, 5);
    assert_int_equal(fixture_await(&f, w), ST_NOT_FOUND);
    w = store_guild_rooms(f.store, &f.arena, &eve, STR("closed"), NULL, 5);
    assert_int_equal(fixture_await(&f, w), ST_NOT_FOUND);
}

static void a_guilds_rooms_are_paged_by_id(void **state)
{
    static const struct list_place behind_a = {.id = STR_INIT("GUILD#hall#a")};
    struct store_caller ann = fixture_caller("ann");

    fixture_guild(&f, "hall", "ann");
    fixture_sql(&f, "INSERT INTO room (tenant_id, room_id, guild_id, created_at) VALUES"
                    " ('t', 'GUILD#hall#b', 'hall', 1), ('t', 'GUILD#hall#a', 'hall', 1)");
    check_page(store_guild_rooms(f.store, &f.arena, &ann, STR("hall"), NULL, 5),
               "GUILD#hall GUILD#hall#a GUILD#hall#b", false);
    check_page(store_guild_rooms(f.store, &f.arena, &ann, STR("hall"), NULL, 2),
               "GUILD#hall GUILD#hall#a", true);
    check_page(store_guild_rooms(f.store, &f.arena, &ann, STR("hall"), &behind_a, 2),
               "GUILD#hall#b", false);
    fixture_guild(&f, "bare", "ann");
    fixture_sql(&f, "DELETE FROM room WHERE guild_id = 'bare'");
    check_page(store_guild_rooms(f.store, &f.arena, &ann, STR("bare"), NULL, 2), "", false);
}

static void a_viewers_rooms_come_the_latest_active_first(void **state)
{
    struct store_caller dan = fixture_caller("dan");
    struct str vouched_for[] = {STR("lent")};
    struct list_place at;
    struct wait *w;

    check_page(store_viewer_rooms(f.store, &f.arena, &dan, NULL, 5), "", false);
    fixture_room(&f, "old", "dan");
    fixture_room(&f, "new", "ann dan");
    fixture_room(&f, "theirs", "ann");
    fixture_guild(&f, "mine", "dan");
    fixture_guild(&f, "lent", "ann");
    fixture_sql(&f, "UPDATE room SET last_ts = CASE room_id WHEN 'old' THEN 10"
                    " WHEN 'GUILD#mine' THEN 20 WHEN 'new' THEN 30 WHEN 'GUILD#lent' THEN 40"
                    " ELSE last_ts END");
    check_page(store_viewer_rooms(f.store, &f.arena, &dan, NULL, 5), "new GUILD#mine old", false);
    w = store_viewer_rooms(f.store, &f.arena, &dan, NULL, 2);
    check_page(w, "new GUILD#mine", true);
    at = key_page_place(w->value, 1);
    check_page(store_viewer_rooms(f.store, &f.arena, &dan, &at, 2), "old", false);
    /* A message in the room that the page ended with moves the room, not the page behind it. */
    fixture_sql(&f, "UPDATE room SET last_ts = 50 WHERE room_id = 'GUILD#mine'");
    check_page(store_viewer_rooms(f.store, &f.arena, &dan, &at, 2), "old", false);
    fixture_sql(&f, "DELETE FROM room WHERE room_id = 'GUILD#mine'");
    check_page(store_viewer_rooms(f.store, &f.arena, &dan, &at, 2), "old", false);
    dan.guilds = vouched_for;
    dan.n_guilds = 1;
    check_page(store_viewer_rooms(f.store, &f.arena, &dan, NULL, 2), "GUILD#lent new", true);
}

static void a_new_room_comes_before_those_that_were_active_earlier(void **state)
{
    struct store_caller una = fixture_caller("una");

    fixture_room(&f, "quiet", "una");
    fixture_room(&f, "fresh", "una");
    fixture_sql(&f, "UPDATE room SET last_ts = 60 WHERE room_id = 'quiet';"
                    " UPDATE room SET created_at = 70 WHERE room_id = 'fresh'");
    check_page(store_viewer_rooms(f.store, &f.arena, &una, NULL, 5), "fresh quiet", false);
}

/* --- how many they are */

static int64_t members_of_room(const char *id)
{
    struct store_caller root = fixture_caller("root");
    struct wait *w;

    root.tenant_admin = true;
    w = store_room_get(f.store, &f.arena, &root, str_c(id));
    assert_int_equal(fixture_await(&f, w), ST_OK);
    return ((const struct room *)w->value)->member_count;
}

static void members_are_counted_however_they_come_and_go(void **state)
{
    fixture_room(&f, "counted", "ann bob carl");
    fixture_guild(&f, "counted", "ann bob");
    assert_int_equal(members_of_room("counted"), 3);
    assert_int_equal(members_of_room("GUILD#counted"), 2);
    fixture_sql(&f, "INSERT INTO member (tenant_id, room_id, user_id, joined_at) VALUES"
                    " ('t', 'counted', 'carl', 1), ('t', 'counted', 'dan', 1),"
                    " ('t', 'GUILD#counted', 'nobody', 1)"
                    " ON CONFLICT (tenant_id, room_id, user_id) DO UPDATE SET role = 'GUEST'");
    assert_int_equal(members_of_room("counted"), 4);
    assert_int_equal(members_of_room("GUILD#counted"), 2);
    fixture_sql(&f, "DELETE FROM member WHERE room_id = 'counted' AND user_id < 'c';"
                    " DELETE FROM guild_member WHERE guild_id = 'counted' AND user_id = 'ann'");
    assert_int_equal(members_of_room("counted"), 2);
    assert_int_equal(members_of_room("GUILD#counted"), 1);
    fixture_sql(&f, "BEGIN; DELETE FROM member WHERE room_id = 'counted'; ROLLBACK");
    assert_int_equal(members_of_room("counted"), 2);
    fixture_sql(&f, "DELETE FROM guild WHERE guild_id = 'counted'");
    assert_int_equal(members_of_room("GUILD#counted"), 0);
}

/* --- the newest message */

static void the_last_message_is_the_newest_or_none(void **state)
{
    struct store_caller ann = fixture_caller("ann"), eve = fixture_caller("eve");
    struct wait *w;

    fixture_guild(&f, "last", "ann");
    w = store_room_last_message(f.store, &f.arena, &ann, STR("GUILD#last"));
    assert_int_equal(fixture_await(&f, w), ST_OK);
    assert_null(w->value);
    fixture_send(&f, "ann", "GUILD#last", "one", NULL, NULL);
    fixture_send(&f, "ann", "GUILD#last", "two", NULL, NULL);
    w = store_room_last_message(f.store, &f.arena, &ann, STR("GUILD#last"));
    assert_int_equal(fixture_await(&f, w), ST_OK);
    assert_str(((const struct message *)w->value)->text, "two");
    w = store_room_last_message(f.store, &f.arena, &eve, STR("GUILD#last"));
    assert_int_equal(fixture_await(&f, w), ST_FORBIDDEN);
}

/* --- what can be a room at all */

static void check_refused(const char *sql)
{
    PGresult *result = PQexec(f.sql, sql);

    if (PQresultStatus(result) != PGRES_FATAL_ERROR)
        fail_msg("not refused: %s", sql);
    assert_string_equal(PQresultErrorField(result, PG_DIAG_SQLSTATE), "23514");
    PQclear(result);
}

static void what_cannot_be_a_room_is_refused_whoever_writes_it(void **state)
{
    fixture_room(&f, "right", "ann");
    check_refused("UPDATE room SET kind = 'CAVE' WHERE room_id = 'right'");
    check_refused("UPDATE room SET visibility = 'SECRET' WHERE room_id = 'right'");
    check_refused("UPDATE room SET guild_id = 'g' WHERE room_id = 'right'");
    check_refused("INSERT INTO room (tenant_id, room_id, kind, created_at)"
                  " VALUES ('t', 'wrong', 'CAVE', 1)");
    check_refused("INSERT INTO room (tenant_id, room_id, visibility, created_at)"
                  " VALUES ('t', 'wrong', 'SECRET', 1)");
    check_refused("INSERT INTO room (tenant_id, room_id, created_at) VALUES ('t', '', 1)");
    check_refused("INSERT INTO room (tenant_id, room_id, created_at)"
                  " VALUES ('t', repeat('ä', 129), 1)");
    check_refused("INSERT INTO room (tenant_id, room_id, created_at)"
                  " VALUES ('t', 'GUILD#wrong', 1)");
    check_refused("INSERT INTO room (tenant_id, room_id, guild_id, created_at)"
                  " VALUES ('t', 'wrong', 'g', 1)");
    fixture_sql(&f, "INSERT INTO room (tenant_id, room_id, kind, visibility, created_at)"
                    " VALUES ('t', repeat('ä', 128), 'DIRECT', 'PUBLIC', 1)");
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM room WHERE room_id = 'right'"
                                         " AND (kind, visibility) = ('GROUP', 'PRIVATE')"
                                         " AND guild_id IS NULL"),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_room_is_seen_by_its_members),
        test(a_private_room_is_not_known_to_others_and_a_public_one_is),
        test(another_tenants_room_is_not_there),
        test(a_guild_room_has_the_guilds_members),
        test(a_guild_is_known_to_those_in_it),
        test(members_are_paged_the_oldest_first),
        test(paging_goes_on_behind_a_member_who_left),
        test(members_are_not_listed_for_strangers),
        test(a_guilds_rooms_are_paged_by_id),
        test(a_viewers_rooms_come_the_latest_active_first),
        test(a_new_room_comes_before_those_that_were_active_earlier),
        test(members_are_counted_however_they_come_and_go),
        test(the_last_message_is_the_newest_or_none),
        test(what_cannot_be_a_room_is_refused_whoever_writes_it),
    };

    return cmocka_run_group_tests_name("store/room", tests, open_fixture, close_fixture);
}
