#include "net/reservation.h"

#include <assert.h>

#include "base/hex.h"
#include "base/id.h"
#include "base/mem.h"
#include "net/inside.h"

enum {
    HOME_DIGITS = 2, /* of the loop's index, in hexadecimal */
    RANDOM_BYTES = 16,
    MOST = 100000, /* where connections are not limited */
};

/* A caller that has reserved streams which it does not use yet. */
struct reserver {
    unsigned unused;
};

static struct str key_of(const struct net_caller *caller)
{
    return str_of((const char *)caller->bytes, sizeof(caller->bytes));
}

static void count_in(struct reservation *r)
{
    struct reserver *of = map_get(&r->home->reservers, key_of(&r->caller));

    if (!of) {
        of = mem_new(struct reserver);
        map_put(&r->home->reservers, key_of(&r->caller), of);
    }
    of->unused++;
}

static void count_out(struct reservation *r)
{
    struct reserver *of = map_get(&r->home->reservers, key_of(&r->caller));

    assert(of && of->unused);
    if (--of->unused)
        return;
    map_take(&r->home->reservers, key_of(&r->caller));
    mem_free(of);
}

bool reservation_has_enough(const struct net *home, const struct net_caller *caller)
{
    const struct reserver *of = map_get(&home->reservers, key_of(caller));

    return of && of->unused >= RESERVATION_MOST_UNUSED;
}

static void write_token(struct net *home, char token[RESERVATION_TOKEN])
{
    unsigned char bytes[1 + RANDOM_BYTES];

    assert(home->loop->index <= UINT8_MAX); /* there are no more loops than that */
    bytes[0] = (unsigned char)home->loop->index;
    id_random(bytes + 1, RANDOM_BYTES);
    hex_write(bytes, sizeof(bytes), token);
}

static struct str token_of(const struct reservation *r)
{
    return str_of(r->token, RESERVATION_TOKEN);
}

struct reservation *reservation_new(struct net *home, const struct net_caller *caller)
{
    size_t most = home->config.max_connections ? home->config.max_connections : MOST;
    struct reservation *r;

    if (map_count(&home->reservations_by_token) >= most)
        return NULL;
    r = mem_new(struct reservation);
    r->home = home;
    r->caller = *caller;
    count_in(r);
    write_token(home, r->token);
    deadline_init(&r->unused);
    deadline_set(&home->deadlines, &r->unused, DEADLINE_RESERVED);
    list_append(&home->reservations, &r->link);
    map_put(&home->reservations_by_token, token_of(r), r);
    return r;
}

struct reservation *reservation_find(struct net *home, struct str token)
{
    return map_get(&home->reservations_by_token, token);
}

void reservation_claim(struct reservation *r, struct net *host)
{
    r->host = host;
    count_out(r);
    deadline_drop(&r->unused);
}

void reservation_free(struct reservation *r)
{
    if (!r->host)
        count_out(r);
    map_take(&r->home->reservations_by_token, token_of(r));
    list_remove(&r->link);
    deadline_drop(&r->unused);
    mem_free(r);
}

struct net *reservation_home(const struct net *n, struct str token)
{
    unsigned char home;

    if (token.n != RESERVATION_TOKEN || !hex_read(str_of(token.p, HOME_DIGITS), &home, 1) ||
        home >= n->n_peers)
        return NULL;
    return n->peers[home];
}

void reservation_on_deadline(struct deadline *unused)
{
    reservation_free(container_of(unused, struct reservation, unused));
}

void reservation_free_all(struct net *home)
{
    while (!list_empty(&home->reservations))
        reservation_free(list_first(&home->reservations, struct reservation, link));
    map_done(&home->reservations_by_token);
    map_done(&home->reservers);
}
