/*
 * What an operation may cost (struct gql_limits), counted as it would be executed: a fragment
 * counts wherever it is spread. Asked before the rules, so that a bomb is not looked at any closer.
 *
 * Each definition is counted by itself once, then summed up along the spreads, in a search in depth
 * with a stack of its own. A cycle of fragments counts once around: a rule refuses it.
 */

#include "graphql/validate.h"

enum {
    COUNT_MOST = UINT32_MAX, /* sums stop here */
};

/* A fragment spread, and how deep it stands among the selections; 0 below introspection. */
struct edge {
    struct str fragment;
    size_t level;
    struct edge *next;
};

struct cost {
    size_t aliases;
    size_t directives;
    size_t fields;
    size_t root_fields; /* of a fragment: those that are at the root where it is spread there */
    size_t depth;
    struct edge *edges;
    struct edge *next; /* the one to be added next */
    bool entered;
};

struct counting {
    struct gql_validation *v;
    struct cost *costs; /* as v->definitions */
    struct cost *own;   /* the one being counted */
};

static size_t add(size_t a, size_t b)
{
    return a + b < COUNT_MOST ? a + b : COUNT_MOST;
}

static size_t count_directives(const struct gql_directive *directives)
{
    size_t n = 0;

    for (const struct gql_directive *d = directives; d; d = d->next)
        n++;
    return n;
}

static bool is_introspection(struct str name)
{
    return str_starts(name, STR("__"));
}

static void note_edge(struct counting *c, const struct gql_selection *spread, size_t level)
{
    struct edge *edge = arena_new(c->v->arena, struct edge);

    *edge = (struct edge){.fragment = spread->name.text, .level = level, .next = c->own->edges};
    c->own->edges = edge;
}

/* level: as the parser counts it, 1 at the root and 0 where introspection bounds itself.
 * NOLINTNEXTLINE(misc-no-recursion): selections nest at most GQL_DEPTH_MOST deep. */
static void count_selections(struct counting *c, const struct gql_selection_set *set, size_t level)
{
    if (level > c->own->depth)
        c->own->depth = level;
    for (const struct gql_selection *s = set->first; s; s = s->next) {
        size_t below = level;

        c->own->aliases += s->alias.text.p != NULL;
        c->own->directives += count_directives(s->directives);
        c->own->fields += s->kind == GQL_SELECTION_FIELD;
        c->own->root_fields += s->kind == GQL_SELECTION_FIELD && level == 1;
        if (s->kind == GQL_SELECTION_SPREAD)
            note_edge(c, s, level);
        else if (s->kind == GQL_SELECTION_FIELD && level != 0)
            below = is_introspection(s->name.text) ? 0 : level + 1;
        if (s->selection_set)
            count_selections(c, s->selection_set, below);
    }
}

static void count_definition(struct counting *c, size_t i)
{
    const struct gql_definition *d = c->v->definitions[i].node;
    bool exempt = d->kind == GQL_DEFINITION_FRAGMENT && is_introspection(d->type_condition.text);

    c->own = &c->costs[i];
    c->own->directives = count_directives(d->directives);
    for (const struct gql_variable_definition *var = d->variables; var; var = var->next)
        c->own->directives += count_directives(var->directives);
    count_selections(c, d->selection_set, exempt ? 0 : 1);
    c->own->next = c->own->edges;
}

static struct cost *cost_of_fragment(const struct counting *c, struct str name)
{
    const struct gql_checked *fragment = gql_fragment(c->v, name);

    return fragment ? &c->costs[fragment - c->v->definitions] : NULL;
}

static void add_fragment(struct cost *to, const struct cost *fragment, size_t level)
{
    size_t depth = level && fragment->depth ? add(level, fragment->depth) - 1 : 0;

    to->aliases = add(to->aliases, fragment->aliases);
    to->directives = add(to->directives, fragment->directives);
    to->fields = add(to->fields, fragment->fields);
    if (level == 1)
        to->root_fields = add(to->root_fields, fragment->root_fields);
    if (depth > to->depth)
        to->depth = depth;
}

/* Adds up what the definition spreads, fragments before those that spread them. */
static void sum_up(struct counting *c, struct cost *from)
{
    struct gql_row down = {0};

    gql_row_push(&down, c->v->arena, from);
    while (down.n) {
        struct cost *cost = (struct cost *)down.items[down.n - 1];
        struct cost *fragment;

        cost->entered = true;
        if (!cost->next) {
            down.n--;
            continue;
        }
        fragment = cost_of_fragment(c, cost->next->fragment);
        if (fragment && !fragment->entered) {
            gql_row_push(&down, c->v->arena, fragment);
            continue;
        }
        if (fragment)
            add_fragment(cost, fragment, cost->next->level);
        cost->next = cost->next->next;
    }
}

/* One bound of an operation, which is called as messages begin. `what` follows the number. */
struct bound {
    const char *name;
    const char *what;
    size_t found;
    size_t limit;
};

static bool holds(struct gql_validation *v, struct gql_errors *errors,
                  const struct gql_definition *operation, struct bound bound)
{
    struct str called = STR("The operation");
    struct gql_error *error;

    if (bound.limit == 0 || bound.found <= bound.limit)
        return true;
    if (operation->name.text.p)
        called = arena_printf(v->arena, "Operation \"%.*s\"", STR_ARG(operation->name.text));
    error = gql_error_add(errors, ST_TOO_COMPLEX,
                          "%.*s has %zu %s, fragments included; the limit is %zu.", STR_ARG(called),
                          bound.found, bound.what, bound.limit);
    error->extensions = arena_printf(errors->arena, "\"limit\":\"%s\"", bound.name);
    gql_error_at(errors, error, &v->document->source, gql_definition_at(operation));
    return false;
}

static bool all_hold(struct gql_validation *v, struct gql_errors *errors,
                     const struct gql_definition *operation, const struct cost *cost)
{
    const struct gql_limits *limits = v->limits;
    const struct bound bounds[] = {
        {"depth", "levels of nested selections", cost->depth, limits->depth},
        {"aliases", "aliases", cost->aliases, limits->aliases},
        {"directives", "directives", cost->directives, limits->directives},
        {"fields", "fields", cost->fields, limits->fields},
        {"rootFields", "fields at its root", cost->root_fields, limits->root_fields},
    };
    bool all = true;

    for (size_t i = 0; i < array_size(bounds); i++)
        all = holds(v, errors, operation, bounds[i]) && all;
    return all;
}

bool gql_check_limits(struct gql_validation *v, struct gql_errors *errors)
{
    const struct gql_limits *limits = v->limits;
    struct counting c = {.v = v};
    bool all = true;

    if (limits->aliases == 0 && limits->directives == 0 && limits->depth == 0 &&
        limits->fields == 0 && limits->root_fields == 0)
        return true;
    c.costs = arena_array(v->arena, struct cost, v->n_definitions);
    for (size_t i = 0; i < v->n_definitions; i++)
        count_definition(&c, i);
    for (size_t i = 0; i < v->n_definitions; i++) {
        if (v->definitions[i].node->kind != GQL_DEFINITION_OPERATION)
            continue;
        sum_up(&c, &c.costs[i]);
        all = all_hold(v, errors, v->definitions[i].node, &c.costs[i]) && all;
    }
    return all;
}
