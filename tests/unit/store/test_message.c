#include "store/message.h"

#include <stdio.h>

#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

static struct fixture f;

static int open_fixture(void **state)
{
    fixture_open(&f, "lobby, event-*,GUILD#open-*");
    return 0;
}

static int close_fixture(void **state)
{
    fixture_close(&f);
    return 0;
}

/* --- sending */

static void a_message_comes_back_as_it_was_stored(void **state)
{
    const struct message *row;

    fixture_room(&f, "a", "ann bob");
    assert_int_equal(fixture_send(&f, "ann", "a", "h\xc3\xa9llo", NULL, &row), ST_OK);
    assert_int_equal(row->seq, 1);
    assert_str(row->tenant_id, "t");
    assert_str(row->room_id, "a");
    assert_str(row->sender_id, "ann");
    assert_str(row->text, "h\xc3\xa9llo");
    assert_null(row->idempotency_key.p);
    assert_int_equal(row->id.n, 36);
    assert_int_equal(fixture_sql_i64(&f,
                                     "SELECT count(*) FROM gg_core WHERE tenant_id = 't' AND"
                                     " room_id = 'a' AND seq = 1 AND type = 'Message' AND"
                                     " id = '%.*s' AND ts = %ld AND sender_id = 'ann'",
                                     STR_ARG(row->id), (long)row->ts),
                     1);
    assert_int_equal(fixture_send(&f, "bob", "a", "2", NULL, &row), ST_OK);
    assert_int_equal(row->seq, 2);
}

static void each_table_has_its_rooms(void **state)
{
    fixture_guild(&f, "g", "ann");
    fixture_room(&f, "core", "ann");
    assert_int_equal(fixture_send(&f, "ann", "GUILD#g", "x", NULL, NULL), ST_OK);
    assert_int_equal(fixture_send(&f, "ann", "core", "x", NULL, NULL), ST_OK);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM gg_guild WHERE room_id = 'core'"),
                     0);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM gg_core WHERE room_id = 'GUILD#g'"),
                     0);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM gg_guild WHERE room_id = 'GUILD#g'"),
                     1);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM gg_core WHERE room_id = 'core'"), 1);
}

static void who_may_not_write_is_told_why(void **state)
{
    fixture_room(&f, "closed", "ann guest*");
    fixture_guild(&f, "closed", "ann guest*");
    assert_int_equal(fixture_send(&f, "eve", "closed", "x", NULL, NULL), ST_FORBIDDEN);
    assert_int_equal(fixture_send(&f, "guest", "closed", "x", NULL, NULL), ST_FORBIDDEN);
    assert_int_equal(fixture_send(&f, "eve", "GUILD#closed", "x", NULL, NULL), ST_FORBIDDEN);
    assert_int_equal(fixture_send(&f, "guest", "GUILD#closed", "x", NULL, NULL), ST_FORBIDDEN);
    assert_int_equal(fixture_send(&f, "ann", "nowhere", "x", NULL, NULL), ST_NOT_FOUND);
    assert_int_equal(fixture_send(&f, "ann", "GUILD#nowhere", "x", NULL, NULL), ST_NOT_FOUND);
    assert_int_equal(fixture_send(&f, "ann", "no such id!", "x", NULL, NULL), ST_NOT_FOUND);
    assert_int_equal(fixture_sql_i64(&f, "SELECT last_seq FROM room WHERE room_id = 'closed'"), 0);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM room WHERE room_id = 'nowhere'"), 0);
}

static enum status send_as(const struct store_caller *caller, const char *room_id)
{
    struct message_draft draft = {str_c(room_id), STR("x"), STR_NULL};

    return fixture_await(&f, store_message_send(f.store, &f.arena, caller, &draft));
}

