/*
 * The states of a connection:
 *
 *     DOWN ──pause──► CONNECTING ──logged in──► PREPARING ──sync──► READY ◄─────────────┐
 *       ▲                  │                        │               │   ▲               │
 *       │                  │                        │         quiet │   │ heard         │ heard
 *       │                  │                        │               ▼   │               │
 *       │                  │                        │              DOUBTED ──nobody──► SILENT
 *       └──────────────────┴─ lost, or waited for too long ─┴──────────┴──────────────────┘
 *
 * A connection on which an answer is owed and nothing comes is no proof that PostgreSQL is away: a
 * statement may be slow, or wait for a lock. So it is DOUBTED first: somebody logs in beside it. If
 * that succeeds, or an answer comes, PostgreSQL was heard. Else the connection is lost; or, where
 * calls write and it matters whether they did, SILENT: it takes no calls, so that nobody waits
 * behind those that are under way. These wait for a while: what stood still may go on, and answer.
 *
 * One timer serves all: in DOWN it ends the pause; in READY it looks, while calls are under way,
 * whether something was heard of late; in the others it is the deadline. CONNECTING has those of
 * pg_login.
 */

#include "pg/pg_conn.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "base/id.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "pg/pg_error.h"
#include "pg/pg_login.h"

enum {
    SHORTEST_PAUSE_MS = 200,
    LONGEST_PAUSE_MS = 2000,
    PREPARE_MS = 5000,
    QUIET_MS = 1000,  /* with calls under way: is anybody there? */
    ANSWER_MS = 1500, /* to that question */
    ASK_AGAIN_MS = 250,
    GRACE_MS = 1500, /* beyond the statement timeout, when PostgreSQL itself would have given up */
    HANDLES = 2,
};

enum pg_state {
    PG_DOWN,
    PG_CONNECTING,
    PG_PREPARING,
    PG_READY,
    PG_DOUBTED,
    PG_SILENT,
    PG_CLOSED,
};

struct pg_conn {
    struct loop *loop;
    struct pg_conn_config config;
    enum pg_state state;
    int64_t entered_at; /* the state */
    int64_t heard_at;   /* PostgreSQL, on this connection; or since when an answer is owed */
    struct pg_login login;
    PGconn *pq;
    struct pg_socket *socket;
    struct timer timer;
    struct turn_hook flush;
    struct pg_pipeline calls;
    struct breaker breaker;
    uint64_t pause_ms;
    unsigned closed; /* of the handles */
    pg_closed_fn *on_closed;
    void *closed_user;
};

static uint64_t next_pause(struct pg_conn *c)
{
    uint64_t pause = c->pause_ms;
    uint16_t jitter;

    c->pause_ms = pause * 2 < c->config.longest_pause_ms ? pause * 2 : c->config.longest_pause_ms;
    id_random(&jitter, sizeof(jitter));
    /* Three quarters to five quarters of it: many servers must not come back in step. */
    return pause * 3 / 4 + pause * jitter / UINT16_MAX / 2;
}

static void drop_connection(struct pg_conn *c)
{
    pg_login_stop(&c->login);
    c->socket = pg_socket_free(c->socket);
    pg_pipeline_reset(&c->calls);
    PQfinish(c->pq);
    c->pq = NULL;
}

/* Calls are taken again. Who was only doubted never stopped taking them. */
static void begin_to_serve(struct pg_conn *c, enum pg_state before)
{
    c->pause_ms = SHORTEST_PAUSE_MS;
    pg_login_stop(&c->login);
    timer_start(&c->timer, QUIET_MS);
    if (before != PG_DOUBTED && c->config.on_ready)
        c->config.on_ready(c->config.user);
}

static void begin_to_refuse(struct pg_conn *c)
{
    log_debug("database.silent", LOG_STR("connection", str_c(c->config.name)));
    timer_start(&c->timer, ASK_AGAIN_MS);
    if (c->config.on_silent)
        c->config.on_silent(c->config.user);
}

/* While it connects it is as it was before: down. */
static void note(struct pg_conn *c)
{
    breaker_note(&c->breaker, pg_conn_ready(c), c->entered_at);
}

