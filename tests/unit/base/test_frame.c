#include "base/frame.h"

#include <pthread.h>

#include "tests/lib/test.h"

enum {
    THREADS = 4,
    ROUNDS = 20000,
};

static void a_frame_holds_a_copy_of_its_own(void **state)
{
    char bytes[] = {'a', '\0', 'b'};
    struct frame *f = frame_new(str_of(bytes, sizeof(bytes)));

    memset(bytes, 'x', sizeof(bytes));
    assert_int_equal(frame_str(f).n, 3);
    assert_memory_equal(frame_str(f).p, "a\0b", 3);
    frame_unref(f);
}

static void an_empty_frame_is_a_frame(void **state)
{
    struct frame *f = frame_new(STR_NULL);

    assert_int_equal(frame_str(f).n, 0);
    assert_non_null(frame_str(f).p);
    frame_unref(f);
}

static void it_lives_until_its_last_holder_lets_go(void **state)
{
    struct frame *f = frame_new(STR("held"));

    assert_ptr_equal(frame_ref(f), f);
    assert_null(frame_unref(f));
    /* Freed too early, this read is what the address sanitizer stops at. */
    assert_str(frame_str(f), "held");
    assert_null(frame_unref(f));
}

static void who_holds_the_first_of_a_run_holds_them_all(void **state)
{
    struct frame *a = frame_new(STR("a")), *b = frame_new(STR("b")), *c = frame_new(STR("c"));

    frame_go_on(a, b);
    frame_go_on(b, c);
    assert_null(frame_unref(b));
    assert_null(frame_unref(c));
    assert_str(frame_str(a->behind->behind), "c");
    assert_null(frame_ref(a->behind->behind)->behind);
    frame_unref(a); /* and the second with it */
    assert_str(frame_str(c), "c");
    assert_true(frame_is_alone(c));
    frame_unref(c);
}

static void letting_go_of_nothing_does_nothing(void **state)
{
    assert_null(frame_unref(NULL));
}

static void *hold_and_let_go(void *p)
{
    struct frame *f = p;

    for (int i = 0; i < ROUNDS; i++) {
        struct frame *held = frame_ref(f);
        if (!str_eq(frame_str(held), STR("shared")))
            return f;
        frame_unref(held);
    }
    frame_unref(f);
    return NULL;
}

static void threads_may_hold_it_side_by_side(void **state)
{
    struct frame *f = frame_new(STR("shared"));
    pthread_t threads[THREADS];
    void *trouble;

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hold_and_let_go, frame_ref(f)), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &trouble), 0);
        assert_null(trouble);
    }
    assert_int_equal(atomic_load(&f->holders), 1);
    frame_unref(f);
}

int main(void)
{
    return RUN(
        test(a_frame_holds_a_copy_of_its_own), test(an_empty_frame_is_a_frame),
        test(it_lives_until_its_last_holder_lets_go), test(letting_go_of_nothing_does_nothing),
        test(who_holds_the_first_of_a_run_holds_them_all), test(threads_may_hold_it_side_by_side));
}
