#include "base/arena.h"

#include <stdalign.h>

#include "tests/lib/test.h"

/* What the hooks below wrote, in the order in which they ran. */
struct trace {
    char marks[8];
    size_t n;
};

struct marker {
    struct trace *trace;
    char mark;
};

static void leave_mark(void *p)
{
    const struct marker *m = p;

    m->trace->marks[m->trace->n++] = m->mark;
}

static void count_up(void *p)
{
    ++*(int *)p;
}

static bool is_zero(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != 0)
            return false;
    return true;
}

static void what_is_allocated_is_zeroed_and_aligned(void **state)
{
    struct arena a;

    arena_init(&a);
    for (size_t size = 0; size < 300; size++) {
        char *p = arena_alloc(&a, size);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        assert_true(is_zero(p, size));
        memset(p, 0xEE, size);
    }
    arena_done(&a);
}

static void allocations_do_not_overlap(void **state)
{
    enum {
        COUNT = 500
    };
    struct arena a;
    unsigned char *made[COUNT];

    arena_init(&a);
    for (size_t i = 0; i < COUNT; i++) {
        made[i] = arena_alloc(&a, i);
        memset(made[i], (int)(i % 251), i);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t at = 0; at < i; at++)
            assert_int_equal(made[i][at], i % 251);
    arena_done(&a);
}

static void nothing_allocated_is_still_a_place_of_its_own(void **state)
{
    struct arena a;
    void *first, *second;

    arena_init(&a);
    first = arena_alloc(&a, 0);
    second = arena_alloc(&a, 0);
    assert_non_null(first);
    assert_ptr_not_equal(first, second);
    arena_done(&a);
}

static void a_size_beyond_every_chunk_is_served(void **state)
{
    enum {
        BIG = 3 * 1024 * 1024 + 1
    };
    struct arena a;
    char *small, *big, *after;

    arena_init(&a);
    small = arena_alloc(&a, 10);
    memset(small, 's', 10);
    big = arena_alloc(&a, BIG);
    assert_true(is_zero(big, BIG));
    memset(big, 'b', BIG);
    after = arena_alloc(&a, 10);
    assert_true(is_zero(after, 10));
    assert_int_equal(small[9], 's');
    assert_int_equal(big[BIG - 1], 'b');
    arena_done(&a);
}

static void its_size_is_what_was_handed_out(void **state)
{
    struct arena a;

    arena_init(&a);
    assert_int_equal(a.size, 0);
    memset(arena_alloc(&a, 1000), 0xEE, 1000);
    memset(arena_alloc(&a, 5000), 0xEE, 5000);
    assert_in_range(a.size, 6000, 6000 + 2 * alignof(max_align_t));
    arena_reset(&a);
    assert_int_equal(a.size, 0);
    arena_done(&a);
}

static void hooks_run_newest_first_and_once(void **state)
{
    struct trace trace = {0};
    struct marker a_mark = {&trace, 'a'}, b_mark = {&trace, 'b'}, c_mark = {&trace, 'c'};
    struct arena a;

    arena_init(&a);
    arena_on_done(&a, leave_mark, &a_mark);
    arena_on_done(&a, leave_mark, &b_mark);
    arena_on_done(&a, leave_mark, &c_mark);
    assert_int_equal(trace.n, 0);
    arena_done(&a);
    assert_str(str_of(trace.marks, trace.n), "cba");
    arena_done(&a);
    assert_int_equal(trace.n, 3);
}

static void a_hook_may_read_what_the_arena_holds(void **state)
{
    struct trace trace = {0};
    struct arena a;
    struct marker *m;

    arena_init(&a);
    m = arena_new(&a, struct marker);
    *m = (struct marker){&trace, 'x'};
    arena_on_done(&a, leave_mark, m);
    memset(arena_alloc(&a, 100000), 0xEE, 100000);
    arena_done(&a);
    assert_str(str_of(trace.marks, trace.n), "x");
}

static void a_reset_arena_runs_its_hooks_and_serves_again(void **state)
{
    struct arena a;
    int ran = 0;
    char *p;

    arena_init(&a);
    arena_reset(&a);
    for (int round = 1; round <= 3; round++) {
        arena_on_done(&a, count_up, &ran);
        for (int i = 0; i < 100; i++)
            memset(arena_alloc(&a, 999), 0xEE, 999);
        arena_reset(&a);
        assert_int_equal(ran, round);
        p = arena_alloc(&a, 999);
        assert_true(is_zero(p, 999));
    }
    arena_done(&a);
    assert_int_equal(ran, 3);
}

static void a_copied_string_is_apart_from_its_source_and_ends_in_nul(void **state)
{
    struct arena a;
    char source[] = {'a', '\0', 'b'};
    struct str copy;

    arena_init(&a);
    copy = arena_str(&a, str_of(source, sizeof(source)));
    memset(source, 'x', sizeof(source));
    assert_int_equal(copy.n, 3);
    assert_memory_equal(copy.p, "a\0b", 4);
    arena_done(&a);
}

static void an_absent_string_stays_absent_and_an_empty_one_empty(void **state)
{
    struct arena a;
    struct str empty;

    arena_init(&a);
    assert_null(arena_str(&a, STR_NULL).p);
    empty = arena_str(&a, STR(""));
    assert_non_null(empty.p);
    assert_int_equal(empty.n, 0);
    arena_done(&a);
}

static void formatted_text_of_any_length_is_kept_whole(void **state)
{
    struct arena a;
    struct str s;

    arena_init(&a);
    s = arena_printf(&a, "%s is %d%%", "this", 100);
    assert_str(s, "this is 100%");
    assert_int_equal(s.p[s.n], '\0');
    s = arena_printf(&a, "%10000d", 7);
    assert_int_equal(s.n, 10000);
    assert_int_equal(s.p[9999], '7');
    arena_done(&a);
}

static void an_array_has_room_for_its_elements(void **state)
{
    struct arena a;
    int64_t *numbers;

    arena_init(&a);
    numbers = arena_array(&a, int64_t, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(numbers[i], 0);
        numbers[i] = i;
    }
    assert_true(a.size >= 8000);
    arena_done(&a);
}

int main(void)
{
    return RUN(test(what_is_allocated_is_zeroed_and_aligned), test(allocations_do_not_overlap),
               test(nothing_allocated_is_still_a_place_of_its_own),
               test(a_size_beyond_every_chunk_is_served), test(its_size_is_what_was_handed_out),
               test(hooks_run_newest_first_and_once), test(a_hook_may_read_what_the_arena_holds),
               test(a_reset_arena_runs_its_hooks_and_serves_again),
               test(a_copied_string_is_apart_from_its_source_and_ends_in_nul),
               test(an_absent_string_stays_absent_and_an_empty_one_empty),
               test(formatted_text_of_any_length_is_kept_whole),
               test(an_array_has_room_for_its_elements));
}
