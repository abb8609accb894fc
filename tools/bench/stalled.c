/*
 * Subscribers that stop reading while messages flow, beside a few that go on; then they read on,
 * and the flow does too, more slowly, until they have caught up.
 *
 * Sending and the readers have a thread of their own, so that what they notice is the server's
 * doing: the thread of the many has as much to read as the server can write.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "tools/bench/audience.h"
#include "tools/bench/followers.h"
#include "tools/bench/modes.h"
#include "tools/bench/process.h"

enum {
    ALONE_S = 3,                 /* of the flow before there are any others */
    CATCH_UP_S = 1200,           /* of the flow afterwards, at the very most */
    MUST_FLOW = 2 * 1024 * 1024, /* bytes to each, until they must have been parked */
    AROUND_TEXT = 350,           /* bytes of a message */
    PATIENCE_US = 60 * 1000 * 1000,
    LOOK_US = 200 * 1000,
    TURN_MS = 20,
    SLOWER = 10, /* times, the flow while they catch up */
    MIB = 1024 * 1024,
    /* The server lets the kernel hold 64 KiB that cannot be sent, and it takes the last piece
     * whole, which has up to 64 KiB; and as much again for what is under way. */
    KERNEL_BOUND = 192 * 1024,
    /* The kernel's list is read in pieces: when others come and go meanwhile, it may name one of
     * ours twice. */
    SEEN_TWICE = 10,
    /* The messages that are kept for those who come back (--recent-bytes, 16 MiB), and what the
     * flow itself takes. */
    ALLOWANCE = 24 * MIB,
};

enum phase {
    PHASE_ALONE,
    PHASE_BESIDE, /* others stand still */
    PHASE_RETURN, /* they read on */
    PHASE_ENDED,  /* nothing more is sent */
    PHASES,
};

/* The side that sends and reads on. While its thread runs, the atomics are all that is shared. */
struct flow {
    struct options options; /* with the readers as its clients */
    struct audience audience;
    struct pump pump;
    enum phase heard; /* what the audience's histogram is of */
    struct histogram latency[PHASES];
    _Atomic enum phase phase;
    atomic_llong newest; /* a seq that was heard */
    double us_alone;     /* the server's processor time for a message */
    atomic_bool is_spoilt;
};

struct memory {
    int64_t before;
    int64_t first_half; /* peaks */
    int64_t second_half;
    int64_t catching_up;
    int64_t after;
    struct process_connections kernel; /* while all of them stand */
};

struct stalled {
    const struct options *options;
    struct flow flow;
    struct followers followers;
    struct memory memory;
    double us_beside; /* as flow.us_alone, when all of them are parked */
    int64_t caught_up_us;
    int64_t server_us;  /* of processor time while catching up */
    uint64_t caught_up; /* deliveries */
};

/* --- the flow */

static int64_t interval_us(const struct flow *f, size_t part)
{
    return f->options.rate ? 1000000 * (int64_t)part / (int64_t)f->options.rate : 0;
}

static void begin_flow(struct flow *f, int64_t most_us)
{
    const struct options *o = &f->options;

    audience_send(&f->audience, &f->pump,
                  (struct pump_config){.in_flight = o->in_flight,
                                       .requests = f->audience.messages - f->audience.n_sent,
                                       .most_us = most_us,
                                       .interval_us = interval_us(f, 1)});
}

/* While they catch up the flow is there to show whether it is disturbed, and not to grow what they
 * have to catch up with. */
static void enter_phase(struct flow *f)
{
    enum phase now = atomic_load(&f->phase);

    if (f->heard == now)
        return;
    f->latency[f->heard] = f->audience.latency;
    f->audience.latency = (struct histogram){0};
    f->heard = now;
    if (now == PHASE_RETURN)
        pump_pace(&f->pump, interval_us(f, SLOWER));
    if (now == PHASE_ENDED)
        audience_stop(&f->audience);
}

static bool is_all_heard(const struct flow *f)
{
    return pump_is_done(&f->pump) &&
           f->audience.deliveries == (f->audience.n_sent + f->pump.n_begun) * f->audience.n;
}

/* Until all that was begun has been heard by every reader; false when it stands still. */
static bool flow_on(struct flow *f)
{
    struct audience *a = &f->audience;
    int64_t moved = clock_mono_us();
    uint64_t before = a->deliveries;

    while (!is_all_heard(f)) {
        enter_phase(f);
        if (!audience_turn(a))
            return false;
        atomic_store(&f->newest, audience_seq(a, 0));
        if (before != a->deliveries)
            moved = clock_mono_us();
        before = a->deliveries;
        if (clock_mono_us() - moved > PATIENCE_US)
            crowd_spoil(&a->crowd, "the readers hear nothing more");
    }
    audience_rest(a);
    return true;
}

