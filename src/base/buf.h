#pragma once

/*
 * Bytes that grow, up to a ceiling that its maker must name.
 *
 * What would pass the ceiling is dropped and latched: write on without asking, then ask
 * buf_overflowed() once at the end.
 *
 * Owner: whoever called buf_init().
 */

#include <stdarg.h>

#include "base/status.h"
#include "base/str.h"

struct buf {
    char *p;
    size_t n;
    size_t capacity;
    size_t ceiling; /* 0 once it has overflowed */
};

/* Allocates nothing yet. ceiling must not be 0. */
void buf_init(struct buf *b, size_t ceiling);
void buf_done(struct buf *b);

/* Empty again, the memory kept, an overflow forgotten. */
void buf_reset(struct buf *b, size_t ceiling);

/* Makes the room that buf_reserve() did not find; for it alone. */
char *buf_grow(struct buf *b, size_t n) must_use;

/* Room for n bytes behind the end, not yet counted; NULL when the ceiling is in the way. */
static inline must_use char *buf_reserve(struct buf *b, size_t n)
{
    if (__builtin_expect(n <= b->capacity - b->n && b->n + n <= b->ceiling, 1))
        return b->p + b->n;
    return buf_grow(b, n);
}

static inline void buf_add(struct buf *b, struct str s)
{
    char *to = s.n ? buf_reserve(b, s.n) : NULL;

    if (!to)
        return;
    memcpy(to, s.p, s.n);
    b->n += s.n;
}

static inline void buf_add_char(struct buf *b, char c)
{
    char *to = buf_reserve(b, 1);

    if (!to)
        return;
    *to = c;
    b->n++;
}

void buf_printf(struct buf *b, const char *format, ...) printf_like(2, 3);

/* Drops what stands behind the first n bytes: takes back what was written since. */
void buf_truncate(struct buf *b, size_t n);

static inline bool buf_overflowed(const struct buf *b)
{
    return b->ceiling == 0;
}

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->p ? b->p : "", b->n};
}
