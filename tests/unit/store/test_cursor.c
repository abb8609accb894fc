#include "store/cursor.h"

#include "store/inside.h"
#include "tests/lib/test.h"

/* Cursors need nothing of a store but its key. */
static void make_keys(struct store *s, uint8_t filler)
{
    memset(s, 0, sizeof(*s));
    memset(s->config.cursor_key, filler, sizeof(s->config.cursor_key));
    cursor_init(s);
}

static struct str make(const struct store *s, const char *tenant, const char *room, int64_t seq,
                       char out[CURSOR_LENGTH])
{
    cursor_make(s, str_c(tenant), str_c(room), seq, out);
    return str_of(out, CURSOR_LENGTH);
}

static bool reads(const struct store *s, const char *tenant, const char *room, struct str cursor)
{
    int64_t seq;

    return cursor_read(s, str_c(tenant), str_c(room), cursor, &seq);
}

static void a_cursor_reads_back_as_its_seq(void **state)
{
    static const int64_t seqs[] = {0, 1, 255, 256, 1000000007, INT64_MAX};
    struct store s;
    char out[CURSOR_LENGTH];

    make_keys(&s, 1);
    for (size_t i = 0; i < array_size(seqs); i++) {
        int64_t seq = -1;
        assert_true(
            cursor_read(&s, STR("t"), STR("lobby"), make(&s, "t", "lobby", seqs[i], out), &seq));
        assert_int_equal(seq, seqs[i]);
    }
    cursor_done(&s);
}

static void a_cursor_is_safe_in_a_url(void **state)
{
    struct store s;
    char out[CURSOR_LENGTH];

    make_keys(&s, 2);
    for (int64_t seq = 0; seq < 200; seq++) {
        struct str cursor = make(&s, "t", "lobby", seq, out);
        for (size_t i = 0; i < cursor.n; i++)
            assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   "-_",
                                   cursor.p[i]));
    }
    cursor_done(&s);
}

static void a_cursor_is_bound_to_room_tenant_and_database(void **state)
{
    struct store s, other;
    char out[CURSOR_LENGTH];
    struct str cursor;

    make_keys(&s, 3);
    make_keys(&other, 4);
    cursor = make(&s, "t", "lobby", 7, out);
    assert_true(reads(&s, "t", "lobby", cursor));
    assert_false(reads(&s, "t", "lobby2", cursor));
    assert_false(reads(&s, "t", "lobb", cursor));
    assert_false(reads(&s, "u", "lobby", cursor));
    /* Where the tenant ends and the room begins must count. */
    assert_false(reads(&s, "tl", "obby", cursor));
    assert_false(reads(&other, "t", "lobby", cursor));
    cursor_done(&s);
    cursor_done(&other);
}

static void a_cursor_that_was_changed_anywhere_is_refused(void **state)
{
    struct store s;
    char out[CURSOR_LENGTH];

    make_keys(&s, 5);
    make(&s, "t", "lobby", 7, out);
    for (size_t at = 0; at < CURSOR_LENGTH; at++)
        for (int c = 0; c < 256; c++) {
            char kept = out[at];
            out[at] = (char)c;
            assert_int_equal(reads(&s, "t", "lobby", str_of(out, CURSOR_LENGTH)), kept == (char)c);
            out[at] = kept;
        }
    cursor_done(&s);
}

static void what_is_no_cursor_is_refused(void **state)
{
    static const char *const none[] = {"", "1", "AAAAAAAAAAAAAAAAAAAAAA", "2026-11-19T21:52:23Z",
                                       "AAAAAAAAAAAAAAAAAAAAAAA"};
    struct store s;
    char out[CURSOR_LENGTH], room[200];

    make_keys(&s, 6);
    for (size_t i = 0; i < array_size(none); i++)
        assert_false(reads(&s, "t", "lobby", str_c(none[i])));
    assert_false(reads(&s, "t", "lobby", STR_NULL));
    /* A room's id from a client may be as long as it likes. */
    memset(room, 'a', sizeof(room));
    assert_false(cursor_read(&s, STR("t"), str_of(room, sizeof(room)), make(&s, "t", "a", 1, out),
                             &(int64_t){0}));
    cursor_done(&s);
}

static void neighbours_do_not_look_alike(void **state)
{
    struct store s;
    char a[CURSOR_LENGTH], b[CURSOR_LENGTH];
    int same = 0;

    make_keys(&s, 7);
    make(&s, "t", "lobby", 1, a);
    make(&s, "t", "lobby", 2, b);
    for (int i = 0; i < CURSOR_LENGTH; i++)
        same += a[i] == b[i];
    assert_true(same < 8);
    cursor_done(&s);
}

int main(void)
{
    return RUN(test(a_cursor_reads_back_as_its_seq), test(a_cursor_is_safe_in_a_url),
               test(a_cursor_is_bound_to_room_tenant_and_database),
               test(a_cursor_that_was_changed_anywhere_is_refused),
               test(what_is_no_cursor_is_refused), test(neighbours_do_not_look_alike));
}
