#include "hub/rendered.h"

#include "base/mem.h"
#include "lib/test.h"

/* A payload of so many bytes, kept under the group's seq; the table is its only holder. */
static void put(struct rendered *r, uint64_t group, int64_t seq, size_t n)
{
    char *bytes = mem_zalloc(n);
    struct frame *payload = frame_new(str_of(bytes, n));

    rendered_put(r, group, seq, payload);
    frame_unref(payload);
    mem_free(bytes);
}

/* Its length; -1 when it is not there. */
static int64_t look_up(const struct rendered *r, uint64_t group, int64_t seq)
{
    struct frame *payload = rendered_get(r, group, seq);
    int64_t n = payload ? (int64_t)payload->n : -1;

    assert_int_equal(n,
                     rendered_peek(r, group, seq).p ? (int64_t)rendered_peek(r, group, seq).n : -1);
    frame_unref(payload);
    return n;
}

static void what_was_put_is_found_under_its_group_and_seq(void **state)
{
    struct rendered r;

    rendered_init(&r, 4 * 1024 * 1024);

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

static void what_lies_far_behind_gives_its_place_away(void **state)
{
    struct rendered r;

    rendered_init(&r, 4 * 1024 * 1024);

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

    rendered_init(&r, 4 * 1024 * 1024);
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
               test(what_lies_far_behind_gives_its_place_away),
               test(large_payloads_are_fewer_and_the_newest_stay),
               test(without_a_byte_nothing_is_kept_and_no_memory_is_taken));
}
