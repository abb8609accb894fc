#include "store/retry.h"

#include <assert.h>

#include "base/mem.h"
#include "loop/timer.h"

enum {
    PAUSE_MS = 100 /* between two of them; each leaves a line in the log of PostgreSQL */
};

struct retries {
    struct loop *loop;
    struct pg_conn *conn;
    uint64_t patience_ms;
    struct list waiting; /* retry_call.call.link */
    bool under_way;      /* one of those that waited */
    struct timer pause;
    retries_closed_fn *on_closed;
    void *user;
};

static struct retry_call *call_of(struct list *link)
{
    return container_of(list_entry(link, struct pg_call, link), struct retry_call, call);
}

static bool is_over(const struct retry_call *r)
{
    return loop_now_ms(r->retries->loop) >= r->give_up_at;
}

static void pause_if_any_waits(struct retries *rs)
{
    if (!rs->under_way && !list_empty(&rs->waiting))
        timer_start(&rs->pause, PAUSE_MS);
}

/* Undone, for the sake of whoever has the lock. */
static void on_answer(struct retry_call *r, enum status status, PGresult *result)
{
    struct retries *rs = r->retries;

    if (status == ST_TIMEOUT && !is_over(r))
        list_append(&rs->waiting, &r->call.link);
    else
        r->on_done(r, status, result);
    pause_if_any_waits(rs);
}

static void on_first(struct pg_call *call, enum status status, PGresult *result)
{
    on_answer(container_of(call, struct retry_call, call), status, result);
}

static void on_again(struct pg_call *call, enum status status, PGresult *result)
{
    struct retry_call *r = container_of(call, struct retry_call, call);

    r->retries->under_way = false;
    on_answer(r, status, result);
}

static void end_all(struct list *calls, enum status status)
{
    while (!list_empty(calls)) {
        struct retry_call *r = call_of(calls->next);

        list_remove(&r->call.link);
        r->on_done(r, status, NULL);
    }
}

/* Those whose time is over while others had their turn. */
static void end_late_ones(struct retries *rs)
{
    struct list late;

    list_init(&late);
    list_each_safe (link, &rs->waiting) {
        if (!is_over(call_of(link)))
            continue;
        list_remove(link);
        list_append(&late, link);
    }
    end_all(&late, ST_TIMEOUT);
}

static void on_pause(struct timer *t)
{
    struct retries *rs = container_of(t, struct retries, pause);
    struct retry_call *r;

    end_late_ones(rs);
    if (list_empty(&rs->waiting))
        return;
    r = call_of(rs->waiting.next);
    list_remove(&r->call.link);
    r->call.on_done = on_again;
    rs->under_way = pg_conn_call(rs->conn, &r->call);
    if (rs->under_way)
        return;
    /* The database is away: nothing of any was done, and none waits for its return. */
    r->on_done(r, ST_UNAVAILABLE, NULL);
    end_all(&rs->waiting, ST_UNAVAILABLE);
}

bool retry_send(struct retries *rs, struct retry_call *r)
{
    r->retries = rs;
    r->give_up_at = rs->patience_ms ? loop_now_ms(rs->loop) + (int64_t)rs->patience_ms : INT64_MAX;
    r->call.alone = true;
    r->call.on_done = on_first;
    return pg_conn_call(rs->conn, &r->call);
}

/* The connection takes nothing any more, so nobody comes to wait. */
void retries_hurry(struct retries *rs)
{
    end_all(&rs->waiting, ST_UNAVAILABLE);
}

/* --- from begin to end */

struct retries *retries_new(struct loop *l, struct pg_conn *conn, uint64_t patience_ms)
{
    struct retries *rs = mem_new(struct retries);

    rs->loop = l;
    rs->conn = conn;
    rs->patience_ms = patience_ms;
    list_init(&rs->waiting);
    timer_init(&rs->pause, l, on_pause);
    return rs;
}

static void on_pause_closed(struct timer *t)
{
    struct retries *rs = container_of(t, struct retries, pause);
    retries_closed_fn *on_closed = rs->on_closed;
    void *user = rs->user;

    mem_free(rs);
    on_closed(user);
}

void retries_close(struct retries *rs, retries_closed_fn *on_closed, void *user)
{
    assert(!rs->under_way && list_empty(&rs->waiting));
    rs->on_closed = on_closed;
    rs->user = user;
    timer_close(&rs->pause, on_pause_closed);
}
