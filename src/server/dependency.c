#include "server/dependency.h"

#include "base/clock.h"
#include "server/feed.h"
#include "server/migrations.h"

/* As of 1970; what was never noted has been so since the start. */
static int64_t unix_since(const struct worker *w, int64_t since_ms)
{
    if (!since_ms)
        since_ms = w->started_ms;
    return clock_unix_ms() - (clock_mono_us() / 1000 - since_ms);
}

/* Of several that are one to those who depend on it: down since the first went down, up since the
 * last came up. They go down together: it counts as once. */
static void add(struct dependency_state *sum, struct breaker_state *worst, const struct breaker *b)
{
    struct breaker_state state = breaker_look(b);
    uint64_t trips = metric_get(&b->trips);

    if (worst->up && !state.up)
        *worst = state;
    else if (worst->up == state.up &&
             (state.up ? state.since_ms > worst->since_ms : state.since_ms < worst->since_ms))
        worst->since_ms = state.since_ms;
    sum->trips = trips > sum->trips ? trips : sum->trips;
    sum->refused += metric_get(&b->refused);
}

static void settle(const struct worker *w, struct dependency_state *s,
                   const struct breaker_state *worst)
{
    s->is_up = s->is_ready = worst->up;
    s->since_ms = unix_since(w, worst->since_ms);
}

static void look_at_database(const struct worker *w, struct dependency_state *s)
{
    struct breaker_state worst = {.up = true};

    for (size_t i = 0; i < w->n_all; i++) {
        struct store_counts counts;

        store_look(w->all[i].store, &counts);
        for (size_t k = 0; k < STORE_CONNECTIONS; k++)
            add(s, &worst, counts.breakers[k]);
    }
    settle(w, s, &worst);
}

static void look_at_one(const struct worker *w, struct dependency_state *s, const struct breaker *b)
{
    struct breaker_state worst = {.up = true};

    if (b)
        add(s, &worst, b);
    settle(w, s, &worst);
}

void dependency_look(const struct worker *w, enum dependency what,
                     struct dependency_state *ret_state)
{
    static const char *const names[DEPENDENCIES] = {
        [DEPENDENCY_DATABASE] = "database",
        [DEPENDENCY_MIGRATIONS] = "migrations",
        [DEPENDENCY_KEYS] = "keys",
        [DEPENDENCY_BUS] = "bus",
    };
    struct dependency_state s = {.name = names[what]};

    switch (what) {
    case DEPENDENCY_DATABASE:
        look_at_database(w, &s);
        break;
    case DEPENDENCY_MIGRATIONS:
        look_at_one(w, &s, migrations_breaker(w->all[0].migrations));
        break;
    case DEPENDENCY_KEYS:
        look_at_one(w, &s, keyring_source(w->keyring));
        s.is_ready = keyring_ready(w->keyring);
        break;
    case DEPENDENCY_BUS:
        look_at_one(w, &s, bus_breaker(w->feed->bus));
        s.is_ready = true;
        break;
    case DEPENDENCIES:
        break;
    }
    *ret_state = s;
}
