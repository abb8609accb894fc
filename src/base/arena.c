#include "base/arena.h"

#include <assert.h>
#include <stdio.h>

#include "base/mem.h"

struct arena_chunk {
    struct arena_chunk *older;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

struct arena_hook {
    struct arena_hook *older;
    arena_hook_fn *fn;
    void *p;
};

enum {
    /* What malloc() has at hand without a search, for each thread, ends a little above a thousand
     * bytes: two chunks of that serve most requests. */
    SMALL_CHUNK = 976,
    LARGE_CHUNK = 4 * 1024,
    LARGEST_STEP = 64 * 1024, /* chunks double up to here */
};

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

void arena_init_in(struct arena *a, void *memory, size_t size)
{
    *a = (struct arena){.next = memory, .end = (char *)memory + size};
}

static void run_hooks(struct arena *a)
{
    while (a->hooks) {
        struct arena_hook *hook = a->hooks;
        a->hooks = hook->older;
        hook->fn(hook->p);
    }
}

static void free_chunks(struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *older = chunk->older;
        mem_free(chunk);
        chunk = older;
    }
}

void arena_done(struct arena *a)
{
    run_hooks(a);
    free_chunks(a->chunk);
    *a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
    run_hooks(a);
    a->size = 0;
    if (!a->chunk)
        return;
    free_chunks(a->chunk->older);
    a->chunk->older = NULL;
    a->next = a->chunk->bytes;
    a->end = a->chunk->bytes + a->chunk->size;
}

static size_t next_size(const struct arena_chunk *newest)
{
    if (!newest || !newest->older)
        return SMALL_CHUNK;
    if (newest->size < LARGE_CHUNK)
        return LARGE_CHUNK;
    return newest->size < LARGEST_STEP ? newest->size * 2 : LARGEST_STEP;
}

void arena_grow(struct arena *a, size_t at_least)
{
    size_t size = next_size(a->chunk);
    struct arena_chunk *chunk;

    if (size < at_least)
        size = at_least;
    assert(size <= SIZE_MAX - sizeof(*chunk));
    chunk = mem_realloc(NULL, sizeof(*chunk) + size);
    chunk->older = a->chunk;
    chunk->size = size;
    a->chunk = chunk;
    a->next = chunk->bytes;
    a->end = chunk->bytes + size;
}

void *arena_alloc_n(struct arena *a, size_t size, size_t n)
{
    size_t total;
    bool overflow = __builtin_mul_overflow(size, n, &total);

    assert(!overflow);
    return arena_alloc(a, total);
}

void arena_on_done(struct arena *a, arena_hook_fn *fn, void *p)
{
    struct arena_hook *hook = arena_new(a, struct arena_hook);

    *hook = (struct arena_hook){.older = a->hooks, .fn = fn, .p = p};
    a->hooks = hook;
}

struct str arena_str(struct arena *a, struct str s)
{
    char *copy;

    if (!s.p)
        return STR_NULL;
    copy = arena_take(a, s.n + 1);
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return (struct str){copy, s.n};
}

struct str arena_join(struct arena *a, const struct str *parts, size_t n)
{
    size_t length = 0;
    char *text, *to;

    for (size_t i = 0; i < n; i++)
        length += parts[i].n;
    text = to = arena_take(a, length + 1);
    for (size_t i = 0; i < n; i++) {
        if (parts[i].n > 0)
            memcpy(to, parts[i].p, parts[i].n);
        to += parts[i].n;
    }
    *to = '\0';
    return (struct str){text, length};
}

struct str arena_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    int n;
    char *text;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, args);
    assert(n >= 0);
    text = arena_take(a, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return (struct str){text, (size_t)n};
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    struct str s;

    va_start(args, format);
    s = arena_vprintf(a, format, args);
    va_end(args);
    return s;
}