static void an_admin_and_a_vouched_for_guild_need_no_row(void **state)
{
    struct str guilds[] = {STR("other"), STR("vouched")};
    struct store_caller vouched = fixture_caller("carl");
    struct store_caller admin = fixture_caller("root");
    struct store_caller foreign = fixture_caller("root");

    fixture_guild(&f, "vouched", "ann guest*");
    fixture_room(&f, "private", "ann");
    vouched.guilds = guilds;
    vouched.n_guilds = 2;
    admin.tenant_admin = true;
    foreign.tenant_admin = true;
    foreign.tenant = STR("another");
    assert_int_equal(send_as(&vouched, "GUILD#vouched"), ST_OK);
    assert_int_equal(send_as(&vouched, "private"), ST_FORBIDDEN);
    assert_int_equal(send_as(&admin, "GUILD#vouched"), ST_OK);
    assert_int_equal(send_as(&admin, "private"), ST_OK);
    assert_int_equal(send_as(&admin, "nowhere"), ST_NOT_FOUND);
    assert_int_equal(send_as(&foreign, "private"), ST_NOT_FOUND);
    /* A row that says GUEST counts for more than the token. */
    vouched.user = STR("guest");
    assert_int_equal(send_as(&vouched, "GUILD#vouched"), ST_FORBIDDEN);
}

static void an_open_room_is_made_on_first_use(void **state)
{
    const struct message *row;

    assert_int_equal(fixture_send(&f, "eve", "event-7", "x", NULL, &row), ST_OK);
    assert_int_equal(row->seq, 1);
    assert_int_equal(fixture_send(&f, "eve", "GUILD#open-1#side", "x", NULL, &row), ST_OK);
    assert_int_equal(fixture_send(&f, "eve", "event", "x", NULL, &row), ST_NOT_FOUND);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM room WHERE room_id = 'event-7' AND"
                                         " visibility = 'PUBLIC' AND guild_id IS NULL"),
                     1);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM room WHERE guild_id = 'open-1'"), 1);
}

static void a_key_sends_once(void **state)
{
    const struct message *first, *again;

    fixture_room(&f, "keys", "ann bob");
    assert_int_equal(fixture_send(&f, "ann", "keys", "one", "k", &first), ST_OK);
    f.n_committed = 0;
    assert_int_equal(fixture_send(&f, "ann", "keys", "one", "k", &again), ST_OK);
    assert_int_equal(f.n_committed, 1); /* whoever missed it the first time hears of it now */
    assert_int_equal(f.committed[0].seq, first->seq);
    assert_int_equal(again->seq, first->seq);
    assert_int_equal(again->ts, first->ts);
    assert_true(str_eq(again->id, first->id));
    assert_str(again->text, "one");
    assert_str(again->idempotency_key, "k");
    assert_int_equal(fixture_send(&f, "ann", "keys", "two", "k", NULL), ST_KEY_REUSED);
    /* Another sender's key is another key. */
    assert_int_equal(fixture_send(&f, "bob", "keys", "two", "k", &again), ST_OK);
    assert_int_equal(again->seq, first->seq + 1);
    assert_int_equal(fixture_sql_i64(&f, "SELECT count(*) FROM gg_core WHERE room_id = 'keys'"), 2);
}

static void an_imported_messages_own_id_comes_back(void **state)
{
    const struct message *row;

    fixture_room(&f, "imported", "ann");
    fixture_sql(&f, "INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts,"
                    " idempotency_key) VALUES ('t', 'imported', 1, 'old-1', 'ann', 'x', 5, 'k');"
                    " UPDATE room SET last_seq = 1, last_ts = 5 WHERE room_id = 'imported'");
    assert_int_equal(fixture_send(&f, "ann", "imported", "x", "k", &row), ST_OK);
    assert_str(row->id, "old-1");
    assert_int_equal(row->ts, 5);
}

static void time_never_goes_back_in_a_room(void **state)
{
    const struct message *row;
    int64_t future = 4000000000000;

    fixture_room(&f, "clock", "ann");
    fixture_sql(&f, "UPDATE room SET last_ts = %ld WHERE room_id = 'clock'", (long)future);
    assert_int_equal(fixture_send(&f, "ann", "clock", "x", NULL, &row), ST_OK);
    assert_int_equal(row->ts, future);
}

