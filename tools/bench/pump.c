#include "tools/bench/pump.h"

#include "base/clock.h"
#include "base/mem.h"

enum {
    VARIABLES_MAX = 16 * 1024,
    IDLE_MS = 100,
    PATIENCE_US = 60 * 1000 * 1000,
};

void pump_init(struct pump *p, const struct pump_config *config)
{
    *p = (struct pump){.config = *config};
    p->slots = mem_zalloc(config->in_flight * sizeof(*p->slots));
    buf_init(&p->variables, VARIABLES_MAX);
}

void pump_done(struct pump *p)
{
    mem_free(p->slots);
    buf_done(&p->variables);
}

static bool is_all_begun(const struct pump *p, int64_t now)
{
    const struct pump_config *c = &p->config;

    return p->n_begun == c->requests ||
           (p->n_begun > 0 && c->most_us && now - p->began_us >= c->most_us);
}

static void begin(struct pump *p, size_t slot, int64_t now)
{
    const struct pump_config *c = &p->config;

    buf_reset(&p->variables, VARIABLES_MAX);
    c->write(c->user, slot, p->n_begun, &p->variables);
    p->slots[slot] = (struct pump_slot){.is_busy = true, .began_us = now};
    if (p->n_begun++ == 0)
        p->began_us = p->paced_us = now;
    crowd_say(c->crowd, c->first + slot % c->n_members, slot, c->query, buf_str(&p->variables));
}

static bool is_due(const struct pump *p, int64_t now)
{
    return now - p->paced_us >= (int64_t)(p->n_begun - p->paced_n) * p->config.interval_us;
}

/* At a pace that the answers do not keep up with, all slots are busy and the pace is not held. */
static void begin_paced(struct pump *p, int64_t now)
{
    for (size_t i = 0; i < p->config.in_flight; i++)
        if (!p->slots[i].is_busy && (p->n_begun == 0 || is_due(p, now)) && !is_all_begun(p, now))
            begin(p, i, now);
}

int pump_turn(struct pump *p)
{
    int64_t now = clock_mono_us();

    if (p->config.interval_us) {
        begin_paced(p, now);
        return 1;
    }
    for (size_t i = 0; i < p->config.in_flight && p->n_begun < p->config.in_flight; i++)
        if (!p->slots[i].is_busy && !is_all_begun(p, now))
            begin(p, i, now);
    return IDLE_MS;
}

void pump_pace(struct pump *p, int64_t interval_us)
{
    p->config.interval_us = interval_us;
    p->paced_us = clock_mono_us();
    p->paced_n = p->n_begun;
}

static void end_request(struct pump *p, size_t slot)
{
    int64_t now = clock_mono_us();

    p->slots[slot].is_busy = false;
    p->n_answered++;
    p->ended_us = now;
    if (!p->config.interval_us && !is_all_begun(p, now))
        begin(p, slot, now);
}

static void on_result(struct pump *p, size_t slot, struct str payload)
{
    if (memmem(payload.p, payload.n, "\"errors\"", 8)) {
        crowd_spoil(p->config.crowd, "a request was refused: %.*s",
                    (int)(payload.n < 200 ? payload.n : 200), payload.p);
        return;
    }
    histogram_add(&p->latency, clock_mono_us() - p->slots[slot].began_us);
    if (p->config.on_answer)
        p->config.on_answer(p->config.user, slot, payload);
}

void pump_take(struct pump *p, const struct wire_message *m)
{
    if (m->id >= p->config.in_flight || !p->slots[m->id].is_busy) {
        crowd_spoil(p->config.crowd, "an answer came to what was not asked");
        return;
    }
    switch (m->type) {
    case WIRE_NEXT:
        on_result(p, m->id, m->payload);
        return;
    case WIRE_COMPLETE:
        end_request(p, m->id);
        return;
    case WIRE_ERROR:
        crowd_spoil(p->config.crowd, "a request failed: %.*s",
                    (int)(m->payload.n < 200 ? m->payload.n : 200), m->payload.p);
        return;
    case WIRE_ACK:
        return;
    }
}

bool pump_is_done(const struct pump *p)
{
    return p->n_answered == p->n_begun && is_all_begun(p, clock_mono_us());
}

bool pump_run(struct pump *p)
{
    int64_t last = clock_mono_us();
    size_t n_answered = 0;

    while (!pump_is_done(p)) {
        int wait_ms = pump_turn(p);

        if (!crowd_turn(p->config.crowd, wait_ms))
            return false;
        if (n_answered != p->n_answered)
            last = clock_mono_us();
        n_answered = p->n_answered;
        if (clock_mono_us() - last > PATIENCE_US)
            crowd_spoil(p->config.crowd, "%zu requests got no answer within a minute",
                        p->n_begun - p->n_answered);
    }
    return true;
}
