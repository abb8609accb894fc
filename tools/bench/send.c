#include "tools/bench/message.h"
#include "tools/bench/modes.h"
#include "tools/bench/process.h"
#include "tools/bench/pump.h"

#include "base/clock.h"

enum {
    ROOM_MAX = 128,
};

struct send {
    const struct options *options;
    struct crowd crowd;
    struct pump pump;
};

static void on_message(void *user, size_t member, const struct wire_message *m)
{
    struct send *s = user;

    pump_take(&s->pump, m);
}

static void write_message(void *user, size_t slot, size_t number, struct buf *variables)
{
    const struct send *s = user;
    char room[ROOM_MAX];
    int n = snprintf(room, sizeof(room), "%.*s-%zu", STR_ARG(s->options->room),
                     number % s->options->rooms);

    message_write(variables, str_of(room, (size_t)n), number, clock_mono_us(),
                  s->options->text_bytes);
}

static void report(const struct send *s, int64_t server_us, int64_t own_us)
{
    const struct options *o = s->options;
    const struct pump *p = &s->pump;
    double took_us = (double)(p->ended_us - p->began_us);
    double rate = (double)p->n_answered * 1e6 / took_us;
    struct report r = {.mode = "send", .server = o->server, .label = o->label};

    report_add(&r, "clients", "clients", (double)o->clients, 0);
    report_add(&r, "inFlight", "in flight", (double)o->in_flight, 0);
    report_add(&r, "rooms", "rooms", (double)o->rooms, 0);
    report_add(&r, "sends", "sends", (double)p->n_answered, 0);
    report_add(&r, "sendsPerSecond", "sends/s", rate, 0);
    report_add(&r, "p50Us", "p50 us", (double)histogram_at(&p->latency, 0.50), 0);
    report_add(&r, "p99Us", "p99 us", (double)histogram_at(&p->latency, 0.99), 0);
    report_add(&r, "maxUs", "max us", (double)p->latency.max, 0);
    report_add(&r, "serverUsPerSend", "server us each", (double)server_us / (double)p->n_answered,
               1);
    report_add(&r, "serverBusy", "server busy %", (double)server_us * 100 / took_us, 0);
    report_add(&r, "generatorBusy", "bench busy %", (double)own_us * 100 / took_us, 0);
    if (o->limit) {
        report_add(&r, "limitPerSecond", "pgbench/s", (double)o->limit, 0);
        report_add(&r, "ratio", "ratio", rate / (double)o->limit, 2);
    }
    report_print(&r, o->form);
}

static bool run(struct send *s)
{
    const struct options *o = s->options;
    int64_t server_us, own_us;

    if (!crowd_grow(&s->crowd, o->clients))
        return false;
    server_us = process_cpu_us(o->pid);
    own_us = process_own_cpu_us();
    if (!pump_run(&s->pump))
        return false;
    report(s, process_cpu_us(o->pid) - server_us, process_own_cpu_us() - own_us);
    return true;
}

bool send_run(const struct options *o)
{
    struct send s = {.options = o};
    struct crowd_config config = {
        .address = o->address,
        .token = o->token,
        .most = o->clients,
        .on_message = on_message,
        .user = &s,
    };
    bool is_well = crowd_init(&s.crowd, &config);

    pump_init(&s.pump, &(struct pump_config){.crowd = &s.crowd,
                                             .n_members = o->clients,
                                             .in_flight = o->in_flight,
                                             .requests = o->requests,
                                             .most_us = (int64_t)o->seconds * 1000000,
                                             .query = message_send,
                                             .write = write_message,
                                             .user = &s});
    is_well = is_well && run(&s);
    if (!is_well)
        fprintf(stderr, "bench: send: %s\n", s.crowd.why);
    pump_done(&s.pump);
    crowd_done(&s.crowd);
    return is_well;
}
