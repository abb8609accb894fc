#include "trace/exporter.h"

#include <assert.h>

#include "base/mem.h"
#include "http/fetch.h"
#include "loop/timer.h"

enum {
    LARGEST_BODY = 1024 * 1024, /* of a batch: a span takes less than a kilobyte */
    MOST_HEADERS = 64,
};

enum exporter_state {
    EXPORTER_IDLE,    /* nothing waits */
    EXPORTER_WAITING, /* for a batch to fill, or the delay to pass */
    EXPORTER_SENDING,
    EXPORTER_PAUSED, /* after a failure */
    EXPORTER_CLOSED,
};

struct exporter {
    struct exporter_config config;
    struct loop *loop;
    struct tracer *tracer;
    struct fetch *fetch;
    enum exporter_state state;
    struct timer timer;     /* of the states that wait */
    struct timer last_call; /* while it closes */
    struct buf body;        /* of the batch under way */
    size_t under_way;       /* its spans */
    uint64_t refused;       /* spans so far */
    uint64_t lost_told;     /* as the last report had it */
    int64_t told_at;        /* the loop's time */
    unsigned failures;      /* in a row */
    bool closing;
    exporter_closed_fn *on_closed; /* NULL once it was called */
    void *user;
};

/* --- what is told */

static uint64_t lost(const struct exporter *e)
{
    return e->refused + tracer_dropped(e->tracer);
}

static void report(struct exporter *e, bool exported, struct str why)
{
    struct exporter_report r = {exported, e->failures, why, lost(e)};

    e->told_at = loop_now_ms(e->loop);
    e->lost_told = r.lost;
    e->config.on_report(e->config.user, &r);
}

static bool is_time_to_tell(const struct exporter *e)
{
    return loop_now_ms(e->loop) >= e->told_at + (int64_t)e->config.report_every_ms;
}

/* --- states */

static void end(struct exporter *e)
{
    exporter_closed_fn *on_closed = e->on_closed;

    e->on_closed = NULL;
    if (on_closed)
        on_closed(e->user);
}

static void send_batch(struct exporter *e)
{
    struct trace_record records[EXPORTER_LARGEST_BATCH];

    e->under_way = tracer_look(e->tracer, records, e->config.batch);
    buf_reset(&e->body, LARGEST_BODY);
    otlp_write(&e->body, e->config.resource, records, e->under_way);
    assert(!buf_overflowed(&e->body));
    fetch_post(e->fetch, buf_str(&e->body));
}

static void enter(struct exporter *e, enum exporter_state state, uint64_t ms)
{
    e->state = state;
    switch (state) {
    case EXPORTER_WAITING:
    case EXPORTER_PAUSED:
        timer_start(&e->timer, ms);
        break;
    case EXPORTER_SENDING:
        timer_stop(&e->timer);
        send_batch(e);
        break;
    case EXPORTER_IDLE:
        buf_done(&e->body);
        buf_init(&e->body, LARGEST_BODY);
        break;
    case EXPORTER_CLOSED:
        timer_stop(&e->timer);
        timer_stop(&e->last_call);
        end(e);
        break;
    }
}

static void on_time(struct timer *t)
{
    enter(container_of(t, struct exporter, timer), EXPORTER_SENDING, 0);
}

/* A full batch need not wait. */
static void await_more(struct exporter *e)
{
    size_t n = tracer_waiting(e->tracer);

    if (n == 0)
        enter(e, e->closing ? EXPORTER_CLOSED : EXPORTER_IDLE, 0);
    else
        enter(e, EXPORTER_WAITING, e->closing || n >= e->config.batch ? 0 : e->config.delay_ms);
}

static void on_waiting(void *user)
{
    struct exporter *e = user;

    if (e->state == EXPORTER_IDLE ||
        (e->state == EXPORTER_WAITING && tracer_waiting(e->tracer) == e->config.batch))
        await_more(e);
}

/* --- how it went */

static bool is_busy(int status)
{
    return status == 0 || status == 429 || status == 502 || status == 503 || status == 504;
}

