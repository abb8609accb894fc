#include "server/plan_cache.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

struct entry {
    struct list by_use; /* the latest used last */
    struct gql_plan *plan;
    size_t size;
    size_t n;
    char text[];
};

struct plan_cache {
    const struct gql_schema *schema;
    struct gql_limits limits;
    struct map by_text;
    struct list entries;
    size_t size;
    size_t most_bytes;
    uint64_t numbered; /* selections, so far */
};

struct plan_cache *plan_cache_new(const struct gql_schema *schema, const struct gql_limits *limits,
                                  size_t most_bytes)
{
    struct plan_cache *c = mem_new(struct plan_cache);

    c->schema = schema;
    c->limits = *limits;
    c->most_bytes = most_bytes;
    list_init(&c->entries);
    return c;
}

static void drop(struct plan_cache *c, struct entry *e)
{
    map_take(&c->by_text, str_of(e->text, e->n));
    list_remove(&e->by_use);
    c->size -= e->size;
    gql_plan_unref(e->plan);
    mem_free(e);
}

static void drop_all(struct plan_cache *c)
{
    while (!list_empty(&c->entries))
        drop(c, list_first(&c->entries, struct entry, by_use));
}

void plan_cache_set_limits(struct plan_cache *c, const struct gql_limits *limits)
{
    c->limits = *limits;
    drop_all(c);
}

void plan_cache_free(struct plan_cache *c)
{
    if (!c)
        return;
    drop_all(c);
    map_done(&c->by_text);
    mem_free(c);
}

static void keep(struct plan_cache *c, struct str text, struct gql_plan *plan)
{
    struct entry *e = mem_zalloc(sizeof(*e) + text.n);

    e->plan = gql_plan_ref(plan);
    /* The text stands in the plan, here, and as the map's key. */
    e->size = gql_plan_size(plan) + sizeof(*e) + 2 * text.n;
    e->n = text.n;
    if (text.n)
        memcpy(e->text, text.p, text.n);
    map_put(&c->by_text, text, e);
    list_append(&c->entries, &e->by_use);
    c->size += e->size;
    while (c->size > c->most_bytes)
        drop(c, list_first(&c->entries, struct entry, by_use));
}

/* Nearly always what was asked for last is asked for again. */
static struct entry *find(const struct plan_cache *c, struct str text)
{
    struct entry *latest =
        list_empty(&c->entries) ? NULL : list_entry(c->entries.prev, struct entry, by_use);

    if (latest && str_eq(str_of(latest->text, latest->n), text))
        return latest;
    return map_get(&c->by_text, text);
}

struct gql_plan *plan_cache_get(struct plan_cache *c, struct str text, struct gql_errors *errors)
{
    struct entry *e = find(c, text);
    struct gql_plan *plan;

    if (e) {
        list_remove(&e->by_use);
        list_append(&c->entries, &e->by_use);
        return gql_plan_ref(e->plan);
    }
    plan = gql_plan_new(c->schema, text, &c->limits, errors);
    if (!plan)
        return NULL;
    gql_plan_number(plan, &c->numbered);
    keep(c, text, plan);
    return plan;
}
