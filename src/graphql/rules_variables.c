/* Section 5.8: Variables. */

#include "graphql/print.h"
#include "graphql/validate.h"

enum {
    /* Fragments and uses of variables looked at on behalf of operations. Each operation has to ask
     * every fragment that it reaches, so that many of both would cost their product. */
    FRAGMENT_WORK_MOST = 1000000,
};

/* What an operation knows of one name. */
struct variable {
    const struct gql_variable_definition *last; /* of all that define it */
    const struct gql_type *type;                /* NULL when it names an unknown one */
    bool used;
};

/* 5.8.1 Variable Uniqueness. */

static bool names_differ(struct gql_validation *v, const struct gql_variable_definition *first)
{
    struct gql_names names = {0};

    if (!first || !first->next)
        return true;
    for (const struct gql_variable_definition *d = first; d; d = d->next) {
        void **slot = gql_names_at(&names, v->arena, d->name.text);

        if (*slot)
            return false;
        *slot = (void *)d;
    }
    return true;
}

static void note_definition(struct gql_validation *v, struct gql_names *names,
                            const struct gql_variable_definition *d)
{
    void **slot = gql_names_at(names, v->arena, d->name.text);
    struct gql_row *group = *slot;

    if (!group) {
        group = arena_new(v->arena, struct gql_row);
        *slot = group;
    }
    gql_row_push(group, v->arena, d);
}

void gql_unique_variable_names(struct gql_validation *v, const struct gql_definition *operation)
{
    struct gql_names names = {0};

    if (names_differ(v, operation->variables))
        return;
    for (const struct gql_variable_definition *d = operation->variables; d; d = d->next)
        note_definition(v, &names, d);
    for (size_t i = 0; i < names.n; i++) {
        const struct gql_row *group = names.entries[i].value;
        struct gql_finding *finding;

        if (group->n == 1)
            continue;
        finding = gql_find(v, GQL_RULE_UNIQUE_VARIABLE_NAMES,
                           "There can be only one variable named \"$%.*s\".",
                           STR_ARG(names.entries[i].name));
        for (size_t j = 0; j < group->n; j++)
            gql_find_at(v, finding,
                        ((const struct gql_variable_definition *)group->items[j])->name.at);
    }
}

/* 5.8.2 Variables Are Input Types. */
void gql_variables_are_input_types(struct gql_validation *v,
                                   const struct gql_variable_definition *variable,
                                   const struct gql_type *type)
{
    if (!type || gql_type_is_input(type))
        return;
    gql_find_at(v,
                gql_find(v, GQL_RULE_VARIABLES_ARE_INPUT_TYPES,
                         "Variable \"$%.*s\" cannot be non-input type \"%.*s\".",
                         STR_ARG(variable->name.text),
                         STR_ARG(gql_print_type_node(v->arena, variable->type))),
                variable->type->at);
}

/* An operation, and its variables by name. */
struct scope {
    const struct gql_definition *operation;
    struct gql_names variables; /* to struct variable */
};

/* 5.8.3 All Variable Uses Defined. */
static void no_undefined_variables(struct gql_validation *v, const struct scope *scope,
                                   const struct gql_usage *usage)
{
    struct str name = usage->variable->text, operation = scope->operation->name.text;
    struct gql_finding *finding;

    if (gql_found_enough(v, GQL_RULE_NO_UNDEFINED_VARIABLES))
        return;
    if (operation.p)
        finding = gql_find(v, GQL_RULE_NO_UNDEFINED_VARIABLES,
                           "Variable \"$%.*s\" is not defined by operation \"%.*s\".",
                           STR_ARG(name), STR_ARG(operation));
    else
        finding = gql_find(v, GQL_RULE_NO_UNDEFINED_VARIABLES, "Variable \"$%.*s\" is not defined.",
                           STR_ARG(name));
    gql_find_at(v, finding, usage->variable->at);
    gql_find_at(v, finding, gql_definition_at(scope->operation));
}

/* 5.8.4 All Variables Used. */
static void no_unused_variables(struct gql_validation *v, const struct scope *scope)
{
    struct str operation = scope->operation->name.text;

    for (const struct gql_variable_definition *d = scope->operation->variables; d; d = d->next) {
        const struct variable *variable = gql_names_get(&scope->variables, d->name.text);
        struct gql_finding *finding;

        if (variable->used)
            continue;
        if (operation.p)
            finding = gql_find(v, GQL_RULE_NO_UNUSED_VARIABLES,
                               "Variable \"$%.*s\" is never used in operation \"%.*s\".",
                               STR_ARG(d->name.text), STR_ARG(operation));
        else
            finding = gql_find(v, GQL_RULE_NO_UNUSED_VARIABLES, "Variable \"$%.*s\" is never used.",
                               STR_ARG(d->name.text));
        gql_find_at(v, finding, gql_variable_definition_at(d));
    }
}

