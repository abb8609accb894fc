#include "server/hint.h"

#include "lib/test.h"

enum {
    MOST = 7500,
};

static struct arena a;

static int open_arena(void **state)
{
    arena_init(&a);
    return 0;
}

static int close_arena(void **state)
{
    arena_done(&a);
    return 0;
}

static struct message row(const char *room, int64_t seq, const char *text)
{
    return (struct message){
        .tenant_id = STR("t"),
        .room_id = str_c(room),
        .seq = seq,
        .ts = 1700000000000 + seq,
        .id = arena_printf(&a, "id-%d", (int)seq),
        .sender_id = STR("ann"),
        .text = str_c(text),
    };
}

/* Writes the hint that the rows begin with; ret_told: how many it is about. */
static struct str written(const struct message *rows, size_t n, size_t *ret_told)
{
    struct buf out;
    struct str text;

    buf_init(&out, 1 << 20);
    *ret_told = hint_write(&out, MOST, rows, n);
    assert_false(buf_overflowed(&out));
    text = arena_str(&a, buf_str(&out));
    buf_done(&out);
    return text;
}

static struct hint read_back(struct str text)
{
    struct hint hint;

    assert_int_equal(hint_read(&a, text, &hint), ST_OK);
    return hint;
}

static void small_rows_travel_along(void **state)
{
    struct message rows[] = {row("lobby", 7, "one\n\"two\""), row("lobby", 8, "drei ö")};
    struct hint hint;
    size_t told;

    rows[1].idempotency_key = STR("k");
    hint = read_back(written(rows, 2, &told));
    assert_int_equal(told, 2);
    assert_str(hint.tenant_id, "t");
    assert_str(hint.room_id, "lobby");
    assert_int_equal(hint.seq, 8);
    assert_int_equal(hint.n, 2);
    assert_int_equal(hint.rows[0].seq, 7);
    assert_int_equal(hint.rows[0].ts, 1700000000007);
    assert_int_equal(hint.rows[0].kind, MESSAGE_TEXT);
    assert_str(hint.rows[0].room_id, "lobby");
    assert_str(hint.rows[0].tenant_id, "t");
    assert_str(hint.rows[0].id, "id-7");
    assert_str(hint.rows[0].sender_id, "ann");
    assert_str(hint.rows[0].text, "one\n\"two\"");
    assert_null(hint.rows[0].idempotency_key.p);
    assert_str(hint.rows[1].text, "drei ö");
    assert_str(hint.rows[1].idempotency_key, "k");
}

static void a_hint_is_one_line(void **state)
{
    struct message rows[] = {row("a\nb", 1, "one\ntwo\r\n")};
    struct str text;
    size_t told;

    text = written(rows, 1, &told);
    assert_int_equal(str_find(text, '\n'), text.n);
    assert_str(read_back(text).room_id, "a\nb");
}

static void a_removal_is_told_from_a_message(void **state)
{
    struct message rows[] = {row("lobby", 1, "bob")};
    struct hint hint;
    size_t told;

    rows[0].kind = MESSAGE_MEMBER_REMOVED;
    hint = read_back(written(rows, 1, &told));
    assert_int_equal(hint.rows[0].kind, MESSAGE_MEMBER_REMOVED);
    assert_str(hint.rows[0].text, "bob");
}

static void a_hint_ends_where_another_room_begins(void **state)
{
    struct message rows[] = {row("a", 1, "x"), row("a", 2, "x"), row("b", 9, "x")};
    struct hint hint;
    size_t told;

    hint = read_back(written(rows, 3, &told));
    assert_int_equal(told, 2);
    assert_int_equal(hint.n, 2);
    assert_str(read_back(written(rows + told, 1, &told)).room_id, "b");
    rows[1].tenant_id = STR("u");
    written(rows, 3, &told);
    assert_int_equal(told, 1);
}

static void rows_that_do_not_fit_are_left_to_the_next_hint(void **state)
{
    char text[3001] = "";
    struct message rows[5];
    struct hint hint;
    size_t told;

    memset(text, 'x', 3000);
    for (int i = 0; i < 5; i++)
        rows[i] = row("lobby", i + 1, text);
    for (size_t at = 0; at < 5; at += told) {
        struct str line = written(rows + at, 5 - at, &told);

        assert_true(line.n <= MOST);
        hint = read_back(line);
        assert_int_equal(told, at == 4 ? 1 : 2);
        assert_int_equal(hint.n, told);
        assert_int_equal(hint.rows[0].seq, at + 1);
        assert_int_equal(hint.seq, at + told);
    }
}

