/*
 * The network's deadlines are the kernel's: TCP_USER_TIMEOUT counts from what was sent and is not
 * acknowledged, the first packet of a connection included, and when it ends libpq goes on to the
 * next address. It tells a network that is gone from a server that is slow, which no timer of ours
 * could. Once logged in it is longer: a hiccup need not cost a connection, but it bounds how long
 * the kernel waits before it sends again, and so how late it notices that the network is back.
 *
 * libpq looks up names where it needs them, in the middle of its steps: so another thread takes the
 * steps, and the loop waits for what comes between them. Who loses patience meanwhile leaves the
 * attempt to itself.
 */

#include "pg/pg_login.h"

#include <assert.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/work.h"

#define CONNECT_MS "1500" /* for a packet to be acknowledged, while logging in */

enum {
    ACKNOWLEDGE_MS = 4000, /* the same, once logged in */
    PATIENCE_MS = 5000,    /* with a server that says nothing, while logging in */
};

enum {
    OPTIONS = 9
};

struct pg_attempt {
    struct work work;
    struct pg_login *login; /* NULL: nobody waits for it any more */
    PGconn *pq;
    PostgresPollingStatusType next;
    const char *name;
    const char *keys[OPTIONS + 1];
    const char *values[OPTIONS + 1];
    struct arena arena; /* of the values */
};

/* --- in another thread */

/* Warnings and notices, which libpq would print to stderr itself. */
static void on_notice(void *name, const PGresult *notice)
{
    log_debug("database.notice", LOG_STR("connection", str_c(name)),
              LOG_STR("why", str_c(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY))));
}

static void take_first_step(struct work *w)
{
    struct pg_attempt *a = container_of(w, struct pg_attempt, work);

    a->pq = PQconnectStartParams(a->keys, a->values, 1);
    PQsetNoticeReceiver(a->pq, on_notice, (void *)a->name);
    a->next = PQstatus(a->pq) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
}

static void take_step(struct work *w)
{
    struct pg_attempt *a = container_of(w, struct pg_attempt, work);

    a->next = PQconnectPoll(a->pq);
}

/* --- on the loop */

static void attempt_free(struct pg_attempt *a)
{
    PQfinish(a->pq);
    arena_done(&a->arena);
    mem_free(a);
}

static struct pg_attempt *take_attempt(struct pg_login *l)
{
    struct pg_attempt *a = l->attempt;

    l->attempt = NULL;
    l->socket = pg_socket_free(l->socket);
    timer_stop(&l->patience);
    return a;
}

static void fail(struct pg_login *l, const char *why)
{
    struct pg_attempt *a = take_attempt(l);

    l->on_done(l, NULL, why);
    attempt_free(a);
}

/* Nothing happens on a Unix socket, which needs none. */
static void be_patient(const PGconn *pq)
{
    unsigned ms = ACKNOWLEDGE_MS;

    setsockopt(PQsocket(pq), IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

static void succeed(struct pg_login *l)
{
    struct pg_attempt *a = take_attempt(l);
    PGconn *pq = a->pq;

    a->pq = NULL;
    attempt_free(a);
    be_patient(pq);
    l->on_done(l, pq, NULL);
}

static work_fn on_step;

static void on_socket(void *user, int events)
{
    struct pg_login *l = user;

    l->socket = pg_socket_free(l->socket);
    timer_stop(&l->patience);
    work_start(&l->attempt->work, l->loop, take_step, on_step);
}

static void await_peer(struct pg_login *l, int events)
{
    l->socket = pg_socket_new(l->loop, l->attempt->pq, events, on_socket, l);
    timer_start(&l->patience, PATIENCE_MS);
}

static void on_impatient(struct timer *t)
{
    fail(container_of(t, struct pg_login, patience), "took too long to connect");
}

static void on_step(struct work *w)
{
    struct pg_attempt *a = container_of(w, struct pg_attempt, work);

    if (!a->login) {
        attempt_free(a);
        return;
    }
    switch (a->next) {
    case PGRES_POLLING_READING:
        await_peer(a->login, WATCH_READ);
        break;
    case PGRES_POLLING_WRITING:
        await_peer(a->login, WATCH_WRITE);
        break;
    case PGRES_POLLING_OK:
        succeed(a->login);
        break;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
        fail(a->login, PQerrorMessage(a->pq));
        break;
    }
}

static void add_option(struct pg_attempt *a, const char *key, const char *value)
{
    size_t n = 0;

    while (a->keys[n])
        n++;
    assert(n < OPTIONS);
    a->keys[n] = key;
    a->values[n] = value ? arena_str(&a->arena, str_c(value)).p : NULL;
}

void pg_login_start(struct pg_login *l, const PGconn *beside)
{
    struct pg_attempt *a = mem_new(struct pg_attempt);

    assert(!l->attempt);
    l->attempt = a;
    a->login = l;
    a->name = l->name;
    arena_init(&a->arena);
    /* What stands behind conninfo overrides it, where it is not NULL or empty. */
    add_option(a, "dbname", l->conninfo.p);
    add_option(a, "fallback_application_name", l->name);
    add_option(a, "client_encoding", "UTF8");
    add_option(a, "tcp_user_timeout", CONNECT_MS);
    add_option(a, "keepalives_idle", "10"); /* a peer that has silently gone is noticed */
    add_option(a, "keepalives_interval", "2");
    add_option(a, "host", beside ? PQhost(beside) : NULL);
    add_option(a, "hostaddr", beside ? PQhostaddr(beside) : NULL);
    add_option(a, "port", beside ? PQport(beside) : NULL);
    work_start(&a->work, l->loop, take_first_step, on_step);
}

void pg_login_stop(struct pg_login *l)
{
    bool is_waiting = l->socket != NULL;
    struct pg_attempt *a = take_attempt(l);

    if (!a)
        return;
    a->login = NULL;
    if (is_waiting)
        attempt_free(a);
    else
        work_cancel(&a->work);
}

bool pg_login_under_way(const struct pg_login *l)
{
    return l->attempt != NULL;
}

/* --- from begin to end */

void pg_login_init(struct pg_login *l, struct loop *loop, struct str conninfo, const char *name,
                   pg_login_fn *on_done)
{
    *l = (struct pg_login){.loop = loop, .conninfo = conninfo, .name = name, .on_done = on_done};
    timer_init(&l->patience, loop, on_impatient);
}

static void on_patience_closed(struct timer *t)
{
    struct pg_login *l = container_of(t, struct pg_login, patience);

    l->on_closed(l);
}

void pg_login_close(struct pg_login *l, pg_login_closed_fn *on_closed)
{
    pg_login_stop(l);
    l->on_closed = on_closed;
    timer_close(&l->patience, on_patience_closed);
}