static void what_postgresql_cannot_hold_is_refused(void **state)
{
    struct store_caller caller = fixture_caller("ann");
    struct message_draft nul = {STR("a"), STR("a\0b"), STR_NULL};
    struct message_draft broken = {STR("a"), STR("a\xff"), STR_NULL};

    assert_int_equal(fixture_await(&f, store_message_send(f.store, &f.arena, &caller, &nul)),
                     ST_BAD_INPUT);
    assert_int_equal(fixture_await(&f, store_message_send(f.store, &f.arena, &caller, &broken)),
                     ST_BAD_INPUT);
}

/* --- paging, against the plainest model there is */

enum {
    LOG_LENGTH = 5
};

/* Times: two share one, and no row is of 30. */
static const int64_t times[LOG_LENGTH] = {10, 20, 20, 40, 50};

static void make_log(const char *room_id, const char *table)
{
    for (int i = 0; i < LOG_LENGTH; i++)
        fixture_sql(&f,
                    "INSERT INTO %s (tenant_id, room_id, seq, id, sender_id, text, ts) VALUES"
                    " ('t', '%s', %d, '%s-%d', 'ann', 'x', %ld)",
                    table, room_id, i + 1, room_id, i + 1, (long)times[i]);
    fixture_sql(&f, "UPDATE room SET last_seq = %d, last_ts = 50 WHERE room_id = '%s'", LOG_LENGTH,
                room_id);
}

/* Is the row strictly behind the place, in a list that begins with the oldest? */
static bool is_newer(int64_t seq, const struct message_place *place)
{
    return place->kind == MESSAGE_PLACE_SEQ ? seq > place->seq : times[seq - 1] > place->ts;
}

static bool is_older(int64_t seq, const struct message_place *place)
{
    return place->kind == MESSAGE_PLACE_SEQ ? seq < place->seq : times[seq - 1] <= place->ts;
}

static bool is_behind(int64_t seq, const struct message_place *place, bool oldest_first)
{
    if (place->kind == MESSAGE_PLACE_NONE)
        return true;
    return oldest_first ? is_newer(seq, place) : is_older(seq, place);
}

static bool is_before(int64_t seq, const struct message_place *place, bool oldest_first)
{
    if (place->kind == MESSAGE_PLACE_NONE)
        return true;
    return oldest_first ? is_older(seq, place) : is_newer(seq, place);
}

struct model {
    int64_t seqs[LOG_LENGTH];
    size_t n;
    bool has_next;
    bool has_previous;
};

/* The list whole, cut at both places, cut to the limit; what was cut off is next or previous. */
static struct model page_of(const struct message_page_query *q, int64_t log_length)
{
    struct model m = {0};
    size_t drop;

    for (int64_t i = 0; i < log_length; i++) {
        int64_t seq = q->oldest_first ? i + 1 : log_length - i;
        bool behind = is_behind(seq, &q->after, q->oldest_first);
        bool before = is_before(seq, &q->before, q->oldest_first);
        if (behind && before)
            m.seqs[m.n++] = seq;
        m.has_previous |= !behind;
        m.has_next |= !before;
    }
    if (m.n <= q->limit)
        return m;
    drop = m.n - q->limit;
    m.n = q->limit;
    if (q->from_end) {
        memmove(m.seqs, m.seqs + drop, m.n * sizeof(m.seqs[0]));
        m.has_previous = true;
    } else {
        m.has_next = true;
    }
    return m;
}

static void check_page(const struct message_page_query *q, int64_t log_length)
{
    struct store_caller caller = fixture_caller("ann");
    struct model want = page_of(q, log_length);
    const struct message_page *page;
    struct arena a;
    struct wait *w;
    bool same;

    arena_init(&a);
    w = store_message_page(f.store, &a, &caller, q);
    assert_int_equal(fixture_await(&f, w), ST_OK);
    page = w->value;
    same = page->n == want.n && page->has_next == want.has_next &&
           page->has_previous == want.has_previous && page->last_seq == log_length;
    for (size_t i = 0; same && i < page->n; i++)
        same = message_page_row(page, i)->seq == want.seqs[i] &&
               message_page_row(page, i)->ts == times[message_page_row(page, i)->seq - 1] &&
               str_eq(message_page_row(page, i)->room_id, q->room_id);
    if (!same)
        fail_msg("room %.*s oldest_first %d from_end %d limit %zu after %d/%ld/%ld before "
                 "%d/%ld/%ld: n %zu (want %zu) next %d (%d) previous %d (%d)",
                 STR_ARG(q->room_id), q->oldest_first, q->from_end, q->limit, q->after.kind,
                 (long)q->after.seq, (long)q->after.ts, q->before.kind, (long)q->before.seq,
                 (long)q->before.ts, page->n, want.n, page->has_next, want.has_next,
                 page->has_previous, want.has_previous);
    arena_done(&a);
}

