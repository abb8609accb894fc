#include "graphql/plan.h"

#include <assert.h>

#include "base/mem.h"
#include "graphql/validate.h"

/*
 * What is found out of an operation once: walk() goes over everything that is reachable from it,
 * each fragment once, and then the fields are collected if nothing in them waits for variables.
 */

/* Where the walk is: the selections of a type, below the root field or at it. */
struct level {
    const struct gql_type *type;
    bool below;
};

struct walk {
    struct arena *arena;
    const struct gql_plan *plan;
    struct gql_operation *operation;
    struct gql_names seen[2]; /* fragments by name, at the root and below it */
    struct spread *spreads;   /* found and not walked yet */
    struct gql_names used;    /* variables below the root field */
    bool conditional;         /* @skip or @include with a variable */
};

struct spread {
    const struct gql_fragment *fragment;
    struct level at;
    struct spread *next;
};

static void walk_selections(struct walk *w, const struct gql_selection_set *selections,
                            struct level at);

/* NOLINTNEXTLINE(misc-no-recursion): literals nest no deeper than the parser lets them. */
static void use_literal(struct walk *w, const struct gql_literal *literal)
{
    if (literal->kind == GQL_LITERAL_VARIABLE)
        *gql_names_at(&w->used, w->arena, literal->text) = w->operation;
    for (const struct gql_literal *item = literal->items; item; item = item->next)
        use_literal(w, item);
}

static void use_arguments(struct walk *w, const struct gql_argument *arguments)
{
    for (; arguments; arguments = arguments->next)
        use_literal(w, arguments->value);
}

static bool is_conditional(const struct gql_directive *directive)
{
    if (!str_eq(directive->name.text, STR("skip")) && !str_eq(directive->name.text, STR("include")))
        return false;
    return directive->arguments && directive->arguments->value->kind == GQL_LITERAL_VARIABLE;
}

