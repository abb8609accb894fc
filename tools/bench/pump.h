#pragma once

/*
 * Requests kept in flight: so many at a time over some of a crowd's members, and the answer to one
 * makes room for the next. Or at a steady pace, when one is given.
 *
 * Each request in flight has a slot; slot s speaks through member first + s % n_members, under the
 * id s.
 *
 * Owner: whoever declared it; the crowd's on_message hands it what its members are told.
 */

#include "tools/bench/crowd.h"
#include "tools/bench/histogram.h"

/* Appends the variables, JSON, of the request with this number. */
typedef void pump_write_fn(void *user, size_t slot, size_t number, struct buf *variables);
typedef void pump_answer_fn(void *user, size_t slot, struct str payload);

struct pump_config {
    struct crowd *crowd;
    size_t first;
    size_t n_members;
    size_t in_flight;
    size_t requests;
    int64_t most_us;     /* no request begins later than this behind the first; 0: no end */
    int64_t interval_us; /* between the beginnings of two; 0: as soon as a slot is free */
    struct str query;
    pump_write_fn *write;
    pump_answer_fn *on_answer; /* may be NULL */
    void *user;
};

struct pump_slot {
    bool is_busy;
    int64_t began_us;
};

struct pump {
    struct pump_config config;
    struct pump_slot *slots;
    struct buf variables;
    size_t n_begun;
    size_t n_answered;
    int64_t began_us;
    int64_t paced_us; /* from then on and */
    size_t paced_n;   /* from this request on the pace is what it is */
    int64_t ended_us; /* the last answer's */
    struct histogram latency;
};

void pump_init(struct pump *p, const struct pump_config *config);
void pump_done(struct pump *p);

/* Begins what is due. Returns how many ms may pass before it must be asked again. */
int pump_turn(struct pump *p);

/* From now on another pace. */
void pump_pace(struct pump *p, int64_t interval_us);

/* A message to one of its members. An error spoils the crowd. */
void pump_take(struct pump *p, const struct wire_message *m);

/* Everything has been begun and answered. */
must_use bool pump_is_done(const struct pump *p);

/* Turns until it is; false when the crowd is spoilt or a minute passes behind the last beginning.
 */
must_use bool pump_run(struct pump *p);
