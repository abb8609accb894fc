/* Sections 5.1 and 5.2: Documents, Operations. */

#include "graphql/validate.h"

/* 5.1.1 Executable Definitions. What a definition of another kind holds is not looked at. */
void gql_executable_definitions(struct gql_validation *v)
{
    for (const struct gql_definition *d = v->document->definitions; d; d = d->next) {
        const char *quote = d->kind == GQL_DEFINITION_SCHEMA ? "" : "\"";
        struct str name = d->kind == GQL_DEFINITION_SCHEMA ? STR("schema") : d->name.text;

        if (d->kind == GQL_DEFINITION_OPERATION || d->kind == GQL_DEFINITION_FRAGMENT)
            continue;
        gql_find_at(v,
                    gql_find(v, GQL_RULE_EXECUTABLE_DEFINITIONS,
                             "The %s%.*s%s definition is not executable.", quote, STR_ARG(name),
                             quote),
                    gql_definition_at(d));
    }
}

/* 5.2.1.1 Operation Type Existence. */
void gql_known_operation_types(struct gql_validation *v, const struct gql_definition *operation)
{
    if (gql_schema_root(v->schema, operation->operation))
        return;
    gql_find_at(v,
                gql_find(v, GQL_RULE_KNOWN_OPERATION_TYPES,
                         "The %s operation is not supported by the schema.",
                         gql_operation_type_name(operation->operation)),
                gql_definition_at(operation));
}

/* 5.2.2.1 Operation Name Uniqueness. */
void gql_unique_operation_names(struct gql_validation *v, const struct gql_definition *operation)
{
    struct gql_finding *finding;
    void **known;

    if (!operation->name.text.p)
        return;
    known = gql_names_at(&v->operations_seen, v->arena, operation->name.text);
    if (!*known) {
        *known = (void *)operation;
        return;
    }
    finding =
        gql_find(v, GQL_RULE_UNIQUE_OPERATION_NAMES,
                 "There can be only one operation named \"%.*s\".", STR_ARG(operation->name.text));
    gql_find_at(v, finding, ((const struct gql_definition *)*known)->name.at);
    gql_find_at(v, finding, operation->name.at);
}

/* 5.2.3.1 Lone Anonymous Operation. */
void gql_lone_anonymous_operation(struct gql_validation *v, const struct gql_definition *operation)
{
    if (operation->name.text.p || v->n_operations == 1)
        return;
    gql_find_at(v,
                gql_find(v, GQL_RULE_LONE_ANONYMOUS_OPERATION,
                         "This anonymous operation must be the only defined operation."),
                gql_definition_at(operation));
}

/* 5.2.4.1 Single Root Field */

/* Fields of one response name, in order; linked in the order of their first. */
struct root_group {
    struct gql_row fields;
    struct root_group *next;
};

/* CollectSubscriptionFields: what a subscription selects at its root. */
struct root_fields {
    struct gql_names by_name; /* to struct root_group */
    struct root_group *first;
    struct root_group **end;
    struct gql_row forbidden; /* directives: @skip and @include */
};

static void add_root_field(struct gql_validation *v, struct root_fields *fields,
                           const struct gql_selection *field)
{
    struct str name = field->alias.text.p ? field->alias.text : field->name.text;
    void **slot = gql_names_at(&fields->by_name, v->arena, name);
    struct root_group *group = *slot;

    if (!group) {
        group = arena_new(v->arena, struct root_group);
        *slot = group;
        *fields->end = group;
        fields->end = &group->next;
    }
    gql_row_push(&group->fields, v->arena, field);
}

static const struct gql_directive *find_directive(const struct gql_selection *selection,
                                                  const char *name)
{
    for (const struct gql_directive *d = selection->directives; d; d = d->next) {
        if (str_eq_c(d->name.text, name))
            return d;
    }
    return NULL;
}

/* At the root of a subscription nothing may depend on a condition: the one field must be there. */
static bool is_conditional(struct gql_validation *v, struct root_fields *fields,
                           const struct gql_selection *selection)
{
    const struct gql_directive *condition = find_directive(selection, "skip");

    if (!condition)
        condition = find_directive(selection, "include");
    if (!condition)
        return false;
    gql_row_push(&fields->forbidden, v->arena, condition);
    return true;
}

static bool applies(const struct gql_type *condition, const struct gql_type *object)
{
    return condition == object || (condition && gql_type_is_abstract(condition) &&
                                   gql_type_is_possible(condition, object));
}

