/*
 * Directives that reference themselves: through what stands in their own definitions, directly, or
 * by the types and directives named there (section 3.13).
 *
 * Directives and types are nodes, each with edges to those that it uses. A directive is at fault
 * when it is in a strongly connected component that holds more than itself, or an edge to itself;
 * Tarjan's algorithm finds these in one pass, without recursion.
 */

#include "graphql/schema_check.h"

struct edge {
    struct node *to;
    struct edge *next;
    uint32_t at; /* where it is used */
};

struct node {
    const struct gql_directive_def *directive; /* one of the two */
    const struct gql_type *type;
    struct edge *edges;
    struct edge **end;

    /* Tarjan's. */
    struct edge *left; /* edges still to be followed */
    struct node *parent;
    struct node *below; /* on the stack of nodes that belong to no component yet */
    size_t index;       /* in order of discovery; 0: not yet */
    size_t low;
    bool on_stack;
    size_t component;

    /* The way back, while one is looked for. */
    const struct node *wanted; /* whose way was here last */
    const struct node *from;
    struct node *queued;
    uint32_t at;
};

struct graph {
    struct gql_schema_check *c;
    struct arena *arena;
    struct gql_names directives; /* their nodes */
    struct gql_names types;
    struct node *stack;
    size_t n_found;
    size_t n_components;
};

static struct node *node_of(struct graph *g, struct gql_names *nodes, struct str name)
{
    void **slot = gql_names_at(nodes, g->arena, name);
    struct node *node = *slot;

    if (!node) {
        *slot = node = arena_new(g->arena, struct node);
        node->end = &node->edges;
    }
    return node;
}

static void add_edge(struct graph *g, struct node *from, struct node *to, uint32_t at)
{
    struct edge *edge = arena_new(g->arena, struct edge);

    edge->to = to;
    edge->at = at;
    *from->end = edge;
    from->end = &edge->next;
}

static void add_directives(struct graph *g, struct node *from, const struct gql_directive *used)
{
    for (const struct gql_directive *d = used; d; d = d->next)
        add_edge(g, from, node_of(g, &g->directives, d->name.text), d->at);
}

static void add_inputs(struct graph *g, struct node *from, const struct gql_input_def *defs,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct gql_type *type = gql_type_named(defs[i].type);
        add_directives(g, from, defs[i].node->directives);
        if (!type->built_in)
            add_edge(g, from, node_of(g, &g->types, type->name), defs[i].node->type->at);
    }
}

static void add_type(struct graph *g, const struct gql_type *type)
{
    struct node *node = node_of(g, &g->types, type->name);

    node->type = type;
    for (size_t i = 0; i < type->n_parts; i++)
        add_directives(g, node, type->parts[i]->directives);
    for (size_t i = 0; i < type->n_values; i++)
        add_directives(g, node, type->values[i].node->directives);
    add_inputs(g, node, type->input_fields, type->n_input_fields);
}

static void build_graph(struct graph *g)
{
    const struct gql_schema *schema = g->c->schema;

    for (size_t i = 0; i < schema->n_directives; i++) {
        const struct gql_directive_def *directive = &schema->directives[i];
        struct node *node = node_of(g, &g->directives, directive->name);
        node->directive = directive;
        if (!directive->built_in)
            add_inputs(g, node, directive->args, directive->n_args);
    }
    for (size_t i = 0; i < schema->n_types; i++)
        if (!schema->types[i]->built_in)
            add_type(g, schema->types[i]);
}

static void discover(struct graph *g, struct node *node, struct node *parent)
{
    node->index = node->low = ++g->n_found;
    node->parent = parent;
    node->left = node->edges;
    node->below = g->stack;
    node->on_stack = true;
    g->stack = node;
}

/* All nodes on the stack down to this one are a component. */
static void close_component(struct graph *g, const struct node *last)
{
    struct node *node;

    g->n_components++;
    do {
        node = g->stack;
        g->stack = node->below;
        node->on_stack = false;
        node->component = g->n_components;
    } while (node != last);
}

/* Follows an edge of the node, or leaves it: where to go on, NULL once the first one is left. */
static struct node *step(struct graph *g, struct node *node)
{
    struct edge *edge = node->left;

    if (!edge) {
        if (node->low == node->index)
            close_component(g, node);
        if (node->parent && node->low < node->parent->low)
            node->parent->low = node->low;
        return node->parent;
    }
    node->left = edge->next;
    if (edge->to->index == 0) {
        discover(g, edge->to, node);
        return edge->to;
    }
    if (edge->to->on_stack && edge->to->index < node->low)
        node->low = edge->to->index;
    return node;
}

/* Breadth first within the component, until the node is met again: from the last step of the
 * shortest way back, which `from` leads along; NULL when there is none. */
static const struct node *find_way_back(struct node *start)
{
    struct node *last = start;

    start->from = start->queued = NULL;
    for (struct node *node = start; node; node = node->queued) {
        for (const struct edge *edge = node->edges; edge; edge = edge->next) {
            struct node *to = edge->to;
            if (to == start) {
                start->at = edge->at;
                return node;
            }
            if (to->component != start->component || to->wanted == start)
                continue;
            to->wanted = start;
            to->from = node;
            to->queued = NULL;
            last = last->queued = to;
        }
    }
    return NULL;
}

static void tell(struct graph *g, const struct node *start, const struct node *last)
{
    struct str via = STR("");
    struct gql_error *error;

    for (const struct node *node = last; node != start; node = node->from) {
        struct str name = node->type ? node->type->name : node->directive->name;
        via = arena_printf(g->arena, "%s%.*s%s%.*s", node->type ? "" : "@", STR_ARG(name),
                           via.n ? ", " : "", STR_ARG(via));
    }
    error = gql_schema_error(g->c, "Directive \"@%.*s\" must not reference itself%s%.*s.",
                             STR_ARG(start->directive->name), via.n ? " via: " : "", STR_ARG(via));
    gql_schema_error_at(g->c, error, start->directive->node->at);
    gql_schema_error_at(g->c, error, start->at);
}

void gql_schema_check_directives(struct gql_schema_check *c)
{
    struct graph g = {.c = c, .arena = c->errors->arena};

    build_graph(&g);
    for (size_t i = 0; i < g.directives.n; i++) {
        struct node *node = g.directives.entries[i].value;
        if (node->index)
            continue;
        discover(&g, node, NULL);
        while (node)
            node = step(&g, node);
    }
    for (size_t i = 0; i < g.directives.n && c->errors->count <= GQL_ERRORS_MOST; i++) {
        struct node *node = g.directives.entries[i].value;
        const struct node *last = find_way_back(node);
        if (last)
            tell(&g, node, last);
    }
}
