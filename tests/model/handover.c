/*
 * Every interleaving of the hand-over from log to live, with hub/subscriber.c itself in it: the
 * walk through the world of world.h.
 *
 * Breadth first, so that the first way to a mistake is a shortest one.
 */

#include <stdio.h>

#include "base/map.h"
#include "base/mem.h"
#include "tests/model/world.h"

struct node {
    struct state state;
    const struct node *from;
    uint8_t move; /* that led here */
    struct node *next;
};

struct walk {
    struct world world;
    struct arena arena;
    struct map seen;
    struct node *last;
    const struct node *at;
    size_t states;
    size_t moves;
};

/* False: it was seen before. */
static bool note(struct walk *walk, uint8_t move)
{
    struct str bytes = str_of(&walk->world.now, sizeof(walk->world.now));
    struct node *node;

    if (map_get(&walk->seen, bytes))
        return false;
    node = arena_new(&walk->arena, struct node);
    *node = (struct node){.state = walk->world.now, .from = walk->at, .move = move};
    map_put(&walk->seen, bytes, node);
    if (walk->last)
        walk->last->next = node;
    walk->last = node;
    walk->states++;
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the way is long, a few dozen moves. */
static void print_way(const struct node *to)
{
    if (!to->from)
        return;
    print_way(to->from);
    printf("#   %s\n", moves[to->move].name);
}

/* What follows from a state comes to a good end. The world is another afterwards. */
static void look_ahead(struct world *w)
{
    struct state here = w->now;

    if (!world_settles(w))
        w->wrong = "the rest is never heard of";
    world_restore(w, &here);
    if (!w->wrong && !world_settles_by_hints(w))
        w->wrong = "the rest is not heard of, though no hint was lost";
}

/* False when something is wrong, which has been said. */
static bool look(struct walk *walk, uint8_t move)
{
    struct world *w = &walk->world;

    world_save(w);
    if (note(walk, move) && !w->wrong)
        look_ahead(w);
    if (!w->wrong)
        return true;
    printf("# %s:\n", w->wrong);
    print_way(walk->at);
    printf("#   %s\n", moves[move].name);
    return false;
}

static bool walk_from(struct walk *walk, const struct node *node)
{
    if (node->state.told)
        return true; /* it is in no list any more */
    walk->at = node;
    for (size_t i = 0; i < n_moves; i++) {
        world_restore(&walk->world, &node->state);
        if (!moves[i].make(&walk->world, moves[i].which))
            continue;
        walk->moves++;
        if (!look(walk, (uint8_t)i))
            return false;
    }
    uv_run(&walk->world.loop.uv, UV_RUN_NOWAIT); /* the graves of who was cut off */
    return true;
}

static bool walk_all(struct walk *walk)
{
    const struct node *first;
    bool right = true;

    world_begin(&walk->world, false);
    note(walk, 0);
    first = walk->last;
    world_begin(&walk->world, true);
    note(walk, 0);
    for (const struct node *node = first; node && right; node = node->next)
        right = walk_from(walk, node);
    return right;
}

/* handover [EVENTS]: three are enough for every kind of turn, and quick; four take minutes. */
int main(int argc, char **argv)
{
    struct walk walk = {0};
    bool right, is_long = argc > 1 && str_eq_c(str_c(argv[1]), "4");

    arena_init(&walk.arena);
    world_open(&walk.world, is_long ? LONGEST_LOG : LONGEST_LOG - 1);
    right = walk_all(&walk);
    printf("# %zu states, %zu moves between them\n", walk.states, walk.moves);
    printf("%s 1 - every interleaving delivers the log, gapless and in order\n1..1\n",
           right ? "ok" : "not ok");
    world_close(&walk.world);
    map_done(&walk.seen);
    arena_done(&walk.arena);
    return right ? 0 : 1;
}
