#include "bus/faults.h"

#include <stdio.h>

#include "tests/unit/bus/node.h"

enum {
    HINTS = 2000,
};

/* What came of each hint, and of the silences. */
struct outcome {
    unsigned times[HINTS];
    unsigned heard;
    unsigned connected;
    unsigned late; /* heard behind a younger one */
    unsigned youngest;
    bool closed;
};

static void on_hint(void *user, struct str hint)
{
    struct outcome *o = user;
    int64_t number;

    assert_true(str_to_i64(hint, &number));
    assert_true(number >= 0 && number < HINTS);
    o->times[number]++;
    o->heard++;
    if (number < o->youngest)
        o->late++;
    else
        o->youngest = (unsigned)number;
}

static void on_connected(void *user)
{
    ((struct outcome *)user)->connected++;
}

static void on_closed(void *user)
{
    ((struct outcome *)user)->closed = true;
}

/* Gives all hints, with turns of the loop between them when asked for; then waits out what is
 * late. */
static void run_hints(uint64_t seed, bool turns, struct outcome *ret_outcome)
{
    struct outcome *o = ret_outcome;
    struct loop l;
    struct faults *f;
    char hint[16];

    *o = (struct outcome){0};
    loop_init(&l, 0);
    f = faults_new(&l, seed, on_hint, on_connected, o);
    for (int i = 0; i < HINTS; i++) {
        snprintf(hint, sizeof(hint), "%d", i);
        faults_take(f, str_c(hint));
        if (turns)
            uv_run(&l.uv, UV_RUN_NOWAIT);
    }
    /* Until no timer runs any more. */
    while (turns && uv_backend_timeout(&l.uv) != -1)
        uv_run(&l.uv, UV_RUN_ONCE);
    faults_close(f, on_closed, o);
    while (!o->closed)
        uv_run(&l.uv, UV_RUN_ONCE);
    loop_done(&l);
}

static void hints_are_lost_repeated_and_late_and_the_silence_ends(void **state)
{
    struct outcome o;
    unsigned lost = 0, repeated = 0;

    run_hints(7, true, &o);
    for (size_t i = 0; i < HINTS; i++) {
        assert_true(o.times[i] <= 2);
        lost += o.times[i] == 0;
        repeated += o.times[i] == 2;
    }
    assert_true(lost > 0 && repeated > 0 && o.late > 0);
    assert_true(o.connected > 0);
}

static void the_seed_decides(void **state)
{
    struct outcome first, again, other;

    run_hints(41, false, &first);
    run_hints(41, false, &again);
    run_hints(42, false, &other);
    assert_memory_equal(first.times, again.times, sizeof(first.times));
    assert_memory_not_equal(first.times, other.times, sizeof(first.times));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(hints_are_lost_repeated_and_late_and_the_silence_ends),
        test(the_seed_decides),
    };

    return cmocka_run_group_tests_name("bus/faults", tests, NULL, NULL);
}
