#include "hub/recall.h"

#include "base/mem.h"
#include "hub/subscriber.h"
#include "hub/topic.h"

enum {
    RUNS_A_TURN = 20,
    MOST_UNDER_WAY = 40,         /* readings of the log */
    MOST_KEPT = 8 * 1024 * 1024, /* bytes of readings */
    MOST_RENDERED = 4 * 1024 * 1024,
};

/* Rows that were read from the log for somebody: seqs without a hole. */
struct reading {
    struct list in_readings;
    uint64_t topic;
    int64_t first_seq;
    struct event_batch *batch;
    size_t size;
};

/* --- what was read for others */

static void let_go(struct recall *r, struct reading *reading)
{
    list_remove(&reading->in_readings);
    r->bytes -= reading->size;
    event_batch_unref(reading->batch);
    mem_free(reading);
}

static size_t without_hole(const struct subscriber_row *rows, size_t n)
{
    size_t whole = n > 0;

    while (whole < n && rows[whole].seq == rows[whole - 1].seq + 1)
        whole++;
    return whole;
}

static void keep(struct recall *r, const struct subscriber *s, const struct subscriber_row *rows,
                 size_t n)
{
    struct reading *reading;

    n = without_hole(rows, n);
    if (n == 0)
        return;
    reading = mem_new(struct reading);
    reading->topic = s->group->topic->number;
    reading->first_seq = rows[0].seq;
    reading->batch = event_batch_new(n);
    for (size_t i = 0; i < n; i++)
        reading->batch->events[i] = (struct event){
            .seq = rows[i].seq, .row = s->ops->keep(&reading->batch->arena, rows[i].row)};
    reading->size = sizeof(*reading) + event_batch_size(reading->batch);
    list_append(&r->readings, &reading->in_readings);
    r->bytes += reading->size;
    while (r->bytes > MOST_KEPT)
        let_go(r, list_first(&r->readings, struct reading, in_readings));
}

static const struct reading *find_reading(const struct recall *r, const struct topic *t,
                                          int64_t seq)
{
    list_each (link, &r->readings) {
        const struct reading *reading = list_entry(link, struct reading, in_readings);

        if (reading->topic == t->number && seq >= reading->first_seq &&
            seq < reading->first_seq + (int64_t)reading->batch->n)
            return reading;
    }
    return NULL;
}

/* The rows behind `after` in order, at most `most`. None: they are not in memory. */
static size_t find_rows(struct recall *r, const struct topic *t, int64_t after,
                        const void **ret_rows, size_t most)
{
    size_t n = recent_rows(r->recent, t->key, after, ret_rows, most);
    const struct reading *reading = n ? NULL : find_reading(r, t, after + 1);

    for (size_t i = reading ? (size_t)(after + 1 - reading->first_seq) : 0;
         reading && i < reading->batch->n && n < most; i++)
        ret_rows[n++] = reading->batch->events[i].row;
    return n;
}

static bool may_be_told(const struct subscriber *s)
{
    return !s->ops->has_right || s->ops->has_right(s);
}

static bool is_in_memory(struct recall *r, const struct subscriber *s)
{
    const void *row;

    return may_be_told(s) && find_rows(r, s->group->topic, s->delivered, &row, 1) > 0;
}

/* --- asking the log */

static void ask(struct recall *r, struct subscriber *s)
{
    list_append(&r->under_way, &s->in_recall);
    r->n_under_way++;
    s->asks = true;
    s->head_asked_at = s->group->topic->head;
    s->ops->read_on(s, s->delivered);
}

/* Whose reading under way will bring what comes next for s, too; NULL: nobody's. */
static struct subscriber *find_ahead(const struct recall *r, const struct subscriber *s)
{
    if (s->by_itself || !s->ops->keep || !may_be_told(s))
        return NULL;
    list_each (link, &r->under_way) {
        struct subscriber *other = list_entry(link, struct subscriber, in_recall);

        if (other->group->topic == s->group->topic && other->delivered <= s->delivered &&
            s->delivered < other->delivered + SUBSCRIBER_RUN)
            return other;
    }
    return NULL;
}

static void ask_or_wait(struct recall *r, struct subscriber *s)
{
    struct subscriber *other = find_ahead(r, s);

    if (other)
        list_append(&other->with, &s->in_recall);
    else if (r->n_under_way < MOST_UNDER_WAY)
        ask(r, s);
    else
        list_append(&r->at_log, &s->in_recall);
}

