#include "auth/key_source.h"

#include "base/mem.h"
#include "http/fetch.h"
#include "loop/timer.h"

struct key_source {
    struct key_source_config config;
    struct loop *loop;
    struct fetch *fetch;
    struct fetch_plan plan;
    struct breaker breaker;
    struct timer next;
    bool under_way;
    bool again; /* asked for while it was under way */
};

static void start(struct key_source *s)
{
    timer_stop(&s->next);
    s->under_way = true;
    s->again = false;
    fetch_plan_started(&s->plan, loop_now_ms(s->loop));
    fetch_start(s->fetch);
}

static void on_next(struct timer *t)
{
    start(container_of(t, struct key_source, next));
}

/* What arrives and is no key set is a failure like any other. */
static void on_fetched(void *user, const struct fetch_answer *answer)
{
    struct key_source *s = user;
    struct str why = answer->why;
    bool taken = answer->arrived && s->config.take(s->config.user, answer->body, &why);

    s->under_way = false;
    breaker_note(&s->breaker, taken, loop_now_ms(s->loop));
    timer_start(&s->next, taken ? fetch_plan_succeeded(&s->plan, answer->fresh_ms)
                                : fetch_plan_failed(&s->plan));
    s->config.on_settled(s->config.user, s->plan.failures, taken ? STR("") : why);
    if (s->again && !s->under_way)
        start(s);
}

struct key_source *key_source_new(struct loop *l, const struct key_source_config *config)
{
    static const struct str accept = STR_INIT("Accept: application/json, application/jwk-set+json");
    struct key_source *s = mem_new(struct key_source);

    s->config = *config;
    s->loop = l;
    s->fetch = fetch_new(l, &(struct fetch_config){.url = config->url,
                                                   .headers = &accept,
                                                   .n_headers = 1,
                                                   .timeout_ms = config->timeout_ms,
                                                   .on_done = on_fetched,
                                                   .user = s});
    fetch_plan_init(&s->plan, config->floor_ms);
    timer_init(&s->next, l, on_next);
    timer_start(&s->next, 0);
    return s;
}

enum key_source_answer key_source_miss(struct key_source *s)
{
    if (!s->under_way && fetch_plan_may_start(&s->plan, loop_now_ms(s->loop)))
        start(s);
    if (s->under_way)
        return KEY_SOURCE_UNDER_WAY;
    if (!s->plan.failures)
        return KEY_SOURCE_NO_NEWER;
    breaker_refuse(&s->breaker, 1);
    return KEY_SOURCE_AWAY;
}

const struct breaker *key_source_breaker(const struct key_source *s)
{
    return &s->breaker;
}

void key_source_refresh(struct key_source *s)
{
    if (s->under_way)
        s->again = true;
    else
        start(s);
}

static void free_source(struct timer *t)
{
    mem_free(container_of(t, struct key_source, next));
}

void key_source_close(struct key_source *s)
{
    if (!s)
        return;
    fetch_close(s->fetch);
    timer_close(&s->next, free_source);
}
