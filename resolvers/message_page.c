#include "resolvers/message_page.h"

#include "loop/flow.h"

/* --- out of rows at hand */

/* A log's end. What is not in it stands before it, if anything does. */
struct tail {
    const struct recent_run *run;
    int64_t begin;
    int64_t end;
    bool is_whole; /* nothing stands before it */
};

/* NULL: another kind of event. */
static const struct message *message_at(const struct tail *t, int64_t seq)
{
    const struct message *m = recent_run_row(t->run, seq);

    return m->kind == MESSAGE_TEXT ? m : NULL;
}

static bool any_message(const struct tail *t, int64_t from, int64_t to)
{
    for (int64_t seq = from; seq <= to; seq++)
        if (message_at(t, seq))
            return true;
    return false;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Any at a place or below it? False: that cannot be told. */
static bool any_below(const struct tail *t, int64_t place, bool *ret_any)
{
    *ret_any = any_message(t, t->begin, least(place, t->end));
    return *ret_any || t->is_whole || place < 1;
}

static bool any_above(const struct tail *t, int64_t place, bool *ret_any)
{
    *ret_any = any_message(t, most(place, t->begin), t->end);
    return *ret_any || t->is_whole || place >= t->begin;
}

/* As many as there are between the places, from the end that is asked for, at most `enough`; false:
 * there may be others between or before them. ret_rows NULL: they are only counted. */
static bool find(const struct tail *t, int64_t low, int64_t high, bool upward, size_t enough,
                 const void **ret_rows, size_t *ret_n)
{
    bool is_cut = low + 1 < t->begin && !t->is_whole;
    int64_t from = most(low + 1, t->begin), to = least(high - 1, t->end);
    size_t n = 0;

    if (upward && is_cut)
        return false;
    for (; from <= to && n < enough; from += upward, to -= !upward) {
        const struct message *m = message_at(t, upward ? from : to);

        if (m && ret_rows)
            ret_rows[n] = m;
        n += m != NULL;
    }
    *ret_n = n;
    return n == enough || !is_cut;
}

/* A place that is no seq is looked up in the log. */
static bool place_seq(const struct message_place *place, int64_t nowhere, int64_t *ret_seq)
{
    *ret_seq = place->kind == MESSAGE_PLACE_SEQ ? place->seq : nowhere;
    return place->kind != MESSAGE_PLACE_TIME;
}

bool message_page_from(const struct recent_run *run, int64_t last_seq,
                       const struct message_page_query *q, const void **rows,
                       struct message_page *ret_page)
{
    const struct tail t = {
        .run = run, .begin = run->first_seq, .end = last_seq, .is_whole = run->first_seq == 1};
    struct message_page page = {.room_id = q->room_id, .last_seq = last_seq};
    int64_t low, high;
    bool below, above;
    size_t n;

    if (!place_seq(message_page_low(q), -1, &low) ||
        !place_seq(message_page_high(q), INT64_MAX, &high))
        return false;
    low = least(low, last_seq);
    if (!find(&t, low, high, message_page_is_upward(q), q->limit + 1, rows, &n) ||
        !any_below(&t, low, &below) || !any_above(&t, high, &above))
        return false;
    if (rows)
        message_page_fill(&page, q, rows, n, below, above);
    *ret_page = page;
    return true;
}

/* --- with the log's consent */

struct paging {
    struct flow flow;
    struct context *c;
    const struct message_page_query *q;
};

static flow_step ask, at_door, from_log;

static int64_t end_of(const struct recent_run *run)
{
    return run->first_seq + (int64_t)run->n - 1;
}

/* Are the rows in memory, as far as they are the log's, the newest that it has? */
static bool is_of_the_log(const struct recent_run *run, const struct message_door *door)
{
    const struct message *newest;

    if (run->n == 0 || door->last_seq < run->first_seq || door->last_seq > end_of(run) ||
        door->first_kept_seq > run->first_seq)
        return false;
    newest = recent_run_row(run, door->last_seq);
    return str_eq(newest->id, door->newest_id);
}

/* The rows that the page borrows from live as long as it does. */
static void hold(struct arena *a, const struct recent_run *run, const struct message_page *page)
{
    int64_t first, last;

    if (page->n == 0)
        return;
    first = message_page_row(page, 0)->seq;
    last = message_page_row(page, page->n - 1)->seq;
    recent_run_hold(run, least(first, last), most(first, last), a);
}

static enum flow_turn read_log(struct paging *p)
{
    return flow_wait(&p->flow, store_message_page(p->c->store, p->flow.arena, &p->c->caller, p->q),
                     from_log);
}

static enum flow_turn from_log(struct flow *f)
{
    return flow_end_alike(f);
}

/* Memory may have changed since it was looked at, and the log may be ahead of it. */
static enum flow_turn at_door(struct flow *f)
{
    struct paging *p = container_of(f, struct paging, flow);
    const struct message_door *door;
    struct message_page *page;
    const void **rows;
    struct recent_run run;

    if (flow_status(f) != ST_OK)
        return flow_end_alike(f);
    door = flow_value(f);
    run = p->c->recent(p->c, p->q->room_id);
    page = arena_new(f->arena, struct message_page);
    rows = arena_array(f->arena, const void *, p->q->limit + 1);
    if (!is_of_the_log(&run, door) || !message_page_from(&run, door->last_seq, p->q, rows, page))
        return read_log(p);
    hold(f->arena, &run, page);
    return flow_end(f, ST_OK, page);
}

/* Looked at first, so that what is not at hand costs one statement, not two. */
static enum flow_turn ask(struct flow *f)
{
    struct paging *p = container_of(f, struct paging, flow);
    struct recent_run run = p->c->recent(p->c, p->q->room_id);
    struct message_page page;

    if (run.n == 0 || !message_page_from(&run, end_of(&run), p->q, NULL, &page))
        return read_log(p);
    return flow_wait(f, store_message_door(p->c->store, f->arena, &p->c->caller, p->q->room_id),
                     at_door);
}

struct wait *message_page(struct arena *a, struct context *c, const struct message_page_query *q)
{
    struct paging *p = arena_new(a, struct paging);
    struct message_page_query *kept = arena_new(a, struct message_page_query);

    *kept = *q;
    p->c = c;
    p->q = kept;
    return flow_start(&p->flow, a, ask);
}