/* None, the seqs around and in the log, the times around, of and between its rows. */
static const struct message_place places[] = {
    {MESSAGE_PLACE_NONE, 0, 0},  {MESSAGE_PLACE_SEQ, 0, 0},   {MESSAGE_PLACE_SEQ, 1, 0},
    {MESSAGE_PLACE_SEQ, 3, 0},   {MESSAGE_PLACE_SEQ, 5, 0},   {MESSAGE_PLACE_SEQ, 6, 0},
    {MESSAGE_PLACE_TIME, 0, 5},  {MESSAGE_PLACE_TIME, 0, 20}, {MESSAGE_PLACE_TIME, 0, 30},
    {MESSAGE_PLACE_TIME, 0, 50}, {MESSAGE_PLACE_TIME, 0, 60},
};

static void check_all_pages(const char *room_id, int64_t log_length)
{
    struct message_page_query q = {.room_id = str_c(room_id)};

    for (int shape = 0; shape < 4; shape++)
        for (size_t after = 0; after < array_size(places); after++)
            for (size_t before = 0; before < array_size(places); before++)
                for (q.limit = 1; q.limit <= LOG_LENGTH + 1; q.limit += 2) {
                    q.oldest_first = shape & 1;
                    q.from_end = shape & 2;
                    q.after = places[after];
                    q.before = places[before];
                    check_page(&q, log_length);
                }
}

static void pages_are_those_of_the_model(void **state)
{
    fixture_room(&f, "pages", "ann");
    make_log("pages", "gg_core");
    check_all_pages("pages", LOG_LENGTH);
}

static void pages_of_a_guild_room_are_those_of_the_model(void **state)
{
    fixture_guild(&f, "pages", "ann");
    make_log("GUILD#pages", "gg_guild");
    check_all_pages("GUILD#pages", LOG_LENGTH);
}

static void an_empty_room_has_empty_pages(void **state)
{
    fixture_room(&f, "empty", "ann");
    check_all_pages("empty", 0);
}

static void an_open_room_that_nobody_used_reads_as_empty(void **state)
{
    check_all_pages("event-unused", 0);
    assert_int_equal(
        fixture_sql_i64(&f, "SELECT count(*) FROM room WHERE room_id = 'event-unused'"), 0);
}

static void only_messages_are_on_a_page(void **state)
{
    struct store_caller caller = fixture_caller("ann");
    struct message_page_query q = {.room_id = STR("mixed"), .limit = 1};
    const struct message_page *page;
    struct wait *w;

    fixture_room(&f, "mixed", "ann");
    make_log("mixed", "gg_core");
    fixture_sql(&f, "UPDATE gg_core SET type = 'Edit' WHERE room_id = 'mixed' AND seq IN (1, 5)");
    w = store_message_page(f.store, &f.arena, &caller, &q);
    assert_int_equal(fixture_await(&f, w), ST_OK);
    page = w->value;
    assert_int_equal(message_page_row(page, 0)->seq, 4);
    assert_int_equal(page->last_seq, 5);
    q.after = (struct message_place){MESSAGE_PLACE_SEQ, 3, 0};
    w = store_message_page(f.store, &f.arena, &caller, &q);
    assert_int_equal(fixture_await(&f, w), ST_OK);
    page = w->value;
    assert_int_equal(message_page_row(page, 0)->seq, 2);
    assert_false(page->has_next);
}

static enum status page_status(const char *user, const char *room_id)
{
    struct store_caller caller = fixture_caller(user);
    struct message_page_query q = {.room_id = str_c(room_id), .limit = 10};