static void walk_directives(struct walk *w, const struct gql_directive *directives, struct level at)
{
    for (; directives; directives = directives->next) {
        if (is_conditional(directives))
            w->conditional = true;
        if (at.below)
            use_arguments(w, directives->arguments);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): selections nest no deeper than the parser lets them. */
static void walk_field(struct walk *w, const struct gql_selection *field, struct level at)
{
    const struct gql_field_def *def = gql_type_field(w->plan->schema, at.type, field->name.text);

    if (!def)
        return;
    if (at.below)
        use_arguments(w, field->arguments);
    if (gql_depends_on_viewer(def) && at.below)
        w->operation->per_viewer = true;
    if (field->selection_set)
        walk_selections(w, field->selection_set,
                        (struct level){.type = gql_type_named(def->type), .below = true});
}

static struct level conditioned(const struct walk *w, struct str condition, struct level at)
{
    const struct gql_type *type = condition.p ? gql_schema_type(w->plan->schema, condition) : NULL;

    return type ? (struct level){.type = type, .below = at.below} : at;
}

/* Fragments wait for their turn: a chain of them must not become a chain of calls. */
static void find_spread(struct walk *w, struct str name, struct level at)
{
    const struct gql_fragment *fragment = gql_names_get(&w->plan->fragments, name);
    void **seen = gql_names_at(&w->seen[at.below], w->arena, name);
    struct spread *spread;

    if (!fragment || *seen)
        return;
    *seen = w->operation;
    spread = arena_new(w->arena, struct spread);
    spread->fragment = fragment;
    spread->at = conditioned(w, fragment->definition->type_condition.text, at);
    spread->next = w->spreads;
    w->spreads = spread;
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void walk_selections(struct walk *w, const struct gql_selection_set *selections,
                            struct level at)
{
    for (const struct gql_selection *s = selections->first; s; s = s->next) {
        walk_directives(w, s->directives, at);
        switch (s->kind) {
        case GQL_SELECTION_FIELD:
            walk_field(w, s, at);
            break;
        case GQL_SELECTION_SPREAD:
            find_spread(w, s->name.text, at);
            break;
        case GQL_SELECTION_INLINE:
            walk_selections(w, s->selection_set, conditioned(w, s->type_condition.text, at));
            break;
        }
    }
}

static void walk_operation(struct walk *w)
{
    const struct gql_definition *definition = w->operation->definition;
    struct level root = {.type = w->operation->root};

    walk_directives(w, definition->directives, root);
    walk_selections(w, definition->selection_set, root);
    while (w->spreads) {
        const struct spread *spread = w->spreads;
        w->spreads = spread->next;
        walk_selections(w, spread->fragment->definition->selection_set, spread->at);
    }
}

static void list_event_variables(struct walk *w)
{
    const struct gql_variables *variables = &w->operation->variables;
    struct str *names = arena_array(w->arena, struct str, variables->n);
    size_t n = 0;

    for (size_t i = 0; i < variables->n; i++) {
        if (gql_names_get(&w->used, variables->defs[i].name))
            names[n++] = variables->defs[i].name;
    }
    w->operation->event_variables = names;
    w->operation->n_event_variables = n;
}

/* Collected once for all requests, if that depends on no variable and costs no more than it may;
 * else each request does it for itself, and hears of the limit. */
static void collect_once(struct gql_operation *operation, struct gql_plan *plan)
{
    struct gql_collector collector;

    gql_collector_init(&collector, &plan->arena, plan, NULL);
    collector.n_sets = plan->n_sets;
    operation->fields =
        gql_collect_root(&collector, operation->root, operation->definition->selection_set);
    operation->n_slots = collector.n_slots;
    plan->n_sets = collector.n_sets;
}

static void define_variables(struct gql_operation *operation, struct arena *a)
{
    const struct gql_variable_definition *nodes = operation->definition->variables;
    struct gql_input_def *defs;
    size_t n = 0;

    for (const struct gql_variable_definition *node = nodes; node; node = node->next)
        n++;
    defs = arena_array(a, struct gql_input_def, n);
    operation->variables.source = &operation->plan->document->source;
    operation->variables.nodes = nodes;
    operation->variables.defs = defs;
    operation->variables.n = n;
    for (struct gql_input_def *def = defs; nodes; nodes = nodes->next, def++) {
        struct gql_value value;
        *def = (struct gql_input_def){.name = nodes->name.text, .length_max = -1};
        def->type = gql_schema_type_of_node(operation->plan->schema, a, nodes->type);
        def->default_literal = nodes->default_value;
        if (!nodes->default_value ||
            !gql_coerce_literal(a, def->type, nodes->default_value, NULL, &value))
            continue;
        def->default_value = memcpy(arena_new(a, struct gql_value), &value, sizeof(value));
    }
}

static void prepare_operation(struct gql_operation *operation, struct gql_plan *plan)
{
    struct walk w = {.arena = &plan->arena, .plan = plan, .operation = operation};

    define_variables(operation, &plan->arena);
    if (!operation->root)
        return;
    walk_operation(&w);
    list_event_variables(&w);
    if (!w.conditional)
        collect_once(operation, plan);
}

static void index_fragments(struct gql_plan *plan)
{
    const struct gql_definition *definition = plan->document->definitions;

    for (; definition; definition = definition->next) {
        struct gql_fragment *fragment;
        if (definition->kind != GQL_DEFINITION_FRAGMENT)
            continue;
        fragment = arena_new(&plan->arena, struct gql_fragment);
        *fragment = (struct gql_fragment){.definition = definition, .index = plan->n_fragments++};
        *gql_names_at(&plan->fragments, &plan->arena, definition->name.text) = fragment;
    }
}

static void index_operations(struct gql_plan *plan, const struct gql_limits *limits)
{
    const struct gql_definition *definition = plan->document->definitions;
    const struct gql_operation **end = &plan->operations;

    for (; definition; definition = definition->next) {
        struct gql_operation *operation;
        if (definition->kind != GQL_DEFINITION_OPERATION)
            continue;
        operation = arena_new(&plan->arena, struct gql_operation);
        operation->plan = plan;
        operation->definition = definition;
        operation->root = gql_schema_root(plan->schema, definition->operation);
        operation->variables.no_suggestions = limits && limits->no_suggestions;
        prepare_operation(operation, plan);
        *end = operation;
        end = &operation->next;
    }
}

static bool load(struct gql_plan *plan, struct str text, const struct gql_limits *limits,
                 struct gql_errors *errors)
{
    struct gql_source source = {.name = STR("GraphQL request"),
                                .body = arena_str(&plan->arena, text)};

    plan->document = gql_parse(&plan->arena, source, limits, errors);
    if (!plan->document)
        return false;
    gql_validate(plan->schema, plan->document, limits, errors);
    return errors->count == 0;
}

struct gql_plan *gql_plan_new(const struct gql_schema *schema, struct str text,
                              const struct gql_limits *limits, struct gql_errors *errors)
{
    struct gql_plan *plan = mem_new(struct gql_plan);

    plan->refs = 1;
    plan->schema = schema;
    arena_init(&plan->arena);
    if (!load(plan, text, limits, errors))
        return gql_plan_unref(plan);
    index_fragments(plan);
    index_operations(plan, limits);
    return plan;
}

struct gql_plan *gql_plan_ref(struct gql_plan *plan)
{
    plan->refs++;
    return plan;
}

struct gql_plan *gql_plan_unref(struct gql_plan *plan)
{
    if (!plan)
        return NULL;
    assert(plan->refs > 0);
    if (--plan->refs == 0) {
        arena_done(&plan->arena);
        mem_free(plan);
    }
    return NULL;
}

void gql_plan_number(struct gql_plan *plan, uint64_t *last)
{
    plan->numbered_behind = ++*last;
    *last += plan->n_sets;
}

size_t gql_plan_size(const struct gql_plan *plan)
{
    return sizeof(*plan) + plan->arena.size;
}

/* GetOperation. */

static const struct gql_operation *find_operation(const struct gql_plan *plan, struct str name)
{
    const struct gql_operation *operation = plan->operations;

    if (!name.p)
        return operation;
    while (operation && !str_eq(operation->definition->name.text, name))
        operation = operation->next;
    return operation;
}

static const struct gql_operation *no_operation(struct str name, struct gql_errors *errors)
{
    if (name.p)
        gql_error_add(errors, ST_NO_OPERATION, "Unknown operation named \"%.*s\".", STR_ARG(name));
    else
        gql_error_add(errors, ST_NO_OPERATION, "Must provide an operation.");
    return NULL;
}

const struct gql_operation *gql_plan_operation(const struct gql_plan *plan, struct str name,
                                               struct gql_errors *errors)
{
    const struct gql_operation *operation = find_operation(plan, name);
    struct gql_error *error;

    if (!operation)
        return no_operation(name, errors);
    if (!name.p && operation->next) {
        gql_error_add(errors, ST_NO_OPERATION,
                      "Must provide operation name if query contains multiple operations.");
        return NULL;
    }
    if (operation->root)
        return operation;
    error = gql_error_add(errors, ST_INVALID, "Schema is not configured to execute %s operation.",
                          gql_operation_type_name(operation->definition->operation));
    gql_error_at(errors, error, &plan->document->source, operation->definition->at);
    return NULL;
}

enum gql_operation_type gql_operation_type(const struct gql_operation *operation)
{
    return operation->definition->operation;
}

struct str gql_operation_name(const struct gql_operation *operation)
{
    return operation->definition->name.text;
}

bool gql_operation_per_viewer(const struct gql_operation *operation)
{
    return operation->per_viewer;
}

bool gql_event_uses_variables(const struct gql_operation *operation)
{
    return operation->n_event_variables > 0;
}

static void write_variables(struct buf *out, const struct gql_operation *operation,
                            const struct json_value *variables)
{
    struct json_out j = {.out = out};

    json_out_begin_object(&j);
    for (size_t i = 0; i < operation->n_event_variables; i++) {
        struct str name = operation->event_variables[i];
        const struct json_value *value = json_value_get(variables, name);
        if (!value)
            continue;
        json_out_key(&j, name);
        json_value_write_sorted(&j, value);
    }
    json_out_end_object(&j);
}

struct str gql_event_key(struct arena *a, const struct gql_operation *operation,
                         const struct json_value *variables)
{
    struct buf out;
    struct str key;

    /* No larger than the variables were, which whoever read them has bounded. */
    buf_init(&out, SIZE_MAX);
    write_variables(&out, operation, variables);
    key = arena_str(a, buf_str(&out));
    buf_done(&out);
    return key;
}
