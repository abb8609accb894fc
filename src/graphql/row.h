#pragma once

/*
 * Pointers in a row that grows, or a stack of them, for as long as one task's arena lives.
 * An all-zero row is empty and ready.
 */

#include "base/arena.h"

struct gql_row {
    const void **items;
    size_t n;
    size_t capacity;
};

static inline void gql_row_push(struct gql_row *row, struct arena *a, const void *item)
{
    if (row->n == row->capacity) {
        size_t capacity = row->capacity ? 2 * row->capacity : 4;
        const void **grown = arena_array(a, const void *, capacity);

        if (row->n)
            memcpy(grown, row->items, row->n * sizeof(*grown));
        row->items = grown;
        row->capacity = capacity;
    }
    row->items[row->n++] = item;
}

/* The last one; the row must not be empty. */
static inline const void *gql_row_pop(struct gql_row *row)
{
    return row->items[--row->n];
}
