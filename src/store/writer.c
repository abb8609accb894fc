#include "store/writer.h"

#include <assert.h>

#include "base/mem.h"
#include "loop/timer.h"
#include "pg/pg_conn.h"
#include "store/batch.h"
#include "store/held.h"

enum {
    MOST_IN_BATCH = 512,
    MOST_BYTES_IN_BATCH = 1024 * 1024,
    MOST_GATHERED = 16384,
    MOST_BYTES = 64 * 1024 * 1024,
    LOOK_EVERY_MS = 25,
    HELD_EVERY_MS = 25, /* between two looks at rooms that somebody else has locked */
    PATIENCE_MS = 5000, /* with a batch whose fate nobody knows, once it is lost */
};

enum writer_state {
    WRITER_IDLE, /* no batch */
    WRITER_BUSY, /* one is under way */
    WRITER_LOST, /* nobody knows the fate of one; it will be sent again */
};

struct writer {
    struct loop *loop;
    struct pg_conn *conn;
    store_committed_fn *on_committed;
    void *user;
    writer_done_fn *on_done;
    enum writer_state state;
    size_t bytes;         /* of all calls that were given and are not done */
    uint64_t patience_ms; /* with one statement, and with a room that stays locked; 0: all */
    struct turn_hook start;
    struct timer look; /* in LOST: is the connection back? In IDLE: are the held rooms free? */
    int64_t give_up_at;
    struct list gathered; /* writer_call.link */
    size_t n_gathered;
    struct list apart; /* of a batch that failed as a whole: each is sent on its own */
    struct held held;
    int64_t held_at; /* when they were tried last */
    struct list batch;
    size_t n_batch;
    bool skips;         /* it is one of held calls: rooms that are locked are passed over */
    struct arena arena; /* the batch's */
    struct pg_call call;
    struct metric_histogram batch_sizes;
    writer_closed_fn *on_closed;
    void *closed_user;
};

static void enter(struct writer *w, enum writer_state state)
{
    w->state = state;
    switch (state) {
    case WRITER_IDLE:
        assert(list_empty(&w->batch));
        timer_stop(&w->look);
        arena_reset(&w->arena);
        w->n_batch = 0;
        w->skips = false;
        if (!list_empty(&w->apart) || !list_empty(&w->gathered))
            loop_at_turn_end(w->loop, &w->start);
        else if (w->held.n > 0)
            timer_start(&w->look, HELD_EVERY_MS);
        break;
    case WRITER_BUSY:
        timer_stop(&w->look);
        break;
    case WRITER_LOST:
        timer_start(&w->look, LOOK_EVERY_MS);
        break;
    }
}

static void finish_call(struct writer *w, struct writer_call *call)
{
    w->bytes -= call->size;
    if (call->status == ST_UNAVAILABLE)
        pg_conn_refused(w->conn);
    w->on_done(call);
}

/* Those who are told may come with new calls: what fails is taken aside first. */
static void fail_all(struct writer *w, struct list *calls, enum status status)
{
    struct list failed;

    list_init(&failed);
    list_move_all(calls, &failed);
    while (!list_empty(&failed)) {
        struct writer_call *call = list_first(&failed, struct writer_call, link);
        list_remove(&call->link);
        call->status = status;
        finish_call(w, call);
    }
}

void writer_fail_unsent(struct writer *w)
{
    struct list held;

    list_init(&held);
    while (w->held.n > 0)
        held_take(&w->held, &held, SIZE_MAX, SIZE_MAX);
    fail_all(w, &held, ST_UNAVAILABLE);
    fail_all(w, &w->apart, ST_UNAVAILABLE);
    w->n_gathered = 0;
    fail_all(w, &w->gathered, ST_UNAVAILABLE);
}

/* --- a batch goes out */

static void move_to_batch(struct writer *w, struct list *link)
{
    list_remove(link);
    list_append(&w->batch, link);
    w->n_batch++;
}

static void keep_until_given_up(const struct writer *w, struct writer_call *call)
{
    if (call->give_up_at == 0)
        call->give_up_at =
            w->patience_ms ? loop_now_ms(w->loop) + (int64_t)w->patience_ms : INT64_MAX;
}

