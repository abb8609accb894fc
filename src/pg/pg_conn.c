/*
 * The states of a connection:
 *
 *     DOWN ──timer──► CONNECTING ──PQconnectPoll──► PREPARING ──sync──► READY
 *       ▲                  │                            │                 │
 *       └──────────────────┴──── lost, or too slow ─────┴─────────────────┘
 *
 * One timer serves all: in DOWN it ends the pause, in CONNECTING and PREPARING it is the deadline,
 * in READY it looks whether the oldest call has been waiting for longer than PostgreSQL would let
 * it, which means that nobody is there any more.
 */

#include "pg/pg_conn.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/id.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "pg/pg_error.h"

enum {
    MOST_CALLS = 4096, /* gathered and under way */
    SHORTEST_PAUSE_MS = 200,
    LONGEST_PAUSE_MS = 2000,
    CONNECT_DEADLINE_MS = 10000,
    LOOK_EVERY_MS = 1000,
    GRACE_MS = 5000, /* beyond the statement timeout */
};

enum pg_state {
    PG_DOWN,
    PG_CONNECTING,
    PG_PREPARING,
    PG_READY,
    PG_CLOSED,
};

/* A watch lives until libuv has closed it, which is later than its connection. */
struct pg_socket {
    struct watch watch;
    struct pg_conn *conn;
};

struct pg_conn {
    struct loop *loop;
    struct pg_conn_config config;
    enum pg_state state;
    PGconn *pq;
    struct pg_socket *socket;
    struct timer timer;
    struct turn_hook flush;
    struct list gathered; /* pg_call.link: to be sent at the end of the turn */
    struct list sent;     /* pg_call.link: the oldest first, as the answers will come */
    size_t n_calls;       /* in both */
    size_t syncs;         /* sent and not come back */
    uint64_t pause_ms;
    pg_closed_fn *on_closed;
    void *closed_user;
};

static const int all_binary[PG_PARAMS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static void finish_call(struct pg_conn *c, struct pg_call *call, enum status status)
{
    PGresult *result = call->result;

    call->result = NULL;
    list_remove(&call->link);
    c->n_calls--;
    if (status != ST_OK) {
        PQclear(result);
        result = NULL;
    }
    call->on_done(call, status, result);
}

/* Takes the calls aside first: those who are told may come with new ones. */
static void fail_calls(struct pg_conn *c)
{
    struct list *from[] = {&c->sent, &c->gathered};
    struct list failed;

    list_init(&failed);
    for (size_t i = 0; i < array_size(from); i++)
        while (!list_empty(from[i])) {
            struct list *link = from[i]->next;
            list_remove(link);
            list_append(&failed, link);
        }
    while (!list_empty(&failed))
        finish_call(c, list_first(&failed, struct pg_call, link), ST_UNAVAILABLE);
}

static void free_socket(struct watch *w)
{
    mem_free(container_of(w, struct pg_socket, watch));
}

static void drop_socket(struct pg_conn *c)
{
    if (!c->socket)
        return;
    watch_set(&c->socket->watch, 0);
    watch_close(&c->socket->watch, free_socket);
    c->socket = NULL;
}

static uint64_t next_pause(struct pg_conn *c)
{
    uint64_t pause = c->pause_ms;
    uint16_t jitter;

    c->pause_ms = pause * 2 < c->config.longest_pause_ms ? pause * 2 : c->config.longest_pause_ms;
    id_random(&jitter, sizeof(jitter));
    /* Three quarters to five quarters of it: many servers must not come back in step. */
    return pause * 3 / 4 + pause * jitter / UINT16_MAX / 2;
}

static void enter(struct pg_conn *c, enum pg_state state)
{
    c->state = state;
    switch (state) {
    case PG_DOWN:
    case PG_CLOSED:
        drop_socket(c);
        turn_hook_cancel(&c->flush);
        PQfinish(c->pq);
        c->pq = NULL;
        c->syncs = 0;
        if (state == PG_DOWN)
            timer_start(&c->timer, next_pause(c));
        else
            timer_stop(&c->timer);
        break;
    case PG_CONNECTING:
        timer_start(&c->timer, CONNECT_DEADLINE_MS);
        break;
    case PG_PREPARING:
        break;
    case PG_READY:
        c->pause_ms = SHORTEST_PAUSE_MS;
        timer_start(&c->timer, LOOK_EVERY_MS);
        if (c->config.on_ready)
            c->config.on_ready(c->config.user);
        break;
    }
}

static void lose(struct pg_conn *c, const char *why)
{
    log_debug("database.lost", LOG_STR("connection", str_c(c->config.name)),
              LOG_STR("why", str_c(why)));
    enter(c, PG_DOWN);
    fail_calls(c);
}

/* --- connecting */

static watch_fn on_socket;

/* libpq closes sockets and opens others while it connects, perhaps under the same number, so the
 * watch is made anew after each of its steps. */
static void watch_socket(struct pg_conn *c, int events)
{
    drop_socket(c);
    c->socket = mem_new(struct pg_socket);
    c->socket->conn = c;
    watch_init(&c->socket->watch, c->loop, PQsocket(c->pq), on_socket);
    watch_set(&c->socket->watch, events);
}

/* Warnings and notices, which libpq would print to stderr itself. */
static void on_notice(void *user, const PGresult *notice)
{
    const struct pg_conn *c = user;

    log_debug("database.notice", LOG_STR("connection", str_c(c->config.name)),
              LOG_STR("why", str_c(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY))));
}

