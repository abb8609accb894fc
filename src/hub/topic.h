#pragma once

/*
 * Who listens to which room on this loop: topics by key, and in each topic the subscribers grouped
 * by what they are sent, so that an event is rendered once a group.
 *
 * A topic lives while somebody is in it. Its head is the newest seq that this loop knows of: it
 * only grows, and whoever stands below it has something to read.
 *
 * Threads: the hub's loop.
 */

#include "base/list.h"
#include "base/map.h"
#include "base/str.h"
#include "loop/loop.h"

struct event;
struct hub;
struct topic;
struct topic_group;

/* Appends the link to the group's list; topic and group are made when they are not there. */
struct topic_group *topic_enter(struct hub *hub, struct str topic_key, struct str group_key,
                                struct list *link) must_use;

/* The last one out closes group and topic. */
void topic_leave(struct topic_group *group, struct list *link);

int64_t topic_head(const struct topic_group *group);
void topic_advance(struct topic_group *group, int64_t seq);