    return fixture_await(&f, store_message_page(f.store, &f.arena, &caller, &q));
}

static void who_may_not_read_is_told_why(void **state)
{
    fixture_room(&f, "secret", "ann guest*");
    fixture_guild(&f, "secret", "ann guest*");
    assert_int_equal(page_status("guest", "secret"), ST_OK);
    assert_int_equal(page_status("guest", "GUILD#secret"), ST_OK);
    assert_int_equal(page_status("eve", "secret"), ST_FORBIDDEN);
    assert_int_equal(page_status("eve", "GUILD#secret"), ST_FORBIDDEN);
    assert_int_equal(page_status("ann", "nowhere"), ST_NOT_FOUND);
    assert_int_equal(page_status("ann", "not an id"), ST_NOT_FOUND);
    assert_int_equal(page_status("eve", "event-9"), ST_OK);
}

/* --- one by its id */

static enum status get_status(const char *user, struct str id)
{
    struct store_caller caller = fixture_caller(user);

    return fixture_await(&f, store_message_get(f.store, &f.arena, &caller, id));
}

static void a_message_is_found_by_its_id(void **state)
{
    struct store_caller caller = fixture_caller("ann");
    const struct message *sent, *got;
    struct wait *w;

    fixture_guild(&f, "byid", "ann");
    assert_int_equal(fixture_send(&f, "ann", "GUILD#byid", "x", "k", &sent), ST_OK);
    w = store_message_get(f.store, &f.arena, &caller, sent->id);
    assert_int_equal(fixture_await(&f, w), ST_OK);
    got = w->value;
    assert_str(got->room_id, "GUILD#byid");
    assert_int_equal(got->seq, sent->seq);
    assert_int_equal(get_status("eve", sent->id), ST_NOT_FOUND);
    assert_int_equal(get_status("ann", STR("none")), ST_NOT_FOUND);
    caller.tenant = STR("another");
    assert_int_equal(fixture_await(&f, store_message_get(f.store, &f.arena, &caller, sent->id)),
                     ST_NOT_FOUND);
    assert_int_equal(fixture_send(&f, "ann", "event-byid", "x", NULL, &sent), ST_OK);
    assert_int_equal(get_status("eve", sent->id), ST_OK);
}

/* --- following */

static const struct message_start *start(const char *user, const char *room_id,
                                         struct message_place since, enum status want)
{
    struct store_caller caller = fixture_caller(user);
    struct wait *w = store_message_start(f.store, &f.arena, &caller, str_c(room_id), since);

    assert_int_equal(fixture_await(&f, w), want);
    return w->value;
}

static void a_subscription_starts_where_since_says(void **state)
{
    static const struct {
        struct message_place since;
        int64_t seq;
    } cases[] = {
        {{MESSAGE_PLACE_NONE, 0, 0}, 5},  {{MESSAGE_PLACE_SEQ, 0, 0}, 0},
        {{MESSAGE_PLACE_SEQ, 2, 0}, 2},   {{MESSAGE_PLACE_SEQ, 99, 0}, 5},
        {{MESSAGE_PLACE_TIME, 0, 9}, 0},  {{MESSAGE_PLACE_TIME, 0, 10}, 1},
        {{MESSAGE_PLACE_TIME, 0, 20}, 3}, {{MESSAGE_PLACE_TIME, 0, 39}, 3},
        {{MESSAGE_PLACE_TIME, 0, 99}, 5},
    };

    fixture_room(&f, "starts", "ann");
    make_log("starts", "gg_core");
    for (size_t i = 0; i < array_size(cases); i++) {
        const struct message_start *s = start("ann", "starts", cases[i].since, ST_OK);
        assert_int_equal(s->since_seq, cases[i].seq);
        assert_int_equal(s->last_seq, 5);
        assert_int_equal(s->first_kept_seq, 0);
    }
    start("eve", "starts", places[0], ST_FORBIDDEN);
    start("eve", "nowhere", places[0], ST_NOT_FOUND);
    assert_int_equal(start("eve", "event-none", places[6], ST_OK)->last_seq, 0);
}