static void of_a_row_that_is_too_large_only_the_seq_is_told(void **state)
{
    char large[8001] = "", escaped[4001] = "";
    struct message rows[] = {row("lobby", 4, "x"), row("lobby", 5, large),
                             row("lobby", 6, escaped)};
    struct hint hint;
    struct str line;
    size_t told;

    memset(large, 'x', 8000);
    memset(escaped, '\x01', 4000);
    rows[1].text = str_c(large);
    rows[2].text = str_c(escaped);
    hint = read_back(written(rows, 3, &told));
    assert_int_equal(told, 1);
    assert_int_equal(hint.seq, 4);
    for (size_t at = 1; at < 3; at++) {
        line = written(rows + at, 3 - at, &told);
        hint = read_back(line);
        assert_true(line.n <= MOST);
        assert_int_equal(told, 1);
        assert_int_equal(hint.n, 0);
        assert_int_equal(hint.seq, 4 + at);
    }
}

static void what_an_application_notifies_is_a_hint(void **state)
{
    struct hint hint = read_back(STR("{\"tenant\" : \"t\", \"room\" : \"lobby\", \"seq\" : 12}"));

    assert_str(hint.room_id, "lobby");
    assert_int_equal(hint.seq, 12);
    assert_int_equal(hint.n, 0);
}

static void what_is_no_hint_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "guildhall",
        "[]",
        "7",
        "null",
        "{}",
        "{\"tenant\":\"t\",\"room\":\"r\"}",
        "{\"tenant\":\"t\",\"seq\":1}",
        "{\"room\":\"r\",\"seq\":1}",
        "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":\"1\"}",
        "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":1.5}",
        "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":0}",
        "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":-1}",
        "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":99999999999999999999}",
        "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":9223372036854775807}",
        "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":9007199254740992}",
        "{\"tenant\":null,\"room\":\"r\",\"seq\":1}",
        "{\"tenant\":\"t\",\"room\":[\"r\"],\"seq\":1}",
        "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":1,\"seq\":2}",
        "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":1",
    };
    struct hint hint;

    for (size_t i = 0; i < array_size(texts); i++)
        if (hint_read(&a, str_c(texts[i]), &hint) != ST_BAD_INPUT)
            fail_msg("taken for a hint: %s", texts[i]);
}

#define ROW(seq)   "{\"seq\":" #seq ",\"ts\":1,\"id\":\"i\",\"sender\":\"s\",\"text\":\"t\"}"
#define HINT(rows) "{\"tenant\":\"t\",\"room\":\"r\",\"seq\":9,\"rows\":" rows "}"

static void rows_that_are_not_understood_are_left_to_the_log(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {
        {HINT("[" ROW(8) "," ROW(9) "]"), 2},
        {HINT("{}"), 0},
        {HINT("[1]"), 0},
        {HINT("[" ROW(8) ",{}," ROW(9) "]"), 1},
        {HINT("[" ROW(9) "," ROW(8) "]"), 1},
        {HINT("[" ROW(8) "," ROW(8) "]"), 1},
        {HINT("[" ROW(9) "," ROW(10) "]"), 1},
        {HINT("[" ROW(0) "]"), 0},
        {HINT("[{\"seq\":9,\"ts\":1,\"id\":\"i\",\"sender\":\"s\"}]"), 0},
        {HINT("[{\"seq\":9,\"ts\":1,\"id\":\"i\",\"sender\":\"s\",\"text\":7}]"), 0},
        {HINT("[{\"seq\":9,\"ts\":1,\"id\":\"i\",\"sender\":\"s\",\"text\":\"t\",\"key\":7}]"), 0},
        {HINT("[{\"seq\":9,\"ts\":1,\"id\":\"i\",\"sender\":\"s\",\"text\":\"t\",\"type\":\"Edit\"}"
              "]"),
         0},
    };

    for (size_t i = 0; i < array_size(cases); i++) {
        struct hint hint = read_back(str_c(cases[i].text));

        assert_int_equal(hint.seq, 9);
        if (hint.n != cases[i].n)
            fail_msg("%s: %zu rows", cases[i].text, hint.n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(small_rows_travel_along),
        test(a_hint_is_one_line),
        test(a_removal_is_told_from_a_message),
        test(a_hint_ends_where_another_room_begins),
        test(rows_that_do_not_fit_are_left_to_the_next_hint),
        test(of_a_row_that_is_too_large_only_the_seq_is_told),
        test(what_an_application_notifies_is_a_hint),
        test(what_is_no_hint_is_refused),
        test(rows_that_are_not_understood_are_left_to_the_log),
    };

    return cmocka_run_group_tests_name("server/hint", tests, open_arena, close_arena);
}
