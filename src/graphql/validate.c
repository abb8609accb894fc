#include "graphql/validate.h"

struct gql_checked *gql_fragment(const struct gql_validation *v, struct str name)
{
    return gql_names_get(&v->fragments, name);
}

uint32_t gql_definition_at(const struct gql_definition *definition)
{
    return definition->description ? definition->description->at : definition->at;
}

uint32_t gql_variable_definition_at(const struct gql_variable_definition *variable)
{
    return variable->description ? variable->description->at : variable->at;
}

/* Directives and arguments */

static void note_usage(struct gql_validation *v, const struct gql_literal *variable,
                       struct gql_input_place place)
{
    struct gql_usage *usage = arena_new(v->arena, struct gql_usage);

    *usage = (struct gql_usage){.variable = variable,
                                .type = place.type,
                                .parent = place.parent,
                                .has_default = place.has_default,
                                .is_member = place.is_member};
    *v->current->usages_end = usage;
    v->current->usages_end = &usage->next;
}

/* Within a list; where no list is expected, a list of one may stand for its item. */
static struct gql_input_place item_place(struct gql_input_place list)
{
    const struct gql_type *type = list.type ? gql_type_nullable(list.type) : NULL;

    if (type && type->kind == GQL_LIST)
        type = type->of;
    return (struct gql_input_place){.type = type, .parent = list.type};
}

static struct gql_input_place member_place(struct gql_input_place object, struct str name)
{
    const struct gql_type *type = object.type ? gql_type_named(object.type) : NULL;
    const struct gql_input_def *def = NULL;

    if (type && type->kind == GQL_INPUT_OBJECT)
        def = gql_type_input_field(type, name);
    return (struct gql_input_place){.type = def ? def->type : NULL,
                                    .parent = object.type,
                                    .has_default = def && def->default_literal,
                                    .is_member = def != NULL};
}

/* judged: ValuesOfCorrectType still asks; it leaves out the parts of what it has refused.
 * NOLINTNEXTLINE(misc-no-recursion): values nest at most GQL_DEPTH_MOST deep. */
static void walk_value(struct gql_validation *v, const struct gql_literal *value,
                       struct gql_input_place place, bool judged)
{
    struct gql_names known = {0};

    v->moment++;
    if (value->kind == GQL_LITERAL_VARIABLE) {
        note_usage(v, value, place);
        return;
    }
    if (judged)
        judged = gql_values_of_correct_type(v, value, place);
    for (const struct gql_literal *part = value->items; part; part = part->next) {
        struct gql_input_place inner = value->kind == GQL_LITERAL_LIST
                                           ? item_place(place)
                                           : member_place(place, part->key.text);

        if (value->kind == GQL_LITERAL_OBJECT) {
            v->moment++;
            if (judged)
                gql_values_of_correct_type_field(v, part, inner);
            gql_unique_input_field_names(v, &known, part);
        }
        walk_value(v, part, inner, judged);
    }
}

/* The arguments that may be given here. As in graphql-js, those of an unknown directive are taken
 * for the field's around it. */
static const struct gql_input_def *find_argument(const struct gql_validation *v, struct str name)
{
    if (v->directive)
        return gql_input_find(v->directive->args, v->directive->n_args, name);
    if (v->field)
        return gql_input_find(v->field->args, v->field->n_args, name);
    return NULL;
}

static void walk_argument(struct gql_validation *v, const struct gql_argument *argument)
{
    const struct gql_input_def *def = find_argument(v, argument->name.text);

    walk_value(v, argument->value,
               (struct gql_input_place){.type = def ? def->type : NULL,
                                        .has_default = def && def->default_literal},
               true);
}

static void walk_directive(struct gql_validation *v, const struct gql_directive *directive,
                           const char *location)
{
    v->moment++;
    v->directive = gql_schema_directive(v->schema, directive->name.text);
    gql_known_directives(v, directive, location);
    gql_known_argument_names_on_directives(v, directive);
    gql_unique_argument_names(v, directive->arguments);
    for (const struct gql_argument *a = directive->arguments; a; a = a->next) {
        v->moment++;
        walk_argument(v, a);
    }
    v->moment++;
    gql_provided_required_arguments_on_directives(v, directive);
    v->directive = NULL;
}

static void walk_directives(struct gql_validation *v, const struct gql_directive *directives,
                            const char *location)
{
    for (const struct gql_directive *d = directives; d; d = d->next)
        walk_directive(v, d, location);
}

/* Selections */

static void walk_selection_set(struct gql_validation *v, const struct gql_selection_set *set,
                               bool is_inline);

