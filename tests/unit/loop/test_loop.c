#include "loop/loop.h"

#include <unistd.h>

#include "lib/test.h"
#include "loop/timer.h"
#include "loop/watch.h"

struct counter {
    struct loop loop;
    struct timer timer;
    struct turn_hook hook;
    struct grave grave;
    int hooks;
    int burials;
    unsigned turn;
    int again; /* how often the hook asks for itself once more */
};

static void on_hook(struct turn_hook *hook)
{
    struct counter *c = container_of(hook, struct counter, hook);

    c->hooks++;
    if (c->again-- > 0)
        loop_at_turn_end(&c->loop, &c->hook);
}

static void on_burial(struct grave *grave)
{
    container_of(grave, struct counter, grave)->burials++;
}

static void stop(struct timer *t)
{
    struct counter *c = container_of(t, struct counter, timer);

    loop_stop(&c->loop);
}

/* Something to do at a turn's end, asked for three times. */
static void ask(struct timer *t)
{
    struct counter *c = container_of(t, struct counter, timer);

    for (int i = 0; i < 3; i++)
        loop_at_turn_end(&c->loop, &c->hook);
    loop_bury(&c->loop, &c->grave, on_burial);
    assert_int_equal(c->hooks, 0);
    assert_int_equal(c->burials, 0);
    c->timer.on_time = stop;
    timer_start(t, 1);
}

/* The number must not change while anything of the turn runs. */
static void note_turn(struct turn_hook *hook)
{
    struct counter *c = container_of(hook, struct counter, hook);

    assert_int_equal(loop_turn(&c->loop), c->turn);
    c->hooks++;
}

static void look_at_turn(struct timer *t)
{
    struct counter *c = container_of(t, struct counter, timer);

    if (c->hooks > 0)
        assert_int_not_equal(loop_turn(&c->loop), c->turn);
    c->turn = loop_turn(&c->loop);
    c->hook.fn = note_turn;
    loop_at_turn_end(&c->loop, &c->hook);
    if (c->again-- > 0)
        timer_start(t, 1);
    else
        loop_stop(&c->loop);
}

static void run_with_timer(struct counter *c, timer_fn *fn)
{
    loop_init(&c->loop, 0);
    turn_hook_init(&c->hook, on_hook);
    timer_init(&c->timer, &c->loop, fn);
    timer_start(&c->timer, 0);
    loop_run(&c->loop);
    timer_close(&c->timer, NULL);
    loop_done(&c->loop);
}

static void a_hook_runs_once_a_turn_however_often_it_is_asked_for(void **state)
{
    struct counter c = {0};

    run_with_timer(&c, ask);
    assert_int_equal(c.hooks, 1);
    assert_int_equal(c.burials, 1);
}

static void each_turn_has_a_number_that_the_one_before_had_not(void **state)
{
    struct counter c = {.again = 3};

    run_with_timer(&c, look_at_turn);
    assert_int_equal(c.hooks, 4);
}

static void a_hook_may_ask_for_itself_again(void **state)
{
    struct counter c = {.again = 3};

    run_with_timer(&c, ask);
    assert_int_equal(c.hooks, 4);
}

/* A turn holds only so many rounds of hooks; nothing else is about to happen. */
static void stop_when_done(struct turn_hook *hook)
{
    struct counter *c = container_of(hook, struct counter, hook);

    on_hook(hook);
    if (c->again < 0)
        loop_stop(&c->loop);
}

static void ask_very_often(struct timer *t)
{
    struct counter *c = container_of(t, struct counter, timer);

    turn_hook_init(&c->hook, stop_when_done);
    loop_at_turn_end(&c->loop, &c->hook);
}

static void hooks_that_are_left_over_wait_for_nothing(void **state)
{
    struct counter c = {.again = 10000};

    run_with_timer(&c, ask_very_often);
    assert_int_equal(c.hooks, 10001);
}

/* Work that goes on over turns, while bytes come. */
struct parts {
    struct loop loop;
    struct turn_hook hook;
    struct watch watch;
    int fds[2];
    int done;
    int seen; /* how much of the work was done when the byte was read */
};

