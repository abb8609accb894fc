/*
 * Subscribers who are all cut off, miss messages, and all come back at once, each on a connection
 * of its own, with the cursor it had.
 */

#include "base/clock.h"
#include "tools/bench/audience.h"
#include "tools/bench/followers.h"
#include "tools/bench/modes.h"
#include "tools/bench/process.h"
#include "tools/bench/statements.h"

enum {
    KNOCKING = 1000, /* connections set up at a time: below what a listener's queue holds */
    A_HUNDRED = 100,
};

struct storm {
    const struct options *options;
    struct options few; /* with the one client that stays */
    struct audience audience;
    struct pump pump;
    struct followers followers;
    int64_t took_us;
    int64_t server_us;
    int64_t own_us;
    size_t statements;
};

/* Everybody is there, and hears. */
static bool gather(struct storm *s)
{
    struct audience *a = &s->audience;

    followers_mind(&s->followers, &a->crowd);
    return audience_grow(a, 1) && audience_rehearse(a) && audience_find_position(a) &&
           followers_open(&s->followers, a->position, audience_seq(a, 0)) && audience_rehearse(a) &&
           followers_reach(&s->followers, audience_seq(a, 0));
}

static bool miss(struct storm *s)
{
    struct audience *a = &s->audience;

    followers_leave(&s->followers);
    if (!audience_find_position(a))
        return false;
    audience_send(a, &s->pump, (struct pump_config){.in_flight = 1, .requests = s->options->back});
    while (a->deliveries < s->options->back)
        if (!audience_turn(a))
            return false;
    audience_rest(a);
    return audience_await_quiet(a);
}

/* seq: where they were cut off. */
static bool come_back(struct storm *s, int64_t seq)
{
    const struct options *o = s->options;
    int64_t began, server_us, own_us;
    size_t before = 0, after = 0;
    bool is_well;

    if (o->log && !statements_count(o->log, &before))
        return false;
    began = clock_mono_us();
    server_us = process_cpu_us(o->pid);
    own_us = process_own_cpu_us();
    is_well = followers_open(&s->followers, s->audience.position, seq) &&
              followers_reach(&s->followers, seq + (int64_t)o->back);
    s->took_us = clock_mono_us() - began;
    s->server_us = process_cpu_us(o->pid) - server_us;
    s->own_us = process_own_cpu_us() - own_us;
    if (o->log && !statements_count(o->log, &after))
        return false;
    s->statements = after - before;
    return is_well;
}

static bool run(struct storm *s)
{
    struct audience *a = &s->audience;
    int64_t seq;

    if (!gather(s))
        return false;
    seq = audience_seq(a, 0);
    /* And from there on each is live: it hears what comes next. */
    return miss(s) && come_back(s, seq) && audience_rehearse(a) &&
           followers_reach(&s->followers, audience_seq(a, 0));
}

static double of_a_hundred(const struct storm *s)
{
    return (double)s->statements * A_HUNDRED / (double)s->followers.n;
}

static void report(const struct storm *s)
{
    const struct followers *f = &s->followers;
    double n = (double)f->n;
    struct report r = {.mode = "storm", .server = s->options->server, .label = s->options->label};

    report_add(&r, "clients", "clients", n, 0);
    report_add(&r, "missed", "missed", (double)s->options->back, 0);
    report_add(&r, "seconds", "seconds", (double)s->took_us / 1e6, 2);
    report_add(&r, "serverSeconds", "server CPU s", (double)s->server_us / 1e6, 2);
    report_add(&r, "serverUsPerClient", "us a client", (double)s->server_us / n, 1);
    report_add(&r, "generatorSeconds", "bench CPU s", (double)s->own_us / 1e6, 2);
    if (s->options->log) {
        report_add(&r, "statements", "statements", (double)s->statements, 0);
        report_add(&r, "statementsPerHundred", "a hundred", of_a_hundred(s), 2);
    }
    report_add(&r, "replayed", "replayed", (double)f->replayed, 0);
    report_add(&r, "closed", "closed", (double)f->returns, 0);
    report_add(&r, "lost", "lost", (double)f->lost, 0);
    report_add(&r, "repeated", "repeated", (double)f->repeated, 0);
    report_print(&r, s->options->form);
}

static bool judge(const struct storm *s)
{
    const struct followers *f = &s->followers;
    bool is_right = f->lost + f->repeated + f->returns == 0;

    if (!is_right)
        fprintf(stderr, "bench: storm: deliveries were lost or repeated, or clients closed\n");
    if (!s->options->strict || of_a_hundred(s) < 1)
        return is_right;
    fprintf(stderr, "bench: storm: %zu statements for %zu clients: one a hundred or more\n",
            s->statements, f->n);
    return false;
}

bool storm_run(const struct options *o)
{
    struct storm s = {.options = o, .few = *o};
    bool is_well;

    s.few.clients = 1;
    is_well = audience_init(&s.audience, &s.few, o->back);
    is_well = followers_init(&s.followers, o, o->clients, KNOCKING) && is_well && run(&s);
    if (is_well) {
        report(&s);
        is_well = judge(&s);
    } else {
        fprintf(stderr, "bench: storm: %s\n",
                s.audience.crowd.why[0] ? s.audience.crowd.why : s.followers.crowd.why);
    }
    pump_done(&s.pump);
    followers_done(&s.followers);
    audience_done(&s.audience);
    return is_well;
}
