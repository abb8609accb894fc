#include "store/batch.h"

#include <stdio.h>

#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

/* The statements that send, and the ways a batch takes through them. */

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

/* --- the same rules */

/* What a batch does when its first try was committed and the answer lost. */
static void a_batch_sent_again_stores_nothing_twice(void **state)
{
    static const char batch[] =
        "SELECT count(*) FROM message_send_batch('{t,t}', '{again,again}', '{ann,ann}',"
        " '{id-1,id-2}', '{x,y}', '{k,NULL}', '{f,f}', '{f,f}', '{f,f}', 5, %s)"
        " WITH ORDINALITY b (outcome, seq, ts, id, place)"
        " WHERE outcome = 'SENT' AND seq = place AND id = 'id-' || place";

    fixture_room(&f, "again", "ann");
    assert_int_equal(fixture_sql_i64(&f, batch, "false"), 2);
    assert_int_equal(fixture_sql_i64(&f, batch, "true"), 2);
    fixture_check_log(&f, "again", 2);
}

/* sql/queries/session.sql: else PostgreSQL plans the statements of a batch anew for each. */
static void plan_as_a_store_does(void)
{
    fixture_sql(&f, "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;"
                    " SET enable_hashjoin = off; SET enable_mergejoin = off");
}

/* Every case of room, sender and token, of key and repetition, as one message and as the first of
 * a batch of two, which takes the one way or the other: outcome, seq, ts and id must be the same.
 * An exception takes back each try. */
static void one_message_and_many_follow_the_same_rules(void **state)
{
    plan_as_a_store_does();
    fixture_room(&f, "rules", "ann guest*");
    fixture_guild(&f, "rules", "ann guest*");
    fixture_room(&f, "second", "x");
    fixture_send(&f, "ann", "rules", "used", "used", NULL);
    fixture_send(&f, "ann", "GUILD#rules", "used", "used", NULL);
    fixture_sql(
        &f,
        "CREATE FUNCTION try(way text, room text, sender text, message text, key text,"
        " id text, open boolean, vouched boolean, admin boolean, again boolean) RETURNS text"
        " LANGUAGE plpgsql AS $$ DECLARE answer text; BEGIN"
        " IF way = 'one' THEN"
        "  SELECT b::text INTO answer FROM message_send_one('t', room, sender, id, message, key,"
        "   open, vouched, admin, 5, again) b;"
        " ELSIF way = 'many' THEN"
        "  SELECT b::text INTO answer FROM message_send_batch(ARRAY['t', 't'],"
        "   ARRAY[room, 'second'], ARRAY[sender, 'x'], ARRAY[id, 'y'], ARRAY[message, 'y'],"
        "   ARRAY[key, NULL], ARRAY[open, false], ARRAY[vouched, false], ARRAY[admin, false], 5,"
        "   again) b LIMIT 1;"
        " ELSE"
        "  SELECT b::text INTO answer FROM message_send_quick(ARRAY['t', 't'],"
        "   ARRAY[room, 'second'], ARRAY[1, 1], ARRAY[open, false], ARRAY[1, 2], ARRAY[1, 1],"
        "   ARRAY[sender, 'x'], ARRAY[id, 'y'], ARRAY[message, 'y'], ARRAY[key, NULL],"
        "   ARRAY[vouched, false], ARRAY[admin, false], 5) b LIMIT 1;"
        " END IF;"
        " SELECT answer || coalesce(string_agg(l::text, ' ' ORDER BY l::text), '') INTO answer"
        "  FROM (SELECT * FROM gg_core UNION ALL SELECT * FROM gg_guild) l"
        "  WHERE room_id = room;"
        " SELECT answer || coalesce(min(r::text), '') INTO answer FROM room r WHERE room_id = room;"
        " RAISE EXCEPTION USING errcode = 'P0002', message = answer;"
        " EXCEPTION WHEN no_data_found THEN RETURN SQLERRM; END $$");
    assert_int_equal(
        fixture_sql_i64(
            &f, "SELECT count(*) FILTER (WHERE one <> many OR one <> quick OR one IS NULL"
                "  OR many IS NULL OR quick IS NULL)"
                " + CASE WHEN count(DISTINCT substring(one FOR 6)) < 5 THEN 1000 ELSE 0 END"
                " FROM unnest(ARRAY['rules', 'GUILD#rules', 'event-rules', 'GUILD#none']) room,"
                " unnest(ARRAY['ann', 'guest', 'eve']) sender,"
                " unnest(ARRAY['used', 'other']) message,"
                " unnest(ARRAY[NULL, 'used', 'fresh']) key,"
                " unnest(ARRAY['new-id', (SELECT id FROM gg_core WHERE room_id = 'rules'),"
                "  (SELECT id FROM gg_guild WHERE room_id = 'GUILD#rules')]) id,"
                " unnest(ARRAY[false, true]) open, unnest(ARRAY[false, true]) vouched,"
                " unnest(ARRAY[false, true]) admin,"
                " LATERAL (SELECT id <> 'new-id' AS again OFFSET 0) a,"
                " LATERAL (SELECT try('one', room, sender, message, key, id, open, vouched,"
                "   admin, again) AS one, try('many', room, sender, message, key, id, open,"
                "   vouched, admin, again) AS many,"
                "  try(CASE WHEN again THEN 'many' ELSE 'quick' END, room, sender, message,"
                "   key, id, open, vouched, admin, again) AS quick) x"),
        0);
}

