#include "tools/bench/audience.h"
#include "tools/bench/modes.h"
#include "tools/bench/process.h"

#include "base/clock.h"

enum {
    PATIENCE_US = 10 * 1000 * 1000, /* without a delivery */
    CATCH_UP_US = 60 * 1000 * 1000, /* for all that is missing when the last message is sent */
    SAMPLE_US = 20 * 1000,
    MIB = 1024 * 1024,
};

static const uint64_t most_marks = (uint64_t)1 << 32; /* 512 MiB of bits */

struct fanout {
    const struct options *options;
    struct audience audience;
    struct pump pump;
    size_t n_stalled; /* the first ones */
    uint64_t flowing; /* deliveries while those stood still */
    int64_t ended_us; /* the last of these */
    struct histogram latency;
    int64_t server_us;
    int64_t busiest_us; /* of that, the busiest thread's */
    int64_t own_us;
    int64_t resident_before;
    int64_t resident_peak;
    int64_t sampled_us;
};

static void sample_memory(struct fanout *f)
{
    int64_t now = clock_mono_us(), resident;

    if (now - f->sampled_us < SAMPLE_US)
        return;
    f->sampled_us = now;
    resident = process_resident(f->options->pid);
    if (f->resident_peak < resident)
        f->resident_peak = resident;
}

/* Turns until so many deliveries have been made in all, or nothing has moved for too long: then
 * what is missing counts as lost. */
static bool turn_until(struct fanout *f, bool is_sending)
{
    struct audience *a = &f->audience;
    int64_t began = clock_mono_us(), moved = began;
    int64_t most = (int64_t)f->options->seconds * 1000000 + CATCH_UP_US;
    uint64_t before = a->deliveries;
    size_t listeners = is_sending ? a->n - f->n_stalled : a->n;

    while ((is_sending && !pump_is_done(&f->pump)) || a->deliveries < f->pump.n_begun * listeners) {
        if (!audience_turn(a))
            return false;
        sample_memory(f);
        if (before != a->deliveries)
            moved = clock_mono_us();
        before = a->deliveries;
        if (clock_mono_us() - moved > PATIENCE_US || clock_mono_us() - began > most)
            return true;
    }
    return true;
}

static void stall(struct fanout *f, bool is_stalled)
{
    for (size_t i = 0; i < f->n_stalled; i++)
        audience_pause(&f->audience, i, is_stalled);
}

/* The numbers are of the subscribers that read; what the stalled ones catch up with afterwards is
 * only counted. */
static bool measure(struct fanout *f)
{
    const struct options *o = f->options;
    int64_t server_before = process_cpu_us(o->pid), own_before = process_own_cpu_us();
    struct process_threads before, after;
    bool is_well;

    process_threads(o->pid, &before);
    f->resident_before = f->resident_peak = process_resident(o->pid);
    audience_send(&f->audience, &f->pump,
                  (struct pump_config){.in_flight = o->in_flight,
                                       .requests = o->requests,
                                       .most_us = (int64_t)o->seconds * 1000000,
                                       .interval_us = o->rate ? 1000000 / (int64_t)o->rate : 0});
    stall(f, true);
    is_well = turn_until(f, true);
    f->flowing = f->audience.deliveries;
    f->ended_us = f->audience.last_us;
    f->latency = f->audience.latency;
    f->server_us = process_cpu_us(o->pid) - server_before;
    f->own_us = process_own_cpu_us() - own_before;
    process_threads(o->pid, &after);
    f->busiest_us = process_busiest_us(&before, &after);
    stall(f, false);
    return is_well && (f->n_stalled == 0 || turn_until(f, false));
}

static uint64_t count_lost(const struct fanout *f)
{
    uint64_t lost = 0;

    for (size_t i = 0; i < f->audience.n; i++)
        lost += f->pump.n_begun - audience_heard(&f->audience, i);
    return lost;
}

static void report_latency(struct report *r, const struct histogram *h)
{
    report_add(r, "p50Ms", "p50 ms", (double)histogram_at(h, 0.50) / 1000, 2);
    report_add(r, "p95Ms", "p95 ms", (double)histogram_at(h, 0.95) / 1000, 2);
    report_add(r, "p99Ms", "p99 ms", (double)histogram_at(h, 0.99) / 1000, 2);
    report_add(r, "maxMs", "max ms", (double)h->max / 1000, 2);
}

static void report_stalled(const struct fanout *f, struct report *r)
{
    report_add(r, "stalled", "stalled", (double)f->n_stalled, 0);
    report_add(r, "residentBeforeMiB", "RSS MiB", (double)f->resident_before / MIB, 1);
    report_add(r, "residentPeakMiB", "its peak", (double)f->resident_peak / MIB, 1);
}

static void report(const struct fanout *f, uint64_t lost)
{
    const struct audience *a = &f->audience;
    double took_us = (double)(f->ended_us - f->pump.began_us);
    struct report r = {.mode = "fanout", .server = f->options->server, .label = f->options->label};

    report_add(&r, "subscribers", "clients", (double)a->n, 0);
    report_add(&r, "selections", "selections", (double)f->options->selections, 0);
    report_add(&r, "inFlight", "in flight", (double)f->options->in_flight, 0);
    report_add(&r, "rate", "rate/s", (double)f->options->rate, 0);
    report_add(&r, "messages", "messages", (double)f->pump.n_begun, 0);
    report_add(&r, "deliveriesPerSecond", "deliveries/s", (double)f->flowing * 1e6 / took_us, 0);
    report_latency(&r, &f->latency);
    report_add(&r, "serverUsPerDelivery", "server us each",
               (double)f->server_us / (double)f->flowing, 3);
    report_add(&r, "busiestUsPerDelivery", "busiest thread's",
               (double)f->busiest_us / (double)f->flowing, 3);
    report_add(&r, "serverBusy", "server busy %", (double)f->server_us * 100 / took_us, 0);
    report_add(&r, "generatorBusy", "bench busy %", (double)f->own_us * 100 / took_us, 0);
    report_add(&r, "lost", "lost", (double)lost, 0);
    report_add(&r, "repeated", "repeated", (double)(a->repeated + a->foreign), 0);
    report_add(&r, "disordered", "disordered", (double)a->disordered, 0);
    report_stalled(f, &r);
    report_print(&r, f->options->form);
}

static bool run(struct fanout *f)
{
    struct audience *a = &f->audience;
    uint64_t lost;

    if (!audience_grow(a, f->options->clients) || !audience_rehearse(a))
        return false;
    if (!measure(f))
        return false;
    lost = count_lost(f);
    report(f, lost);
    if (!f->options->strict)
        return !a->crowd.why[0];
    if (lost || a->repeated || a->disordered || a->foreign)
        crowd_spoil(&a->crowd, "deliveries were lost, repeated or out of order");
    return !a->crowd.why[0];
}

bool fanout_run(const struct options *o)
{
    struct fanout f = {.options = o, .n_stalled = o->clients * o->stalled / 100};
    bool is_well;

    if ((uint64_t)o->clients * o->requests > most_marks) {
        fprintf(stderr, "bench: so many messages to so many clients cannot be told apart\n");
        return false;
    }
    is_well = audience_init(&f.audience, o, o->requests) && run(&f);
    if (!is_well)
        fprintf(stderr, "bench: fanout: %s\n", f.audience.crowd.why);
    pump_done(&f.pump);
    audience_done(&f.audience);
    return is_well;
}
