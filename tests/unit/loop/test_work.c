#include "loop/work.h"

#include <pthread.h>
#include <semaphore.h>

#include "tests/lib/test.h"

/* Blocks until it is let go. */
struct chore {
    struct work work;
    sem_t may_end;
    pthread_t done_by;
    bool worked;
    bool done;
};

static void block(struct work *w)
{
    struct chore *c = container_of(w, struct chore, work);

    sem_wait(&c->may_end);
    c->done_by = pthread_self();
    c->worked = true;
}

static void on_done(struct work *w)
{
    container_of(w, struct chore, work)->done = true;
}

static void chore_start(struct chore *c, struct loop *l)
{
    *c = (struct chore){.worked = false};
    sem_init(&c->may_end, 0, 0);
    work_start(&c->work, l, block, on_done);
}

static void the_loop_turns_while_another_thread_works(void **state)
{
    struct chore c;
    struct loop l;

    loop_init(&l, 0);
    chore_start(&c, &l);
    for (int turn = 0; turn < 10; turn++)
        uv_run(&l.uv, UV_RUN_NOWAIT);
    assert_false(c.done);
    sem_post(&c.may_end);
    while (!c.done)
        uv_run(&l.uv, UV_RUN_ONCE);
    assert_true(c.worked);
    assert_false(pthread_equal(c.done_by, pthread_self()));
    loop_done(&l);
}

static void a_loop_does_not_end_before_its_work(void **state)
{
    struct chore c;
    struct loop l;

    loop_init(&l, 0);
    chore_start(&c, &l);
    sem_post(&c.may_end);
    loop_done(&l);
    assert_true(c.done);
}

/* More than the pool has threads for: the last cannot have begun. */
static void what_has_not_begun_can_be_spared(void **state)
{
    enum {
        MORE = 1100 /* libuv allows for 1,024 threads */
    };
    static struct chore chores[MORE];
    struct loop l;

    loop_init(&l, 0);
    for (size_t i = 0; i < MORE; i++)
        chore_start(&chores[i], &l);
    work_cancel(&chores[MORE - 1].work);
    for (size_t i = 0; i < MORE; i++)
        sem_post(&chores[i].may_end);
    loop_done(&l);
    for (size_t i = 0; i < MORE; i++) {
        assert_true(chores[i].done);
        assert_int_equal(chores[i].worked, i < MORE - 1);
    }
}

int main(void)
{
    return RUN(test(the_loop_turns_while_another_thread_works),
               test(a_loop_does_not_end_before_its_work), test(what_has_not_begun_can_be_spared));
}