static void start_connecting(struct pg_conn *c)
{
    /* What stands behind conninfo overrides it. A peer that has silently gone is noticed. */
    const char *const keys[] = {"dbname",           "fallback_application_name", "client_encoding",
                                "tcp_user_timeout", "keepalives_idle",           NULL};
    const char *const values[] = {
        c->config.conninfo.p, c->config.name, "UTF8", "15000", "30", NULL};

    enter(c, PG_CONNECTING);
    c->pq = PQconnectStartParams(keys, values, 1);
    if (!c->pq || PQstatus(c->pq) == CONNECTION_BAD) {
        lose(c, PQerrorMessage(c->pq));
        return;
    }
    PQsetNoticeReceiver(c->pq, on_notice, c);
    watch_socket(c, WATCH_WRITE);
}

static void flush_out(struct pg_conn *c)
{
    int left = PQflush(c->pq);

    if (left < 0)
        lose(c, PQerrorMessage(c->pq));
    else
        watch_set(&c->socket->watch, left ? WATCH_READ | WATCH_WRITE : WATCH_READ);
}

static bool send_session(struct pg_conn *c)
{
    char timeout[24];
    const char *values[] = {timeout};

    snprintf(timeout, sizeof(timeout), "%" PRIu64, c->config.statement_timeout_ms);
    return PQsendQueryParams(c->pq, c->config.session, 1, NULL, values, NULL, NULL, 1) == 1;
}

