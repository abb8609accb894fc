#pragma once

/*
 * A room's log, a bus that may lose and repeat, a socket that may be full: whatever happens in
 * between, each subscriber's sequence is exactly the messages that the log holds behind its cursor,
 * up to the event that removes it from the room.
 */

#include <stdio.h>

#include "base/mem.h"
#include "hub/hub.h"
#include "hub/subscriber.h"
#include "lib/test.h"

enum {
    LONGEST_LOG = 1500,
    RUN_LENGTH = 3, /* rows of one reading */
};

struct reader;

struct room {
    struct loop loop;
    struct hub *hub;
    int64_t last_seq;
    int rendered;
    const struct reader
        *removes[LONGEST_LOG]; /* whom the event at a seq removes; NULL: a message */
};

struct reader {
    struct subscriber subscriber;
    struct room *room;
    int64_t asked;  /* -1: no reading is under way */
    int64_t first;  /* the cursor it began at */
    int64_t got;    /* the seq of the latest payload */
    int64_t member; /* behind this seq it was let in, for the last time */
    bool full;
    unsigned fits; /* so many more, then it is full; 0: it does not become so */
    bool ended;
};

static inline struct reader *reader_of(const struct subscriber *s)
{
    return container_of(s, struct reader, subscriber);
}

/* Whether an event up to seq removed it. */
static inline bool is_removed(const struct reader *r, int64_t seq)
{
    for (int64_t i = r->member + 1; i <= seq; i++)
        if (r->room->removes[i] == r)
            return true;
    return false;
}

static inline enum subscriber_concern concern(const struct subscriber *s, const void *row)
{
    const struct reader *r = reader_of(s);
    const struct reader *removed = r->room->removes[*(const int64_t *)row];

    if (!removed)
        return SUBSCRIBER_WANTS;
    return removed == r ? SUBSCRIBER_REVIEWS : SUBSCRIBER_PASSES;
}

/* A row is its seq; a payload is the seq in decimal. */
static inline struct frame *render(struct subscriber *s, const void *row, bool replayed)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%lld", (long long)*(const int64_t *)row);

    reader_of(s)->room->rendered++;
    return frame_new(str_of(text, (size_t)n));
}

static inline bool push(struct subscriber *s, struct frame *payload)
{
    struct reader *r = reader_of(s);
    int64_t seq = 0;

    assert_false(r->ended);
    assert_true(str_to_i64(frame_str(payload), &seq));
    if (r->full)
        return false;
    assert_null(r->room->removes[seq]);
    assert_false(is_removed(r, seq));
    while (r->room->removes[++r->got])
        assert_true(r->got < seq);
    assert_int_equal(seq, r->got);
    r->full = r->fits && --r->fits == 0;
    return true;
}

static inline void read_on(struct subscriber *s, int64_t after)
{
    struct reader *r = reader_of(s);

    assert_false(r->ended);
    assert_int_equal(r->asked, -1);
    r->asked = after;
}

static const struct subscriber_ops room_ops = {
    .concern = concern, .render = render, .push = push, .read_on = read_on};

static inline void room_open(struct room *room)
{
    *room = (struct room){0};
    loop_init(&room->loop, 0);
    room->hub = hub_new(&room->loop);
}

static inline void room_close(struct room *room)
{
    loop_done(&room->loop);
    hub_free(room->hub);
}

/* One commit's events, from a seq on. */
static inline void publish_batch(struct room *room, int64_t seq, size_t n)
{
    struct event_batch *batch = event_batch_new(n);

    for (size_t i = 0; i < n; i++) {
        int64_t *row = arena_new(&batch->arena, int64_t);

        *row = seq + (int64_t)i;
        batch->events[i] = (struct event){.topic_key = STR("lobby"), .seq = *row, .row = row};
    }
    hub_publish(&room->hub, 1, room->hub, batch);
}

static inline void publish_new(struct room *room, size_t n)
{
    int64_t first = room->last_seq + 1;

    room->last_seq += (int64_t)n;
    publish_batch(room, first, n);
}

static inline void publish(struct room *room, int64_t seq)
{
    publish_batch(room, seq, 1);
}

static inline void join(struct room *room, struct reader *r, const char *group)
{
    *r = (struct reader){.room = room, .asked = -1};
    subscriber_join(&r->subscriber, &room_ops, hub_topics(room->hub), STR("lobby"), str_c(group));
}

static inline void begin_at(struct reader *r, int64_t seq)
{
    r->first = r->got = seq;
    subscriber_begin(&r->subscriber, seq, r->room->last_seq);
}

static inline void end(struct reader *r)
{
    subscriber_end(&r->subscriber);
    r->ended = true;
}

/* As far as the log is told to it: to the end, or to its latest removal. */
static inline int64_t reach(const struct reader *r)
{
    int64_t seq = r->room->last_seq;

    if (!is_removed(r, seq))
        return seq;
    while (r->room->removes[seq] != r)
        seq--;
    return seq - 1;
}

/* What the log answers to a reading: a snapshot as of now. Whoever was removed reads as far as the
 * removal, and is refused there. */
static inline void answer(struct reader *r)
{
    int64_t values[RUN_LENGTH];
    struct subscriber_row rows[RUN_LENGTH];
    size_t n = 0;
    int64_t after = r->asked, through = reach(r);

    assert_int_not_equal(after, -1);
    r->asked = -1;
    if (is_removed(r, r->room->last_seq) && after >= through) {
        end(r);
        return;
    }
    for (int64_t seq = after + 1; n < RUN_LENGTH && seq <= through; seq++) {
        if (r->room->removes[seq])
            continue;
        values[n] = seq;
        rows[n] = (struct subscriber_row){.seq = seq, .row = &values[n]};
        n++;
    }
    subscriber_run(&r->subscriber, rows, n, n < RUN_LENGTH ? through : values[n - 1],
                   r->room->last_seq);
}