/* The selections of a fragment that applies to the root type and was not here before. */
static const struct gql_selection *fragment_selections(struct gql_validation *v,
                                                       const struct gql_selection *selection,
                                                       const struct gql_type *root)
{
    struct gql_name condition = selection->type_condition;
    struct gql_checked *fragment;

    if (selection->kind == GQL_SELECTION_INLINE)
        return !condition.text.p || applies(gql_schema_type(v->schema, condition.text), root)
                   ? selection->selection_set->first
                   : NULL;
    fragment = gql_fragment(v, selection->name.text);
    if (!fragment || fragment->reached == v->searches)
        return NULL;
    fragment->reached = v->searches;
    return applies(fragment->type, root) ? fragment->node->selection_set->first : NULL;
}

/* Goes through the selections in order, those of fragments in their place. */
static void collect_root_fields(struct gql_validation *v, const struct gql_selection *selections,
                                const struct gql_type *root, struct root_fields *fields)
{
    struct gql_row back = {0}; /* where to go on when a fragment ends */

    v->searches++;
    gql_row_push(&back, v->arena, selections);
    while (back.n) {
        const struct gql_selection *s = gql_row_pop(&back);

        if (!s)
            continue;
        gql_row_push(&back, v->arena, s->next);
        if (is_conditional(v, fields, s))
            continue;
        if (s->kind == GQL_SELECTION_FIELD)
            add_root_field(v, fields, s);
        else
            gql_row_push(&back, v->arena, fragment_selections(v, s, root));
    }
}

/* How messages begin. */
static struct str subscription_called(struct gql_validation *v,
                                      const struct gql_definition *operation)
{
    if (!operation->name.text.p)
        return STR("Anonymous Subscription");
    return arena_printf(v->arena, "Subscription \"%.*s\"", STR_ARG(operation->name.text));
}

static void refuse_conditions(struct gql_validation *v, const struct gql_definition *operation,
                              const struct root_fields *fields)
{
    struct gql_finding *finding =
        gql_find(v, GQL_RULE_SINGLE_FIELD_SUBSCRIPTIONS,
                 "%.*s must not use `@skip` or `@include` directives in the top level selection.",
                 STR_ARG(subscription_called(v, operation)));

    for (size_t i = 0; i < fields->forbidden.n; i++)
        gql_find_at(v, finding, ((const struct gql_directive *)fields->forbidden.items[i])->at);
}

static void find_at_fields(struct gql_validation *v, struct gql_finding *finding,
                           const struct root_group *group)
{
    for (size_t i = 0; i < group->fields.n; i++)
        gql_find_at(v, finding, ((const struct gql_selection *)group->fields.items[i])->at);
}

static void refuse_further_fields(struct gql_validation *v, const struct gql_definition *operation,
                                  const struct root_fields *fields)
{
    struct gql_finding *finding;

    if (!fields->first || !fields->first->next)
        return;
    finding = gql_find(v, GQL_RULE_SINGLE_FIELD_SUBSCRIPTIONS,
                       "%.*s must select only one top level field.",
                       STR_ARG(subscription_called(v, operation)));
    for (const struct root_group *g = fields->first->next; g; g = g->next)
        find_at_fields(v, finding, g);
}

static void refuse_introspection(struct gql_validation *v, const struct gql_definition *operation,
                                 const struct root_fields *fields)
{
    for (const struct root_group *g = fields->first; g; g = g->next) {
        const struct gql_selection *field = g->fields.items[0];

        if (!str_starts(field->name.text, STR("__")))
            continue;
        find_at_fields(v,
                       gql_find(v, GQL_RULE_SINGLE_FIELD_SUBSCRIPTIONS,
                                "%.*s must not select an introspection top level field.",
                                STR_ARG(subscription_called(v, operation))),
                       g);
    }
}

void gql_single_field_subscriptions(struct gql_validation *v,
                                    const struct gql_definition *operation)
{
    const struct gql_type *root = gql_schema_root(v->schema, operation->operation);
    struct root_fields fields = {0};

    if (operation->operation != GQL_SUBSCRIPTION || !root)
        return;
    fields.end = &fields.first;
    collect_root_fields(v, operation->selection_set->first, root, &fields);
    if (fields.forbidden.n) {
        refuse_conditions(v, operation, &fields);
        return;
    }
    refuse_further_fields(v, operation, &fields);
    refuse_introspection(v, operation, &fields);
}
