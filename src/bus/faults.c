#include "bus/faults.h"

#include "base/list.h"
#include "base/mem.h"
#include "loop/timer.h"

enum {
    LOOK_EVERY_MS = 5,
    MOST_LATE = 256,
    LONGEST_DELAY_MS = 250,
    LONGEST_SILENCE_MS = 1500,
    /* Of a thousand hints. */
    SILENCES = 5,
    DROPPED = 100,
    REPEATED = 100,
    DELAYED = 200,
};

struct late {
    struct list link;
    int64_t due;
    size_t n;
    char bytes[];
};

struct faults {
    struct loop *loop;
    uint64_t random; /* xorshift64, which takes any state but 0 */
    struct list late;
    size_t n_late;
    int64_t silent_until; /* 0: not silent */
    struct timer timer;   /* runs while anything is late or all is silent */
    bool looking;         /* it runs */
    bus_hint_fn *on_hint;
    bus_connected_fn *on_connected;
    void *user;
    bus_closed_fn *on_closed;
    void *closed_user;
};

static uint64_t below(struct faults *f, uint64_t bound)
{
    f->random ^= f->random << 13;
    f->random ^= f->random >> 7;
    f->random ^= f->random << 17;
    return (f->random >> 11) % bound;
}

static void look_again(struct faults *f)
{
    if (f->looking || (f->n_late == 0 && f->silent_until == 0))
        return;
    f->looking = true;
    timer_start(&f->timer, LOOK_EVERY_MS);
}

static struct late *take_late(struct faults *f, struct list *link)
{
    struct late *late = list_entry(link, struct late, link);

    list_remove(link);
    f->n_late--;
    return late;
}

static void on_time(struct timer *t)
{
    struct faults *f = container_of(t, struct faults, timer);
    int64_t now = loop_now_ms(f->loop);

    f->looking = false;
    list_each_safe (link, &f->late) {
        struct late *late;

        if (list_entry(link, struct late, link)->due > now)
            continue;
        late = take_late(f, link);
        f->on_hint(f->user, str_of(late->bytes, late->n));
        mem_free(late);
    }
    if (f->silent_until > 0 && now >= f->silent_until) {
        f->silent_until = 0;
        f->on_connected(f->user);
    }
    look_again(f);
}

struct faults *faults_new(struct loop *l, uint64_t seed, bus_hint_fn *on_hint,
                          bus_connected_fn *on_connected, void *user)
{
    struct faults *f = mem_new(struct faults);

    f->loop = l;
    f->random = seed;
    list_init(&f->late);
    timer_init(&f->timer, l, on_time);
    f->on_hint = on_hint;
    f->on_connected = on_connected;
    f->user = user;
    return f;
}

static void delay(struct faults *f, struct str hint)
{
    struct late *late;

    if (f->n_late == MOST_LATE)
        return;
    late = mem_zalloc(sizeof(*late) + hint.n);
    late->due = loop_now_ms(f->loop) + 1 + (int64_t)below(f, LONGEST_DELAY_MS);
    late->n = hint.n;
    memcpy(late->bytes, hint.p, hint.n);
    list_append(&f->late, &late->link);
    f->n_late++;
    look_again(f);
}

static void fall_silent(struct faults *f)
{
    f->silent_until = loop_now_ms(f->loop) + 1 + (int64_t)below(f, LONGEST_SILENCE_MS);
    look_again(f);
}

void faults_take(struct faults *f, struct str hint)
{
    uint64_t fate = below(f, 1000);

    if (f->silent_until > 0)
        return;
    if (fate < SILENCES) {
        fall_silent(f);
    } else if (fate < SILENCES + DROPPED) {
        return;
    } else if (fate < SILENCES + DROPPED + DELAYED) {
        delay(f, hint);
    } else {
        if (fate < SILENCES + DROPPED + DELAYED + REPEATED)
            delay(f, hint);
        f->on_hint(f->user, hint);
    }
}

static void on_timer_closed(struct timer *t)
{
    struct faults *f = container_of(t, struct faults, timer);
    bus_closed_fn *on_closed = f->on_closed;
    void *user = f->closed_user;

    mem_free(f);
    on_closed(user);
}

void faults_close(struct faults *f, bus_closed_fn *on_closed, void *user)
{
    f->on_closed = on_closed;
    f->closed_user = user;
    list_each_safe (link, &f->late)
        mem_free(take_late(f, link));
    timer_close(&f->timer, on_timer_closed);
}
