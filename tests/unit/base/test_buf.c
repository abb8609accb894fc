#include "base/buf.h"

#include "tests/lib/test.h"

static void an_untouched_buf_is_an_empty_string_not_an_absent_one(void **state)
{
    struct buf b;

    buf_init(&b, 10);
    assert_non_null(buf_str(&b).p);
    assert_int_equal(buf_str(&b).n, 0);
    assert_false(buf_overflowed(&b));
    buf_done(&b);
}

static void what_is_added_stands_in_order(void **state)
{
    struct buf b;

    buf_init(&b, 1000);
    buf_add(&b, STR("one "));
    buf_add_char(&b, '2');
    buf_add(&b, STR(""));
    buf_add(&b, STR_NULL);
    buf_printf(&b, " %s %d", "three", 4);
    assert_str(buf_str(&b), "one 2 three 4");
    buf_done(&b);
}

static void bytes_may_be_nul(void **state)
{
    struct buf b;

    buf_init(&b, 10);
    buf_add(&b, STR("a\0b"));
    buf_add_char(&b, '\0');
    assert_int_equal(b.n, 4);
    assert_memory_equal(b.p, "a\0b", 4);
    buf_done(&b);
}

static void it_grows_and_keeps_what_it_holds(void **state)
{
    struct buf b;

    buf_init(&b, 100000);
    for (size_t i = 0; i < 100000; i++)
        buf_add_char(&b, (char)('a' + i % 26));
    assert_false(buf_overflowed(&b));
    assert_int_equal(b.n, 100000);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(b.p[i], 'a' + i % 26);
    buf_done(&b);
}

static void a_text_that_just_fits_under_the_ceiling_is_taken(void **state)
{
    struct buf added, formatted;

    buf_init(&added, 5);
    buf_add(&added, STR("12345"));
    assert_str(buf_str(&added), "12345");
    assert_false(buf_overflowed(&added));
    buf_done(&added);

    buf_init(&formatted, 5);
    buf_printf(&formatted, "%d", 12345);
    assert_str(buf_str(&formatted), "12345");
    assert_false(buf_overflowed(&formatted));
    buf_done(&formatted);
}

static void what_would_pass_the_ceiling_is_dropped_whole_and_latched(void **state)
{
    struct buf b;

    buf_init(&b, 5);
    buf_add(&b, STR("123"));
    buf_add(&b, STR("456"));
    assert_true(buf_overflowed(&b));
    assert_str(buf_str(&b), "123");
    buf_add_char(&b, '4');
    buf_printf(&b, "%d", 5);
    assert_str(buf_str(&b), "123");
    assert_true(buf_overflowed(&b));
    buf_done(&b);
}

static void formatted_text_past_the_ceiling_is_dropped_too(void **state)
{
    struct buf b;

    buf_init(&b, 5);
    buf_printf(&b, "%d", 123456);
    assert_true(buf_overflowed(&b));
    assert_int_equal(b.n, 0);
    buf_done(&b);
}

static void a_reserve_beyond_all_sizes_is_refused_without_wrapping(void **state)
{
    struct buf b;

    buf_init(&b, 100);
    buf_add(&b, STR("x"));
    assert_null(buf_reserve(&b, SIZE_MAX));
    assert_true(buf_overflowed(&b));
    buf_done(&b);
}

static void what_is_reserved_counts_only_once_it_is_used(void **state)
{
    struct buf b;
    char *room;

    buf_init(&b, 1000);
    buf_add(&b, STR("ab"));
    room = buf_reserve(&b, 998);
    assert_non_null(room);
    assert_int_equal(b.n, 2);
    memset(room, 'c', 998);
    b.n += 998;
    assert_int_equal(buf_str(&b).p[0], 'a');
    assert_int_equal(buf_str(&b).p[999], 'c');
    assert_null(buf_reserve(&b, 1));
    buf_done(&b);
}

static void truncating_takes_back_but_does_not_forgive(void **state)
{
    struct buf b;

    buf_init(&b, 5);
    buf_add(&b, STR("12345"));
    buf_truncate(&b, 2);
    assert_str(buf_str(&b), "12");
    buf_add(&b, STR("abc"));
    assert_str(buf_str(&b), "12abc");
    buf_add_char(&b, '!');
    buf_truncate(&b, 0);
    assert_true(buf_overflowed(&b));
    assert_int_equal(b.n, 0);
    buf_done(&b);
}

static void a_reset_forgives_and_may_set_another_ceiling(void **state)
{
    struct buf b;

    buf_init(&b, 2);
    buf_add(&b, STR("abc"));
    assert_true(buf_overflowed(&b));
    buf_reset(&b, 3);
    assert_false(buf_overflowed(&b));
    buf_add(&b, STR("abc"));
    assert_str(buf_str(&b), "abc");
    buf_reset(&b, 1);
    assert_int_equal(b.n, 0);
    buf_add(&b, STR("ab"));
    assert_true(buf_overflowed(&b));
    buf_done(&b);
}

int main(void)
{
    return RUN(test(an_untouched_buf_is_an_empty_string_not_an_absent_one),
               test(what_is_added_stands_in_order), test(bytes_may_be_nul),
               test(it_grows_and_keeps_what_it_holds),
               test(a_text_that_just_fits_under_the_ceiling_is_taken),
               test(what_would_pass_the_ceiling_is_dropped_whole_and_latched),
               test(formatted_text_past_the_ceiling_is_dropped_too),
               test(a_reserve_beyond_all_sizes_is_refused_without_wrapping),
               test(what_is_reserved_counts_only_once_it_is_used),
               test(truncating_takes_back_but_does_not_forgive),
               test(a_reset_forgives_and_may_set_another_ceiling));
}
