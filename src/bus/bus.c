#include "bus/bus.h"

#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "bus/faults.h"
#include "bus/nats.h"
#include "bus/postgres.h"

enum {
    LARGEST_PACKET = 7900, /* hints, each ended by a newline */
};

struct bus {
    struct loop *loop;
    struct arena arena; /* the config's copies */
    struct bus_config config;
    struct bus_postgres *postgres; /* NULL once it has closed */
    struct bus_nats *nats;         /* NULL without */
    struct faults *faults;         /* NULL without */
    struct buf packet;             /* of this turn */
    struct turn_hook leave;
    unsigned open; /* parts that have not closed yet */
    bool closing;
    bus_closed_fn *on_closed;
    void *user;
};

static void send_packet(struct bus *b)
{
    struct str packet = buf_str(&b->packet);

    if (packet.n == 0)
        return;
    switch (b->config.kind) {
    case BUS_LOCAL:
        break;
    case BUS_POSTGRES:
        bus_postgres_send(b->postgres, packet);
        break;
    case BUS_NATS:
        bus_nats_send(b->nats, packet);
        break;
    }
    buf_reset(&b->packet, LARGEST_PACKET);
}

static void on_leave(struct turn_hook *hook)
{
    send_packet(container_of(hook, struct bus, leave));
}

void bus_publish(struct bus *b, struct str hint)
{
    assert(hint.n <= BUS_LONGEST_HINT && str_find(hint, '\n') == hint.n);
    if (b->config.kind == BUS_LOCAL || b->closing)
        return;
    if (b->packet.n + hint.n + 1 > LARGEST_PACKET)
        send_packet(b);
    buf_add(&b->packet, hint);
    buf_add_char(&b->packet, '\n');
    loop_at_turn_end(b->loop, &b->leave);
}

/* --- from the others */

static void tell_hint(void *user, struct str hint)
{
    struct bus *b = user;

    if (!b->closing)
        b->config.on_hint(b->config.user, hint);
}

static void tell_connected(void *user)
{
    struct bus *b = user;

    if (!b->closing)
        b->config.on_connected(b->config.user);
}

static void on_packet(void *user, struct str packet)
{
    struct bus *b = user;

    while (packet.p) {
        struct str hint = str_split(&packet, '\n');

        if (hint.n == 0)
            continue;
        if (b->faults)
            faults_take(b->faults, hint);
        else
            tell_hint(b, hint);
    }
}

/* --- from begin to end */

bool bus_servers_valid(struct str servers)
{
    return bus_nats_servers_valid(servers);
}

struct bus *bus_new(struct loop *l, const struct bus_config *config)
{
    struct bus *b = mem_new(struct bus);
    struct bus_events events = {on_packet, tell_connected, b};

    b->loop = l;
    arena_init(&b->arena);
    b->config = *config;
    b->config.conninfo = arena_str(&b->arena, config->conninfo);
    buf_init(&b->packet, LARGEST_PACKET);
    turn_hook_init(&b->leave, on_leave);
    if (config->faults)
        b->faults = faults_new(l, config->faults, tell_hint, tell_connected, b);
    b->postgres = bus_postgres_new(l, b->config.conninfo, &events);
    if (config->kind == BUS_NATS)
        b->nats = bus_nats_new(l, config->servers, config->subject, &events);
    return b;
}

static void on_part_closed(void *user)
{
    struct bus *b = user;
    bus_closed_fn *on_closed = b->on_closed;

    if (--b->open > 0)
        return;
    user = b->user;
    buf_done(&b->packet);
    arena_done(&b->arena);
    mem_free(b);
    on_closed(user);
}

static void on_postgres_closed(void *user)
{
    struct bus *b = user;

    b->postgres = NULL;
    on_part_closed(b);
}

void bus_close(struct bus *b, bus_closed_fn *on_closed, void *user)
{
    b->on_closed = on_closed;
    b->user = user;
    b->closing = true;
    turn_hook_cancel(&b->leave);
    send_packet(b);
    b->open = 1U + (b->nats != NULL) + (b->faults != NULL);
    bus_postgres_close(b->postgres, on_postgres_closed, b);
    if (b->nats)
        bus_nats_close(b->nats, on_part_closed, b);
    if (b->faults)
        faults_close(b->faults, on_part_closed, b);
}

void bus_hurry(struct bus *b)
{
    assert(b->closing);
    if (b->postgres)
        bus_postgres_hurry(b->postgres);
}

const struct breaker *bus_breaker(const struct bus *b)
{
    return b->nats ? bus_nats_breaker(b->nats) : bus_postgres_breaker(b->postgres);
}
