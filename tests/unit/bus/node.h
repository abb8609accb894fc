#pragma once

/*
 * A node that is nothing but its bus, on a loop that the test turns, and remembers what it heard.
 */

#include <stdlib.h>

#include "base/arena.h"
#include "bus/bus.h"
#include "tests/lib/test.h"

struct node {
    struct loop *loop;
    struct bus *bus;
    struct arena arena;
    struct str heard; /* the hints, each with a bar behind it; no more when they are long */
    bool last;        /* the latest was "last" */
    unsigned n_heard;
    unsigned connected;
    bool closed;
};

static inline void node_on_hint(void *user, struct str hint)
{
    struct node *n = user;

    n->n_heard++;
    n->last = str_eq(hint, STR("last"));
    if (n->heard.n < 256)
        n->heard = arena_printf(&n->arena, "%.*s%.*s|", STR_ARG(n->heard), STR_ARG(hint));
}

static inline void node_on_connected(void *user)
{
    ((struct node *)user)->connected++;
}

static inline void node_on_closed(void *user)
{
    ((struct node *)user)->closed = true;
}

static inline void node_open(struct node *n, struct loop *l, const struct bus_config *config)
{
    struct bus_config own = *config;

    *n = (struct node){.loop = l, .heard = STR("")};
    arena_init(&n->arena);
    own.on_hint = node_on_hint;
    own.on_connected = node_on_connected;
    own.user = n;
    n->bus = bus_new(l, &own);
}

static inline void node_close(struct node *n)
{
    bus_close(n->bus, node_on_closed, n);
    while (!n->closed)
        uv_run(&n->loop->uv, UV_RUN_ONCE);
    arena_done(&n->arena);
}

static inline void node_await(struct node *n, const unsigned *counter, unsigned value)
{
    while (*counter < value)
        uv_run(&n->loop->uv, UV_RUN_ONCE);
}

static inline void node_say(struct node *n, const char *hint)
{
    bus_publish(n->bus, str_c(hint));
}

/* All that was said before has been heard once this is: what is not there then does not come. */
static inline void node_await_last(struct node *from, struct node *to)
{
    unsigned before = to->n_heard;

    node_say(from, "last");
    do
        node_await(to, &to->n_heard, ++before);
    while (!to->last);
}

static inline void assert_heard(const struct node *n, const char *expected)
{
    assert_int_equal(n->heard.n, strlen(expected));
    assert_memory_equal(n->heard.p, expected, n->heard.n);
}
