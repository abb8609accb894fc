#pragma once

/*
 * Fan-out on this node: what was committed reaches whoever follows the room, on every loop.
 *
 *     hub_publish()   on the writer's loop, after each commit, in the log's order
 *
 * An event without a row says only where the room stands: its subscribers read the log as far.
 * Events of one room come from one writer, so they arrive on every loop in the log's order; were
 * one to be lost all the same, the subscriber would see the hole in the seqs and read the log.
 *
 * Threads: a hub is its loop's; hub_publish() may be called on any of the hubs' loops.
 */

#include "hub/event.h"
#include "hub/recent.h"
#include "hub/rendered.h"
#include "hub/topic.h"
#include "loop/loop.h"

struct hub;

struct hub *hub_new(struct loop *l) must_use;

/* Every subscriber must have ended. */
void hub_free(struct hub *hub);

/* To all n hubs, `here` being the calling loop's: it is served before this returns, the others
 * through their mailboxes. Takes over the batch. */
void hub_publish(struct hub *const *hubs, size_t n, struct hub *here, struct event_batch *batch);

/* Any thread may read them. */
const struct hub_counts *hub_counts(const struct hub *hub);

/* Where subscribers of this loop join. */
struct topics *hub_topics(struct hub *hub);

/* The newest events, of all rooms, whether anybody listens or not, and a part of the bytes for what
 * is rendered of them; none until it is said how many bytes they may take. */
void hub_keep(struct hub *hub, size_t most_bytes);

/* What is kept of a room. */
struct recent_run hub_recent(struct hub *hub, struct str topic_key) must_use;

/* Rows that are kept as they were rendered, under the group of whoever renders them and their
 * number. */
struct rendered *hub_rendered(struct hub *hub);
