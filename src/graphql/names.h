#pragma once

/*
 * Names to pointers, for as long as one task's arena lives: a few names are compared one by one,
 * many are hashed, with the key of the process, so that a client cannot make them collide.
 *
 * Owner: the arena given; names are borrowed. An all-zero table is empty and ready.
 */

#include "base/arena.h"

struct gql_names_entry {
    struct str name;
    void *value;
    uint64_t hash; /* once there are many */
};

struct gql_names {
    struct gql_names_entry *entries; /* in order of insertion */
    size_t n;
    size_t capacity;
    uint32_t *slots; /* place in entries plus one; NULL while there are few */
};

/* NULL when there is none. */
void *gql_names_get(const struct gql_names *names, struct str name);

/* Where the name's value stands, NULL in it when it is new; good until the next call. */
void **gql_names_at(struct gql_names *names, struct arena *a, struct str name);