static void wait_for_turn(struct recall *r, struct subscriber *s)
{
    list_append(&r->by_turns, &s->in_recall);
    loop_next_turn(r->loop, &r->turn);
}

void recall_begin(struct recall *r, struct subscriber *s)
{
    if (!s->by_itself && is_in_memory(r, s))
        wait_for_turn(r, s);
    else
        ask_or_wait(r, s);
}

static void ask_for_the_next(struct recall *r)
{
    while (r->n_under_way < MOST_UNDER_WAY && !list_empty(&r->at_log)) {
        struct subscriber *s = list_first(&r->at_log, struct subscriber, in_recall);

        list_remove(&s->in_recall);
        recall_begin(r, s);
    }
}

/* Nobody reads on: nothing needs to be kept. */
static void rest(struct recall *r)
{
    if (!list_empty(&r->by_turns) || r->n_under_way > 0)
        return;
    while (!list_empty(&r->readings))
        let_go(r, list_first(&r->readings, struct reading, in_readings));
    rendered_clear(&r->rendered);
}

static void end_reading(struct recall *r, struct subscriber *s)
{
    s->asks = false;
    s->by_itself = false;
    list_remove(&s->in_recall);
    r->n_under_way--;
}

void recall_answered(struct recall *r, struct subscriber *s, const struct subscriber_row *rows,
                     size_t n)
{
    if (!s->asks)
        return;
    end_reading(r, s);
    if (s->ops->keep && !topic_is_of_one(s->group->topic))
        keep(r, s, rows, n);
    while (!list_empty(&s->with)) {
        struct subscriber *other = list_first(&s->with, struct subscriber, in_recall);

        list_remove(&other->in_recall);
        wait_for_turn(r, other);
    }
    ask_for_the_next(r);
    loop_next_turn(r->loop, &r->turn); /* to rest, should this have been the last */
}

void recall_forget(struct recall *r, struct subscriber *s)
{
    if (s->asks)
        end_reading(r, s);
    list_remove(&s->in_recall);
    /* One of those who waited for the reading asks in its place. */
    list_move_all(&s->with, &r->at_log);
    ask_for_the_next(r);
    rest(r);
}

/* --- telling from memory */

/* False: memory has not what comes next, or the right to read it has to be looked at. */
static bool tell(struct recall *r, struct subscriber *s)
{
    const void *found[SUBSCRIBER_RUN];
    struct subscriber_row rows[SUBSCRIBER_RUN];
    int64_t after = s->delivered;
    size_t n = 0, n_found = 0;

    if (may_be_told(s))
        n_found = find_rows(r, s->group->topic, after, found, SUBSCRIBER_RUN);
    for (size_t i = 0; i < n_found; i++) {
        switch (subscriber_concern(s, found[i])) {
        case SUBSCRIBER_WANTS:
            rows[n++] = (struct subscriber_row){.seq = after + 1 + (int64_t)i, .row = found[i]};
            break;
        case SUBSCRIBER_PASSES:
            break;
        case SUBSCRIBER_REVIEWS:
            return false;
        }
    }
    if (n_found > 0)
        subscriber_recall(s, rows, n, after + (int64_t)n_found);
    return n_found > 0;
}

static void on_turn(struct turn_hook *hook)
{
    struct recall *r = container_of(hook, struct recall, turn);

    for (int i = 0; i < RUNS_A_TURN && !list_empty(&r->by_turns); i++) {
        struct subscriber *s = list_first(&r->by_turns, struct subscriber, in_recall);

        list_remove(&s->in_recall);
        if (tell(r, s))
            continue;
        s->by_itself = true;
        ask_or_wait(r, s);
    }
    if (!list_empty(&r->by_turns))
        loop_next_turn(r->loop, &r->turn);
    rest(r);
}

void recall_init(struct recall *r, struct loop *l, struct recent *recent)
{
    *r = (struct recall){.loop = l, .recent = recent};
    list_init(&r->by_turns);
    list_init(&r->at_log);
    list_init(&r->under_way);
    list_init(&r->readings);
    rendered_init(&r->rendered, MOST_RENDERED);
    turn_hook_init(&r->turn, on_turn);
}

void recall_done(struct recall *r)
{
    turn_hook_cancel(&r->turn);
    rest(r);
}
