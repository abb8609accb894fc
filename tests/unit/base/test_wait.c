#include "base/wait.h"

#include "tests/lib/test.h"

/* A listener that remembers what it was told. */
struct ear {
    int calls;
    enum status status;
    const void *value;
    struct str detail;
    struct arena *ends; /* freed in the answer, when given */
};

static void on_answer(void *user, struct wait *w)
{
    struct ear *ear = user;

    assert_true(w->answered);
    ear->calls++;
    ear->status = w->status;
    ear->value = w->value;
    ear->detail = w->detail;
    if (ear->ends)
        arena_done(ear->ends);
}

static void a_listener_is_told_once_what_was_answered(void **state)
{
    struct arena a;
    struct ear ear = {0};
    struct wait *w;
    int value = 7;

    arena_init(&a);
    w = wait_new(&a);
    assert_false(w->answered);
    wait_on(w, on_answer, &ear);
    assert_int_equal(ear.calls, 0);
    wait_answer(w, ST_OK, &value);
    assert_int_equal(ear.calls, 1);
    assert_int_equal(ear.status, ST_OK);
    assert_ptr_equal(ear.value, &value);
    assert_null(ear.detail.p);
    arena_done(&a);
}

static void an_answer_without_a_listener_is_kept(void **state)
{
    struct arena a;
    struct wait *w;
    int value = 7;

    arena_init(&a);
    w = wait_new(&a);
    wait_answer(w, ST_OK, &value);
    assert_true(w->answered);
    assert_int_equal(w->status, ST_OK);
    assert_ptr_equal(w->value, &value);
    arena_done(&a);
}

static void a_failure_brings_its_words_along(void **state)
{
    struct arena a;
    struct ear ear = {0};
    struct wait *w;

    arena_init(&a);
    w = wait_new(&a);
    wait_on(w, on_answer, &ear);
    wait_fail(w, ST_TOO_LARGE, STR("text is longer than 4096"));
    assert_int_equal(ear.status, ST_TOO_LARGE);
    assert_null(ear.value);
    assert_str(ear.detail, "text is longer than 4096");
    arena_done(&a);
}

static void a_failure_needs_no_words(void **state)
{
    struct arena a;
    struct wait *w;

    arena_init(&a);
    w = wait_new(&a);
    wait_answer(w, ST_NOT_FOUND, NULL);
    assert_int_equal(w->status, ST_NOT_FOUND);
    assert_null(w->detail.p);
    arena_done(&a);
}

static void what_is_there_already_is_taken_without_listening(void **state)
{
    struct arena a;
    struct wait *w;
    int value = 7;

    arena_init(&a);
    w = wait_done(&a, ST_OK, &value);
    assert_true(w->answered);
    assert_int_equal(w->status, ST_OK);
    assert_ptr_equal(w->value, &value);
    w = wait_done(&a, ST_FORBIDDEN, NULL);
    assert_true(w->answered);
    assert_int_equal(w->status, ST_FORBIDDEN);
    arena_done(&a);
}

static void a_listener_may_end_the_arena_the_wait_lives_in(void **state)
{
    struct arena a;
    struct ear ear = {.ends = &a};
    struct wait *w;

    arena_init(&a);
    w = wait_new(&a);
    wait_on(w, on_answer, &ear);
    /* Touched afterwards, the wait is what the address sanitizer stops at. */
    wait_answer(w, ST_OK, NULL);
    assert_int_equal(ear.calls, 1);
}

int main(void)
{
    return RUN(test(a_listener_is_told_once_what_was_answered),
               test(an_answer_without_a_listener_is_kept), test(a_failure_brings_its_words_along),
               test(a_failure_needs_no_words),
               test(what_is_there_already_is_taken_without_listening),
               test(a_listener_may_end_the_arena_the_wait_lives_in));
}