static void *run_flow(void *user)
{
    struct flow *f = user;

    if (!flow_on(f))
        atomic_store(&f->is_spoilt, true);
    return NULL;
}

static bool flow_open(struct flow *f, const struct options *o)
{
    size_t seconds = ALONE_S + o->seconds + CATCH_UP_S;

    f->options = *o;
    f->options.clients = o->readers;
    return audience_init(&f->audience, &f->options, (o->rate ? o->rate : 1) * seconds) &&
           audience_grow(&f->audience, o->readers) && audience_rehearse(&f->audience);
}

static bool flow_alone(struct flow *f)
{
    int64_t us = process_cpu_us(f->options.pid);
    bool is_well;

    begin_flow(f, (int64_t)ALONE_S * 1000000);
    is_well = flow_on(f);
    f->us_alone = (double)(process_cpu_us(f->options.pid) - us) / (double)f->pump.n_begun;
    pump_done(&f->pump);
    return is_well && audience_await_quiet(&f->audience);
}

/* --- those who stand still */

static bool followers_live(struct stalled *s)
{
    struct audience *a = &s->flow.audience;

    followers_mind(&s->followers, &a->crowd);
    return audience_find_position(a) &&
           followers_open(&s->followers, a->position, audience_seq(a, 0)) && audience_rehearse(a) &&
           followers_reach(&s->followers, audience_seq(a, 0)) && audience_await_quiet(a);
}

static int64_t take_peak(const struct stalled *s)
{
    int64_t peak = process_peak(s->options->pid);

    process_forget_peak(s->options->pid);
    return peak;
}

/* So many messages as are more than sockets hold, or the server was not put to the test. */
static int64_t enough(const struct options *o)
{
    return MUST_FLOW / (int64_t)(o->text_bytes + AROUND_TEXT);
}

/* At least for so long, and until so many messages have flowed. */
static bool stand(struct stalled *s, int64_t us, int64_t messages)
{
    int64_t end = clock_mono_us() + us, last = atomic_load(&s->flow.newest) + messages;

    while (clock_mono_us() < end || atomic_load(&s->flow.newest) < last) {
        if (!followers_turn(&s->followers, TURN_MS) || atomic_load(&s->flow.is_spoilt))
            return false;
    }
    return true;
}

/* Those who read all the time, and the one who sends. */
static size_t who_stay(const struct stalled *s)
{
    return s->flow.audience.n + 1;
}

/* Where they are expected to be closed, until they are: on a busy machine that takes its time. */
static bool look_at_kernel(struct stalled *s)
{
    int64_t end = clock_mono_us() + PATIENCE_US;

    for (;;) {
        s->memory.kernel = process_connections(ntohs(s->options->address.sin_port));
        if (!s->options->closed || s->memory.kernel.n <= who_stay(s) + SEEN_TWICE ||
            clock_mono_us() > end)
            return true;
        if (!stand(s, LOOK_US, 0))
            return false;
    }
}

static void begin_to_stand(struct stalled *s)
{
    s->memory.before = process_resident(s->options->pid);
    take_peak(s);
    followers_pause(&s->followers, true);
    atomic_store(&s->flow.phase, PHASE_BESIDE);
}

static bool stand_still(struct stalled *s)
{
    const struct options *o = s->options;
    int64_t half_us = (int64_t)o->seconds * 1000000 / 2, seq, us;

    begin_to_stand(s);
    if (!stand(s, half_us, enough(o)))
        return false;
    s->memory.first_half = take_peak(s);
    seq = atomic_load(&s->flow.newest);
    us = process_cpu_us(o->pid);
    if (!stand(s, half_us, 1))
        return false;
    s->us_beside =
        (double)(process_cpu_us(o->pid) - us) / (double)(atomic_load(&s->flow.newest) - seq);
    s->memory.second_half = take_peak(s);
    return look_at_kernel(s);
}

/* All that was sent while they stood still; what has come meanwhile they hear as well. */
static bool read_on(struct stalled *s)
{
    int64_t newest = atomic_load(&s->flow.newest), began = clock_mono_us();
    int64_t server_us = process_cpu_us(s->options->pid);
    uint64_t deliveries = s->followers.deliveries;
    bool is_well;

    atomic_store(&s->flow.phase, PHASE_RETURN);
    followers_pause(&s->followers, false);
    is_well = followers_reach(&s->followers, newest);
    s->caught_up_us = clock_mono_us() - began;
    s->caught_up = s->followers.deliveries - deliveries;
    s->server_us = process_cpu_us(s->options->pid) - server_us;
    s->memory.catching_up = take_peak(s);
    return is_well;
}