/* NOLINTNEXTLINE(misc-no-recursion): selections nest at most GQL_DEPTH_MOST deep. */
static void walk_field(struct gql_validation *v, const struct gql_selection *field)
{
    const struct gql_field_def *field_around = v->field;
    const struct gql_type *type_around = v->type;
    bool refused_around = v->introspection_refused;

    v->field = v->parent_type ? gql_type_field(v->schema, v->parent_type, field->name.text) : NULL;
    v->type = v->field ? v->field->type : NULL;
    gql_scalar_leafs(v, field);
    gql_fields_on_correct_type(v, field);
    if (field->directives)
        gql_unique_directives_per_location(v, field->directives);
    if (field->arguments)
        gql_unique_argument_names(v, field->arguments);
    gql_max_introspection_depth(v, field);
    for (const struct gql_argument *a = field->arguments; a; a = a->next) {
        v->moment++;
        gql_known_argument_names(v, a);
        walk_argument(v, a);
    }
    walk_directives(v, field->directives, "FIELD");
    if (field->selection_set)
        walk_selection_set(v, field->selection_set, false);
    v->moment++;
    gql_provided_required_arguments(v, field);
    v->introspection_refused = refused_around;
    v->type = type_around;
    v->field = field_around;
}

static void walk_spread(struct gql_validation *v, const struct gql_selection *spread)
{
    v->has_spreads = true;
    v->current->has_spreads = true;
    gql_known_fragment_names(v, spread);
    gql_possible_fragment_spreads(v, spread);
    gql_unique_directives_per_location(v, spread->directives);
    walk_directives(v, spread->directives, "FRAGMENT_SPREAD");
}

/* The type that selections within a fragment are made on; NULL when it is unknown, or an input. */
static const struct gql_type *condition_type(const struct gql_validation *v, struct gql_name name)
{
    const struct gql_type *type = gql_schema_type(v->schema, name.text);

    return type && gql_type_is_output(type) ? type : NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): selections nest at most GQL_DEPTH_MOST deep. */
static void walk_inline_fragment(struct gql_validation *v, const struct gql_selection *fragment)
{
    const struct gql_type *type_around = v->type;
    struct gql_name condition = fragment->type_condition;

    if (condition.text.p)
        v->type = condition_type(v, condition);
    else if (v->type)
        v->type = gql_type_named(v->type);
    if (condition.text.p)
        gql_fragments_on_composite_types(v, (struct gql_name){0}, condition);
    gql_possible_fragment_spreads(v, fragment);
    gql_unique_directives_per_location(v, fragment->directives);
    if (condition.text.p) {
        v->moment++;
        gql_known_type_names(v, condition);
    }
    walk_directives(v, fragment->directives, "INLINE_FRAGMENT");
    walk_selection_set(v, fragment->selection_set, true);
    v->type = type_around;
}

/* NOLINTNEXTLINE(misc-no-recursion): selections nest at most GQL_DEPTH_MOST deep. */
static void walk_selection(struct gql_validation *v, const struct gql_selection *selection)
{
    v->moment++;
    switch (selection->kind) {
    case GQL_SELECTION_FIELD:
        walk_field(v, selection);
        return;
    case GQL_SELECTION_SPREAD:
        walk_spread(v, selection);
        return;
    case GQL_SELECTION_INLINE:
        walk_inline_fragment(v, selection);
        return;
    }
}

/* A lone field meets none, and a lone spread brings only what is looked at by itself. */
static bool fields_may_meet(const struct gql_selection_set *set)
{
    return set->first && (set->first->next || set->first->kind == GQL_SELECTION_INLINE);
}

static void note_level(struct gql_validation *v, const struct gql_selection_set *set)
{
    struct gql_level_seen *level = arena_new(v->arena, struct gql_level_seen);

    *level =
        (struct gql_level_seen){.set = set, .parent_type = v->parent_type, .moment = v->moment};
    *v->levels_end = level;
    v->levels_end = &level->next;
}

/* Inline: the set is an inline fragment's, whose fields belong to the level around it.
 * NOLINTNEXTLINE(misc-no-recursion): selections nest at most GQL_DEPTH_MOST deep. */
static void walk_selection_set(struct gql_validation *v, const struct gql_selection_set *set,
                               bool is_inline)
{
    const struct gql_type *parent_around = v->parent_type;
    const struct gql_type *type = v->type ? gql_type_named(v->type) : NULL;

    v->parent_type = type && gql_type_is_composite(type) ? type : NULL;
    v->moment++;
    if (!is_inline && fields_may_meet(set))
        note_level(v, set);
    for (const struct gql_selection *s = set->first; s; s = s->next)
        walk_selection(v, s);
    v->parent_type = parent_around;
}

/* Definitions */

