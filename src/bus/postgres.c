#include "bus/postgres.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"
#include "pg/pg_conn.h"

enum {
    STATEMENT_TIMEOUT_MS = 2000, /* a hint that waits for longer is none any more */
    LONGEST_PAUSE_MS = 500,
};

/* PostgreSQL drops what is equal in one transaction, which a hint does not mind. */
static const struct pg_statement statements[] = {
    {"notify", "SELECT pg_notify('guildhall', packet) FROM unnest($1::text[]) AS packet"},
};

struct bus_postgres {
    struct pg_conn *conn;
    struct bus_events events;
    struct packet_queue waiting;
    struct pg_call call;
    struct arena arena; /* of the call that is under way */
    bool under_way;
    bool closing;
    bus_closed_fn *on_closed;
    void *user;
};

static void on_ready(void *user)
{
    struct bus_postgres *p = user;

    p->events.on_connected(p->events.user);
}

static void on_notified(void *user, struct str payload)
{
    struct bus_postgres *p = user;

    p->events.on_packet(p->events.user, payload);
}

struct bus_postgres *bus_postgres_new(struct loop *l, struct str conninfo,
                                      const struct bus_events *events)
{
    struct bus_postgres *p = mem_new(struct bus_postgres);
    struct pg_conn_config config = {
        .conninfo = conninfo,
        .name = "guildhall bus",
        .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
        .longest_pause_ms = LONGEST_PAUSE_MS,
        .statements = statements,
        .n_statements = array_size(statements),
        .session = "SELECT set_config('statement_timeout', $1::text, false)",
        .channel = "guildhall",
        .on_ready = on_ready,
        .on_notified = on_notified,
        .user = p,
    };

    p->events = *events;
    packet_queue_init(&p->waiting);
    arena_init(&p->arena);
    p->conn = pg_conn_new(l, &config);
    return p;
}

static void on_conn_closed(void *user)
{
    struct bus_postgres *p = user;
    bus_closed_fn *on_closed = p->on_closed;

    user = p->user;
    packet_queue_done(&p->waiting);
    arena_done(&p->arena);
    mem_free(p);
    on_closed(user);
}

static pg_done_fn on_sent;

static void put_waiting(struct bus_postgres *p)
{
    size_t n = p->waiting.n;
    struct str *packets = arena_array(&p->arena, struct str, n);

    for (size_t i = 0; i < n; i++) {
        struct packet *packet = packet_queue_take(&p->waiting);

        packets[i] = arena_str(&p->arena, str_of(packet->bytes, packet->n));
        mem_free(packet);
    }
    pg_put_texts(&p->call.params, &p->arena, packets, n);
}

/* Nothing is under way: whatever waits leaves, or is dropped. */
static void send_waiting(struct bus_postgres *p)
{
    if (p->waiting.n > 0) {
        arena_reset(&p->arena);
        p->call = (struct pg_call){.statement = 0, .alone = true, .on_done = on_sent};
        put_waiting(p);
        p->under_way = pg_conn_call(p->conn, &p->call);
    }
    if (p->closing && !p->under_way)
        pg_conn_close(p->conn, on_conn_closed, p);
}

static void on_sent(struct pg_call *call, enum status status, PGresult *result)
{
    struct bus_postgres *p = container_of(call, struct bus_postgres, call);

    PQclear(result);
    if (status != ST_OK)
        log_debug("bus.not_sent", LOG_INT("status", status));
    p->under_way = false;
    send_waiting(p);
}

void bus_postgres_send(struct bus_postgres *p, struct str packet)
{
    if (!packet_queue_add(&p->waiting, packet))
        log_debug("bus.full");
    if (!p->under_way)
        send_waiting(p);
}

void bus_postgres_hurry(struct bus_postgres *p)
{
    pg_conn_abandon(p->conn);
}

void bus_postgres_close(struct bus_postgres *p, bus_closed_fn *on_closed, void *user)
{
    p->on_closed = on_closed;
    p->user = user;
    p->closing = true;
    if (!p->under_way)
        send_waiting(p);
}

const struct breaker *bus_postgres_breaker(const struct bus_postgres *p)
{
    return pg_conn_breaker(p->conn);
}