static uint64_t pause_after(const struct exporter *e, int64_t asked_ms)
{
    uint64_t ms = EXPORTER_FIRST_PAUSE_MS;

    for (unsigned i = 1; i < e->failures && ms < EXPORTER_LONGEST_PAUSE_MS; i++)
        ms *= 2;
    if (asked_ms > (int64_t)ms)
        ms = (uint64_t)asked_ms;
    return ms < EXPORTER_LONGEST_PAUSE_MS ? ms : EXPORTER_LONGEST_PAUSE_MS;
}

static void on_exported(struct exporter *e)
{
    bool failed_before = e->failures > 0;

    tracer_forget(e->tracer, e->under_way);
    e->failures = 0;
    if (failed_before || (lost(e) > e->lost_told && is_time_to_tell(e)))
        report(e, true, STR_NULL);
    await_more(e);
}

static void on_failed(struct exporter *e, const struct fetch_answer *answer)
{
    bool busy = is_busy(answer->status);

    if (!busy) {
        e->refused += e->under_way;
        tracer_forget(e->tracer, e->under_way);
    }
    if (e->failures++ == 0 || is_time_to_tell(e))
        report(e, false, answer->why);
    if (e->closing)
        enter(e, EXPORTER_CLOSED, 0);
    else if (busy)
        enter(e, EXPORTER_PAUSED, pause_after(e, answer->retry_after_ms));
    else
        await_more(e);
}

static void on_done(void *user, const struct fetch_answer *answer)
{
    struct exporter *e = user;

    if (e->state == EXPORTER_CLOSED)
        return;
    if (answer->status / 100 == 2)
        on_exported(e);
    else
        on_failed(e, answer);
}

/* --- from begin to end */

static void on_last_call(struct timer *t)
{
    exporter_hurry(container_of(t, struct exporter, last_call));
}

/* curl would ask first whether a large body is welcome (Expect: 100-continue): a trip more. */
static struct fetch *fetch_for(struct exporter *e, struct loop *l)
{
    struct str headers[MOST_HEADERS + 2] = {STR("Content-Type: application/json"), STR("Expect:")};
    size_t n = 2;

    for (size_t i = 0; i < e->config.n_headers && i < MOST_HEADERS; i++)
        headers[n++] = e->config.headers[i];
    return fetch_new(l, &(struct fetch_config){.url = e->config.url,
                                               .headers = headers,
                                               .n_headers = n,
                                               .keep = true,
                                               .timeout_ms = e->config.timeout_ms,
                                               .on_done = on_done,
                                               .user = e});
}

struct exporter *exporter_new(struct loop *l, struct tracer *tracer,
                              const struct exporter_config *config)
{
    struct exporter *e = mem_new(struct exporter);

    assert(config->batch > 0 && config->batch <= EXPORTER_LARGEST_BATCH);
    e->config = *config;
    e->loop = l;
    e->tracer = tracer;
    e->fetch = fetch_for(e, l);
    e->told_at = loop_now_ms(l);
    buf_init(&e->body, LARGEST_BODY);
    timer_init(&e->timer, l, on_time);
    timer_init(&e->last_call, l, on_last_call);
    tracer_on_waiting(tracer, on_waiting, e);
    return e;
}

void exporter_close(struct exporter *e, uint64_t timeout_ms, exporter_closed_fn *on_closed,
                    void *user)
{
    e->on_closed = on_closed;
    e->user = user;
    e->closing = true;
    timer_start(&e->last_call, timeout_ms);
    if (e->state != EXPORTER_SENDING)
        await_more(e);
}

void exporter_hurry(struct exporter *e)
{
    if (e && e->closing && e->state != EXPORTER_CLOSED)
        enter(e, EXPORTER_CLOSED, 0);
}

static void free_exporter(struct timer *t)
{
    mem_free(container_of(t, struct exporter, timer));
}

void exporter_free(struct exporter *e)
{
    if (!e)
        return;
    tracer_on_waiting(e->tracer, NULL, NULL);
    fetch_close(e->fetch);
    buf_done(&e->body);
    timer_close(&e->last_call, NULL);
    timer_close(&e->timer, free_exporter);
}
