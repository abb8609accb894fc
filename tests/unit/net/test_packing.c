#include "net/packing.h"

#include "base/mem.h"
#include "tests/lib/test.h"

static char text[1000];

static struct frame *result_of(char c, size_t n)
{
    memset(text, c, n);
    return frame_new(str_of(text, n));
}

static void what_everybody_hears_is_packed_once(void **state)
{
    struct packing *p = packing_new();
    struct frame *a = result_of('a', 1000), *b = result_of('b', 1000), *part = packing_part(p, a);

    assert_non_null(part);
    assert_true(part->n < a->n);
    assert_ptr_equal(packing_part(p, a), part);
    part = packing_part(p, b);
    assert_non_null(part);
    assert_ptr_equal(packing_part(p, b), part);
    packing_free(p);
    frame_unref(a);
    frame_unref(b);
}

/* Each subscriber asks for all that is new to it, one after the other. */
static void as_many_as_are_told_at_once_are_packed_once(void **state)
{
    struct packing *p = packing_new();
    struct frame *results[PACKING_REMEMBERED], *parts[PACKING_REMEMBERED];

    for (size_t i = 0; i < PACKING_REMEMBERED; i++) {
        results[i] = result_of((char)('0' + i), 1000);
        parts[i] = packing_part(p, results[i]);
        assert_non_null(parts[i]);
    }
    for (size_t reader = 0; reader < 3; reader++)
        for (size_t i = 0; i < PACKING_REMEMBERED; i++)
            assert_ptr_equal(packing_part(p, results[i]), parts[i]);
    packing_free(p);
    for (size_t i = 0; i < PACKING_REMEMBERED; i++) {
        assert_true(frame_is_alone(results[i]));
        frame_unref(results[i]);
    }
}

static void large_results_are_let_go_of_when_others_are_packed(void **state)
{
    size_t n = PACKING_BYTES / 2 + 1;
    struct packing *p = packing_new();
    struct frame *large[2];

    for (size_t i = 0; i < 2; i++) {
        char *bytes = mem_zalloc(n);

        large[i] = frame_new(str_of(bytes, n));
        mem_free(bytes);
        assert_non_null(packing_part(p, large[i]));
    }
    assert_true(frame_is_alone(large[0]));
    assert_false(frame_is_alone(large[1]));
    packing_free(p);
    frame_unref(large[0]);
    frame_unref(large[1]);
}

/* An address may come again, with other bytes behind it, only when nobody holds the first. */
static void the_result_that_is_remembered_is_held(void **state)
{
    struct packing *p = packing_new();
    struct frame *a = result_of('a', 1000);

    assert_non_null(packing_part(p, a));
    assert_int_equal(a->holders, 2);
    packing_free(p);
    assert_int_equal(a->holders, 1);
    frame_unref(a);
}

static void a_short_result_is_not_held_and_pushes_out_nothing(void **state)
{
    struct packing *p = packing_new();
    struct frame *a = result_of('a', 1000), *shorter = result_of('a', 100);
    struct frame *part = packing_part(p, a);

    assert_null(packing_part(p, shorter));
    assert_true(frame_is_alone(shorter));
    assert_int_equal(a->holders, 2);
    assert_ptr_equal(packing_part(p, a), part);
    packing_free(p);
    frame_unref(a);
    frame_unref(shorter);
}

static void what_is_short_or_gains_nothing_stays_as_it_is(void **state)
{
    struct packing *p = packing_new();
    struct frame *shorter = result_of('a', 100), *noise;
    struct buf out;
    uint32_t x = 1;

    for (size_t i = 0; i < sizeof(text); i++) {
        x = x * 1664525u + 1013904223u;
        text[i] = (char)(x >> 24);
    }
    noise = frame_new(str_of(text, sizeof(text)));
    assert_null(packing_part(p, shorter));
    assert_null(packing_part(p, noise));
    assert_null(packing_part(p, noise));
    buf_init(&out, sizeof(text));
    assert_false(packing_message(p, str_of(text, sizeof(text)), &out));
    buf_reset(&out, 100);
    assert_false(packing_message(p, frame_str(shorter), &out));
    buf_done(&out);
    frame_unref(noise);
    frame_unref(shorter);
    packing_free(p);
}

static void a_reader_is_lent_to_one_message_at_a_time(void **state)
{
    struct packing *p = packing_new();
    struct deflate_reader *a = packing_lend(p), *b = packing_lend(p);

    assert_ptr_not_equal(a, b);
    packing_take_back(p, a);
    packing_take_back(p, b);
    packing_take_back(p, NULL);
    assert_ptr_equal(packing_lend(p), a);
    packing_take_back(p, a);
    packing_free(p);
}

int main(void)
{
    return RUN(test(what_everybody_hears_is_packed_once),
               test(as_many_as_are_told_at_once_are_packed_once),
               test(large_results_are_let_go_of_when_others_are_packed),
               test(the_result_that_is_remembered_is_held),
               test(a_short_result_is_not_held_and_pushes_out_nothing),
               test(what_is_short_or_gains_nothing_stays_as_it_is),
               test(a_reader_is_lent_to_one_message_at_a_time));
}
