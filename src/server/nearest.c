#include "server/nearest.h"

#include "graphql/suggest.h"

enum {
    MOST_SLIPS = 2,
    LETTERS_A_SLIP = 3,
};

static struct str without_prefix(const struct nearest *n, struct str name)
{
    return str_starts(name, n->prefix) ? str_of(name.p + n->prefix.n, name.n - n->prefix.n) : name;
}

void nearest_consider(struct nearest *n, struct str name)
{
    struct str wanted = without_prefix(n, n->wanted);
    size_t threshold = wanted.n / LETTERS_A_SLIP, distance;

    if (threshold > MOST_SLIPS)
        threshold = MOST_SLIPS;
    distance = gql_lexical_distance(n->arena, wanted, without_prefix(n, name), threshold);
    if (distance > threshold || (n->name.p && distance >= n->distance))
        return;
    n->distance = distance;
    n->name = name;
}

struct str nearest_hint(const struct nearest *n)
{
    if (!n->name.p)
        return STR("");
    return arena_printf(n->arena, ": did you mean %.*s?", STR_ARG(n->name));
}
