#include "hub/subscriber.h"

#include <assert.h>

#include "hub/recall.h"
#include "hub/topic.h"

static struct hub_counts *counts_of(const struct subscriber *s)
{
    return &s->group->topic->topics->counts;
}

/* The one place where the state changes; the moves it allows are those of the header's picture. */
static void enter(struct subscriber *s, enum subscriber_state state)
{
    struct hub_counts *counts = counts_of(s);

    assert(s->state != SUBSCRIBER_ENDED);
    assert(state != SUBSCRIBER_LIVE || s->state <= SUBSCRIBER_REPLAY);
    metric_sub(&counts->in_state[s->state], 1);
    metric_add(&counts->in_state[state], 1);
    if (state == SUBSCRIBER_REPLAY && s->state != SUBSCRIBER_REPLAY)
        metric_add(&counts->replays, 1);
    s->state = state;
    list_remove(&s->in_group);
    list_append(state == SUBSCRIBER_LIVE ? &s->group->live : &s->group->rest, &s->in_group);
    if (state == SUBSCRIBER_REPLAY)
        recall_begin(s->group->topic->topics->recall, s);
}

void subscriber_join(struct subscriber *s, const struct subscriber_ops *ops, struct topics *topics,
                     struct str topic_key, struct str group_key)
{
    *s = (struct subscriber){.ops = ops, .state = SUBSCRIBER_JOINED};
    list_init(&s->in_group);
    list_init(&s->in_recall);
    list_init(&s->with);
    s->group = topic_enter(topics, topic_key, group_key, &s->in_group);
    metric_add(&topics->counts.in_state[SUBSCRIBER_JOINED], 1);
}

/* Stands at the end of all that is known of the log: then live, else there is more to read. */
static void go_on(struct subscriber *s)
{
    if (s->delivered >= s->group->topic->head)
        enter(s, SUBSCRIBER_LIVE);
    else
        enter(s, SUBSCRIBER_REPLAY);
}

void subscriber_begin(struct subscriber *s, int64_t delivered, int64_t last_seq)
{
    if (s->state == SUBSCRIBER_ENDED)
        return;
    s->delivered = delivered;
    topic_advance(s->group->topic, last_seq);
    go_on(s);
}

/* True when the event was taken. */
static bool deliver(struct subscriber *s, int64_t seq, struct frame *payload)
{
    if (!s->ops->push(s, payload)) {
        enter(s, SUBSCRIBER_LAGGING);
        return false;
    }
    s->delivered = seq;
    return true;
}

/* Whoever else is in the group will want the same. */
static struct frame *render_shared(struct subscriber *s, const struct subscriber_row *row)
{
    struct topic_group *g = s->group;
    struct rendered *rendered = &g->topic->topics->recall->rendered;
    struct rendered_key key = rendered_row(g->number, row->seq);
    bool is_alone = g->n == 1;
    struct frame *payload = is_alone ? NULL : rendered_get(rendered, key);

    if (payload)
        return payload;
    payload = s->ops->render(s, row->row, true);
    if (!is_alone)
        rendered_put(rendered, key, payload);
    return payload;
}

static bool replay(struct subscriber *s, const struct subscriber_row *row)
{
    struct frame *payload = render_shared(s, row);
    bool taken = deliver(s, row->seq, payload);

    frame_unref(payload);
    metric_add(&counts_of(s)->replayed, taken);
    return taken;
}

static void take(struct subscriber *s, const struct subscriber_row *rows, size_t n, int64_t through)
{
    assert(s->state == SUBSCRIBER_REPLAY);
    for (size_t i = 0; i < n; i++)
        if (!replay(s, &rows[i]))
            return;
    if (s->delivered < through)
        s->delivered = through;
    go_on(s);
}

void subscriber_run(struct subscriber *s, const struct subscriber_row *rows, size_t n,
                    int64_t through, int64_t last_seq)
{
    if (s->state == SUBSCRIBER_ENDED)
        return;
    recall_answered(s->group->topic->topics->recall, s, rows, n);
    topic_advance(s->group->topic, last_seq);
    /* The log was asked after the head was there, and does not reach it: the head was false. */
    if (last_seq < s->head_asked_at)
        topic_retract(s->group->topic, s->head_asked_at, last_seq);
    take(s, rows, n, through);
}

void subscriber_recall(struct subscriber *s, const struct subscriber_row *rows, size_t n,
                       int64_t through)
{
    topic_advance(s->group->topic, through);
    take(s, rows, n, through);
}

void subscriber_drained(struct subscriber *s)
{
    if (s->state == SUBSCRIBER_LAGGING)
        enter(s, SUBSCRIBER_REPLAY);
}

void subscriber_review(struct subscriber *s)
{
    if (s->state == SUBSCRIBER_LIVE)
        enter(s, SUBSCRIBER_REPLAY);
}

enum subscriber_concern subscriber_concern(const struct subscriber *s, const void *row)
{
    return s->ops->concern ? s->ops->concern(s, row) : SUBSCRIBER_WANTS;
}

static struct frame *render_event(struct subscriber *s, struct subscriber_events *e, size_t i)
{
    struct frame *payload = s->ops->render(s, e->events[i].row, false);

    if (i && e->rendered[i - 1])
        frame_go_on(e->rendered[i - 1], payload);
    e->bytes += payload->n;
    if (e->bytes >= SUBSCRIBER_AT_ONCE_BYTES)
        e->n = i + 1;
    e->rendered[i] = payload;
    return payload;
}

static void tell(struct subscriber *s, struct subscriber_events *e, size_t i)
{
    int64_t seq = e->events[i].seq;
    const void *row = e->events[i].row;

    if (seq <= s->delivered)
        return;
    if (seq != s->delivered + 1 || !row) {
        enter(s, SUBSCRIBER_REPLAY);
        return;
    }
    switch (subscriber_concern(s, row)) {
    case SUBSCRIBER_WANTS:
        e->delivered += deliver(s, seq, e->rendered[i] ? e->rendered[i] : render_event(s, e, i));
        break;
    case SUBSCRIBER_PASSES:
        s->delivered = seq;
        break;
    case SUBSCRIBER_REVIEWS:
        enter(s, SUBSCRIBER_REPLAY);
        break;
    }
}

void subscriber_tell(struct subscriber *s, struct subscriber_events *e)
{
    for (size_t i = 0; i < e->n && s->state == SUBSCRIBER_LIVE; i++)
        tell(s, e, i);
}

void subscriber_end(struct subscriber *s)
{
    if (s->state == SUBSCRIBER_ENDED)
        return;
    metric_sub(&counts_of(s)->in_state[s->state], 1);
    s->state = SUBSCRIBER_ENDED;
    recall_forget(s->group->topic->topics->recall, s);
    topic_leave(s->group, &s->in_group);
    s->group = NULL;
}
