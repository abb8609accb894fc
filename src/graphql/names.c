#include "graphql/names.h"

#include <assert.h>

#include "base/hash.h"

enum {
    FEW = 16,
    SLOTS_PER_ENTRY = 2, /* at least: no more than half of the slots are ever taken */
};

static size_t slots_count(const struct gql_names *names)
{
    return names->capacity * SLOTS_PER_ENTRY;
}

/* The slot of the name, or the empty one where it belongs. */
static uint32_t *find_slot(const struct gql_names *names, struct str name, uint64_t hash)
{
    size_t mask = slots_count(names) - 1;

    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &names->slots[i];
        const struct gql_names_entry *entry;

        if (*slot == 0)
            return slot;
        entry = &names->entries[*slot - 1];
        if (entry->hash == hash && str_eq(entry->name, name))
            return slot;
    }
}

static struct gql_names_entry *find(const struct gql_names *names, struct str name)
{
    uint32_t slot;

    if (!names->slots) {
        for (size_t i = 0; i < names->n; i++) {
            if (str_eq(names->entries[i].name, name))
                return &names->entries[i];
        }
        return NULL;
    }
    slot = *find_slot(names, name, hash_bytes(name.p, name.n));
    return slot ? &names->entries[slot - 1] : NULL;
}

void *gql_names_get(const struct gql_names *names, struct str name)
{
    const struct gql_names_entry *entry = find(names, name);

    return entry ? entry->value : NULL;
}

static void index_entries(struct gql_names *names, struct arena *a)
{
    names->slots = arena_array(a, uint32_t, slots_count(names));
    for (size_t i = 0; i < names->n; i++) {
        struct gql_names_entry *entry = &names->entries[i];

        entry->hash = hash_bytes(entry->name.p, entry->name.n);
        *find_slot(names, entry->name, entry->hash) = (uint32_t)i + 1;
    }
}

static void grow(struct gql_names *names, struct arena *a)
{
    size_t capacity = names->capacity ? names->capacity * 2 : FEW / 2;
    struct gql_names_entry *entries = arena_array(a, struct gql_names_entry, capacity);

    if (names->entries)
        memcpy(entries, names->entries, names->n * sizeof(*entries));
    names->entries = entries;
    names->capacity = capacity;
    if (capacity > FEW)
        index_entries(names, a);
}

static struct gql_names_entry *add(struct gql_names *names, struct arena *a, struct str name)
{
    struct gql_names_entry *entry;

    if (names->n == names->capacity)
        grow(names, a);
    assert(names->entries);
    entry = &names->entries[names->n++];
    entry->name = name;
    if (names->slots) {
        entry->hash = hash_bytes(name.p, name.n);
        *find_slot(names, name, entry->hash) = (uint32_t)names->n;
    }
    return entry;
}

void **gql_names_at(struct gql_names *names, struct arena *a, struct str name)
{
    struct gql_names_entry *entry = find(names, name);

    if (!entry)
        entry = add(names, a, name);
    return &entry->value;
}
