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
    struct buf since; /* the variables of a subscription */
    struct audience_ear *ears;
    uint64_t *heard; /* a bit for each message and subscriber */
    size_t n;        /* subscribers; they are the members 1 to n */
    size_t messages; /* at most that many are told apart */
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

/* Begins messages as the pump's configuration says; its crowd, member, document and text are
 * filled in. The pump is the caller's. */
void audience_send(struct audience *a, struct pump *p, struct pump_config config);

must_use bool audience_turn(struct audience *a);

/* How many numbered messages this subscriber (from 0) has heard. */
size_t audience_heard(const struct audience *a, size_t subscriber);

void audience_pause(struct audience *a, size_t subscriber, bool is_paused);
