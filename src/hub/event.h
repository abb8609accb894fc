#pragma once

/*
 * What has happened in rooms, as one commit left it: counted and frozen, shared by all loops.
 *
 * Threads: any, once published.
 */

#include <stdatomic.h>

#include "base/arena.h"

struct event {
    struct str topic_key;
    int64_t seq;
    const void *row; /* what subscribers' render() understands; NULL: to be read from the log */
};

/* The events of one commit, in the log's order. Rows and keys are in the batch's arena. */
struct event_batch {
    atomic_uint holders;
    struct arena arena;
    int64_t committed_us; /* when this node knew so, by clock_mono_us(); 0: another one committed */
    struct event *events;
    size_t n;
};

/* Room for n events, one holder: the caller, who fills them before sharing. */
struct event_batch *event_batch_new(size_t n) must_use;
struct event_batch *event_batch_ref(struct event_batch *batch) must_use;
struct event_batch *event_batch_unref(struct event_batch *batch);

/* What it has taken from the heap, about: for whoever keeps many. */
size_t event_batch_size(const struct event_batch *batch) must_use;
