#include "base/stock.h"

#include <assert.h>

#include "base/mem.h"

/* clang has it with its sanitizers only. */
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

/* What is behind it in a block that is kept is nobody's: the address sanitizer stops at who touches
 * it, as it does at what was freed. */
struct stock_block {
    struct stock_block *next;
};

void stock_init(struct stock *s, size_t size, size_t most)
{
    assert(size >= sizeof(struct stock_block));
    *s = (struct stock){.size = size, .most = most};
}

void *stock_take(struct stock *s)
{
    struct stock_block *block = s->first;

    if (!block)
        return mem_realloc(NULL, s->size);
    s->first = block->next;
    s->n--;
    ASAN_UNPOISON_MEMORY_REGION(block, s->size);
    return block;
}

void stock_leave(struct stock *s, void *p)
{
    struct stock_block *block = p;

    if (s->n == s->most) {
        mem_free(p);
        return;
    }
    block->next = s->first;
    s->first = block;
    s->n++;
    ASAN_POISON_MEMORY_REGION(block + 1, s->size - sizeof(*block));
}

void stock_done(struct stock *s)
{
    while (s->first)
        mem_free(stock_take(s));
}
