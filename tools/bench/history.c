#include "tools/bench/message.h"
#include "tools/bench/modes.h"
#include "tools/bench/process.h"
#include "tools/bench/pump.h"

#include "base/clock.h"
#include "base/mem.h"

enum {
    PAGE = 50,
    MESSAGES = 20 * PAGE,
    FILLERS = 64,
    CURSOR_MAX = 200,
};

/* What stands first is found first. */
static const struct str page =
    STR_INIT("query Page($roomId: ID!, $after: String) { messages(roomId: $roomId, first: 50, "
             "after: $after) { nextToken items { id text seq senderId ts } } }");

/* Where a client stands: it goes back to the room's beginning, then begins again; or it stays at
 * the tail. */
struct place {
    char cursor[CURSOR_MAX];
    size_t n;
};

struct history {
    const struct options *options;
    struct crowd crowd;
    struct pump pump;     /* fills the room first, then asks for pages */
    struct place *places; /* one a slot */
};

static void on_message(void *user, size_t member, const struct wire_message *m)
{
    struct history *h = user;

    pump_take(&h->pump, m);
}

static void write_message(void *user, size_t slot, size_t number, struct buf *variables)
{
    const struct history *h = user;

    message_write(variables, h->options->room, number, clock_mono_us(), h->options->text_bytes);
}

static void write_page(void *user, size_t slot, size_t number, struct buf *variables)
{
    const struct history *h = user;
    const struct place *at = &h->places[slot];
    struct json_out j = {.out = variables};

    json_out_begin_object(&j);
    json_out_key(&j, STR("roomId"));
    json_out_str(&j, h->options->room);
    json_out_key(&j, STR("after"));
    if (at->n)
        json_out_str(&j, str_of(at->cursor, at->n));
    else
        json_out_null(&j);
    json_out_end_object(&j);
}

static size_t count_items(struct str payload)
{
    size_t n = 0;

    for (;; n++) {
        const char *at = memmem(payload.p, payload.n, "\"text\":", 7);
        if (!at)
            return n;
        payload = str_of(at + 7, payload.n - (size_t)(at + 7 - payload.p));
    }
}

static void on_page(void *user, size_t slot, struct str payload)
{
    struct history *h = user;
    struct place *at = &h->places[slot];
    struct str next = STR("");

    if (count_items(payload) != PAGE) {
        crowd_spoil(&h->crowd, "a page had %zu messages, not %d", count_items(payload), PAGE);
        return;
    }
    if (h->options->tail || !wire_find_text(payload, STR("\"nextToken\":\""), &next))
        next = STR("");
    if (next.n > CURSOR_MAX) {
        crowd_spoil(&h->crowd, "a cursor has %zu bytes", next.n);
        return;
    }
    memcpy(at->cursor, next.p, next.n);
    at->n = next.n;
}

static bool pump_through(struct history *h, struct pump_config config)
{
    config.crowd = &h->crowd;
    config.user = h;
    pump_done(&h->pump);
    pump_init(&h->pump, &config);
    return pump_run(&h->pump);
}

static bool fill(struct history *h)
{
    return pump_through(h, (struct pump_config){.n_members = 1,
                                                .in_flight = FILLERS,
                                                .requests = MESSAGES,
                                                .query = message_send,
                                                .write = write_message});
}

static void report(const struct options *o, const struct pump *p, int64_t server_us, int64_t own_us)
{
    double took_us = (double)(p->ended_us - p->began_us);
    double rate = (double)p->n_answered * 1e6 / took_us;
    double p95 = (double)histogram_at(&p->latency, 0.95);
    struct report r = {.mode = "history", .server = o->server, .label = o->label};

    report_add(&r, "clients", "clients", (double)o->clients, 0);
    report_add(&r, "tail", "tail", (double)o->tail, 0);
    report_add(&r, "pages", "pages", (double)p->n_answered, 0);
    report_add(&r, "pagesPerSecond", "pages/s", rate, 0);
    report_add(&r, "p50Us", "p50 us", (double)histogram_at(&p->latency, 0.50), 0);
    report_add(&r, "p95Us", "p95 us", p95, 0);
    report_add(&r, "p99Us", "p99 us", (double)histogram_at(&p->latency, 0.99), 0);
    report_add(&r, "maxUs", "max us", (double)p->latency.max, 0);
    report_add(&r, "serverUsPerPage", "server us each", (double)server_us / (double)p->n_answered,
               1);
    report_add(&r, "serverBusy", "server busy %", (double)server_us * 100 / took_us, 0);
    report_add(&r, "generatorBusy", "bench busy %", (double)own_us * 100 / took_us, 0);
    if (o->limit) {
        report_add(&r, "limitPerSecond", "pgbench/s", (double)o->limit, 0);
        report_add(&r, "ratio", "ratio", rate / (double)o->limit, 2);
    }
    if (o->limit_p95) {
        report_add(&r, "limitP95Us", "its p95 us", (double)o->limit_p95, 0);
        report_add(&r, "p95Ratio", "p95 ratio", p95 / (double)o->limit_p95, 2);
    }
    report_print(&r, o->form);
}

static bool run(struct history *h)
{
    const struct options *o = h->options;
    int64_t server_us, own_us;

    if (!crowd_grow(&h->crowd, o->clients) || !fill(h))
        return false;
    server_us = process_cpu_us(o->pid);
    own_us = process_own_cpu_us();
    if (!pump_through(h, (struct pump_config){.n_members = o->clients,
                                              .in_flight = o->clients,
                                              .requests = o->requests,
                                              .most_us = (int64_t)o->seconds * 1000000,
                                              .query = page,
                                              .write = write_page,
                                              .on_answer = on_page}))
        return false;
    report(o, &h->pump, process_cpu_us(o->pid) - server_us, process_own_cpu_us() - own_us);
    return true;
}

bool history_run(const struct options *o)
{
    struct history h = {.options = o};
    struct crowd_config config = {
        .address = o->address,
        .token = o->token,
        .most = o->clients,
        .on_message = on_message,
        .user = &h,
    };
    bool is_well;

    h.places = mem_zalloc(o->clients * sizeof(*h.places));
    is_well = crowd_init(&h.crowd, &config) && run(&h);
    if (!is_well)
        fprintf(stderr, "bench: history: %s\n", h.crowd.why);
    pump_done(&h.pump);
    crowd_done(&h.crowd);
    mem_free(h.places);
    return is_well;
}