/* Those who are told may come with new calls: what is to be done here is done before. */
static void enter(struct pg_conn *c, enum pg_state state)
{
    enum pg_state before = c->state;

    c->state = state;
    c->entered_at = loop_now_ms(c->loop);
    note(c);
    switch (state) {
    case PG_DOWN:
        drop_connection(c);
        timer_start(&c->timer, next_pause(c));
        break;
    case PG_CONNECTING:
        pg_login_start(&c->login, NULL);
        break;
    case PG_PREPARING:
        timer_start(&c->timer, PREPARE_MS);
        break;
    case PG_READY:
        begin_to_serve(c, before);
        break;
    case PG_DOUBTED:
        pg_login_start(&c->login, c->pq);
        timer_start(&c->timer, ANSWER_MS);
        break;
    case PG_SILENT:
        begin_to_refuse(c);
        break;
    case PG_CLOSED:
        drop_connection(c);
        timer_stop(&c->timer);
        break;
    }
}

static void lose(struct pg_conn *c, const char *why)
{
    log_debug("database.lost", LOG_STR("connection", str_c(c->config.name)),
              LOG_STR("why", str_c(why)));
    enter(c, PG_DOWN);
    breaker_refuse(&c->breaker, pg_pipeline_fail(&c->calls));
}

/* --- connecting */

