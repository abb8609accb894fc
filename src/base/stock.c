#include "base/stock.h"

#include <assert.h>

#include "base/mem.h"

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
}

void stock_done(struct stock *s)
{
    while (s->first)
        mem_free(stock_take(s));
}
