/*
 * Pages at a place in rooms that are full already: what a page costs must not depend on how many
 * messages there are, nor on how many of them are newer. run.sh has filled the rooms by turns, so
 * that the messages of a page lie apart.
 *
 * The room r is PREFIX-r, its message with the seq s is PREFIX-r-s. Cursors are the server's own:
 * it is asked for them before the measurement.
 */

#include "tools/bench/message.h"
#include "tools/bench/modes.h"
#include "tools/bench/process.h"
#include "tools/bench/pump.h"

#include "base/clock.h"
#include "base/mem.h"

enum {
    PAGE = 50,
    PLACES = 1000, /* among which pages are spread */
    NAME_MAX_BYTES = 128,
};

static const struct str find =
    STR_INIT("query Find($id: ID!) { message(id: $id) { text seq cursor } }");
static const struct str page =
    STR_INIT("query Page($roomId: ID!, $after: String) { messages(roomId: $roomId, first: 50, "
             "after: $after) { nextToken items { id text seq senderId ts } } }");

struct place {
    char bytes[MESSAGE_CURSOR_MAX];
    size_t n; /* 0: before the newest */
};

struct depth {
    const struct options *options;
    struct crowd crowd;
    struct pump pump;
    struct place places[PLACES];
};

static void on_message(void *user, size_t member, const struct wire_message *m)
{
    struct depth *d = user;

    pump_take(&d->pump, m);
}

static size_t room_of(const struct depth *d, size_t place)
{
    return place % d->options->rooms;
}

/* Every place of a room is another one: by a page more than the one before. */
static size_t seq_of(const struct depth *d, size_t place)
{
    size_t in_room = d->options->rows / d->options->rooms;
    size_t newer = in_room * d->options->depth / 100 + place / d->options->rooms * PAGE;
    size_t most = in_room - PAGE - 1; /* a whole page is to stand behind it */

    return in_room - (newer < most ? newer : most);
}

static void write_id(void *user, size_t slot, size_t number, struct buf *variables)
{
    const struct depth *d = user;

    buf_printf(variables, "{\"id\":\"%.*s-%zu-%zu\"}", STR_ARG(d->options->room),
               room_of(d, number), seq_of(d, number));
}

/* One at a time, so that the number of what was answered is known. */
static void on_found(void *user, size_t slot, struct str payload)
{
    struct depth *d = user;
    struct place *at = &d->places[d->pump.n_answered];
    struct str cursor;

    if (!wire_find_text(payload, STR("\"cursor\":\""), &cursor) || cursor.n > sizeof(at->bytes)) {
        crowd_spoil(&d->crowd, "no cursor: %.*s", (int)(payload.n < 160 ? payload.n : 160),
                    payload.p);
        return;
    }
    memcpy(at->bytes, cursor.p, cursor.n);
    at->n = cursor.n;
}

static void write_page(void *user, size_t slot, size_t number, struct buf *variables)
{
    const struct depth *d = user;
    const struct place *at = &d->places[number % PLACES];

    buf_printf(variables, "{\"roomId\":\"%.*s-%zu\",\"after\":", STR_ARG(d->options->room),
               room_of(d, number % PLACES));
    if (at->n)
        buf_printf(variables, "\"%.*s\"}", (int)at->n, at->bytes);
    else
        buf_add(variables, STR("null}"));
}

static void on_page(void *user, size_t slot, struct str payload)
{
    struct depth *d = user;
    struct str rest = payload;
    size_t n = 0;

    for (const char *at; (at = memmem(rest.p, rest.n, "\"text\":", 7)); n++)
        rest = str_of(at + 7, rest.n - (size_t)(at + 7 - rest.p));
    if (n != PAGE)
        crowd_spoil(&d->crowd, "a page had %zu messages, not %d", n, PAGE);
}

static bool pump_through(struct depth *d, struct pump_config config)
{
    config.crowd = &d->crowd;
    config.user = d;
    pump_done(&d->pump);
    pump_init(&d->pump, &config);
    return pump_run(&d->pump);
}

static void report(const struct depth *d, int64_t server_us)
{
    const struct options *o = d->options;
    const struct pump *p = &d->pump;
    double took_us = (double)(p->ended_us - p->began_us);
    struct report r = {.mode = "depth", .server = o->server, .label = o->label};

    report_add(&r, "rows", "rows", (double)o->rows, 0);
    report_add(&r, "rooms", "rooms", (double)o->rooms, 0);
    report_add(&r, "depth", "depth %", (double)o->depth, 0);
    report_add(&r, "clients", "clients", (double)o->clients, 0);
    report_add(&r, "pages", "pages", (double)p->n_answered, 0);
    report_add(&r, "pagesPerSecond", "pages/s", (double)p->n_answered * 1e6 / took_us, 0);
    report_add(&r, "p50Us", "p50 us", (double)histogram_at(&p->latency, 0.50), 0);
    report_add(&r, "p95Us", "p95 us", (double)histogram_at(&p->latency, 0.95), 0);
    report_add(&r, "p99Us", "p99 us", (double)histogram_at(&p->latency, 0.99), 0);
    report_add(&r, "serverUsPerPage", "server us each", (double)server_us / (double)p->n_answered,
               1);
    report_print(&r, o->form);
}

static bool run(struct depth *d)
{
    const struct options *o = d->options;
    struct pump_config pages = {.n_members = o->clients,
                                .in_flight = o->clients,
                                .requests = o->requests,
                                .query = page,
                                .write = write_page,
                                .on_answer = on_page};
    int64_t server_us;

    if (!crowd_grow(&d->crowd, o->clients))
        return false;
    if (o->depth && !pump_through(d, (struct pump_config){.n_members = 1,
                                                          .in_flight = 1,
                                                          .requests = PLACES,
                                                          .query = find,
                                                          .write = write_id,
                                                          .on_answer = on_found}))
        return false;
    /* Each page once before, so that a table's size is not told by what has to be read from the
     * disk the first time. */
    pages.requests = PLACES;
    if (!pump_through(d, pages))
        return false;
    pages.requests = o->requests;
    pages.most_us = (int64_t)o->seconds * 1000000;
    server_us = process_cpu_us(o->pid);
    if (!pump_through(d, pages))
        return false;
    report(d, process_cpu_us(o->pid) - server_us);
    return true;
}

bool depth_run(const struct options *o)
{
    struct depth *d = mem_new(struct depth);
    struct crowd_config config = {
        .address = o->address,
        .token = o->token,
        .most = o->clients,
        .on_message = on_message,
        .user = d,
    };
    bool is_well;

    d->options = o;
    is_well = crowd_init(&d->crowd, &config) && run(d);
    if (!is_well)
        fprintf(stderr, "bench: depth: %s\n", d->crowd.why);
    pump_done(&d->pump);
    crowd_done(&d->crowd);
    mem_free(d);
    return is_well;
}
