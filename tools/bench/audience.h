#pragma once

/*
 * Clients that follow one room, and one, member 0, that sends to it. Every delivery is checked:
 * each message once to each subscriber, in the room's order.
 *
 *     audience_init(&a, options, messages);
 *     audience_grow(&a, 1000)              until each follows, and has heard a first message
 *     audience_send(&a, …)                 numbers from 0
 *     audience_turn(&a, 1)
 *
 * Threads: one.
 */

#include "tools/bench/message.h"
#include "tools/bench/options.h"
#include "tools/bench/pump.h"

struct audience_ear;

struct audience {
    const struct options *options;
    struct crowd crowd;
    struct pump *pump; /* under way, or NULL */
    struct str room;
    struct buf query; /* of a subscription */
    struct buf variables;
    struct str position; /* in position_bytes: a cursor */
    char position_bytes[MESSAGE_CURSOR_MAX];
    struct audience_ear *ears;
    uint64_t *heard; /* a bit for each message and subscriber */
    size_t n;        /* subscribers; they are the members 1 to n */
    size_t messages; /* at most that many are told apart */
    size_t n_sent;   /* by pumps before this one: their numbers are used up */
    size_t rehearsals;
    size_t n_in_rehearsal; /* subscribers who have heard the last one */

    uint64_t deliveries; /* of numbered messages, repeated ones not counted */
    uint64_t repeated;
    uint64_t disordered;
    uint64_t foreign; /* deliveries of what was not sent */
    int64_t last_us;  /* the last delivery */
    struct histogram latency;
};

must_use bool audience_init(struct audience *a, const struct options *o, size_t messages);
void audience_done(struct audience *a);

/* n subscribers in all. */
must_use bool audience_grow(struct audience *a, size_t n);

/* A message that does not count reaches every subscriber: all of them are live. */
must_use bool audience_rehearse(struct audience *a);

/* Where the room stands: a->position, from which everything to come is heard. */
must_use bool audience_find_position(struct audience *a);

/* Begins messages as the pump's configuration says; its crowd, member, document and text are
 * filled in. The pump is the caller's. */
void audience_send(struct audience *a, struct pump *p, struct pump_config config);

must_use bool audience_turn(struct audience *a);

/* Nothing more is begun; the pump is done when what was begun has been answered. */
void audience_stop(struct audience *a);
/* It is done: the next one's numbers go on where its numbers end. */
void audience_rest(struct audience *a);

/* How many numbered messages this subscriber (from 0) has heard. */
size_t audience_heard(const struct audience *a, size_t subscriber);

/* The seq of the last message, of any kind, that it has heard; 0: none yet. */
int64_t audience_seq(const struct audience *a, size_t subscriber);

/* Turns until the server has used no processor time for a while: what it was asked for is done. */
must_use bool audience_await_quiet(struct audience *a);

void audience_pause(struct audience *a, size_t subscriber, bool is_paused);
