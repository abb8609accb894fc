#pragma once

/*
 * One subscription's way through a room's log:
 *
 *     JOINED ──told where it stands──► REPLAY, or LIVE
 *     REPLAY ──caught up──► LIVE ──queue full──► LAGGING ──drained──► REPLAY ;  any ──► ENDED
 *
 * A subscriber knows the last seq it delivered and takes only the next one. In REPLAY it is on its
 * way through what lies behind it, in memory or in the log (recall.h), of which at most one reading
 * is under way; what is published meanwhile only moves the topic's head, and REPLAY ends when the
 * subscriber stands at the head: that is the seam between log and live, and it stands in this file
 * only. In LIVE an event that is not the next one shows that something was missed, and the log is
 * read from where the subscriber stands. In LAGGING nothing is kept for it: it is a cursor.
 *
 * An event may be one that takes the right to read away. It has a seq like any other, so nothing
 * behind it is delivered before the log was read, and whoever may not read it is told so then and
 * ends; whether the event itself came does not matter. What takes the right away without being an
 * event, the owner tells with subscriber_review().
 *
 * Owner:   embedded in its owner, which calls subscriber_end() and keeps the memory until the end
 *          of that turn (loop_bury()): a fan-out may be on the stack.
 * Threads: its hub's loop.
 */

#include "base/frame.h"
#include "base/list.h"
#include "base/status.h"
#include "hub/event.h"

struct subscriber;
struct topic_group;
struct topics;

enum subscriber_state {
    SUBSCRIBER_JOINED, /* in its topic, and does not know yet where it stands */
    SUBSCRIBER_REPLAY,
    SUBSCRIBER_LIVE,
    SUBSCRIBER_LAGGING,
    SUBSCRIBER_ENDED,
};

/* What an event is to a subscriber. */
enum subscriber_concern {
    SUBSCRIBER_WANTS,   /* it is pushed */
    SUBSCRIBER_PASSES,  /* it is not for subscribers: the next one is waited for */
    SUBSCRIBER_REVIEWS, /* it may have ended the right to read: the log is read, which checks it */
};

/* What the owner does for its subscriber. None of these answers inside itself. */
struct subscriber_ops {
    /* Asked of what comes from memory; a reading of the log gives only what is wanted. NULL:
     * everything is. */
    enum subscriber_concern (*concern)(const struct subscriber *s, const void *row);
    /* The event as a payload for everybody in the group: a new frame. */
    struct frame *(*render)(struct subscriber *s, const void *row, bool replayed);
    /* False: not taken, too much is unsent; subscriber_drained() comes when there is room. */
    bool (*push)(struct subscriber *s, struct frame *payload);
    /* Reads the log behind `after`, at most SUBSCRIBER_RUN rows, and answers with subscriber_run(),
     * until it ends. */
    void (*read_on)(struct subscriber *s, int64_t after);
    /* A row of such a reading, to be kept for others of the topic. NULL: they read for themselves.
     */
    const void *(*keep)(struct arena *a, const void *row);
    /* Whether it is known to have had the right to read when it read up to here: else the log alone
     * may tell it more. NULL: it has. */
    bool (*has_right)(const struct subscriber *s);
};

enum {
    SUBSCRIBER_RUN = 100, /* rows at a time */
    SUBSCRIBER_AT_ONCE = 64,
    SUBSCRIBER_AT_ONCE_BYTES = 64 * 1024, /* of payloads; the last one goes beyond */
};

struct subscriber {
    /* What an event touches comes first, down to in_group. */
    const struct subscriber_ops *ops;
    enum subscriber_state state;
    bool asks;         /* a reading of the log is under way for it */
    bool by_itself;    /* its next reading is to be its own */
    int64_t delivered; /* the last seq pushed, or not wanted */
    struct list in_group;
    struct topic_group *group;
    int64_t head_asked_at; /* the topic's head when the latest reading began */
    struct list in_recall; /* where it waits while it is in REPLAY */
    struct list with;      /* subscriber.in_recall: who wait for its reading */
};

/* A row of the log as it was read: its seq, and what render() understands. */
struct subscriber_row {
    int64_t seq;
    const void *row;
};

/*
 * Enters the topic's and the group's list together. Subscribers of a topic with the same group key
 * share renderings: equal keys must render equal bytes.
 *
 * Join first, read the room's position afterwards, then call subscriber_begin(): whatever commits
 * in between is either in that reading or moves the topic's head.
 */
void subscriber_join(struct subscriber *s, const struct subscriber_ops *ops, struct topics *topics,
                     struct str topic_key, struct str group_key);

/* Everything behind `delivered` is wanted; last_seq is the room's position as it was read. */
void subscriber_begin(struct subscriber *s, int64_t delivered, int64_t last_seq);

/* The answer to read_on(): in order, all rows that it may have behind what was asked for and up to
 * the seq `through`: the last row's, when there may be more. last_seq is the room's position in the
 * same reading. */
void subscriber_run(struct subscriber *s, const struct subscriber_row *rows, size_t n,
                    int64_t through, int64_t last_seq);

/* There is room again. Does nothing to one that is not LAGGING. */
void subscriber_drained(struct subscriber *s);

/* The right to read may be gone: LIVE becomes REPLAY. In the other states a reading of the log
 * comes before anything else is delivered; one that is under way was asked for under the old right,
 * and its answer is the owner's to throw away: it asks once more, and answers then. */
void subscriber_review(struct subscriber *s);

/* Events of one topic that came together, on their way to a group. Each payload is made by the
 * first who wants it; they are a run of frames, of which no more is made than a queue should hold
 * on to for the sake of one: then what is told at once ends there. */
struct subscriber_events {
    const struct event *events;
    size_t n; /* becomes less, but not 0 */
    size_t bytes;
    size_t delivered;                           /* how many were pushed, to all of the group */
    struct frame *rendered[SUBSCRIBER_AT_ONCE]; /* NULL: nobody has wanted it yet */
};

void subscriber_tell(struct subscriber *s, struct subscriber_events *e);

/* For recall.c: what comes next, from memory; as subscriber_run(), but where the log ends is not
 * known. */
void subscriber_recall(struct subscriber *s, const struct subscriber_row *rows, size_t n,
                       int64_t through);
enum subscriber_concern subscriber_concern(const struct subscriber *s, const void *row) must_use;

/* Out of its lists; nothing is called behind this. Twice is once. */
void subscriber_end(struct subscriber *s);
