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

/* most_bytes 0: nothing is kept. */
struct recent *recent_new(size_t most_bytes) must_use;
void recent_free(struct recent *r);

void recent_add(struct recent *r, struct event_batch *batch);

/* The rows behind `after` in order, at most `most`: the first is that of after + 1. None: they are
 * not all here. Borrowed until recent_add(). */
size_t recent_rows(struct recent *r, struct str topic_key, int64_t after, const void **ret_rows,
                   size_t most);

/* What is held now, for tests and for what is measured. */
size_t recent_bytes(const struct recent *r);
