#include "store/gather.h"

#include <assert.h>

#include "base/mem.h"
#include "loop/timer.h"
#include "store/results.h"

enum {
    MOST_TOGETHER = 500,       /* calls of one statement */
    MOST_ROWS_TOGETHER = 2000, /* that it may bring back */
    MOST_WAITING = 16384,
    CROWD = 10, /* calls of a patient kind within CROWD_MS: more are coming */
    CROWD_MS = 100,
    ENOUGH = 250,   /* of a crowd, to leave at once */
    PACE_MS = 500,  /* between the statements of a crowd, where it takes longer to become enough */
    LOOK_BACK = 16, /* questions that wait, among which another of the same words is looked for */
};

struct gather_kind {
    struct list waiting; /* store_read.call.link; who asks the same stands behind the first */
    size_t n;            /* reads, all of them */
    size_t under_way;    /* statements */
    /* Of a patient kind. */
    int64_t left_at; /* the last statement; 0: none of late */
    int64_t window_at;
    size_t in_window; /* calls since then */
    bool is_crowd;    /* there were many in the window before */
};

struct gather {
    struct loop *loop;
    struct results *results;
    struct pg_conn *conn;
    gather_done_fn *on_done;
    struct turn_hook leave;
    struct timer pace;
    size_t n_waiting;
    struct gather_kind kinds[SQL_STATEMENTS];
    gather_closed_fn *on_closed;
    void *user;
};

/* Many reads as one statement. */
struct crowd {
    struct pg_call call;
    struct gather *gather;
    struct gather_kind *kind;
    struct arena arena;
    struct list reads; /* store_read.call.link */
    size_t n;
};

static struct gather_kind *kind_of(struct gather *g, const struct store_read *r)
{
    return &g->kinds[r->call.statement];
}

static struct store_read *first_of(struct list *reads)
{
    return container_of(list_first(reads, struct pg_call, link), struct store_read, call);
}

/* Somebody may have waited for this one to come back. When it was lost with its connection, they
 * are lost as well, and wait for nobody else. */
static void come_back(struct gather *g, struct gather_kind *kind, enum status status)
{
    kind->under_way--;
    if (status == ST_UNAVAILABLE)
        kind->left_at = 0;
    if (kind->n > 0)
        loop_at_turn_end(g->loop, &g->leave);
}

/* --- the same question */

/* One that waits and asks what r asks; NULL: none is found. It is looked for among the last few:
 * who asks the same does so at once, as all readers of one hot room do. */
static struct store_read *find_alike(struct gather_kind *kind, const struct store_read *r)
{
    struct list *at = kind->waiting.prev;

    for (int i = 0; i < LOOK_BACK && at != &kind->waiting; i++, at = at->prev) {
        struct store_read *other = container_of(at, struct store_read, call.link);

        if (pg_params_alike(&other->call.params, &r->call.params))
            return other;
    }
    return NULL;
}

/* Behind the one that asks for both, or with a place of its own. */
static void wait_to_leave(struct gather_kind *kind, struct store_read *r)
{
    struct store_read *first = find_alike(kind, r);

    if (first) {
        r->alike = first->alike;
        first->alike = r;
    } else {
        list_append(&kind->waiting, &r->call.link);
    }
}

static void fail_alike(struct gather *g, struct store_read *r, enum status status)
{
    for (struct store_read *next; r; r = next) {
        next = r->alike;
        g->on_done(r, status, NULL);
    }
}

/* Their rows are n of the result, from row `first` on. */
static void answer_alike(struct gather *g, struct store_read *r, const PGresult *result,
                         struct result *held, int first, int n)
{
    for (struct store_read *next; r; r = next) {
        next = r->alike;
        r->first = first;
        r->n_rows = n;
        result_keep(held, r->arena);
        g->on_done(r, ST_OK, result);
    }
}

/* --- one alone */

