#pragma once

/*
 * Who listens to which room on this loop: topics by key, and in each topic the subscribers grouped
 * by what they are sent, so that an event is rendered once a group.
 *
 * A topic lives while somebody is in it. Its head is the newest seq that this loop knows of, and
 * whoever begins to read has to reach it. Nobody who is live stands below what its events have
 * told; what one of them reads may move the head beyond that, and the others know nothing of it.
 *
 * Owner:   the topics their hub's; topics and groups are buried, not freed, when the last one
 *          leaves: a fan-out may be on the stack.
 * Threads: the hub's loop.
 */

#include "base/list.h"
#include "base/map.h"
#include "base/str.h"
#include "hub/counts.h"
#include "loop/loop.h"

struct recall;

struct topics {
    struct loop *loop;
    struct recall *recall; /* the hub's */
    uint64_t made;         /* topics and groups so far: each has its number for ever */
    struct map by_key;
    struct list all; /* topic.in_topics */
    struct hub_counts counts;
};

struct topic {
    struct topics *topics;
    struct list in_topics;
    struct list groups; /* topic_group.in_topic */
    uint64_t number;
    int64_t head;
    int64_t told; /* at most the head */
    struct grave grave;
    struct str key; /* bytes behind the struct */
    char bytes[];
};

struct topic_group {
    struct topic *topic;
    uint64_t number;
    struct list in_topic;
    struct list live; /* subscriber.in_group: an event is theirs at once */
    struct list rest; /* the same: it is nothing to them yet */
    size_t n;         /* of both */
    struct grave grave;
    struct str key; /* bytes behind the struct */
    char bytes[];
};

void topics_init(struct topics *topics, struct loop *l, struct recall *recall);

/* Nobody must be in any. */
void topics_done(struct topics *topics);

/* NULL when nobody listens. */
struct topic *topic_find(const struct topics *topics, struct str key);

/* Appends the link to the group's rest; topic and group are made when they are not there. */
struct topic_group *topic_enter(struct topics *topics, struct str topic_key, struct str group_key,
                                struct list *link) must_use;

/* The last one out closes group and topic. */
void topic_leave(struct topic_group *group, struct list *link);

/* Only one subscriber is in it. */
bool topic_is_of_one(const struct topic *topic) must_use;

/* The head moves forward, never back by this: a reading saw as much. */
void topic_advance(struct topic *topic, int64_t seq);

/* The same, by an event that everybody in it is told of. */
void topic_tell(struct topic *topic, int64_t seq);

/* The head, if it is still `false_seq`, was said by a bus that lied: the log ends at seq. */
void topic_retract(struct topic *topic, int64_t false_seq, int64_t seq);
