#include "store/results.h"

#include "base/mem.h"

struct results {
    size_t holders; /* the maker, and each result */
    size_t bytes;
    size_t most; /* 0: as many as come */
};

struct result {
    PGresult *pg;
    struct results *among;
    size_t bytes;
    size_t holders;
};

struct results *results_new(size_t most_bytes)
{
    struct results *among = mem_new(struct results);

    *among = (struct results){.holders = 1, .most = most_bytes};
    return among;
}

struct results *results_unref(struct results *among)
{
    if (among && --among->holders == 0)
        mem_free(among);
    return NULL;
}

struct result *results_take(struct results *among, PGresult *pg)
{
    size_t bytes = PQresultMemorySize(pg);
    struct result *r;

    if (among->most && among->bytes + bytes > among->most) {
        PQclear(pg);
        return NULL;
    }
    r = mem_new(struct result);
    *r = (struct result){.pg = pg, .among = among, .bytes = bytes, .holders = 1};
    among->bytes += bytes;
    among->holders++;
    return r;
}

static void let_go(void *r)
{
    result_unref(r);
}

void result_keep(struct result *r, struct arena *a)
{
    r->holders++;
    arena_on_done(a, let_go, r);
}

struct result *result_unref(struct result *r)
{
    if (!r || --r->holders > 0)
        return NULL;
    PQclear(r->pg);
    r->among->bytes -= r->bytes;
    results_unref(r->among);
    mem_free(r);
    return NULL;
}