static bool send_listen(struct pg_conn *c)
{
    char listen[80];

    snprintf(listen, sizeof(listen), "LISTEN %s", c->config.channel);
    return PQsendQueryParams(c->pq, listen, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

static bool send_preparations(struct pg_conn *c)
{
    const struct pg_statement *statements = c->config.statements;

    if (PQsetnonblocking(c->pq, 1) != 0 || !PQenterPipelineMode(c->pq) ||
        (c->config.session && !send_session(c)) || (c->config.channel && !send_listen(c)))
        return false;
    for (size_t i = 0; i < c->config.n_statements; i++)
        if (!PQsendPrepare(c->pq, statements[i].name, statements[i].text, 0, NULL))
            return false;
    return PQpipelineSync(c->pq) == 1;
}

static void go_on_connecting(struct pg_conn *c)
{
    switch (PQconnectPoll(c->pq)) {
    case PGRES_POLLING_READING:
        watch_socket(c, WATCH_READ);
        break;
    case PGRES_POLLING_WRITING:
        watch_socket(c, WATCH_WRITE);
        break;
    case PGRES_POLLING_OK:
        watch_socket(c, WATCH_READ);
        enter(c, PG_PREPARING);
        if (send_preparations(c))
            flush_out(c);
        else
            lose(c, PQerrorMessage(c->pq));
        break;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
        lose(c, PQerrorMessage(c->pq));
        break;
    }
}

/* A schema that is not ours, or a database that is still starting: tried again like the rest. */
static void read_preparations(struct pg_conn *c)
{
    while (c->state == PG_PREPARING && !PQisBusy(c->pq)) {
        PGresult *result = PQgetResult(c->pq);
        ExecStatusType status = PQresultStatus(result);

        PQclear(result);
        if (!result)
            continue;
        if (status == PGRES_PIPELINE_SYNC)
            enter(c, PG_READY);
        else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            lose(c, PQerrorMessage(c->pq));
    }
}

/* --- sending */

static bool send_sync(struct pg_conn *c)
{
    c->syncs++;
    return PQpipelineSync(c->pq) == 1;
}

static const char *statement_name(const struct pg_conn *c, const struct pg_call *call)
{
    assert(call->statement < c->config.n_statements);
    return c->config.statements[call->statement].name;
}

static bool send_call(struct pg_conn *c, struct pg_call *call)
{
    const struct pg_params *p = &call->params;

    list_remove(&call->link);
    list_append(&c->sent, &call->link);
    call->sent_at = loop_now_ms(c->loop);
    return PQsendQueryPrepared(c->pq, statement_name(c, call), p->n, p->values, p->lengths,
                               all_binary, 1) == 1;
}

static bool send_gathered(struct pg_conn *c)
{
    bool sharing = false; /* reads were sent whose sync was not */

    while (!list_empty(&c->gathered)) {
        struct pg_call *call = list_first(&c->gathered, struct pg_call, link);
        bool alone = call->alone;

        if ((alone && sharing && !send_sync(c)) || !send_call(c, call) || (alone && !send_sync(c)))
            return false;
        sharing = !alone;
    }
    return !sharing || send_sync(c);
}

static void on_flush(struct turn_hook *hook)
{
    struct pg_conn *c = container_of(hook, struct pg_conn, flush);

    if (send_gathered(c))
        flush_out(c);
    else
        lose(c, PQerrorMessage(c->pq));
}

static void gather(struct pg_conn *c, struct pg_call *call)
{
    list_append(&c->gathered, &call->link);
    loop_at_turn_end(c->loop, &c->flush);
}

bool pg_conn_call(struct pg_conn *c, struct pg_call *call)
{
    if (c->state != PG_READY || c->n_calls >= MOST_CALLS)
        return false;
    assert(call->on_done && !call->result);
    c->n_calls++;
    gather(c, call);
    return true;
}

/* --- receiving */

static enum status result_status(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return ST_OK;
    return pg_error_status(PQresultErrorField(result, PG_DIAG_SQLSTATE));
}

/* Without the detail, which may hold what a client sent. */
static void log_failure(const struct pg_conn *c, const struct pg_call *call)
{
    log_debug("database.failed", LOG_STR("statement", str_c(statement_name(c, call))),
              LOG_STR("sqlstate", str_c(PQresultErrorField(call->result, PG_DIAG_SQLSTATE))),
              LOG_STR("why", str_c(PQresultErrorField(call->result, PG_DIAG_MESSAGE_PRIMARY))));
}

/* Everything of the call has come. */
static void settle(struct pg_conn *c, struct pg_call *call)
{
    enum status status = result_status(call->result);

    if (PQresultStatus(call->result) == PGRES_PIPELINE_ABORTED) {
        /* Not its own failure: it shared the sync of one that failed. */
        PQclear(call->result);
        call->result = NULL;
        call->alone = true;
        list_remove(&call->link);
        gather(c, call);
        return;
    }
    if (status != ST_OK)
        log_failure(c, call);
    finish_call(c, call, status);
}

static struct pg_call *oldest(struct pg_conn *c)
{
    return list_empty(&c->sent) ? NULL : list_first(&c->sent, struct pg_call, link);
}

/* result is NULL where the results of one statement end. */
static void take_result(struct pg_conn *c, PGresult *result)
{
    struct pg_call *call = oldest(c);

    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
        PQclear(result);
        c->syncs--;
        if (call && call->alone && call->result)
            settle(c, call);
    } else if (result && call) {
        PQclear(call->result);
        call->result = result;
    } else if (call && call->result && !call->alone) {
        settle(c, call);
    } else {
        PQclear(result);
    }
}

static void read_results(struct pg_conn *c)
{
    while (c->state == PG_READY && c->syncs && !PQisBusy(c->pq))
        take_result(c, PQgetResult(c->pq));
}

static void close_notification(PGnotify **notification)
{
    PQfreemem(*notification);
}

static void read_notifications(struct pg_conn *c)
{
    while (c->state == PG_READY) {
        __attribute__((cleanup(close_notification))) PGnotify *n = PQnotifies(c->pq);

        if (!n)
            return;
        if (n->be_pid != PQbackendPID(c->pq))
            c->config.on_notified(c->config.user, str_c(n->extra));
    }
}

static void read_in(struct pg_conn *c)
{
    if (!PQconsumeInput(c->pq)) {
        lose(c, PQerrorMessage(c->pq));
        return;
    }
    if (c->state == PG_PREPARING)
        read_preparations(c);
    if (c->state == PG_READY)
        read_results(c);
    if (c->config.channel)
        read_notifications(c);
    if ((c->state == PG_PREPARING || c->state == PG_READY) && PQstatus(c->pq) == CONNECTION_BAD)
        lose(c, PQerrorMessage(c->pq));
}

static void on_socket(struct watch *w, int events)
{
    struct pg_conn *c = container_of(w, struct pg_socket, watch)->conn;

    if (c->state == PG_CONNECTING) {
        go_on_connecting(c);
        return;
    }
    if (events & WATCH_READ)
        read_in(c);
    if ((events & WATCH_WRITE) && (c->state == PG_PREPARING || c->state == PG_READY))
        flush_out(c);
}

/* --- time */

static void look_at_oldest(struct pg_conn *c)
{
    struct pg_call *call = oldest(c);
    int64_t longest = (int64_t)c->config.statement_timeout_ms + GRACE_MS;

    if (call && c->config.statement_timeout_ms && loop_now_ms(c->loop) - call->sent_at > longest)
        lose(c, "no answer");
    else
        timer_start(&c->timer, LOOK_EVERY_MS);
}

static void on_time(struct timer *t)
{
    struct pg_conn *c = container_of(t, struct pg_conn, timer);

    switch (c->state) {
    case PG_DOWN:
        start_connecting(c);
        break;
    case PG_CONNECTING:
    case PG_PREPARING:
        lose(c, "took too long to connect");
        break;
    case PG_READY:
        look_at_oldest(c);
        break;
    case PG_CLOSED:
        break;
    }
}

/* --- from begin to end */

struct pg_conn *pg_conn_new(struct loop *l, const struct pg_conn_config *config)
{
    struct pg_conn *c = mem_new(struct pg_conn);

    c->loop = l;
    c->config = *config;
    if (!config->longest_pause_ms)
        c->config.longest_pause_ms = LONGEST_PAUSE_MS;
    c->pause_ms = SHORTEST_PAUSE_MS;
    list_init(&c->gathered);
    list_init(&c->sent);
    turn_hook_init(&c->flush, on_flush);
    timer_init(&c->timer, l, on_time);
    timer_start(&c->timer, 0);
    return c;
}

static void on_timer_closed(struct timer *t)
{
    struct pg_conn *c = container_of(t, struct pg_conn, timer);
    pg_closed_fn *on_closed = c->on_closed;
    void *user = c->closed_user;

    mem_free(c);
    on_closed(user);
}

void pg_conn_abandon(struct pg_conn *c)
{
    enter(c, PG_CLOSED);
    fail_calls(c);
}

void pg_conn_close(struct pg_conn *c, pg_closed_fn *on_closed, void *user)
{
    c->on_closed = on_closed;
    c->closed_user = user;
    pg_conn_abandon(c);
    timer_close(&c->timer, on_timer_closed);
}

bool pg_conn_ready(const struct pg_conn *c)
{
    return c->state == PG_READY;
}
