#include "server/readiness.h"

#include "base/mem.h"
#include "loop/mailbox.h"
#include "loop/timer.h"

enum {
    LOOK_AGAIN_MS = 5,
    MOST_LOOKS = 2000, /* ten seconds */
};

/* One worker's watch over its store, and then its letter to the first. */
struct look {
    struct readiness *readiness;
    struct worker *worker;
    struct timer timer;
    int looks;
    struct mailbox_letter letter;
};

static void on_report(struct mailbox_letter *letter)
{
    struct look *look = container_of(letter, struct look, letter);
    struct readiness *r = look->readiness;

    mem_free(look);
    if (--r->missing == 0)
        r->on_ready(r->user);
}

static void report(struct timer *t)
{
    struct look *look = container_of(t, struct look, timer);

    mailbox_post(look->readiness->first->loop.mailbox, &look->letter, on_report);
}

static void on_look(struct timer *t)
{
    struct look *look = container_of(t, struct look, timer);

    if (store_ready(look->worker->store) || ++look->looks == MOST_LOOKS ||
        atomic_load(&look->readiness->hurried))
        timer_close(t, report);
    else
        timer_start(t, LOOK_AGAIN_MS);
}

void readiness_begin(struct readiness *r, struct worker *workers, size_t n, readiness_fn *on_ready,
                     void *user)
{
    *r = (struct readiness){.first = &workers[0], .missing = n, .on_ready = on_ready, .user = user};
    for (size_t i = 0; i < n; i++) {
        struct look *look = mem_new(struct look);

        look->readiness = r;
        look->worker = &workers[i];
        timer_init(&look->timer, &workers[i].loop, on_look);
        timer_start(&look->timer, 0);
    }
}

void readiness_hurry(struct readiness *r)
{
    atomic_store(&r->hurried, true);
}
