#pragma once

/*
 * A region that is freed all at once: one per request.
 *
 * Owner:   whoever called arena_init(); everything allocated dies with it.
 * Threads: one thread at a time.
 * Fails:   never; running out of memory ends the process. Bound the size of
 *          anything a client chooses before you come here.
 */

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>

#include "base/status.h"
#include "base/str.h"

struct arena_chunk;
struct arena_hook;

struct arena {
    struct arena_chunk *chunk; /* the newest; older ones hang behind it */
    struct arena_hook *hooks;
    char *next;
    char *end;
    size_t size; /* bytes handed out, all chunks together */
};

typedef void arena_hook_fn(void *p);

void arena_init(struct arena *a);

/* Begins in memory of the caller's, aligned for any type, and goes on to the heap when that is
 * full: for a task that is nearly always small. It may not be reset. */
void arena_init_in(struct arena *a, void *memory, size_t size);

void arena_done(struct arena *a);

/* Frees everything but the newest chunk, which serves again. Hooks run, newest first. */
void arena_reset(struct arena *a);

/* A chunk with room for at least so much; for arena_take() alone. */
void arena_grow(struct arena *a, size_t at_least);

/* Aligned for any type and not zeroed, for what is filled at once; size 0 gives a pointer too. In
 * the header because the size is nearly always known there. */
static inline void *__attribute__((malloc, returns_nonnull)) must_use arena_take(struct arena *a,
                                                                                 size_t size)
{
    size_t steps = (size ? size - 1 : 0) / _Alignof(max_align_t) + 1;
    size_t rounded = steps * _Alignof(max_align_t);
    void *p;

    assert(rounded >= size);
    if (__builtin_expect((size_t)(a->end - a->next) < rounded, 0))
        arena_grow(a, rounded);
    p = a->next;
    a->next += rounded;
    a->size += rounded;
    return p;
}

/* The same, zeroed. */
static inline void *__attribute__((malloc, returns_nonnull)) must_use arena_alloc(struct arena *a,
                                                                                  size_t size)
{
    return memset(arena_take(a, size), 0, size);
}

/* Runs fn(p) when the arena ends: closes a third-party handle that must live as long. */
void arena_on_done(struct arena *a, arena_hook_fn *fn, void *p);

/* A copy with a NUL behind it, so p serves as a C string where the bytes hold none. */
struct str arena_str(struct arena *a, struct str s);

/* All parts in a row; they may hold NUL, which ends what printf shows of a string. */
struct str arena_join(struct arena *a, const struct str *parts, size_t n);

struct str arena_printf(struct arena *a, const char *format, ...) printf_like(2, 3);
struct str arena_vprintf(struct arena *a, const char *format, va_list args) printf_like(2, 0);

#define arena_new(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc_n((a), sizeof(type), (n)))

/* size * n, checked. */
void *arena_alloc_n(struct arena *a, size_t size, size_t n)
    __attribute__((malloc, returns_nonnull)) must_use;
