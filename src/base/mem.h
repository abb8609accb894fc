#pragma once

/*
 * The heap. The only home of malloc: running out of memory ends the process, so bound the size of
 * anything a client chooses before you come here.
 */

#include <stddef.h>

#include "base/status.h"

/* How much of what was freed stays with the process: what a server takes and gives back in each
 * turn is not asked of the kernel anew, which zeroes every page of it. Before there are threads. */
void mem_keep(size_t bytes);

/* Zeroed bytes; never NULL. */
void *mem_zalloc(size_t size) __attribute__((malloc, returns_nonnull)) must_use;

/* As realloc; never NULL for size > 0. What grows is not zeroed. */
void *mem_realloc(void *old, size_t size) __attribute__((returns_nonnull)) must_use;

/* As free; takes NULL. */
void mem_free(void *p);

#define mem_new(type) ((type *)mem_zalloc(sizeof(type)))