/* The thread is joined whatever happens. */
static bool play(struct stalled *s)
{
    pthread_t thread;
    bool is_well;

    begin_flow(&s->flow, 0);
    atomic_store(&s->flow.newest, audience_seq(&s->flow.audience, 0));
    followers_mind(&s->followers, NULL);
    atomic_store(&s->flow.phase, PHASE_BESIDE);
    if (pthread_create(&thread, NULL, run_flow, &s->flow) != 0)
        return false;
    is_well = stand_still(s) && read_on(s);
    atomic_store(&s->flow.phase, PHASE_ENDED);
    pthread_join(thread, NULL);
    followers_mind(&s->followers, &s->flow.audience.crowd);
    is_well = is_well && !atomic_load(&s->flow.is_spoilt) &&
              followers_reach(&s->followers, audience_seq(&s->flow.audience, 0)) &&
              audience_await_quiet(&s->flow.audience);
    s->memory.after = process_resident(s->options->pid);
    return is_well;
}

/* --- what came of it */

static int64_t peak_of(const struct memory *m)
{
    int64_t peak = m->first_half > m->second_half ? m->first_half : m->second_half;

    return peak > m->catching_up ? peak : m->catching_up;
}

/* What each that stood still added at the worst moment, the allowance taken off. Unsent may be as
 * much as the high-water mark says (64 KiB), and one message above it; the default bound has half
 * as much again for that message, and for what the queue and the connection are made of. */
static int64_t bytes_each(const struct stalled *s)
{
    int64_t grown = peak_of(&s->memory) - s->memory.before - ALLOWANCE;

    return grown > 0 ? grown / (int64_t)s->followers.n : 0;
}

static uint64_t count_lost(const struct stalled *s)
{
    const struct audience *a = &s->flow.audience;
    uint64_t lost = s->followers.lost;

    for (size_t i = 0; i < a->n; i++)
        lost += a->n_sent - audience_heard(a, i);
    return lost;
}

struct latency_names {
    const char *p50, *p99, *max; /* keys */
    const char *head;
};

static void report_latency(struct report *r, const struct histogram *h,
                           const struct latency_names *names)
{
    report_add(r, names->p50, names->head, (double)histogram_at(h, 0.50) / 1000, 2);
    report_add(r, names->p99, "p99 ms", (double)histogram_at(h, 0.99) / 1000, 2);
    report_add(r, names->max, "max ms", (double)h->max / 1000, 1);
}

static void report_memory(struct report *r, const struct stalled *s)
{
    const struct memory *m = &s->memory;

    report_add(r, "residentBeforeMiB", "RSS MiB", (double)m->before / MIB, 1);
    report_add(r, "residentFirstHalfMiB", "1st half", (double)m->first_half / MIB, 1);
    report_add(r, "residentSecondHalfMiB", "2nd half", (double)m->second_half / MIB, 1);
    report_add(r, "residentCatchingUpMiB", "return", (double)m->catching_up / MIB, 1);
    report_add(r, "residentAfterMiB", "after", (double)m->after / MIB, 1);
    report_add(r, "bytesEach", "each B", (double)bytes_each(s), 0);
    report_add(r, "kernelBytesEach", "kernel each B",
               (double)m->kernel.all / (double)s->followers.n, 0);
    report_add(r, "kernelBytesMost", "most B", (double)m->kernel.most, 0);
}