static void on_alone(struct pg_call *call, enum status status, PGresult *result)
{
    struct store_read *r = container_of(call, struct store_read, call);
    struct gather *g = r->store->gather;
    struct result *held = NULL;

    come_back(g, kind_of(g, r), status);
    if (status == ST_OK)
        held = results_take(g->results, result);
    if (held)
        answer_alike(g, r, result, held, 0, PQntuples(result));
    else
        fail_alike(g, r, status == ST_OK ? ST_UNAVAILABLE : status);
    result_unref(held);
}

static void send_alone(struct gather *g, struct store_read *r)
{
    r->call.on_done = on_alone;
    if (pg_conn_call(g->conn, &r->call))
        kind_of(g, r)->under_way++;
    else
        fail_alike(g, r, ST_UNAVAILABLE);
}

/* --- many together */

/* The rows come in the order of the calls; the last column says whose each is. */
static void deal_out(struct crowd *c, const PGresult *result, struct result *held)
{
    int place = PQnfields(result) - 1, row = 0, n = PQntuples(result);

    for (int64_t i = 1; !list_empty(&c->reads); i++) {
        struct store_read *r = first_of(&c->reads);
        int first = row;

        list_remove(&r->call.link);
        while (row < n && pg_i64(result, row, place) == i)
            row++;
        answer_alike(c->gather, r, result, held, first, row - first);
    }
    assert(row == n);
}

/* Perhaps for the sake of one of them: each by itself, with a sync of its own. */
static void disperse(struct crowd *c, enum status status)
{
    while (!list_empty(&c->reads)) {
        struct store_read *r = first_of(&c->reads);

        list_remove(&r->call.link);
        r->call.alone = true;
        if (status == ST_UNAVAILABLE)
            fail_alike(c->gather, r, status);
        else
            send_alone(c->gather, r);
    }
}

static void crowd_free(struct crowd *c)
{
    arena_done(&c->arena);
    mem_free(c);
}

static void on_crowd(struct pg_call *call, enum status status, PGresult *result)
{
    struct crowd *c = container_of(call, struct crowd, call);
    struct result *held = NULL;

    come_back(c->gather, c->kind, status);
    if (status == ST_OK)
        held = results_take(c->gather->results, result);
    if (held)
        deal_out(c, result, held);
    else
        disperse(c, status == ST_OK ? ST_UNAVAILABLE : status);
    result_unref(held);
    crowd_free(c);
}

/* Each parameter becomes the array of what the calls have in its place. */
static void put_arrays(struct crowd *c, const struct sql_gathering *how)
{
    const struct pg_params **rows = arena_array(&c->arena, const struct pg_params *, c->n);
    size_t i = 0;

    list_each (link, &c->reads)
        rows[i++] = &list_entry(link, struct pg_call, link)->params;
    while (c->call.params.n < rows[0]->n)
        pg_put_column(&c->call.params, &c->arena, how->types[c->call.params.n], rows, c->n);
}

static void send_crowd(struct gather *g, struct gather_kind *kind, struct list *reads, size_t n)
{
    const struct sql_gathering *how = &sql_gatherings[kind - g->kinds];
    struct crowd *c = mem_new(struct crowd);

    c->gather = g;
    c->kind = kind;
    c->n = n;
    c->call.statement = how->statement;
    c->call.on_done = on_crowd;
    arena_init(&c->arena);
    list_init(&c->reads);
    list_move_all(reads, &c->reads);
    put_arrays(c, how);
    if (pg_conn_call(g->conn, &c->call)) {
        kind->under_way++;
        return;
    }
    disperse(c, ST_UNAVAILABLE);
    crowd_free(c);
}

/* --- they leave */

static void count_in_window(struct gather_kind *kind, int64_t now)
{
    int64_t age = now - kind->window_at;

    if (age >= CROWD_MS) {
        kind->is_crowd = kind->in_window >= CROWD && age / 2 < CROWD_MS;
        kind->window_at = now;
        kind->in_window = 0;
    }
    kind->in_window++;
}

