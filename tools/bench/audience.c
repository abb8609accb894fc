#include "tools/bench/audience.h"

#include "base/clock.h"
#include "base/mem.h"
#include "tools/bench/process.h"

enum {
    VARIABLES_MAX = 1024,
    QUIET_US = 300 * 1000,
    PATIENCE_US = 30 * 1000 * 1000,
    SENDER = 0,
    FOLLOW_ID = 0,
    BITS = 64,
    UNNUMBERED = 900000000, /* from here on numbers are of rehearsals */
    STEP = 256,             /* subscriptions asked for at a time */
};

struct audience_ear {
    int64_t seq; /* the last one heard */
    size_t heard;
    size_t rehearsals;
};

static bool hear_first(struct audience *a, size_t subscriber, size_t number)
{
    size_t bit = subscriber * a->messages + number;
    uint64_t mask = (uint64_t)1 << bit % BITS;
    bool is_first = !(a->heard[bit / BITS] & mask);

    a->heard[bit / BITS] |= mask;
    return is_first;
}

static void on_rehearsal(struct audience *a, struct audience_ear *ear)
{
    if (++ear->rehearsals == a->rehearsals)
        a->n_in_rehearsal++;
    else if (ear->rehearsals > a->rehearsals)
        a->repeated++;
}

static void on_numbered(struct audience *a, size_t subscriber, const struct message_seen *seen)
{
    int64_t now = clock_mono_us();

    if ((size_t)seen->number >= a->messages) {
        a->foreign++;
        return;
    }
    if (!hear_first(a, subscriber, (size_t)seen->number)) {
        a->repeated++;
        return;
    }
    a->deliveries++;
    a->ears[subscriber].heard++;
    a->last_us = now;
    histogram_add(&a->latency, now - seen->sent_us);
}

static void on_event(struct audience *a, size_t subscriber, const struct wire_message *m)
{
    struct audience_ear *ear = &a->ears[subscriber];
    struct message_seen seen;

    if (m->type != WIRE_NEXT || !message_read(m->payload, &seen)) {
        crowd_spoil(&a->crowd, "a subscription ended, or brought what is no message: %.*s",
                    (int)(m->payload.n < 160 ? m->payload.n : 160), m->payload.p);
        return;
    }
    if (ear->seq && seen.seq != ear->seq + 1)
        a->disordered++;
    ear->seq = seen.seq;
    if (seen.number >= UNNUMBERED)
        on_rehearsal(a, ear);
    else
        on_numbered(a, subscriber, &seen);
}

static void on_message(void *user, size_t member, const struct wire_message *m)
{
    struct audience *a = user;

    if (member != SENDER)
        on_event(a, member - 1, m);
    else if (a->pump)
        pump_take(a->pump, m);
}

static void write_room(void *user, size_t slot, size_t number, struct buf *variables)
{
    const struct audience *a = user;
    struct json_out j = {.out = variables};

    json_out_begin_object(&j);
    json_out_key(&j, STR("roomId"));
    json_out_str(&j, a->room);
    json_out_end_object(&j);
}

static void on_resume(void *user, size_t slot, struct str payload)
{
    struct audience *a = user;
    struct str resume;

    if (wire_find_text(payload, STR("\"resume\":\""), &resume) &&
        resume.n <= sizeof(a->position_bytes)) {
        memcpy(a->position_bytes, resume.p, resume.n);
        a->position = str_of(a->position_bytes, resume.n);
    } else {
        crowd_spoil(&a->crowd, "the room has no position");
    }
}

/* One request of the sender's, to its end. */
static bool ask(struct audience *a, struct str query, pump_write_fn *write,
                pump_answer_fn *on_answer)
{
    struct pump p;
    bool is_well;

    pump_init(&p, &(struct pump_config){.crowd = &a->crowd,
                                        .first = SENDER,
                                        .n_members = 1,
                                        .in_flight = 1,
                                        .requests = 1,
                                        .query = query,
                                        .write = write,
                                        .on_answer = on_answer,
                                        .user = a});
    a->pump = &p;
    is_well = pump_run(&p);
    a->pump = NULL;
    pump_done(&p);
    return is_well;
}

bool audience_init(struct audience *a, const struct options *o, size_t messages)
{
    struct crowd_config config = {
        .address = o->address,
        .token = o->token,
        .most = o->clients + 1,
        .on_message = on_message,
        .user = a,
    };

    *a = (struct audience){.options = o, .room = o->room, .messages = messages};
    a->ears = mem_zalloc(o->clients * sizeof(*a->ears));
    a->heard = mem_zalloc((o->clients * messages / BITS + 1) * sizeof(*a->heard));
    buf_init(&a->query, VARIABLES_MAX);
    buf_init(&a->variables, VARIABLES_MAX);
    return crowd_init(&a->crowd, &config) && crowd_grow(&a->crowd, 1);
}