static void report(const struct stalled *s, uint64_t lost, uint64_t repeated)
{
    static const struct latency_names names[PHASES] = {
        [PHASE_ALONE] = {"aloneP50Ms", "aloneP99Ms", "aloneMaxMs", "alone p50 ms"},
        [PHASE_BESIDE] = {"besideP50Ms", "besideP99Ms", "besideMaxMs", "beside p50 ms"},
        [PHASE_RETURN] = {"returnP50Ms", "returnP99Ms", "returnMaxMs", "return p50 ms"},
    };
    const struct followers *f = &s->followers;
    struct report r = {.mode = "stalled", .server = s->options->server, .label = s->options->label};

    report_add(&r, "stalled", "stalled", (double)f->n, 0);
    report_add(&r, "readers", "readers", (double)s->flow.audience.n, 0);
    report_add(&r, "seconds", "seconds", (double)s->options->seconds, 0);
    report_add(&r, "messages", "messages", (double)s->flow.audience.n_sent, 0);
    for (int phase = PHASE_ALONE; phase < PHASE_ENDED; phase++)
        report_latency(&r, &s->flow.latency[phase], &names[phase]);
    report_add(&r, "aloneServerUs", "alone us", s->flow.us_alone, 0);
    report_add(&r, "besideServerUs", "beside us", s->us_beside, 0);
    report_memory(&r, s);
    report_add(&r, "caughtUpSeconds", "caught up s", (double)s->caught_up_us / 1e6, 1);
    report_add(&r, "serverUsEach", "server us each", (double)s->server_us / (double)s->caught_up,
               3);
    report_add(&r, "parked", "parked", (double)f->n_parked, 0);
    report_add(&r, "replayed", "replayed", (double)f->replayed, 0);
    report_add(&r, "closed", "closed", (double)f->returns, 0);
    report_add(&r, "lost", "lost", (double)lost, 0);
    report_add(&r, "repeated", "repeated", (double)repeated, 0);
    report_add(&r, "disordered", "disordered", (double)s->flow.audience.disordered, 0);
    report_print(&r, s->options->form);
}

/* False, once it has been said. */
static bool holds(bool it, const char *format, ...)
{
    va_list args;

    if (it)
        return true;
    va_start(args, format);
    fputs("bench: stalled: ", stderr);
    vfprintf(stderr, format, args);
    fputs("\n", stderr);
    va_end(args);
    return false;
}

/* They cost the kernel as little as they cost the server. */
static bool judge_kernel(const struct stalled *s)
{
    const struct process_connections *kernel = &s->memory.kernel;
    size_t readers = who_stay(s);
    size_t stay = s->options->closed ? 0 : s->followers.n;
    bool are_there = holds(kernel->n <= readers + stay + SEEN_TWICE,
                           "%zu connections are left, and not %zu", kernel->n, readers + stay);

    if (s->options->closed)
        return holds(kernel->all <= KERNEL_BOUND * (int64_t)readers,
                     "the kernel held %lld bytes of connections that were closed",
                     (long long)kernel->all) &&
               are_there;
    return holds(kernel->most <= KERNEL_BOUND, "the kernel held %lld bytes for one, not %d",
                 (long long)kernel->most, KERNEL_BOUND) &&
           are_there;
}

static bool judge(const struct stalled *s, uint64_t wrong)
{
    const struct followers *f = &s->followers;
    size_t bound = s->options->bound;
    int64_t each = bytes_each(s);
    bool are_right = holds(wrong == 0, "deliveries were lost, repeated or out of order");
    bool are_parked =
        holds(f->n_parked == f->n, "%zu of %zu were never parked", f->n - f->n_parked, f->n);
    bool have_stayed =
        holds(s->options->closed || f->returns == 0, "the server closed %zu", f->returns);
    bool are_cheap =
        holds(!bound || each <= (int64_t)bound, "each that stood still cost %lld bytes, not %zu",
              (long long)each, bound);

    return judge_kernel(s) && are_right && are_parked && have_stayed && are_cheap;
}

static bool conclude(const struct stalled *s)
{
    const struct audience *a = &s->flow.audience;
    uint64_t lost = count_lost(s);
    uint64_t repeated = a->repeated + a->foreign + s->followers.repeated;

    report(s, lost, repeated);
    return judge(s, lost + repeated + a->disordered);
}

static bool run(struct stalled *s)
{
    return flow_alone(&s->flow) && followers_live(s) && play(s);
}

static void complain(const struct stalled *s)
{
    const char *why = s->flow.audience.crowd.why;

    fprintf(stderr, "bench: stalled: %s\n", why[0] ? why : s->followers.crowd.why);
}

bool stalled_run(const struct options *o)
{
    struct stalled s = {.options = o};
    bool is_well;

    if (o->clients <= o->readers) {
        fprintf(stderr, "bench: of %zu clients %zu are to read on: nobody stands still\n",
                o->clients, o->readers);
        return false;
    }
    is_well = flow_open(&s.flow, o);
    is_well = followers_init(&s.followers, o, o->clients - o->readers, 0) && is_well && run(&s);
    if (is_well)
        is_well = conclude(&s);
    else
        complain(&s);
    pump_done(&s.flow.pump);
    followers_done(&s.followers);
    audience_done(&s.flow.audience);
    return is_well;
}
