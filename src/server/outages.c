#include "server/outages.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "server/dependency.h"
#include "server/shutdown.h"

enum {
    EVERY_MS = 1000,
};

static const enum dependency told_of[] = {DEPENDENCY_DATABASE, DEPENDENCY_BUS};

struct outages {
    struct worker *worker;
    struct timer timer;
    int64_t down_ms[array_size(told_of)]; /* since when, as the log has it; 0: it is up */
};

static void tell_down(struct outages *o, size_t i, const struct dependency_state *s)
{
    char since[CLOCK_RFC3339_LENGTH];

    o->down_ms[i] = s->since_ms;
    clock_format(s->since_ms, since);
    log_warn("dependency_down", LOG_STR("dependency", str_c(s->name)),
             LOG_STR("since", str_of(since, sizeof(since))));
}

static void tell_up(struct outages *o, size_t i, const struct dependency_state *s)
{
    log_info("dependency_up", LOG_STR("dependency", str_c(s->name)),
             LOG_INT("downMs", s->since_ms - o->down_ms[i]));
    o->down_ms[i] = 0;
}

static void look(struct outages *o, size_t i)
{
    struct dependency_state s;

    dependency_look(o->worker, told_of[i], &s);
    if (s.is_up && o->down_ms[i])
        tell_up(o, i, &s);
    else if (!s.is_up && !o->down_ms[i])
        tell_down(o, i, &s);
}

/* When the server stops what is looked at is taken apart. */
static void on_time(struct timer *t)
{
    struct outages *o = container_of(t, struct outages, timer);

    if (o->worker->shutdown->stage != SHUTDOWN_NOT_BEGUN)
        return;
    for (size_t i = 0; i < array_size(told_of); i++)
        look(o, i);
    timer_start(&o->timer, EVERY_MS);
}

struct outages *outages_new(struct worker *first)
{
    struct outages *o = mem_new(struct outages);

    o->worker = first;
    timer_init(&o->timer, &first->loop, on_time);
    timer_start(&o->timer, EVERY_MS);
    return o;
}

void outages_close(struct outages *o)
{
    if (o)
        timer_close(&o->timer, NULL);
}

void outages_free(struct outages *o)
{
    mem_free(o);
}
