#include "base/mem.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static void *checked(void *p)
{
    if (p)
        return p;
    fputs("guildhall: out of memory\n", stderr);
    abort();
}

void mem_keep(size_t bytes)
{
    mallopt(M_TRIM_THRESHOLD, (int)bytes);
}

void *mem_zalloc(size_t size)
{
    return checked(calloc(1, size ? size : 1));
}

void *mem_realloc(void *old, size_t size)
{
    return checked(realloc(old, size ? size : 1));
}

void mem_free(void *p)
{
    free(p);
}