static void walk_variable_definition(struct gql_validation *v,
                                     const struct gql_variable_definition *variable)
{
    const struct gql_type *type = gql_schema_type_of_node(v->schema, v->arena, variable->type);
    const struct gql_type_node *named = variable->type;

    gql_row_push(&v->current->variable_types, v->arena, type);
    v->moment++;
    gql_variables_are_input_types(v, variable, type);
    gql_unique_directives_per_location(v, variable->directives);
    while (named->kind != GQL_NODE_NAMED_TYPE)
        named = named->of;
    v->moment++;
    if (!type)
        gql_known_type_names(v, (struct gql_name){named->name, named->at});
    if (variable->default_value)
        walk_value(v, variable->default_value,
                   (struct gql_input_place){.type = type && gql_type_is_input(type) ? type : NULL},
                   true);
    walk_directives(v, variable->directives, "VARIABLE_DEFINITION");
}

/* Where its directives stand. */
static const char *const operation_locations[] = {
    [GQL_QUERY] = "QUERY",
    [GQL_MUTATION] = "MUTATION",
    [GQL_SUBSCRIPTION] = "SUBSCRIPTION",
};

static void walk_operation(struct gql_validation *v, const struct gql_definition *operation)
{
    gql_known_operation_types(v, operation);
    gql_unique_operation_names(v, operation);
    gql_lone_anonymous_operation(v, operation);
    gql_single_field_subscriptions(v, operation);
    gql_unique_variable_names(v, operation);
    gql_unique_directives_per_location(v, operation->directives);
    for (const struct gql_variable_definition *d = operation->variables; d; d = d->next)
        walk_variable_definition(v, d);
    walk_directives(v, operation->directives, operation_locations[operation->operation]);
}

static void walk_fragment(struct gql_validation *v, const struct gql_checked *fragment)
{
    const struct gql_definition *node = fragment->node;

    gql_fragments_on_composite_types(v, node->name, node->type_condition);
    gql_unique_fragment_names(v, node);
    gql_unique_directives_per_location(v, node->directives);
    v->moment++;
    gql_known_type_names(v, node->type_condition);
    walk_directives(v, node->directives, "FRAGMENT_DEFINITION");
}

static void walk_definition(struct gql_validation *v, struct gql_checked *definition)
{
    definition->entered = ++v->moment;
    v->current = definition;
    v->type = definition->type;
    if (definition->node->kind == GQL_DEFINITION_OPERATION)
        walk_operation(v, definition->node);
    else
        walk_fragment(v, definition);
    walk_selection_set(v, definition->node->selection_set, false);
    definition->left = ++v->moment;
}

static bool is_executable(const struct gql_definition *definition)
{
    return definition->kind == GQL_DEFINITION_OPERATION ||
           definition->kind == GQL_DEFINITION_FRAGMENT;
}

static void note_definition(struct gql_validation *v, const struct gql_definition *node)
{
    struct gql_checked *definition = &v->definitions[v->n_definitions++];

    definition->node = node;
    definition->usages_end = &definition->usages;
    if (node->kind == GQL_DEFINITION_OPERATION) {
        definition->type = gql_schema_root(v->schema, node->operation);
        v->n_operations++;
    } else {
        definition->type = condition_type(v, node->type_condition);
        *gql_names_at(&v->fragments, v->arena, node->name.text) = definition;
    }
}

static void note_definitions(struct gql_validation *v)
{
    size_t n = 0;

    for (const struct gql_definition *d = v->document->definitions; d; d = d->next)
        n += is_executable(d);
    v->definitions = arena_array(v->arena, struct gql_checked, n);
    for (const struct gql_definition *d = v->document->definitions; d; d = d->next) {
        if (is_executable(d))
            note_definition(v, d);
    }
}

static void ask_all(struct gql_validation *v)
{
    gql_executable_definitions(v);
    for (size_t i = 0; i < v->n_definitions; i++)
        walk_definition(v, &v->definitions[i]);
    v->moment++;
    v->work += v->moment;
    gql_no_unused_fragments(v);
    gql_no_fragment_cycles(v);
    gql_variable_rules(v);
    gql_overlapping_fields_can_be_merged(v);
}

void gql_validate_counted(const struct gql_schema *schema, const struct gql_document *document,
                          const struct gql_limits *limits, struct gql_errors *errors,
                          size_t *ret_work)
{
    static const struct gql_limits no_limits = {0};
    _Alignas(max_align_t) char most_need_no_more[4096];
    struct arena arena;
    struct gql_validation v = {
        .schema = schema,
        .document = document,
        .limits = limits ? limits : &no_limits,
        .arena = &arena,
    };

    arena_init_in(&arena, most_need_no_more, sizeof(most_need_no_more));
    v.findings_end = &v.findings;
    v.levels_end = &v.levels;
    note_definitions(&v);
    if (gql_check_limits(&v, errors)) {
        ask_all(&v);
        gql_report(&v, errors);
    }
    *ret_work = v.work;
    arena_done(&arena);
}

void gql_validate(const struct gql_schema *schema, const struct gql_document *document,
                  const struct gql_limits *limits, struct gql_errors *errors)
{
    size_t ignored;

    gql_validate_counted(schema, document, limits, errors, &ignored);
}
