#include "graphql/collect.h"

#include "graphql/names.h"
#include "graphql/plan.h"

/* One set as it grows. */
struct growth {
    struct gql_collector *c;
    struct gql_field_set *set;
    struct gql_names by_key;
};

void gql_collector_init(struct gql_collector *c, struct arena *arena, const struct gql_plan *plan,
                        const struct gql_value *variables)
{
    *c = (struct gql_collector){
        .arena = arena, .plan = plan, .variables = variables, .size_before = arena->size};
    c->seen = arena_array(arena, unsigned, plan->n_fragments);
}

bool gql_is_typename(const struct gql_field_def *def)
{
    return str_eq(def->name, STR("__typename"));
}

bool gql_depends_on_viewer(const struct gql_field_def *def)
{
    return (def->leaf && def->leaf->per_viewer) || def->requires_scope.p;
}

static bool spend(struct gql_collector *c)
{
    if (c->n_collected++ < GQL_COLLECTED_MOST)
        return true;
    c->status = ST_TOO_COMPLEX;
    return false;
}

/* The `if` of the directive with that name; NULL without one. */
static const struct gql_literal *condition_of(const struct gql_directive *directives,
                                              struct str name)
{
    while (directives && !str_eq(directives->name.text, name))
        directives = directives->next;
    return directives && directives->arguments ? directives->arguments->value : NULL;
}

/* A variable that may be null, and is, leaves nothing to be asked of the object. */
static bool is_true(struct growth *g, const struct gql_literal *literal)
{
    const struct gql_value *values = g->c->variables, *value;

    if (literal->kind != GQL_LITERAL_VARIABLE)
        return literal->kind == GQL_LITERAL_BOOLEAN && str_eq(literal->text, STR("true"));
    value = values ? gql_value_member(values, literal->text) : NULL;
    if (value && value->kind == GQL_VALUE_BOOLEAN)
        return value->boolean;
    if (!g->set->culprit)
        g->set->culprit = literal;
    return false;
}

/* False for what @skip and @include leave out; @skip is asked first, wherever it stands. */
static bool is_included(struct growth *g, const struct gql_directive *directives)
{
    const struct gql_literal *skip = condition_of(directives, STR("skip"));
    const struct gql_literal *include = condition_of(directives, STR("include"));

    if (skip && is_true(g, skip))
        return false;
    return (!include || is_true(g, include)) && !g->set->culprit;
}

static bool uses_variables(const struct gql_literal *literal);