/* message_send_quick() with the parameters of message_send_batch(): as the writer makes the one's
 * out of the other's. */
static void make_send_quickly(void)
{
    fixture_sql(
        &f,
        "CREATE FUNCTION send_quickly(tenants text[], rooms text[], senders text[], ids text[],"
        "  texts text[], keys text[], open boolean[], vouched boolean[], admin boolean[],"
        "  now_ms bigint)"
        " RETURNS TABLE (outcome text, seq bigint, ts bigint, id text) LANGUAGE sql"
        " AS $$"
        "  WITH calls AS (SELECT *, dense_rank() OVER (ORDER BY tenant, room COLLATE \"C\") AS "
        "place,"
        "    row_number() OVER (PARTITION BY tenant, room ORDER BY i) AS nth"
        "    FROM unnest(tenants, rooms, open) WITH ORDINALITY AS c (tenant, room, open, i))"
        "  SELECT s.* FROM"
        "   (SELECT array_agg(tenant ORDER BY place) AS tenants, array_agg(room ORDER BY place) AS"
        "     rooms, array_agg(amount ORDER BY place) AS amounts, array_agg(open ORDER BY place)"
        "     AS open"
        "     FROM (SELECT place, tenant, room, open, count(*) AS amount FROM calls"
        "           GROUP BY place, tenant, room, open) r) r,"
        "   (SELECT array_agg(place ORDER BY i) AS places, array_agg(nth ORDER BY i) AS nths"
        "     FROM calls) c,"
        "   message_send_quick(r.tenants, r.rooms, r.amounts, r.open, c.places, c.nths, senders,"
        "    ids, texts, keys, vouched, admin, now_ms) s"
        " $$");
}

/* Two hundred calls at random, without keys and each with one of its own, which changes nothing but
 * the way they take, and by either statement: what is answered and what is stored must be the same.
 * Of the last turns nothing is refused. */
static void a_batch_follows_the_same_rules_whichever_way_it_takes(void **state)
{
    plan_as_a_store_does();
    fixture_room(&f, "plain", "ann guest*");
    fixture_guild(&f, "plain", "ann guest*");
    fixture_send(&f, "ann", "plain", "before", NULL, NULL);
    make_send_quickly();
    fixture_sql(
        &f, "CREATE FUNCTION try_batch(calls jsonb, keyed boolean, quick boolean) RETURNS text"
            " LANGUAGE plpgsql AS $$ DECLARE answer text; BEGIN"
            " WITH a AS"
            "  (SELECT array_agg('t'::text) AS tenants, array_agg(c->>'room' ORDER BY i) AS rooms,"
            "    array_agg(c->>'sender' ORDER BY i) AS senders, array_agg('id-' || i ORDER BY i) "
            "AS ids,"
            "    array_agg('text ' || i ORDER BY i) AS texts,"
            "    array_agg(CASE WHEN keyed THEN 'key-' || i END ORDER BY i) AS keys,"
            "    array_agg((c->>'open')::boolean ORDER BY i) AS open,"
            "    array_agg((c->>'vouched')::boolean ORDER BY i) AS vouched,"
            "    array_agg((c->>'admin')::boolean ORDER BY i) AS admin"
            "    FROM jsonb_array_elements(calls) WITH ORDINALITY AS e (c, i))"
            " SELECT string_agg(b::text, ' ' ORDER BY place) INTO answer FROM ("
            "  SELECT b.* FROM a, message_send_batch(tenants, rooms, senders, ids, texts, keys,"
            "   open, vouched, admin, 5, false)"
            "   WITH ORDINALITY AS b (outcome, seq, ts, id, place) WHERE NOT quick"
            "  UNION ALL"
            "  SELECT b.* FROM a, send_quickly(tenants, rooms, senders, ids, texts, keys,"
            "   open, vouched, admin, 5)"
            "   WITH ORDINALITY AS b (outcome, seq, ts, id, place) WHERE quick) b;"
            " SELECT answer || string_agg(concat_ws(',', room_id, seq, type, id, sender_id, text, "
            "ts), ' '"
            "   ORDER BY room_id, seq) INTO answer"
            "  FROM (SELECT * FROM gg_core UNION ALL SELECT * FROM gg_guild) l"
            "  WHERE room_id IN ('plain', 'GUILD#plain', 'new', 'GUILD#new');"
            " SELECT answer || string_agg(r::text, ' ' ORDER BY room_id) INTO answer FROM room r"
            "  WHERE room_id IN ('plain', 'GUILD#plain', 'new', 'GUILD#new');"
            " RAISE EXCEPTION USING errcode = 'P0002', message = answer;"
            " EXCEPTION WHEN no_data_found THEN RETURN SQLERRM; END $$");
    assert_int_equal(
        fixture_sql_i64(
            &f,
            "SELECT count(*) FILTER (WHERE (plain = keyed AND plain = quick AND plain = "
            "quick_keyed)"
            "  IS NOT TRUE)"
            " + CASE WHEN count(DISTINCT plain) < 12 THEN 1000 ELSE 0 END"
            " FROM generate_series(1, 12) turn, LATERAL (SELECT jsonb_agg(jsonb_build_object("
            "   'room', room, 'open', (length(room) + turn) %% 3 = 0,"
            "   'sender', (ARRAY['ann', 'guest', 'eve'])[ceil(random()"
            "     * CASE WHEN turn < 10 THEN 3 ELSE 1 END)],"
            "   'vouched', random() < 0.3, 'admin', random() < 0.2)) AS calls"
            "   FROM (SELECT i, (ARRAY['plain', 'GUILD#plain', 'new', 'GUILD#new'])[ceil(random()"
            "     * CASE WHEN turn < 10 THEN 4 ELSE 2 END)] AS room"
            "     FROM generate_series(1, 200) i) i) c,"
            " LATERAL (SELECT try_batch(calls, false, false) AS plain,"
            "  try_batch(calls, true, false) AS keyed, try_batch(calls, false, true) AS quick,"
            "  try_batch(calls, true, true) AS quick_keyed OFFSET 0) x"),
        0);
}

