#include "net/reservation.h"

#include <assert.h>
#include <stdio.h>

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
    unsigned char random[RANDOM_BYTES];
    char hex[RESERVATION_TOKEN + 1];
    int n = snprintf(hex, sizeof(hex), "%02x", home->loop->index);

    assert(n == HOME_DIGITS); /* there are no more loops than that */
    id_random(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        n += snprintf(hex + n, sizeof(hex) - (size_t)n, "%02x", random[i]);
    assert(n == RESERVATION_TOKEN);
    memcpy(token, hex, RESERVATION_TOKEN);
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

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct net *reservation_home(const struct net *n, struct str token)
{
    int high, low;

    if (token.n != RESERVATION_TOKEN)
        return NULL;
    high = hex_digit(token.p[0]);
    low = hex_digit(token.p[1]);
    if (high < 0 || low < 0 || (size_t)(high << 4 | low) >= n->n_peers)
        return NULL;
    return n->peers[high << 4 | low];
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