/* NOLINTNEXTLINE(misc-no-recursion): literals nest no deeper than the parser lets them. */
static bool any_uses_variables(const struct gql_literal *literal)
{
    for (; literal; literal = literal->next) {
        if (uses_variables(literal))
            return true;
    }
    return false;
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static bool uses_variables(const struct gql_literal *literal)
{
    return literal->kind == GQL_LITERAL_VARIABLE || any_uses_variables(literal->items);
}

static bool has_constant_arguments(const struct gql_selection *selection)
{
    for (const struct gql_argument *arg = selection->arguments; arg; arg = arg->next) {
        if (uses_variables(arg->value))
            return false;
    }
    return true;
}

struct gql_arguments *gql_collected_arguments(struct arena *a, const struct gql_collected *field,
                                              const struct gql_value *variables)
{
    struct gql_arguments *arguments = arena_new(a, struct gql_arguments);
    const struct gql_resolver *resolver = field->def->resolver;
    struct gql_value *args = arena_new(a, struct gql_value);
    struct gql_arguments_failure failure;

    if (!gql_coerce_arguments(a, field->def, field->nodes.selection, variables, args, &failure)) {
        struct gql_arguments_failure *kept = arena_new(a, struct gql_arguments_failure);
        *kept = failure;
        arguments->failure = kept;
    } else if (resolver && resolver->args) {
        arguments->args = gql_args_struct(a, args, resolver->args, resolver->args_size);
    } else {
        arguments->args = args;
    }
    return arguments;
}

static void set_arguments(struct gql_collector *c, struct gql_collected *field)
{
    static const struct gql_value none = {.kind = GQL_VALUE_OBJECT};
    static const struct gql_arguments no_arguments = {.args = &none};

    if (field->def->n_args == 0)
        field->arguments = &no_arguments;
    else if (c->arena->size - c->size_before > GQL_ARGUMENTS_MOST)
        c->status = ST_TOO_COMPLEX;
    else if (has_constant_arguments(field->nodes.selection))
        field->arguments = gql_collected_arguments(c->arena, field, NULL);
    else
        field->slot = c->n_slots++;
}

static void add_node(struct gql_collector *c, struct gql_collected *field,
                     const struct gql_selection *selection)
{
    struct gql_collected_node *node = arena_new(c->arena, struct gql_collected_node);

    node->selection = selection;
    field->last->next = node;
    field->last = node;
}

/* NULL for a name the type does not have, which validation has seen to. */
static struct gql_collected *new_field(struct growth *g, struct str key,
                                       const struct gql_selection *selection)
{
    struct gql_field_set *set = g->set;
    struct gql_collected *field;
    const struct gql_field_def *def =
        gql_type_field(g->c->plan->schema, set->type, selection->name.text);

    if (!def)
        return NULL;
    field = arena_new(g->c->arena, struct gql_collected);
    *field = (struct gql_collected){.key = key,
                                    .def = def,
                                    .named = gql_type_named(def->type),
                                    .nodes = {.selection = selection}};
    field->last = &field->nodes;
    set_arguments(g->c, field);
    if (!def->leaf && !gql_is_typename(def))
        field->place = set->n_resolved++;
    set->varies = set->n_resolved > 0 || gql_depends_on_viewer(def) || set->varies;
    *set->end = field;
    set->end = &field->next;
    set->n++;
    return field;
}

static void collect_field(struct growth *g, const struct gql_selection *selection)
{
    struct str key = selection->alias.text.p ? selection->alias.text : selection->name.text;
    void **at = gql_names_at(&g->by_key, g->c->arena, key);

    if (*at)
        add_node(g->c, *at, selection);
    else
        *at = new_field(g, key, selection);
}

/* DoesFragmentTypeApply. */
static bool applies(const struct growth *g, struct str condition)
{
    const struct gql_type *type;

    if (!condition.p || str_eq(condition, g->set->type->name))
        return true;
    type = gql_schema_type(g->c->plan->schema, condition);
    return type && gql_type_is_abstract(type) && gql_type_is_possible(type, g->set->type);
}

static void collect(struct growth *g, const struct gql_selection_set *selections, unsigned depth);

/* A fragment counts once in a set; its later spreads are not even asked for their conditions.
 * NOLINTNEXTLINE(misc-no-recursion): GQL_DEPTH_MOST levels. */
static void collect_spread(struct growth *g, const struct gql_selection *selection, unsigned depth)
{
    const struct gql_fragment *fragment =
        gql_names_get(&g->c->plan->fragments, selection->name.text);

    if (!fragment || g->c->seen[fragment->index] == g->c->n_sets ||
        !is_included(g, selection->directives))
        return;
    g->c->seen[fragment->index] = g->c->n_sets;
    if (applies(g, fragment->definition->type_condition.text))
        collect(g, fragment->definition->selection_set, depth + 1);
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void collect_one(struct growth *g, const struct gql_selection *selection, unsigned depth)
{
    switch (selection->kind) {
    case GQL_SELECTION_FIELD:
        if (is_included(g, selection->directives))
            collect_field(g, selection);
        return;
    case GQL_SELECTION_SPREAD:
        collect_spread(g, selection, depth);
        return;
    case GQL_SELECTION_INLINE:
        if (is_included(g, selection->directives) && applies(g, selection->type_condition.text))
            collect(g, selection->selection_set, depth + 1);
        return;
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void collect(struct growth *g, const struct gql_selection_set *selections, unsigned depth)
{
    if (depth > GQL_DEPTH_MOST)
        g->c->status = ST_TOO_COMPLEX;
    for (const struct gql_selection *s = selections->first;
         s && g->c->status == ST_OK && !g->set->culprit; s = s->next) {
        if (spend(g->c))
            collect_one(g, s, depth);
    }
}

/* Nothing of an object that cannot be is asked. */
static void drop_if_culprit(struct gql_field_set *set)
{
    if (set->culprit)
        *set = (struct gql_field_set){.type = set->type, .culprit = set->culprit};
}

static struct growth grow(struct gql_collector *c, const struct gql_type *type)
{
    struct gql_field_set *set = arena_new(c->arena, struct gql_field_set);

    set->type = type;
    set->end = &set->first;
    c->n_sets++;
    if (!c->variables)
        set->number = c->n_sets;
    return (struct growth){.c = c, .set = set};
}

/* MergeSelectionSets: all that stands below the nodes of one response name. */
static struct gql_field_set *collect_merged(struct gql_collector *c, struct gql_collected *field,
                                            const struct gql_type *type)
{
    struct growth g = grow(c, type);

    for (const struct gql_collected_node *node = &field->nodes; node; node = node->next) {
        if (node->selection->selection_set)
            collect(&g, node->selection->selection_set, 0);
    }
    drop_if_culprit(g.set);
    g.set->next = field->sets;
    field->sets = g.set;
    return g.set;
}

static void collect_all_below(struct gql_collector *c, struct gql_field_set *set, unsigned depth);

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void collect_type_below(struct gql_collector *c, struct gql_collected *field,
                               const struct gql_type *type, unsigned depth)
{
    collect_all_below(c, collect_merged(c, field, type), depth + 1);
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void collect_field_below(struct gql_collector *c, struct gql_collected *field,
                                unsigned depth)
{
    const struct gql_type *named = field->named;

    if (named->kind == GQL_OBJECT) {
        collect_type_below(c, field, named, depth);
    } else if (gql_type_is_abstract(named) && !c->variables) {
        for (size_t i = 0; i < named->n_possible && c->status == ST_OK; i++)
            collect_type_below(c, field, named->possible[i], depth);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void collect_all_below(struct gql_collector *c, struct gql_field_set *set, unsigned depth)
{
    if (depth > GQL_DEPTH_MOST)
        c->status = ST_TOO_COMPLEX;
    for (struct gql_collected *field = set->first; field && c->status == ST_OK; field = field->next)
        collect_field_below(c, field, depth);
}

struct gql_field_set *gql_collect_root(struct gql_collector *c, const struct gql_type *root,
                                       const struct gql_selection_set *selections)
{
    struct growth g = grow(c, root);

    collect(&g, selections, 0);
    drop_if_culprit(g.set);
    collect_all_below(c, g.set, 1);
    return c->status == ST_OK ? g.set : NULL;
}

const struct gql_field_set *gql_collect_below(struct gql_collector *c, struct gql_collected *field,
                                              const struct gql_type *type)
{
    struct gql_field_set *set = field->sets;

    while (set && set->type != type)
        set = set->next;
    if (set)
        return set;
    set = collect_merged(c, field, type);
    collect_all_below(c, set, 1);
    return c->status == ST_OK ? set : NULL;
}