void audience_done(struct audience *a)
{
    crowd_done(&a->crowd);
    buf_done(&a->query);
    buf_done(&a->variables);
    mem_free(a->ears);
    mem_free(a->heard);
}

bool audience_find_position(struct audience *a)
{
    return ask(a, message_resume, write_room, on_resume);
}

/* From a position read before: what is sent before the last of them is live is not lost. And the
 * server's answer to that question stands behind what it had to look up for the step before, so
 * that it is not stormed. */
static bool take_step(struct audience *a, size_t n)
{
    if (!audience_find_position(a) || !crowd_grow(&a->crowd, n + 1))
        return false;
    buf_reset(&a->variables, VARIABLES_MAX);
    message_write_follow(&a->variables, a->room, a->position);
    for (; a->n < n; a->n++) {
        buf_reset(&a->query, VARIABLES_MAX);
        message_write_selection(&a->query, a->n % a->options->selections);
        a->ears[a->n].rehearsals = a->rehearsals;
        crowd_say(&a->crowd, a->n + 1, FOLLOW_ID, buf_str(&a->query), buf_str(&a->variables));
    }
    return true;
}

bool audience_grow(struct audience *a, size_t n)
{
    bool is_well = true;

    while (is_well && a->n < n)
        is_well = take_step(a, n - a->n < STEP ? n : a->n + STEP);
    /* A server that knows no cursors may be taking up the last of them yet. */
    return is_well && audience_await_quiet(a);
}

static void write_rehearsal(void *user, size_t slot, size_t number, struct buf *variables)
{
    const struct audience *a = user;

    message_write(variables, a->room, UNNUMBERED + a->rehearsals, clock_mono_us(),
                  a->options->text_bytes);
}

bool audience_rehearse(struct audience *a)
{
    int64_t end = clock_mono_us() + 60 * (int64_t)1000000;

    a->rehearsals++;
    a->n_in_rehearsal = 0;
    if (!ask(a, message_send, write_rehearsal, NULL))
        return false;
    while (a->n_in_rehearsal < a->n) {
        if (!crowd_turn(&a->crowd, 100))
            return false;
        if (clock_mono_us() > end)
            crowd_spoil(&a->crowd, "%zu of %zu subscribers did not hear a message within a minute",
                        a->n - a->n_in_rehearsal, a->n);
    }
    return true;
}

static void write_numbered(void *user, size_t slot, size_t number, struct buf *variables)
{
    const struct audience *a = user;

    message_write(variables, a->room, a->n_sent + number, clock_mono_us(), a->options->text_bytes);
}

void audience_send(struct audience *a, struct pump *p, struct pump_config config)
{
    config.crowd = &a->crowd;
    config.first = SENDER;
    config.n_members = 1;
    config.query = message_send;
    config.write = write_numbered;
    config.user = a;
    pump_init(p, &config);
    a->pump = p;
}

bool audience_turn(struct audience *a)
{
    return crowd_turn(&a->crowd, a->pump ? pump_turn(a->pump) : 100);
}

void audience_stop(struct audience *a)
{
    a->pump->config.requests = a->pump->n_begun;
}

void audience_rest(struct audience *a)
{
    a->n_sent += a->pump->n_begun;
    a->pump = NULL;
}

size_t audience_heard(const struct audience *a, size_t subscriber)
{
    return a->ears[subscriber].heard;
}

int64_t audience_seq(const struct audience *a, size_t subscriber)
{
    return a->ears[subscriber].seq;
}

bool audience_await_quiet(struct audience *a)
{
    pid_t pid = a->options->pid;
    int64_t began = clock_mono_us(), since = began, cpu = process_cpu_us(pid);

    while (clock_mono_us() - since < QUIET_US && clock_mono_us() - began < PATIENCE_US) {
        int64_t now_cpu;

        if (!crowd_turn(&a->crowd, 10))
            return false;
        now_cpu = process_cpu_us(pid);
        if (now_cpu != cpu)
            since = clock_mono_us();
        cpu = now_cpu;
    }
    return true;
}

void audience_pause(struct audience *a, size_t subscriber, bool is_paused)
{
    crowd_pause(&a->crowd, subscriber + 1, is_paused);
}