static void flush_out(struct pg_conn *c)
{
    int left = PQflush(c->pq);

    if (left < 0)
        lose(c, PQerrorMessage(c->pq));
    else
        pg_socket_set(c->socket, left ? WATCH_READ | WATCH_WRITE : WATCH_READ);
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

static pg_socket_fn on_socket;

static void prepare(struct pg_conn *c, PGconn *pq)
{
    c->pq = pq;
    c->socket = pg_socket_new(c->loop, pq, WATCH_READ, on_socket, c);
    enter(c, PG_PREPARING);
    if (send_preparations(c))
        flush_out(c);
    else
        lose(c, PQerrorMessage(c->pq));
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

static void on_flush(struct turn_hook *hook)
{
    struct pg_conn *c = container_of(hook, struct pg_conn, flush);

    if (!pg_pipeline_under_way(&c->calls)) {
        /* An answer is owed from now on. */
        c->heard_at = loop_now_ms(c->loop);
        timer_start(&c->timer, QUIET_MS);
    }
    if (pg_pipeline_send(&c->calls, c->pq))
        flush_out(c);
    else
        lose(c, PQerrorMessage(c->pq));
}

bool pg_conn_call(struct pg_conn *c, struct pg_call *call)
{
    if (pg_conn_ready(c))
        return pg_pipeline_add(&c->calls, call);
    pg_conn_refused(c);
    return false;
}

void pg_conn_refused(struct pg_conn *c)
{
    breaker_refuse(&c->breaker, 1);
}

/* --- receiving */

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

/* PostgreSQL, and not only that the connection has ended. */
static void hear(struct pg_conn *c)
{
    c->heard_at = loop_now_ms(c->loop);
    if (c->state == PG_DOUBTED || c->state == PG_SILENT)
        enter(c, PG_READY);
}

static void read_in(struct pg_conn *c)
{
    if (!PQconsumeInput(c->pq)) {
        lose(c, PQerrorMessage(c->pq));
        return;
    }
    hear(c);
    if (c->state == PG_PREPARING)
        read_preparations(c);
    if (c->state == PG_READY)
        pg_pipeline_take(&c->calls, c->pq);
    if (c->config.channel)
        read_notifications(c);
    if ((c->state == PG_PREPARING || c->state == PG_READY) && PQstatus(c->pq) == CONNECTION_BAD)
        lose(c, PQerrorMessage(c->pq));
}

static void on_socket(void *user, int events)
{
    struct pg_conn *c = user;

    if (events & WATCH_READ)
        read_in(c);
    if ((events & WATCH_WRITE) && c->pq)
        flush_out(c);
}

/* --- time */

/* It was this process that stood still, perhaps, and the answer has come meanwhile. */
static bool has_come(const struct pg_conn *c)
{
    struct pollfd fd = {.fd = PQsocket(c->pq), .events = POLLIN};

    return poll(&fd, 1, 0) > 0;
}

/* Even a statement that takes too long would have been answered by now. */
static bool is_overdue(const struct pg_conn *c)
{
    int64_t longest = (int64_t)c->config.statement_timeout_ms + GRACE_MS;

    return c->config.statement_timeout_ms && loop_now_ms(c->loop) - c->heard_at > longest;
}

static void look_whether_quiet(struct pg_conn *c)
{
    int64_t heard_at = c->heard_at > c->entered_at ? c->heard_at : c->entered_at;
    int64_t quiet_at = heard_at + QUIET_MS;
    int64_t now = loop_now_ms(c->loop);

    if (!pg_pipeline_under_way(&c->calls))
        return; /* the next call starts the timer */
    if (now < quiet_at)
        timer_start(&c->timer, (uint64_t)(quiet_at - now));
    else if (has_come(c))
        timer_start(&c->timer, 1);
    else if (is_overdue(c))
        lose(c, "no answer within the statement timeout");
    else
        enter(c, PG_DOUBTED);
}

static const char nobody[] = "no answer, and nobody there";

/* DOUBTED, and nobody has answered. */
static void fall_silent(struct pg_conn *c)
{
    if (has_come(c))
        timer_start(&c->timer, 1);
    else if (c->config.silence_ms)
        enter(c, PG_SILENT);
    else
        lose(c, nobody);
}

static void endure_silence(struct pg_conn *c)
{
    int64_t silent_for = loop_now_ms(c->loop) - c->entered_at;

    if (is_overdue(c) || silent_for > (int64_t)c->config.silence_ms) {
        lose(c, nobody);
        return;
    }
    if (!pg_login_under_way(&c->login))
        pg_login_start(&c->login, c->pq);
    timer_start(&c->timer, ASK_AGAIN_MS);
}

static void on_login(struct pg_login *l, PGconn *pq, const char *why)
{
    struct pg_conn *c = container_of(l, struct pg_conn, login);

    switch (c->state) {
    case PG_CONNECTING:
        if (pq)
            prepare(c, pq);
        else
            lose(c, why);
        break;
    case PG_DOUBTED:
    case PG_SILENT:
        PQfinish(pq);
        if (pq)
            enter(c, PG_READY);
        else if (c->state == PG_DOUBTED)
            fall_silent(c);
        break;
    case PG_DOWN:
    case PG_PREPARING:
    case PG_READY:
    case PG_CLOSED:
        /* Whoever enters one of these has stopped it. */
        assert(false);
    }
}

static void on_time(struct timer *t)
{
    struct pg_conn *c = container_of(t, struct pg_conn, timer);

    switch (c->state) {
    case PG_DOWN:
        enter(c, PG_CONNECTING);
        break;
    case PG_PREPARING:
        lose(c, "took too long to prepare");
        break;
    case PG_READY:
        look_whether_quiet(c);
        break;
    case PG_DOUBTED:
        fall_silent(c);
        break;
    case PG_SILENT:
        endure_silence(c);
        break;
    case PG_CONNECTING:
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
    turn_hook_init(&c->flush, on_flush);
    pg_pipeline_init(&c->calls, l, &c->flush, config->statements, config->n_statements);
    timer_init(&c->timer, l, on_time);
    pg_login_init(&c->login, l, config->conninfo, config->name, on_login);
    timer_start(&c->timer, 0);
    return c;
}

static void on_handle_closed(struct pg_conn *c)
{
    pg_closed_fn *on_closed = c->on_closed;
    void *user = c->closed_user;

    if (++c->closed < HANDLES)
        return;
    pg_pipeline_done(&c->calls);
    mem_free(c);
    on_closed(user);
}

static void on_timer_closed(struct timer *t)
{
    on_handle_closed(container_of(t, struct pg_conn, timer));
}

static void on_login_closed(struct pg_login *l)
{
    on_handle_closed(container_of(l, struct pg_conn, login));
}

void pg_conn_abandon(struct pg_conn *c)
{
    enter(c, PG_CLOSED);
    (void)pg_pipeline_fail(&c->calls);
}

void pg_conn_close(struct pg_conn *c, pg_closed_fn *on_closed, void *user)
{
    c->on_closed = on_closed;
    c->closed_user = user;
    pg_conn_abandon(c);
    timer_close(&c->timer, on_timer_closed);
    pg_login_close(&c->login, on_login_closed);
}

bool pg_conn_ready(const struct pg_conn *c)
{
    return c->state == PG_READY || c->state == PG_DOUBTED;
}

const struct breaker *pg_conn_breaker(const struct pg_conn *c)
{
    return &c->breaker;
}

const struct metric_histogram *pg_conn_durations(const struct pg_conn *c)
{
    return c->calls.durations;
}
