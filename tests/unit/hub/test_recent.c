#include "hub/recent.h"

#include "tests/lib/test.h"

enum {
    PLENTY = 1024 * 1024,
    MOST = 64,
};

/* Rows are their seqs, in the batch's arena; the batch is the caller's no more. */
static void tell_padded(struct recent *r, const char *room, int64_t from, int64_t to,
                        size_t padding)
{
    struct event_batch *batch = event_batch_new((size_t)(to - from + 1));

    for (int64_t seq = from; seq <= to; seq++) {
        int64_t *row = arena_new(&batch->arena, int64_t);
        *row = seq;
        batch->events[seq - from] = (struct event){
            .topic_key = arena_str(&batch->arena, str_c(room)), .seq = seq, .row = row};
    }
    if (padding > 0)
        memset(arena_alloc(&batch->arena, padding), 1, padding);
    recent_add(r, batch);
    event_batch_unref(batch);
}

static void tell(struct recent *r, const char *room, int64_t from, int64_t to)
{
    tell_padded(r, room, from, to, 0);
}

/* What is behind `after` is kept up to `last`; 0: it is not kept. */
static void check(struct recent *r, const char *room, int64_t after, int64_t last)
{
    const void *rows[MOST];
    size_t n = recent_rows(r, str_c(room), after, rows, MOST);

    assert_int_equal(n, last ? last - after : 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(*(const int64_t *)rows[i], after + 1 + (int64_t)i);
}

static void what_was_told_is_read_from_any_place_in_it(void **state)
{
    struct recent *r = recent_new(PLENTY);

    tell(r, "a", 5, 7);
    tell(r, "a", 8, 8);
    tell(r, "b", 1, 1);
    check(r, "a", 4, 8);
    check(r, "a", 6, 8);
    check(r, "a", 7, 8);
    check(r, "b", 0, 1);
    recent_free(r);
}

static void nothing_is_read_from_before_behind_or_elsewhere(void **state)
{
    struct recent *r = recent_new(PLENTY);

    tell(r, "a", 5, 7);
    check(r, "a", 3, 0);
    check(r, "a", 7, 0);
    check(r, "a", 8, 0);
    check(r, "b", 4, 0);
    recent_free(r);
}

static void a_room_is_read_from_its_end(void **state)
{
    struct recent *r = recent_new(PLENTY);
    struct recent_run run;

    tell(r, "a", 5, 7);
    tell(r, "a", 8, 9);
    run = recent_run(r, STR("a"));
    assert_int_equal(run.first_seq, 5);
    assert_int_equal(run.n, 5);
    for (int64_t seq = 9; seq >= 5; seq--)
        assert_int_equal(*(const int64_t *)recent_run_row(&run, seq), seq);
    assert_int_equal(recent_run(r, STR("b")).n, 0);
    recent_free(r);
}

static void rows_that_are_held_outlive_what_is_kept(void **state)
{
    struct recent *r = recent_new(PLENTY);
    const int64_t *third, *fourth;
    struct recent_run run;
    struct arena a;

    arena_init(&a);
    tell(r, "a", 1, 2);
    tell(r, "a", 3, 3);
    tell(r, "a", 4, 6);
    run = recent_run(r, STR("a"));
    recent_run_hold(&run, 3, 5, &a);
    third = recent_run_row(&run, 3);
    fourth = recent_run_row(&run, 4);
    recent_free(r);
    assert_int_equal(*third, 3);
    assert_int_equal(*fourth, 4);
    arena_done(&a);
}

static void no_more_is_read_than_there_is_place_for(void **state)
{
    struct recent *r = recent_new(PLENTY);
    const void *rows[2];

    tell(r, "a", 1, 5);
    assert_int_equal(recent_rows(r, STR("a"), 1, rows, 2), 2);
    assert_int_equal(*(const int64_t *)rows[0], 2);
    assert_int_equal(*(const int64_t *)rows[1], 3);
    recent_free(r);
}

static void behind_a_hole_a_new_run_begins(void **state)
{
    struct recent *r = recent_new(PLENTY);

    tell(r, "a", 1, 3);
    tell(r, "a", 5, 6);
    check(r, "a", 1, 0);
    check(r, "a", 3, 0);
    check(r, "a", 4, 6);
    recent_free(r);
}

static void what_is_told_again_changes_nothing(void **state)
{
    struct recent *r = recent_new(PLENTY);
    size_t bytes;

    tell(r, "a", 1, 3);
    bytes = recent_bytes(r);
    tell(r, "a", 2, 3);
    check(r, "a", 0, 3);
    assert_int_equal(recent_bytes(r), bytes);
    tell(r, "a", 3, 5);
    check(r, "a", 0, 5);
    recent_free(r);
}

static void an_event_without_a_row_leaves_a_hole(void **state)
{
    struct recent *r = recent_new(PLENTY);
    struct event_batch *batch = event_batch_new(1);

    tell(r, "a", 1, 3);
    batch->events[0] = (struct event){.topic_key = STR("a"), .seq = 4};
    recent_add(r, batch);
    event_batch_unref(batch);
    check(r, "a", 2, 3);
    tell(r, "a", 5, 5);
    check(r, "a", 2, 0);
    check(r, "a", 4, 5);
    recent_free(r);
}

static void a_long_run_wraps_around_in_its_ring(void **state)
{
    struct recent *r = recent_new((size_t)256 * 1024);

    for (int64_t seq = 1; seq <= 5000; seq++) {
        tell_padded(r, "a", seq, seq, 1000);
        assert_true(recent_bytes(r) <= (size_t)256 * 1024);
        check(r, "a", seq < 20 ? 0 : seq - 20, seq);
    }
    check(r, "a", 4900, 0);
    recent_free(r);
}

static void the_room_used_longest_ago_goes_first(void **state)
{
    struct recent *r = recent_new((size_t)80 * 1000);

    tell_padded(r, "read", 1, 1, 10000);
    tell_padded(r, "cold", 1, 1, 10000);
    check(r, "read", 0, 1);
    tell_padded(r, "hot", 1, 1, 10000);
    tell_padded(r, "hot", 2, 2, 10000);
    check(r, "cold", 0, 0);
    check(r, "read", 0, 1);
    check(r, "hot", 0, 2);
    recent_free(r);
}

/* One event of a batch keeps all of it in memory, so all of it counts. */
static void a_batch_counts_until_its_last_event_has_gone(void **state)
{
    struct recent *r = recent_new(PLENTY);
    struct event_batch *batch = event_batch_new(2);
    static const int64_t row = 1;
    size_t before;

    batch->events[0] = (struct event){.topic_key = STR("a"), .seq = 1, .row = &row};
    batch->events[1] = (struct event){.topic_key = STR("b"), .seq = 1, .row = &row};
    memset(arena_alloc(&batch->arena, 100000), 1, 100000);
    recent_add(r, batch);
    event_batch_unref(batch);
    before = recent_bytes(r);
    assert_true(before > 100000);
    tell(r, "a", 7, 7); /* the hole lets go of the row, not of the batch */
    assert_true(recent_bytes(r) >= before);
    tell(r, "b", 7, 7);
    assert_true(recent_bytes(r) < 100000);
    recent_free(r);
}

static void without_a_byte_nothing_is_kept(void **state)
{
    struct recent *r = recent_new(0);

    tell(r, "a", 1, 3);
    check(r, "a", 0, 0);
    assert_int_equal(recent_bytes(r), 0);
    recent_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(what_was_told_is_read_from_any_place_in_it),
        test(nothing_is_read_from_before_behind_or_elsewhere),
        test(a_room_is_read_from_its_end),
        test(rows_that_are_held_outlive_what_is_kept),
        test(no_more_is_read_than_there_is_place_for),
        test(behind_a_hole_a_new_run_begins),
        test(what_is_told_again_changes_nothing),
        test(an_event_without_a_row_leaves_a_hole),
        test(a_long_run_wraps_around_in_its_ring),
        test(the_room_used_longest_ago_goes_first),
        test(a_batch_counts_until_its_last_event_has_gone),
        test(without_a_byte_nothing_is_kept),
    };

    return cmocka_run_group_tests_name("hub/recent", tests, NULL, NULL);
}