/* 5.8.5 All Variable Usages Are Allowed */

static bool is_usage_allowed(const struct gql_variable_definition *d, const struct gql_type *type,
                             const struct gql_usage *usage)
{
    bool has_default = d->default_value && d->default_value->kind != GQL_LITERAL_NULL;

    if (usage->type->kind != GQL_NON_NULL || type->kind == GQL_NON_NULL)
        return gql_type_is_subtype(type, usage->type);
    return (has_default || usage->has_default) && gql_type_is_subtype(type, usage->type->of);
}

/* The oneOf object that the variable is a member of, whatever is wrapped around it; or NULL. */
static const struct gql_type *one_of_around(const struct gql_usage *usage)
{
    const struct gql_type *type = usage->is_member ? gql_type_named(usage->parent) : NULL;

    return type && type->one_of ? type : NULL;
}

static void find_misuse(struct gql_validation *v, const struct gql_variable_definition *d,
                        const struct gql_usage *usage, struct gql_finding *finding)
{
    gql_find_at(v, finding, gql_variable_definition_at(d));
    gql_find_at(v, finding, usage->variable->at);
}

static void variables_in_allowed_position(struct gql_validation *v, struct variable *variable,
                                          const struct gql_usage *usage)
{
    const struct gql_variable_definition *d = variable->last;
    const struct gql_type *type = variable->type, *one_of = one_of_around(usage);

    if (!usage->type || !type || gql_found_enough(v, GQL_RULE_VARIABLES_IN_ALLOWED_POSITION))
        return;
    if (!is_usage_allowed(d, type, usage))
        find_misuse(v, d, usage,
                    gql_find(v, GQL_RULE_VARIABLES_IN_ALLOWED_POSITION,
                             "Variable \"$%.*s\" of type \"%.*s\" used in position expecting type "
                             "\"%.*s\".",
                             STR_ARG(d->name.text), STR_ARG(gql_type_print(v->arena, type)),
                             STR_ARG(gql_type_print(v->arena, usage->type))));
    if (one_of && type->kind != GQL_NON_NULL)
        find_misuse(v, d, usage,
                    gql_find(v, GQL_RULE_VARIABLES_IN_ALLOWED_POSITION,
                             "Variable \"$%.*s\" is of type \"%.*s\" but must be non-nullable to "
                             "be used for OneOf Input Object \"%.*s\".",
                             STR_ARG(d->name.text), STR_ARG(gql_type_print(v->arena, type)),
                             STR_ARG(one_of->name)));
}

/* All three */

static void check_usages(struct gql_validation *v, struct scope *scope,
                         const struct gql_checked *within)
{
    for (const struct gql_usage *usage = within->usages; usage; usage = usage->next) {
        struct variable *variable = gql_names_get(&scope->variables, usage->variable->text);

        v->work++;
        if (!variable) {
            no_undefined_variables(v, scope, usage);
            continue;
        }
        variable->used = true;
        variables_in_allowed_position(v, variable, usage);
    }
}

static void define_variables(struct gql_validation *v, struct scope *scope,
                             const struct gql_row *types)
{
    const struct gql_variable_definition *d = scope->operation->variables;

    for (size_t i = 0; d; d = d->next, i++) {
        void **slot = gql_names_at(&scope->variables, v->arena, d->name.text);
        struct variable *variable = *slot;

        if (!variable)
            *slot = variable = arena_new(v->arena, struct variable);
        variable->last = d;
        variable->type = types->items[i];
    }
}

static void check_operation(struct gql_validation *v, struct gql_checked *operation)
{
    struct scope scope = {.operation = operation->node};
    struct gql_row fragments = gql_reachable(v, operation);

    v->moment = operation->left;
    define_variables(v, &scope, &operation->variable_types);
    check_usages(v, &scope, operation);
    for (size_t i = 0; i < fragments.n; i++)
        check_usages(v, &scope, fragments.items[i]);
    no_unused_variables(v, &scope);
}

void gql_variable_rules(struct gql_validation *v)
{
    size_t work_before = v->work;

    for (size_t i = 0; i < v->n_definitions; i++) {
        struct gql_checked *d = &v->definitions[i];

        if (d->node->kind != GQL_DEFINITION_OPERATION)
            continue;
        check_operation(v, d);
        if (v->work - work_before > FRAGMENT_WORK_MOST) {
            gql_abort(v, GQL_RULE_NO_UNDEFINED_VARIABLES);
            return;
        }
    }
}
