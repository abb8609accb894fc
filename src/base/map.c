#include "base/map.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

/* uthash with our heap and our keyed hash. */
#define uthash_malloc(size)                mem_zalloc(size)
#define uthash_free(p, size)               mem_free(p)
#define HASH_FUNCTION(key, length, result) ((result) = (unsigned)hash_bytes((key), (length)))
#include <uthash.h>

/* NOLINTBEGIN(readability-function-size): what uthash's macros expand to counts as ours. */

struct map_entry {
    UT_hash_handle hh;
    void *value;
    size_t n;
    char key[];
};

void map_done(struct map *m)
{
    struct map_entry *e, *next;

    HASH_ITER(hh, m->entries, e, next)
    {
        HASH_DEL(m->entries, e);
        mem_free(e);
    }
}

static struct map_entry *find(const struct map *m, struct str key)
{
    const char *p = key.p ? key.p : ""; /* memcmp takes no NULL, not even for no bytes */
    struct map_entry *e;

    HASH_FIND(hh, m->entries, p, key.n, e);
    return e;
}

void *map_get(const struct map *m, struct str key)
{
    struct map_entry *e = find(m, key);

    return e ? e->value : NULL;
}

void *map_put(struct map *m, struct str key, void *value)
{
    struct map_entry *e = find(m, key);
    void *before = e ? e->value : NULL;

    assert(value);
    if (!e) {
        e = mem_zalloc(sizeof(*e) + key.n);
        e->n = key.n;
        if (key.n)
            memcpy(e->key, key.p, key.n);
        HASH_ADD_KEYPTR(hh, m->entries, e->key, e->n, e);
    }
    e->value = value;
    return before;
}

void *map_take(struct map *m, struct str key)
{
    struct map_entry *e = find(m, key);
    void *value = e ? e->value : NULL;

    if (!e)
        return NULL;
    HASH_DEL(m->entries, e);
    mem_free(e);
    return value;
}

size_t map_count(const struct map *m)
{
    return HASH_COUNT(m->entries);
}

/* NOLINTEND(readability-function-size) */