/* True when it is better to wait for more. */
static bool is_held(struct gather *g, struct gather_kind *kind)
{
    int64_t early = kind->left_at + PACE_MS - loop_now_ms(g->loop);

    if (!sql_gatherings[kind - g->kinds].patient || kind->n >= ENOUGH || !pg_conn_ready(g->conn))
        return false;
    if (kind->under_way > 0)
        return true;
    if (early <= 0 || (!kind->is_crowd && kind->in_window < CROWD))
        return false;
    timer_start(&g->pace, (uint64_t)early);
    return true;
}

/* Returns how many questions there are. */
static size_t take(struct gather *g, struct gather_kind *kind, struct list *ret_reads)
{
    size_t n = 0, rows = 0;

    while (!list_empty(&kind->waiting) && n < MOST_TOGETHER && rows < MOST_ROWS_TOGETHER) {
        struct store_read *r = first_of(&kind->waiting);
        list_remove(&r->call.link);
        list_append(ret_reads, &r->call.link);
        rows += r->most_rows;
        for (; r; r = r->alike) {
            kind->n--;
            g->n_waiting--;
        }
        n++;
    }
    return n;
}

static void leave(struct gather *g, struct gather_kind *kind)
{
    while (kind->n > 0 && !is_held(g, kind)) {
        struct list reads;
        size_t n;

        list_init(&reads);
        n = take(g, kind, &reads);
        kind->left_at = loop_now_ms(g->loop);
        if (n > 1) {
            send_crowd(g, kind, &reads, n);
        } else {
            struct store_read *r = first_of(&reads);
            list_remove(&r->call.link);
            send_alone(g, r);
        }
    }
}

static void on_leave(struct turn_hook *hook)
{
    struct gather *g = container_of(hook, struct gather, leave);

    for (size_t i = 0; i < SQL_STATEMENTS && g->n_waiting > 0; i++)
        leave(g, &g->kinds[i]);
}

static void on_pace(struct timer *t)
{
    struct gather *g = container_of(t, struct gather, pace);

    loop_at_turn_end(g->loop, &g->leave);
}

bool gather_add(struct gather *g, struct store_read *r)
{
    struct gather_kind *kind = kind_of(g, r);

    if (!pg_conn_ready(g->conn)) {
        pg_conn_refused(g->conn);
        return false;
    }
    if (g->n_waiting >= MOST_WAITING)
        return false;
    if (!sql_gatherings[r->call.statement].statement) {
        r->call.on_done = on_alone;
        kind->under_way++;
        if (pg_conn_call(g->conn, &r->call))
            return true;
        kind->under_way--;
        return false;
    }
    count_in_window(kind, loop_now_ms(g->loop));
    wait_to_leave(kind, r);
    kind->n++;
    g->n_waiting++;
    loop_at_turn_end(g->loop, &g->leave);
    return true;
}

/* --- from begin to end */

struct gather *gather_new(struct loop *l, struct pg_conn *conn, size_t most_bytes,
                          gather_done_fn *on_done)
{
    struct gather *g = mem_new(struct gather);

    g->loop = l;
    g->results = results_new(most_bytes);
    g->conn = conn;
    g->on_done = on_done;
    for (size_t i = 0; i < SQL_STATEMENTS; i++)
        list_init(&g->kinds[i].waiting);
    turn_hook_init(&g->leave, on_leave);
    timer_init(&g->pace, l, on_pace);
    return g;
}

static void on_pace_closed(struct timer *t)
{
    struct gather *g = container_of(t, struct gather, pace);
    gather_closed_fn *on_closed = g->on_closed;
    void *user = g->user;

    results_unref(g->results);
    mem_free(g);
    on_closed(user);
}

void gather_close(struct gather *g, gather_closed_fn *on_closed, void *user)
{
    assert(g->n_waiting == 0);
    g->on_closed = on_closed;
    g->user = user;
    turn_hook_cancel(&g->leave);
    timer_close(&g->pace, on_pace_closed);
}