static void fill_from_gathered(struct writer *w)
{
    size_t bytes = 0;

    while (!list_empty(&w->gathered) && w->n_batch < MOST_IN_BATCH && bytes < MOST_BYTES_IN_BATCH) {
        struct writer_call *call = list_first(&w->gathered, struct writer_call, link);

        w->n_gathered--;
        list_remove(&call->link);
        keep_until_given_up(w, call);
        if (held_join(&w->held, call))
            continue;
        bytes += call->size;
        move_to_batch(w, &call->link);
    }
}

static void fill_batch(struct writer *w)
{
    int64_t now = loop_now_ms(w->loop);

    if (!list_empty(&w->apart)) {
        move_to_batch(w, w->apart.next);
    } else if (w->held.n > 0 && now - w->held_at >= HELD_EVERY_MS) {
        w->held_at = now;
        w->skips = true;
        w->n_batch = held_take(&w->held, &w->batch, MOST_IN_BATCH, MOST_BYTES_IN_BATCH);
    } else {
        fill_from_gathered(w);
    }
}

static pg_done_fn on_batch;

static bool is_in_doubt(const struct writer *w)
{
    list_each (link, &w->batch)
        if (list_entry(link, struct writer_call, link)->in_doubt)
            return true;
    return false;
}

static void send_batch(struct writer *w)
{
    arena_reset(&w->arena);
    w->call = (struct pg_call){.alone = true, .on_done = on_batch};
    batch_put(&w->call, &w->arena, &w->batch, w->n_batch, is_in_doubt(w), w->skips);
    enter(w, pg_conn_call(w->conn, &w->call) ? WRITER_BUSY : WRITER_LOST);
}

static void on_start(struct turn_hook *hook)
{
    struct writer *w = container_of(hook, struct writer, start);

    if (w->state != WRITER_IDLE)
        return;
    if (!pg_conn_ready(w->conn)) {
        writer_fail_unsent(w);
        return;
    }
    fill_batch(w);
    if (w->n_batch > 0)
        send_batch(w);
    else
        enter(w, WRITER_IDLE);
}

/* --- and comes back */

static void clear_result(void *result)
{
    PQclear(result);
}

/* Those who listen to the log hear of a message before its sender does. Of one that was repeated
 * too: the first time it may have been stored without anybody hearing, its answer lost. */
static void announce(struct writer *w)
{
    size_t n;
    const struct message *rows = batch_rows(&w->arena, &w->batch, w->n_batch, &n);

    if (n > 0 && w->on_committed)
        w->on_committed(w->user, w->loop, rows, n);
}

static void finish_batch(struct writer *w)
{
    while (!list_empty(&w->batch)) {
        struct writer_call *call = list_first(&w->batch, struct writer_call, link);
        list_remove(&call->link);
        call->in_doubt = false;
        finish_call(w, call);
    }
}

static void lose_batch(struct writer *w)
{
    if (!is_in_doubt(w))
        w->give_up_at = loop_now_ms(w->loop) + PATIENCE_MS;
    list_each (link, &w->batch)
        list_entry(link, struct writer_call, link)->in_doubt = true;
    enter(w, WRITER_LOST);
    if (!pg_conn_ready(w->conn))
        writer_fail_unsent(w);
}

static void give_up(struct writer *w)
{
    fail_all(w, &w->batch, ST_UNAVAILABLE);
    enter(w, WRITER_IDLE);
}

/* One of them has something that PostgreSQL will not take: the others must not suffer for it. */
static void take_apart(struct writer *w)
{
    list_move_all(&w->batch, &w->apart);
}

/* Its room is locked, or was for longer than a statement waits: nothing of this try was stored. */
static void hold(struct writer *w, struct writer_call *call)
{
    list_remove(&call->link);
    if (loop_now_ms(w->loop) < call->give_up_at) {
        held_put(&w->held, call);
        return;
    }
    call->status = call->in_doubt ? ST_UNAVAILABLE : ST_TIMEOUT;
    finish_call(w, call);
}

