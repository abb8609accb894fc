#pragma once

/*
 * Clients that only follow a room, and do so as clients do in the field: they stand still, they are
 * lost, and they come back with the cursor of the last message they heard. Each must hear the next
 * seq of the room's log every time, wherever it has been in between.
 *
 *     followers_open(&f, cursor, seq)      all of them follow from there
 *     followers_pause(&f, true)            they read nothing any more
 *     followers_reach(&f, seq)             until each has heard so much
 *
 * Threads: one.
 */

#include "tools/bench/crowd.h"
#include "tools/bench/message.h"
#include "tools/bench/options.h"

struct follower;

struct followers {
    const struct options *options;
    struct crowd crowd;
    struct crowd *beside; /* has its turns with ours, or NULL */
    struct follower *each;
    struct list away; /* follower.in_away: to enter when there is room at the door */
    size_t n;
    bool is_paused;
    struct buf variables; /* of a subscription */
    int64_t aim;          /* a seq */
    size_t n_there;       /* who have heard it */

    uint64_t deliveries;
    uint64_t replayed; /* of these, not live */
    size_t n_parked;   /* who have heard one of those since they were paused */
    uint64_t lost;     /* seqs that were left out */
    uint64_t repeated;
    size_t returns; /* connections that the server ended */
};

/* knocking: connections set up at a time. Who is lost comes back; not before followers_open(). */
must_use bool followers_init(struct followers *f, const struct options *o, size_t n,
                             size_t knocking);
/* Whose pings are to be answered meanwhile; NULL: nobody's. */
void followers_mind(struct followers *f, struct crowd *beside);
void followers_done(struct followers *f);

/* All connect, and follow from the cursor, behind which the message seq + 1 comes next. Until each
 * has asked for it. */
must_use bool followers_open(struct followers *f, struct str cursor, int64_t seq);

/* All hang up. */
void followers_leave(struct followers *f);

/* Who is paused notices nothing, and comes back only afterwards. */
void followers_pause(struct followers *f, bool is_paused);

must_use bool followers_turn(struct followers *f, int wait_ms);

/* Turns until each has heard the message seq; false when nothing comes for a minute. */
must_use bool followers_reach(struct followers *f, int64_t seq);
