#pragma once

/*
 * Blocks of memory of one size, of which those that are left serve again: for what comes and goes
 * by the hundred at a time, which malloc() would join together and cut up anew each time.
 *
 * Owner:   whoever called stock_init(); blocks that were taken are the taker's until they are left.
 * Threads: one at a time.
 * Fails:   never; running out of memory ends the process.
 */

#include <stddef.h>

#include "base/status.h"

struct stock_block;

struct stock {
    struct stock_block *first;
    size_t n;
    size_t size;
    size_t most; /* that are kept; what is left beyond goes back to the heap */
};

/* size: at least a pointer's. */
void stock_init(struct stock *s, size_t size, size_t most);

/* Not zeroed. */
void *stock_take(struct stock *s) __attribute__((malloc, returns_nonnull)) must_use;

void stock_leave(struct stock *s, void *p);

/* Frees what is kept; what was taken is not touched and may not be left any more. */
void stock_done(struct stock *s);
