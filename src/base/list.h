#pragma once

/*
 * A doubly linked list through a member of its elements: leaving takes no search.
 *
 * Owner: the elements' owner; a list never frees. An element stands in at most one list per link.
 */

#include <stdbool.h>

#include "base/status.h"

struct list {
    struct list *next;
    struct list *prev;
};

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

/* True for an empty list, and for a link that stands in none. */
static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

static inline void list_append(struct list *l, struct list *link)
{
    link->next = l;
    link->prev = l->prev;
    l->prev->next = link;
    l->prev = link;
}

/* Out of its list; nothing happens when it stands in none. */
static inline void list_remove(struct list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    list_init(link);
}

/* All of from's elements to the end of to. */
static inline void list_move_all(struct list *from, struct list *to)
{
    if (list_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

#define list_entry(link, type, member) container_of(link, type, member)
#define list_first(l, type, member)    list_entry((l)->next, type, member)
#define list_last(l, type, member)     list_entry((l)->prev, type, member)

#define list_each(at, l) for (struct list *at = (l)->next; at != (l); at = at->next)
/* The loop's body may remove the element it stands at. */
#define list_each_safe(at, l)                                                                      \
    for (struct list *at = (l)->next, *at##_next = at->next; at != (l);                            \
         at = at##_next, at##_next = at->next)
