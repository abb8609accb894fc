#pragma once

/*
 * The heap. The only home of malloc: running out of memory ends the process, so bound the size of
 * anything a client chooses before you come here.
 */

#include <stddef.h>

#include "base/status.h"

/* Zeroed bytes; never NULL. */
void *mem_zalloc(size_t size) __attribute__((malloc, returns_nonnull)) must_use;

/* As realloc; never NULL for size > 0. What grows is not zeroed. */
void *mem_realloc(void *old, size_t size) __attribute__((returns_nonnull)) must_use;

/* As free; takes NULL. */
void mem_free(void *p);

#define mem_new(type) ((type *)mem_zalloc(sizeof(type)))
