#pragma once

/*
 * The known name that somebody may have meant who wrote one that is unknown: the nearest, where it
 * is a slip or two away. A name that has little in common with what was written is no help, it
 * leads astray.
 *
 * GraphQL's names are suggested by graphql-js's rule, which guesses further: graphql/suggest.h.
 *
 * Owner: strings are borrowed, or live in the arena.
 */

#include "base/arena.h"

struct nearest {
    struct arena *arena;
    struct str wanted;
    struct str prefix; /* what all names begin with: it counts for nothing */
    struct str name;   /* the nearest of those considered; absent: none is near */
    size_t distance;
};

/* A name with the prefix. */
void nearest_consider(struct nearest *n, struct str name);

/* `: did you mean --user?`, or empty. */
struct str nearest_hint(const struct nearest *n);
