#pragma once

/*
 * Strings to pointers. The hash is keyed at random per process, so a client cannot choose keys
 * that collide.
 *
 * Owner: keys are copied; values stay their owner's.
 */

#include "base/status.h"
#include "base/str.h"

struct map_entry;

struct map {
    struct map_entry *entries;
};

/* An all-zero map is empty and ready. */
void map_done(struct map *m);

/* NULL when there is none. */
void *map_get(const struct map *m, struct str key);

/* Returns the value that stood there before, or NULL. value must not be NULL. */
void *map_put(struct map *m, struct str key, void *value);

/* Removes the key, returns its value, or NULL. */
void *map_take(struct map *m, struct str key);

size_t map_count(const struct map *m);
