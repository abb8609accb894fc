#include "loop/flow.h"

#include "lib/test.h"

/* A story of three waits; the test answers them when it likes. */
struct story {
    struct flow flow;
    struct arena *arena;
    struct wait *waits[3];
    int steps;
};

static flow_step second, third, last;

static enum flow_turn first(struct flow *f)
{
    struct story *s = container_of(f, struct story, flow);

    s->steps = 1;
    return flow_wait(f, s->waits[0], second);
}

static enum flow_turn second(struct flow *f)
{
    struct story *s = container_of(f, struct story, flow);

    s->steps = 2;
    if (flow_status(f) != ST_OK)
        return flow_end(f, flow_status(f), NULL);
    return flow_wait(f, s->waits[1], third);
}

static enum flow_turn third(struct flow *f)
{
    struct story *s = container_of(f, struct story, flow);

    s->steps = 3;
    return flow_wait(f, s->waits[2], last);
}

static enum flow_turn last(struct flow *f)
{
    struct story *s = container_of(f, struct story, flow);

    s->steps = 4;
    return flow_end(f, ST_OK, flow_value(f));
}

static void prepare(struct story *s, struct arena *a)
{
    arena_init(a);
    *s = (struct story){.arena = a};
    for (size_t i = 0; i < array_size(s->waits); i++)
        s->waits[i] = wait_new(a);
}

static void steps_follow_the_answers(void **state)
{
    struct arena a;
    struct story s;
    struct wait *result;

    prepare(&s, &a);
    result = flow_start(&s.flow, &a, first);
    assert_int_equal(s.steps, 1);
    wait_answer(s.waits[0], ST_OK, NULL);
    assert_int_equal(s.steps, 2);
    wait_answer(s.waits[1], ST_OK, NULL);
    assert_int_equal(s.steps, 3);
    assert_false(result->answered);
    wait_answer(s.waits[2], ST_OK, "the end");
    assert_int_equal(s.steps, 4);
    assert_true(result->answered);
    assert_string_equal(result->value, "the end");
    arena_done(&a);
}

static void a_failure_ends_it_where_a_step_says_so(void **state)
{
    struct arena a;
    struct story s;
    struct wait *result;

    prepare(&s, &a);
    result = flow_start(&s.flow, &a, first);
    wait_answer(s.waits[0], ST_FORBIDDEN, NULL);
    assert_int_equal(s.steps, 2);
    assert_int_equal(result->status, ST_FORBIDDEN);
    arena_done(&a);
}

static void answers_that_are_there_already_are_taken_at_once(void **state)
{
    struct arena a;
    struct story s;
    struct wait *result;

    prepare(&s, &a);
    for (size_t i = 0; i < array_size(s.waits); i++)
        wait_answer(s.waits[i], ST_OK, "there");
    result = flow_start(&s.flow, &a, first);
    assert_int_equal(s.steps, 4);
    assert_string_equal(result->value, "there");
    arena_done(&a);
}

static void answers_may_be_there_in_the_middle_only(void **state)
{
    struct arena a;
    struct story s;
    struct wait *result;

    prepare(&s, &a);
    wait_answer(s.waits[1], ST_OK, NULL);
    result = flow_start(&s.flow, &a, first);
    assert_int_equal(s.steps, 1);
    wait_answer(s.waits[0], ST_OK, NULL);
    assert_int_equal(s.steps, 3);
    assert_false(result->answered);
    wait_answer(s.waits[2], ST_OK, NULL);
    assert_true(result->answered);
    arena_done(&a);
}

static enum flow_turn alike(struct flow *f)
{
    return flow_end_alike(f);
}

static enum flow_turn first_of_alike(struct flow *f)
{
    struct story *s = container_of(f, struct story, flow);

    return flow_wait(f, s->waits[0], alike);
}

static void a_flow_may_end_as_what_it_waited_for_did(void **state)
{
    struct arena a;
    struct story s;
    struct wait *result;

    prepare(&s, &a);
    result = flow_start(&s.flow, &a, first_of_alike);
    wait_answer(s.waits[0], ST_OK, "the value");
    assert_int_equal(result->status, ST_OK);
    assert_string_equal(result->value, "the value");
    arena_done(&a);

    prepare(&s, &a);
    result = flow_start(&s.flow, &a, first_of_alike);
    wait_fail(s.waits[0], ST_NOT_FOUND, STR("There is no such thing."));
    assert_int_equal(result->status, ST_NOT_FOUND);
    assert_str(result->detail, "There is no such thing.");
    arena_done(&a);
}

static void free_arena_of(void *user, struct wait *w)
{
    arena_done(user);
}

static void whoever_listens_may_free_the_flow(void **state)
{
    struct arena a;
    struct story *s;

    arena_init(&a);
    s = arena_new(&a, struct story);
    for (size_t i = 0; i < array_size(s->waits); i++)
        s->waits[i] = wait_new(&a);
    wait_on(flow_start(&s->flow, &a, first), free_arena_of, &a);
    wait_answer(s->waits[0], ST_FAULT, NULL);
    assert_null(a.chunk);
}

int main(void)
{
    return RUN(test(steps_follow_the_answers), test(a_failure_ends_it_where_a_step_says_so),
               test(answers_that_are_there_already_are_taken_at_once),
               test(answers_may_be_there_in_the_middle_only),
               test(a_flow_may_end_as_what_it_waited_for_did),
               test(whoever_listens_may_free_the_flow));
}
