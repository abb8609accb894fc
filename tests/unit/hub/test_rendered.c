#include "hub/rendered.h"

#include "base/mem.h"
#include "lib/test.h"

/* A payload of so many bytes, kept under the group's seq; the table is its only holder. */
static void put(struct rendered *r, uint64_t group, int64_t seq, size_t n)
{
    char *bytes = mem_zalloc(n);
    struct frame *payload = frame_new(str_of(bytes, n));

    rendered_put(r, rendered_row(group, seq), payload);
    frame_unref(payload);
    mem_free(bytes);
}

/* Its length; -1 when it is not there. */
static int64_t look_up(const struct rendered *r, uint64_t group, int64_t seq)
{
    struct frame *payload = rendered_get(r, rendered_row(group, seq));
    struct str peeked = rendered_peek(r, rendered_row(group, seq));
    int64_t n = payload ? (int64_t)payload->n : -1;

    assert_int_equal(n, peeked.p ? (int64_t)peeked.n : -1);
    frame_unref(payload);
    return n;
}

static void what_was_put_is_found_under_its_group_and_seq(void **state)
{
    struct rendered r;

    rendered_init(&r, (size_t)4 * 1024 * 1024);

    assert_int_equal(look_up(&r, 1, 1), -1);
    put(&r, 1, 1, 10);
    put(&r, 1, 2, 20);
    put(&r, 2, 1, 30);
    assert_int_equal(look_up(&r, 1, 1), 10);
    assert_int_equal(look_up(&r, 1, 2), 20);
    assert_int_equal(look_up(&r, 2, 1), 30);
    assert_int_equal(look_up(&r, 2, 2), -1);
    for (uint64_t group = 3; group < 10000; group++)
        assert_int_equal(look_up(&r, group, 1), -1);
    rendered_clear(&r);
    assert_int_equal(look_up(&r, 1, 1), -1);
    rendered_clear(&r);
}

static void a_run_is_found_under_both_its_ends(void **state)
{
    struct rendered_key down = {.group = 7, .first = 1000, .last = 951}, up = {7, 951, 1000};
    struct frame *page = frame_new(STR("page")), *nothing = frame_new(STR(""));
    struct rendered r;

    rendered_init(&r, (size_t)4 * 1024 * 1024);
    for (int64_t seq = 951; seq <= 1000; seq++)
        put(&r, 7, seq, 10);
    rendered_put(&r, down, page);
    rendered_put(&r, up, nothing);
    assert_str(rendered_peek(&r, down), "page");
    assert_int_equal(rendered_peek(&r, up).n, 0);
    assert_non_null(rendered_peek(&r, up).p);
    down.last++;
    assert_null(rendered_peek(&r, down).p);
    for (int64_t seq = 951; seq <= 1000; seq++)
        assert_int_equal(look_up(&r, 7, seq), 10);
    frame_unref(page);
    frame_unref(nothing);
    rendered_clear(&r);
}

static void what_lies_far_behind_gives_its_place_away(void **state)
{
    struct rendered r;

    rendered_init(&r, (size_t)4 * 1024 * 1024);

    for (int64_t seq = 1; seq <= 100000; seq++)
        put(&r, 1, seq, 10);
    for (int64_t seq = 100000; seq > 99000; seq--)
        assert_int_equal(look_up(&r, 1, seq), 10);
    assert_int_equal(look_up(&r, 1, 1), -1);
    assert_true(r.bytes <= (size_t)256 * 1024);
    rendered_clear(&r);
}

static void large_payloads_are_fewer_and_the_newest_stay(void **state)
{
    struct rendered r;

    rendered_init(&r, (size_t)4 * 1024 * 1024);
    size_t large = (size_t)64 * 1024, most = 0;

    for (int64_t seq = 1; seq <= 1000; seq++) {
        put(&r, 1, seq, large);
        most = most > r.bytes ? most : r.bytes;
        assert_int_equal(look_up(&r, 1, seq), (int64_t)large);
        if (seq > 10)
            assert_int_equal(look_up(&r, 1, seq - 10), (int64_t)large);
    }
    assert_in_range(most, 32 * large, 64 * large);
    put(&r, 1, 1001, (size_t)64 * 1024 * 1024);
    assert_int_equal(look_up(&r, 1, 1001), -1);
    assert_int_equal(look_up(&r, 1, 1000), (int64_t)large);
    rendered_clear(&r);
    assert_int_equal(r.bytes, 0);
}

static void without_a_byte_nothing_is_kept_and_no_memory_is_taken(void **state)
{
    struct rendered r;

    rendered_init(&r, 0);
    put(&r, 1, 1, 10);
    assert_int_equal(look_up(&r, 1, 1), -1);
    assert_null(r.slots);
}

int main(void)
{
    return RUN(test(what_was_put_is_found_under_its_group_and_seq),
               test(a_run_is_found_under_both_its_ends),
               test(what_lies_far_behind_gives_its_place_away),
               test(large_payloads_are_fewer_and_the_newest_stay),
               test(without_a_byte_nothing_is_kept_and_no_memory_is_taken));
}