/* --- the quick way */

static void what_is_usual_takes_the_quick_way(void **state)
{
    static const char *const rooms[] = {"usual-b", "GUILD#usual", "usual-a"};
    struct wait *w[12];

    fixture_room(&f, "usual-a", "ann");
    fixture_room(&f, "usual-b", "ann bob");
    fixture_guild(&f, "usual", "ann");
    fixture_sql(&f, "ALTER FUNCTION message_send_batch RENAME TO hidden");
    for (int i = 0; i < 12; i++)
        w[i] = fixture_send_now(&f, "ann", rooms[i % 3], "x", i < 6 ? NULL : rooms[i % 2]);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
        assert_int_equal(fixture_seq_of(w[i]), i / 3 + 1);
    }
    fixture_sql(&f, "ALTER FUNCTION hidden RENAME TO message_send_batch");
    fixture_check_log(&f, "usual-a", 4);
    fixture_check_log(&f, "usual-b", 4);
}

/* Of rooms that stand in no order, neither in the batch nor in the table: one in the middle is
 * somebody else's, and when the batch waits for it, it has those before it, and none behind. */
static void rooms_are_locked_in_the_order_of_their_keys(void **state)
{
    enum {
        N = 99
    };
    static const char lock[] = "BEGIN; SELECT FROM room WHERE room_id = 'order-50' FOR UPDATE";
    static const char free_rooms[] =
        "SELECT count(*) FROM (SELECT FROM room WHERE room_id LIKE 'order-%%' AND"
        " room_id %s 'order-50' FOR UPDATE SKIP LOCKED) r";
    struct wait *w[N];
    char id[16];

    for (int i = 0; i < N; i++) {
        snprintf(id, sizeof(id), "order-%02d", (i * 37 + 11) % N + 1);
        fixture_room(&f, id, "ann");
    }
    fixture_sql(&f, "%s", lock);
    for (int i = 0; i < N; i++) {
        snprintf(id, sizeof(id), "order-%02d", (i * 53 + 7) % N + 1);
        w[i] = fixture_send_now(&f, "ann", id, "x", NULL);
    }
    fixture_await_blocked_batch(&f);
    assert_int_equal(fixture_sql_i64(&f, free_rooms, "<"), 0);
    assert_int_equal(fixture_sql_i64(&f, free_rooms, ">"), 49);
    fixture_sql(&f, "COMMIT");
    for (int i = 0; i < N; i++)
        assert_int_equal(fixture_await(&f, w[i]), ST_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_batch_sent_again_stores_nothing_twice),
        test(one_message_and_many_follow_the_same_rules),
        test(a_batch_follows_the_same_rules_whichever_way_it_takes),
        test(what_is_usual_takes_the_quick_way),
        test(rooms_are_locked_in_the_order_of_their_keys),
    };

    return cmocka_run_group_tests_name("store/batch", tests, open_fixture, close_fixture);
}
