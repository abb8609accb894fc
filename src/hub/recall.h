#pragma once

/*
 * Where those who read on are told from: what is kept in memory, or the log.
 *
 * Memory is the newest events of the room (recent.h), and what was just read from the log for
 * somebody else. From memory subscribers are told by turns, a run each, and only so many in one
 * turn of the loop: when a thousand come back at once, or their sockets drain at once, what is live
 * goes on beside them.
 *
 * The log is read for a few at a time, and once for all who stand close together: whoever finds
 * that a reading under way will hold what comes next waits for it. What a reading brought is kept
 * while anybody reads on. Who might read the room up to some place may read on from there as far as
 * the seqs are without a hole: a removal is an event with a seq of its own, and would be one. At a
 * hole each asks the log itself; and so does whoever may have lost the right to read in another way
 * (has_right()).
 *
 * Owner:   the hub; a subscriber that ends is forgotten.
 * Threads: the hub's loop.
 */

#include "hub/event.h"
#include "hub/recent.h"
#include "hub/rendered.h"
#include "loop/loop.h"

struct subscriber;
struct subscriber_row;

struct recall {
    struct loop *loop;
    struct recent *recent; /* the hub's */
    struct list by_turns;  /* subscriber.in_recall: told from memory */
    struct list at_log;    /* the same: too many readings are under way */
    struct list under_way; /* the same */
    size_t n_under_way;
    struct list readings; /* that are kept, the oldest first */
    size_t bytes;         /* of them */
    struct rendered rendered;
    struct turn_hook turn;
};

void recall_init(struct recall *r, struct loop *l, struct recent *recent);
/* Everybody must have been forgotten. */
void recall_done(struct recall *r);

/* It is in REPLAY: sooner or later it is told what comes next, or its read_on() is called. */
void recall_begin(struct recall *r, struct subscriber *s);

/* Its reading of the log has been answered with these rows. */
void recall_answered(struct recall *r, struct subscriber *s, const struct subscriber_row *rows,
                     size_t n);

/* It has ended, whatever it waits for. */
void recall_forget(struct recall *r, struct subscriber *s);
