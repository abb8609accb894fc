#include "base/buf.h"

#include <assert.h>
#include <stdio.h>

#include "base/mem.h"

enum {
    FIRST_CAPACITY = 256
};

void buf_init(struct buf *b, size_t ceiling)
{
    assert(ceiling > 0);
    *b = (struct buf){.ceiling = ceiling};
}

void buf_done(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){0};
}

void buf_reset(struct buf *b, size_t ceiling)
{
    assert(ceiling > 0);
    b->n = 0;
    b->ceiling = ceiling;
}

static void grow(struct buf *b, size_t at_least)
{
    size_t capacity = b->capacity ? b->capacity : FIRST_CAPACITY;

    while (capacity < at_least)
        capacity *= 2;
    if (capacity == b->capacity)
        return;
    b->p = mem_realloc(b->p, capacity);
    b->capacity = capacity;
}

char *buf_grow(struct buf *b, size_t n)
{
    if (n > b->ceiling || b->n > b->ceiling - n) {
        b->ceiling = 0;
        return NULL;
    }
    grow(b, b->n + n);
    return b->p + b->n;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    if (!buf_reserve(b, (size_t)n))
        return;
    grow(b, b->n + (size_t)n + 1); /* printf's NUL stands beyond the ceiling and does not count */
    va_start(args, format);
    vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

void buf_truncate(struct buf *b, size_t n)
{
    assert(n <= b->n);
    b->n = n;
}