/* Those of the batch that were passed over, or all of one that waited too long: the last first, so
 * that each stands before those behind it. */
static void hold_batch(struct writer *w, bool all)
{
    for (struct list *link = w->batch.prev, *prev = link->prev; link != &w->batch;
         link = prev, prev = link->prev) {
        struct writer_call *call = list_entry(link, struct writer_call, link);

        if (all || call->status == ST_TIMEOUT)
            hold(w, call);
    }
}

static void on_batch(struct pg_call *pg, enum status status, PGresult *result)
{
    struct writer *w = container_of(pg, struct writer, call);

    if (status == ST_UNAVAILABLE) {
        lose_batch(w);
        return;
    }
    if (status == ST_OK && batch_is_undecided(&w->batch, result)) {
        PQclear(result);
        send_batch(w);
        return;
    }
    if (status == ST_OK) {
        metric_observe(&w->batch_sizes, &metric_sizes, w->n_batch);
        arena_on_done(&w->arena, clear_result, result);
        batch_take(&w->batch, result);
        announce(w);
        hold_batch(w, false);
        finish_batch(w);
    } else if (status == ST_TIMEOUT) {
        w->held_at = 0;
        hold_batch(w, true);
    } else if (w->n_batch > 1) {
        take_apart(w);
    } else {
        fail_all(w, &w->batch, status);
    }
    enter(w, WRITER_IDLE);
}

static void on_look(struct timer *t)
{
    struct writer *w = container_of(t, struct writer, look);

    if (w->state == WRITER_IDLE) {
        loop_at_turn_end(w->loop, &w->start);
        return;
    }
    if (!pg_conn_ready(w->conn))
        writer_fail_unsent(w);
    if (loop_now_ms(w->loop) >= w->give_up_at)
        give_up(w);
    else if (pg_conn_ready(w->conn))
        send_batch(w);
    else
        timer_start(t, LOOK_EVERY_MS);
}

/* --- from begin to end */

struct writer *writer_new(struct loop *l, struct pg_conn *conn, const struct store_config *config,
                          writer_done_fn *on_done)
{
    struct writer *w = mem_new(struct writer);

    w->loop = l;
    w->conn = conn;
    w->on_committed = config->on_committed;
    w->user = config->user;
    w->on_done = on_done;
    w->patience_ms = config->statement_timeout_ms;
    held_init(&w->held);
    list_init(&w->gathered);
    list_init(&w->apart);
    list_init(&w->batch);
    arena_init(&w->arena);
    turn_hook_init(&w->start, on_start);
    timer_init(&w->look, l, on_look);
    return w;
}

static void on_look_closed(struct timer *t)
{
    struct writer *w = container_of(t, struct writer, look);
    writer_closed_fn *on_closed = w->on_closed;
    void *user = w->closed_user;

    held_done(&w->held);
    arena_done(&w->arena);
    mem_free(w);
    on_closed(user);
}

void writer_hurry(struct writer *w)
{
    w->give_up_at = loop_now_ms(w->loop);
}

void writer_close(struct writer *w, writer_closed_fn *on_closed, void *user)
{
    assert(w->state == WRITER_IDLE && list_empty(&w->gathered));
    w->on_closed = on_closed;
    w->closed_user = user;
    turn_hook_cancel(&w->start);
    timer_close(&w->look, on_look_closed);
}

bool writer_add(struct writer *w, struct writer_call *call)
{
    if (!pg_conn_ready(w->conn)) {
        pg_conn_refused(w->conn);
        return false;
    }
    if (w->n_gathered + w->held.n >= MOST_GATHERED || w->bytes >= MOST_BYTES)
        return false;
    list_append(&w->gathered, &call->link);
    w->n_gathered++;
    w->bytes += call->size;
    if (w->state == WRITER_IDLE)
        loop_at_turn_end(w->loop, &w->start);
    return true;
}

const struct metric_histogram *writer_batch_sizes(const struct writer *w)
{
    return &w->batch_sizes;
}