static void on_part(struct turn_hook *hook)
{
    struct parts *p = container_of(hook, struct parts, hook);

    if (p->done++ == 0)
        assert_int_equal(write(p->fds[1], "x", 1), 1);
    if (p->done < 10)
        loop_next_turn(&p->loop, hook);
    else
        loop_stop(&p->loop);
}

static void on_byte(struct watch *w, int events)
{
    struct parts *p = container_of(w, struct parts, watch);
    char byte;

    assert_int_equal(read(p->fds[0], &byte, 1), 1);
    p->seen = p->done;
}

static void work_put_off_to_the_next_turn_lets_what_has_come_go_first(void **state)
{
    struct parts p = {.seen = -1};

    assert_int_equal(pipe(p.fds), 0);
    loop_init(&p.loop, 0);
    watch_init(&p.watch, &p.loop, p.fds[0], on_byte);
    watch_set(&p.watch, WATCH_READ);
    turn_hook_init(&p.hook, on_part);
    loop_next_turn(&p.loop, &p.hook);
    loop_next_turn(&p.loop, &p.hook);
    loop_run(&p.loop);
    assert_int_equal(p.done, 10);
    assert_int_equal(p.seen, 1);
    watch_close(&p.watch, NULL);
    loop_done(&p.loop);
    close(p.fds[0]);
    close(p.fds[1]);
}

static void stop_at_part(struct turn_hook *hook)
{
    struct parts *p = container_of(hook, struct parts, hook);

    p->seen = p->done;
    loop_stop(&p->loop);
}

/* Reads one byte a turn, and puts off at the first one what shall come behind the second. */
static void put_off_at_first_byte(struct watch *w, int events)
{
    struct parts *p = container_of(w, struct parts, watch);
    char byte;

    assert_int_equal(read(p->fds[0], &byte, 1), 1);
    if (p->done++ == 0)
        loop_next_turn(&p->loop, &p->hook);
}

static void what_is_put_off_while_polled_waits_for_the_next_poll(void **state)
{
    struct parts p = {0};

    assert_int_equal(pipe(p.fds), 0);
    assert_int_equal(write(p.fds[1], "two", 2), 2);
    loop_init(&p.loop, 0);
    watch_init(&p.watch, &p.loop, p.fds[0], put_off_at_first_byte);
    watch_set(&p.watch, WATCH_READ);
    turn_hook_init(&p.hook, stop_at_part);
    loop_run(&p.loop);
    assert_int_equal(p.seen, 2);
    watch_close(&p.watch, NULL);
    loop_done(&p.loop);
    close(p.fds[0]);
    close(p.fds[1]);
}

struct pipe_end {
    struct watch watch;
    struct loop *loop;
    int fd;
    char got;
};

static void on_readable(struct watch *w, int events)
{
    struct pipe_end *end = container_of(w, struct pipe_end, watch);

    assert_true(events & WATCH_READ);
    assert_int_equal(read(end->fd, &end->got, 1), 1);
    watch_set(w, 0);
    loop_stop(end->loop);
}

static void a_watch_tells_of_a_byte_to_read(void **state)
{
    struct loop loop;
    struct pipe_end end;
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    loop_init(&loop, 0);
    end = (struct pipe_end){.loop = &loop, .fd = fds[0]};
    watch_init(&end.watch, &loop, fds[0], on_readable);
    watch_set(&end.watch, WATCH_READ);
    assert_int_equal(write(fds[1], "x", 1), 1);
    loop_run(&loop);
    assert_int_equal(end.got, 'x');
    watch_close(&end.watch, NULL);
    loop_done(&loop);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    return RUN(test(a_hook_runs_once_a_turn_however_often_it_is_asked_for),
               test(each_turn_has_a_number_that_the_one_before_had_not),
               test(a_hook_may_ask_for_itself_again),
               test(hooks_that_are_left_over_wait_for_nothing),
               test(work_put_off_to_the_next_turn_lets_what_has_come_go_first),
               test(what_is_put_off_while_polled_waits_for_the_next_poll),
               test(a_watch_tells_of_a_byte_to_read));
}
