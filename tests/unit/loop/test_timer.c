#include "loop/timer.h"

#include "lib/test.h"

enum {
    TIMERS = 500,
    MOVES = 4000, /* starts, stops and starts anew before they may fire, and while they do */
    MOST_MS = 30,
};

struct stage;

struct ticker {
    struct timer timer;
    struct stage *stage;
    uint64_t started; /* which start of all; 0: it must not fire */
};

struct stage {
    struct loop loop;
    struct ticker tickers[TIMERS];
    uint64_t starts;
    size_t running, fired, closed;
    size_t moves_left; /* made by those that fire */
    uint64_t random;
};

static unsigned draw(struct stage *s, unsigned n)
{
    s->random = s->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(s->random >> 33) % n;
}

static void start(struct ticker *k)
{
    struct stage *s = k->stage;

    s->running += k->started == 0;
    k->started = ++s->starts;
    timer_start(&k->timer, draw(s, MOST_MS));
}

static void stop(struct ticker *k)
{
    k->stage->running -= k->started != 0;
    k->started = 0;
    timer_stop(&k->timer);
}

static void move_one(struct stage *s)
{
    struct ticker *k = &s->tickers[draw(s, TIMERS)];

    if (draw(s, 3) == 0)
        stop(k);
    else
        start(k);
}

/* By the plain rule: the soonest first, and of those for one time the one that was started first.
 */
static void on_tick(struct timer *t)
{
    struct ticker *k = container_of(t, struct ticker, timer);
    struct stage *s = k->stage;

    assert_int_not_equal(k->started, 0);
    assert_true(uv_now(&s->loop.uv) >= t->at);
    for (size_t i = 0; i < TIMERS; i++) {
        const struct ticker *other = &s->tickers[i];

        if (other == k || !other->started)
            continue;
        assert_true(other->timer.at > t->at ||
                    (other->timer.at == t->at && other->started > k->started));
    }
    k->started = 0;
    s->running--;
    s->fired++;
    if (s->moves_left > 0) {
        s->moves_left--;
        move_one(s);
    }
    if (s->running == 0)
        loop_stop(&s->loop);
}

static void on_closed(struct timer *t)
{
    container_of(t, struct ticker, timer)->stage->closed++;
}

static struct stage *stage_new(void)
{
    struct stage *s = test_calloc(1, sizeof(*s));

    loop_init(&s->loop, 0);
    s->random = 42;
    for (size_t i = 0; i < TIMERS; i++) {
        s->tickers[i].stage = s;
        timer_init(&s->tickers[i].timer, &s->loop, on_tick);
    }
    return s;
}

static void stage_free(struct stage *s)
{
    for (size_t i = 0; i < TIMERS; i++)
        timer_close(&s->tickers[i].timer, on_closed);
    loop_done(&s->loop);
    assert_int_equal(s->closed, TIMERS);
    test_free(s);
}

static void timers_fire_in_the_order_of_their_times_however_they_are_moved(void **state)
{
    struct stage *s = stage_new();

    s->moves_left = MOVES;
    for (size_t i = 0; i < MOVES; i++)
        move_one(s);
    loop_run(&s->loop); /* until none of them does */
    assert_int_equal(s->running, 0);
    assert_true(s->fired > 0);
    stage_free(s);
}

static void nobody_waits_for_a_stopped_timer(void **state)
{
    struct stage *s = stage_new();

    uv_run(&s->loop.uv, UV_RUN_NOWAIT); /* what is new to libuv does not count below */
    timer_start(&s->tickers[0].timer, 3600000);
    assert_true(uv_backend_timeout(&s->loop.uv) > 0);
    timer_stop(&s->tickers[0].timer);
    assert_int_equal(uv_backend_timeout(&s->loop.uv), -1);
    stage_free(s);
}

static void a_closed_timer_is_neither_started_nor_stopped_and_tells_its_owner_once(void **state)
{
    struct stage *s = stage_new();
    struct timer *t = &s->tickers[0].timer;

    timer_start(t, 0);
    timer_close(t, on_closed);
    timer_start(t, 0);
    timer_stop(t);
    assert_int_equal(s->closed, 0); /* not from inside the call */
    while (s->closed == 0)
        uv_run(&s->loop.uv, UV_RUN_ONCE);
    assert_int_equal(s->closed, 1);
    assert_int_equal(s->fired, 0);
    s->closed = 0;
    stage_free(s);
}

int main(void)
{
    return RUN(test(timers_fire_in_the_order_of_their_times_however_they_are_moved),
               test(nobody_waits_for_a_stopped_timer),
               test(a_closed_timer_is_neither_started_nor_stopped_and_tells_its_owner_once));
}