static void a_time_is_placed_among_what_is_kept(void **state)
{
    fixture_room(&f, "kept", "ann");
    make_log("kept", "gg_core");
    fixture_sql(&f, "DELETE FROM gg_core WHERE room_id = 'kept' AND seq < 4;"
                    " UPDATE room SET first_kept_seq = 4 WHERE room_id = 'kept'");
    assert_int_equal(
        start("ann", "kept", (struct message_place){MESSAGE_PLACE_TIME, 0, 45}, ST_OK)->since_seq,
        4);
    assert_int_equal(
        start("ann", "kept", (struct message_place){MESSAGE_PLACE_TIME, 0, 30}, ST_OK)->since_seq,
        0);
    assert_int_equal(start("ann", "kept", places[0], ST_OK)->first_kept_seq, 4);
}

static void a_log_is_read_on_in_order(void **state)
{
    struct store_caller caller = fixture_caller("ann");
    struct message_run_query query = {.room_id = STR("GUILD#runs"), .after = 1, .limit = 3};
    const struct message_run *run;
    struct wait *w;

    fixture_guild(&f, "runs", "ann");
    make_log("GUILD#runs", "gg_guild");
    w = store_message_read_on(f.store, &f.arena, &caller, &query);
    assert_int_equal(fixture_await(&f, w), ST_OK);
    run = w->value;
    assert_int_equal(run->n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(run->rows[i].seq, 2 + i);
    assert_int_equal(run->through, 4);
    assert_int_equal(run->last_seq, 5);
    query.after = 5;
    w = store_message_read_on(f.store, &f.arena, &caller, &query);
    assert_int_equal(fixture_await(&f, w), ST_OK);
    run = w->value;
    assert_int_equal(run->n, 0);
    assert_int_equal(run->through, 5);
    assert_int_equal(run->last_seq, 5);
    fixture_sql(&f, "DELETE FROM guild_member WHERE guild_id = 'runs'");
    query.after = 1;
    query.was_member = true; /* and no event says since when not */
    w = store_message_read_on(f.store, &f.arena, &caller, &query);
    assert_int_equal(fixture_await(&f, w), ST_FORBIDDEN);
}

static void a_read_that_fails_fails_alone(void **state)
{
    struct store_caller caller = fixture_caller("ann");
    struct wait *w[3];

    fixture_room(&f, "alone", "ann");
    /* All in one turn, so under one sync; PostgreSQL refuses what is not UTF-8. */
    w[0] = store_message_get(f.store, &f.arena, &caller, STR("none"));
    w[1] = store_message_get(f.store, &f.arena, &caller, STR("\xff"));
    w[2] = store_message_start(f.store, &f.arena, &caller, STR("alone"), places[0]);
    assert_int_equal(fixture_await(&f, w[0]), ST_NOT_FOUND);
    assert_int_equal(fixture_await(&f, w[1]), ST_BAD_INPUT);
    assert_int_equal(fixture_await(&f, w[2]), ST_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_message_comes_back_as_it_was_stored),
        test(each_table_has_its_rooms),
        test(who_may_not_write_is_told_why),
        test(an_admin_and_a_vouched_for_guild_need_no_row),
        test(an_open_room_is_made_on_first_use),
        test(a_key_sends_once),
        test(an_imported_messages_own_id_comes_back),
        test(time_never_goes_back_in_a_room),
        test(what_postgresql_cannot_hold_is_refused),
        test(pages_are_those_of_the_model),
        test(pages_of_a_guild_room_are_those_of_the_model),
        test(an_empty_room_has_empty_pages),
        test(an_open_room_that_nobody_used_reads_as_empty),
        test(only_messages_are_on_a_page),
        test(who_may_not_read_is_told_why),
        test(a_message_is_found_by_its_id),
        test(a_subscription_starts_where_since_says),
        test(a_time_is_placed_among_what_is_kept),
        test(a_log_is_read_on_in_order),
        test(a_read_that_fails_fails_alone),
    };

    return cmocka_run_group_tests_name("store/message", tests, open_fixture, close_fixture);
}
