#pragma once

/*
 * The newest events of rooms, kept in memory: who comes back with a recent place is told from here
 * and costs the log nothing.
 *
 * Of each room a run without holes is kept, whose end is the newest event that this loop was told
 * of; an event that is not the next one begins a new run. When there is too much, the room that was
 * longest neither written nor read loses its oldest events first.
 *
 * Owner:   batches are held by reference; one counts as a whole for as long as any event of it is
 *          kept.
 * Threads: the hub's loop.
 */

#include "hub/event.h"

struct recent;
struct recent_room;

/* most_bytes 0: nothing is kept. */
struct recent *recent_new(size_t most_bytes) must_use;
void recent_free(struct recent *r);

void recent_add(struct recent *r, struct event_batch *batch);

/* The rows behind `after` in order, at most `most`: the first is that of after + 1. None: they are
 * not all here. Borrowed until recent_add(). */
size_t recent_rows(struct recent *r, struct str topic_key, int64_t after, const void **ret_rows,
                   size_t most);

/* The run that is kept of a room, for whoever reads it from its end; n is 0 where there is none.
 * Borrowed until recent_add(). */
struct recent_run {
    const struct recent_room *room;
    int64_t first_seq;
    size_t n;
};

struct recent_run recent_run(struct recent *r, struct str topic_key) must_use;

/* Of a seq in the run. */
const void *recent_run_row(const struct recent_run *run, int64_t seq);

/* The rows from one seq to another, both in the run, live as long as the arena. */
void recent_run_hold(const struct recent_run *run, int64_t from, int64_t to, struct arena *a);

/* What is held now, for tests and for what is measured. */
size_t recent_bytes(const struct recent *r);
