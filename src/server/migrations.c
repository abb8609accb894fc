#include "server/migrations.h"

#include "base/log.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "server/worker.h"
#include "store/migration.h"

enum {
    EVERY_MS = 10 * 1000,
};

struct migrations {
    struct worker *worker;
    struct timer timer;
    struct arena arena; /* of the look that is under way */
    struct breaker breaker;
    bool under_way;
    bool closed;
};

/* While the database is away nothing is known of it, and it says when it is back. */
static void take(struct migrations *m, enum status st)
{
    bool was_up = breaker_look(&m->breaker).up;

    if (st != ST_OK && st != ST_CONFLICT)
        return;
    breaker_note(&m->breaker, st == ST_OK, loop_now_ms(&m->worker->loop));
    if (was_up && st != ST_OK)
        log_error("migrations_missing",
                  LOG_STR("why", STR("the database lacks migrations that it had: was an older one "
                                     "restored? run: guildhall migrate")));
}

static void on_looked(void *user, struct wait *w)
{
    struct migrations *m = user;

    take(m, w->status);
    m->under_way = false;
    arena_reset(&m->arena);
    if (!m->closed)
        timer_start(&m->timer, EVERY_MS);
}

void migrations_check(struct migrations *m)
{
    struct wait *w;

    if (m->under_way || m->closed)
        return;
    m->under_way = true;
    w = store_migrations_look(m->worker->store, &m->arena);
    if (w->answered)
        on_looked(m, w);
    else
        wait_on(w, on_looked, m);
}

static void on_time(struct timer *t)
{
    migrations_check(container_of(t, struct migrations, timer));
}

/* The start would have ended without them. */
struct migrations *migrations_new(struct worker *first)
{
    struct migrations *m = mem_new(struct migrations);

    m->worker = first;
    arena_init(&m->arena);
    timer_init(&m->timer, &first->loop, on_time);
    timer_start(&m->timer, EVERY_MS);
    breaker_note(&m->breaker, true, loop_now_ms(&first->loop));
    return m;
}

const struct breaker *migrations_breaker(const struct migrations *m)
{
    return &m->breaker;
}

void migrations_close(struct migrations *m)
{
    if (!m)
        return;
    m->closed = true;
    timer_close(&m->timer, NULL);
}

void migrations_free(struct migrations *m)
{
    if (!m)
        return;
    arena_done(&m->arena);
    mem_free(m);
}
