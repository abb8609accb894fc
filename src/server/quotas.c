#include "server/quotas.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/hash.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

enum {
    PARTS = 64,
    SWEEP_AT_LEAST = 256, /* entries of a part, before it looks whom it can forget */
};

/* A user of a tenant, or a tenant. */
struct entry {
    struct list link;
    size_t connections;
    struct rate_state sends;
    size_t n;
    char key[];
};

struct part {
    pthread_mutex_t lock;
    struct map by_key;
    struct list entries;
    size_t sweep_at;
};

struct quotas {
    struct quotas_config first;
    const struct quotas_config *_Atomic config;
    struct part parts[PARTS];
};

/* Whom a look is about: a key and the part that it stands in. */
struct subject {
    struct part *part;
    struct str key;
    char bytes[];
};

/* "tenant" US "user"; a tenant alone has no separator, which neither can hold. */
static struct subject *subject_new(struct quotas *q, struct str tenant, struct str user)
{
    size_t n = tenant.n + (user.p ? 1 + user.n : 0);
    struct subject *s = mem_zalloc(sizeof(*s) + n);

    memcpy(s->bytes, tenant.p, tenant.n);
    if (user.p) {
        s->bytes[tenant.n] = '\x1f';
        memcpy(s->bytes + tenant.n + 1, user.p, user.n);
    }
    s->key = str_of(s->bytes, n);
    s->part = &q->parts[hash_bytes(s->bytes, n) % PARTS];
    return s;
}

static bool is_idle(const struct entry *e, int64_t now_us)
{
    return e->connections == 0 && rate_is_whole(&e->sends, now_us);
}

static void forget(struct part *p, struct entry *e)
{
    map_take(&p->by_key, str_of(e->key, e->n));
    list_remove(&e->link);
    mem_free(e);
}

/* Each time when half of the part has come since the last time, so that a look costs little. */
static void sweep(struct part *p, int64_t now_us)
{
    size_t n = map_count(&p->by_key);

    if (n < p->sweep_at)
        return;
    list_each_safe (link, &p->entries) {
        struct entry *e = list_entry(link, struct entry, link);

        if (is_idle(e, now_us))
            forget(p, e);
    }
    n = 2 * map_count(&p->by_key);
    p->sweep_at = n > SWEEP_AT_LEAST ? n : SWEEP_AT_LEAST;
}

static struct entry *find_or_make(const struct subject *s)
{
    struct entry *e = map_get(&s->part->by_key, s->key);

    if (e)
        return e;
    e = mem_zalloc(sizeof(*e) + s->key.n);
    list_init(&e->link);
    e->n = s->key.n;
    memcpy(e->key, s->key.p, s->key.n);
    map_put(&s->part->by_key, s->key, e);
    list_append(&s->part->entries, &e->link);
    return e;
}

/* --- connections */

static const struct quotas_config *config_of(struct quotas *q)
{
    return atomic_load_explicit(&q->config, memory_order_acquire);
}

static bool add_connection(struct quotas *q, struct str tenant, struct str user, size_t most)
{
    struct subject *s = subject_new(q, tenant, user);
    struct entry *e;
    bool allowed;

    pthread_mutex_lock(&s->part->lock);
    e = find_or_make(s);
    allowed = e->connections < most;
    e->connections += allowed;
    pthread_mutex_unlock(&s->part->lock);
    mem_free(s);
    return allowed;
}

static void remove_connection(struct quotas *q, struct str tenant, struct str user)
{
    struct subject *s = subject_new(q, tenant, user);
    struct entry *e;

    pthread_mutex_lock(&s->part->lock);
    e = map_get(&s->part->by_key, s->key);
    assert(e && e->connections > 0);
    if (--e->connections == 0 && e->sends.whole_at_us == 0)
        forget(s->part, e);
    pthread_mutex_unlock(&s->part->lock);
    mem_free(s);
}

bool quotas_connect(struct quotas *q, struct str tenant, struct str user)
{
    if (!add_connection(q, tenant, user, config_of(q)->connections_per_user))
        return false;
    if (add_connection(q, tenant, STR_NULL, config_of(q)->connections_per_tenant))
        return true;
    remove_connection(q, tenant, user);
    return false;
}

void quotas_disconnect(struct quotas *q, struct str tenant, struct str user)
{
    remove_connection(q, tenant, user);
    remove_connection(q, tenant, STR_NULL);
}

/* --- sending */

static uint64_t take_send(struct quotas *q, struct str tenant, struct str user,
                          const struct rate *rate, int64_t now_us)
{
    struct subject *s;
    uint64_t wait_ms;

    if (rate->interval_us == 0)
        return 0;
    s = subject_new(q, tenant, user);
    pthread_mutex_lock(&s->part->lock);
    sweep(s->part, now_us);
    wait_ms = rate_take(rate, &find_or_make(s)->sends, now_us);
    pthread_mutex_unlock(&s->part->lock);
    mem_free(s);
    return wait_ms;
}

/* What the user's allowance gave is not given back when the tenant's refuses: whoever tries again
 * at once pays for it. */
uint64_t quotas_send(struct quotas *q, struct str tenant, struct str user, int64_t now_us)
{
    uint64_t wait_ms = take_send(q, tenant, user, &config_of(q)->sends_per_user, now_us);

    if (wait_ms > 0)
        return wait_ms;
    return take_send(q, tenant, STR_NULL, &config_of(q)->sends_per_tenant, now_us);
}

/* --- from begin to end */

struct quotas *quotas_new(const struct quotas_config *config)
{
    struct quotas *q = mem_new(struct quotas);

    q->first = *config;
    atomic_init(&q->config, &q->first);
    for (size_t i = 0; i < PARTS; i++) {
        pthread_mutex_init(&q->parts[i].lock, NULL);
        list_init(&q->parts[i].entries);
        q->parts[i].sweep_at = SWEEP_AT_LEAST;
    }
    return q;
}

void quotas_set_config(struct quotas *q, const struct quotas_config *config)
{
    atomic_store_explicit(&q->config, config, memory_order_release);
}

void quotas_free(struct quotas *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < PARTS; i++) {
        struct part *p = &q->parts[i];

        while (!list_empty(&p->entries))
            forget(p, list_first(&p->entries, struct entry, link));
        map_done(&p->by_key);
        pthread_mutex_destroy(&p->lock);
    }
    mem_free(q);
}

size_t quotas_count(struct quotas *q)
{
    size_t n = 0;

    for (size_t i = 0; i < PARTS; i++) {
        pthread_mutex_lock(&q->parts[i].lock);
        n += map_count(&q->parts[i].by_key);
        pthread_mutex_unlock(&q->parts[i].lock);
    }
    return n;
}
