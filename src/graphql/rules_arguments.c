/* Section 5.4: Arguments, those of fields and those of directives. */

#include "graphql/suggest.h"
#include "graphql/validate.h"

/* 5.4.1 Argument Names */

static struct str suggest_arguments(struct gql_validation *v, struct str name,
                                    const struct gql_input_def *defs, size_t n)
{
    struct str *names;

    if (v->limits->no_suggestions)
        return STR("");
    names = arena_array(v->arena, struct str, n);
    for (size_t i = 0; i < n; i++)
        names[i] = defs[i].name;
    return gql_did_you_mean(v->arena, STR_NULL, name, names, n);
}

void gql_known_argument_names(struct gql_validation *v, const struct gql_argument *argument)
{
    const struct gql_field_def *field = v->field;
    struct str name = argument->name.text, suggestion;

    if (!field || gql_input_find(field->args, field->n_args, name) ||
        gql_found_enough(v, GQL_RULE_KNOWN_ARGUMENT_NAMES))
        return;
    suggestion = suggest_arguments(v, name, field->args, field->n_args);
    gql_find_at(v,
                gql_find(v, GQL_RULE_KNOWN_ARGUMENT_NAMES,
                         "Unknown argument \"%.*s\" on field \"%.*s.%.*s\".%.*s", STR_ARG(name),
                         STR_ARG(v->parent_type->name), STR_ARG(field->name), STR_ARG(suggestion)),
                argument->name.at);
}

void gql_known_argument_names_on_directives(struct gql_validation *v,
                                            const struct gql_directive *directive)
{
    const struct gql_directive_def *def = v->directive;

    if (!def)
        return;
    for (const struct gql_argument *a = directive->arguments; a; a = a->next) {
        struct str suggestion;

        if (gql_input_find(def->args, def->n_args, a->name.text) ||
            gql_found_enough(v, GQL_RULE_KNOWN_ARGUMENT_NAMES))
            continue;
        suggestion = suggest_arguments(v, a->name.text, def->args, def->n_args);
        gql_find_at(v,
                    gql_find(v, GQL_RULE_KNOWN_ARGUMENT_NAMES,
                             "Unknown argument \"%.*s\" on directive \"@%.*s\".%.*s",
                             STR_ARG(a->name.text), STR_ARG(def->name), STR_ARG(suggestion)),
                    a->name.at);
    }
}

/* 5.4.2 Argument Uniqueness */

static bool names_differ(struct gql_validation *v, const struct gql_argument *arguments)
{
    struct gql_names names = {0};

    if (!arguments || !arguments->next)
        return true;
    for (const struct gql_argument *a = arguments; a; a = a->next) {
        void **slot = gql_names_at(&names, v->arena, a->name.text);

        if (*slot)
            return false;
        *slot = (void *)a;
    }
    return true;
}

void gql_unique_argument_names(struct gql_validation *v, const struct gql_argument *arguments)
{
    struct gql_names names = {0};

    if (names_differ(v, arguments))
        return;
    for (const struct gql_argument *a = arguments; a; a = a->next) {
        void **slot = gql_names_at(&names, v->arena, a->name.text);

        if (!*slot)
            *slot = arena_new(v->arena, struct gql_row);
        gql_row_push(*slot, v->arena, a);
    }
    for (size_t i = 0; i < names.n; i++) {
        const struct gql_row *group = names.entries[i].value;
        struct gql_finding *finding;

        if (group->n == 1)
            continue;
        finding = gql_find(v, GQL_RULE_UNIQUE_ARGUMENT_NAMES,
                           "There can be only one argument named \"%.*s\".",
                           STR_ARG(names.entries[i].name));
        for (size_t j = 0; j < group->n; j++)
            gql_find_at(v, finding, ((const struct gql_argument *)group->items[j])->name.at);
    }
}

/* 5.4.3 Required Arguments */

static bool is_given(const struct gql_argument *arguments, struct str name)
{
    for (const struct gql_argument *a = arguments; a; a = a->next) {
        if (str_eq(a->name.text, name))
            return true;
    }
    return false;
}

static bool is_missing(const struct gql_input_def *def, const struct gql_argument *arguments)
{
    return def->type->kind == GQL_NON_NULL && !def->default_literal &&
           !is_given(arguments, def->name);
}

void gql_provided_required_arguments(struct gql_validation *v, const struct gql_selection *field)
{
    const struct gql_field_def *def = v->field;

    for (size_t i = 0; def && i < def->n_args; i++) {
        if (!is_missing(&def->args[i], field->arguments))
            continue;
        gql_find_at(v,
                    gql_find(v, GQL_RULE_PROVIDED_REQUIRED_ARGUMENTS,
                             "Field \"%.*s\" argument \"%.*s\" of type \"%.*s\" is required, but "
                             "it was not provided.",
                             STR_ARG(def->name), STR_ARG(def->args[i].name),
                             STR_ARG(gql_type_print(v->arena, def->args[i].type))),
                    field->at);
    }
}

void gql_provided_required_arguments_on_directives(struct gql_validation *v,
                                                   const struct gql_directive *directive)
{
    const struct gql_directive_def *def = v->directive;

    for (size_t i = 0; def && i < def->n_args; i++) {
        if (!is_missing(&def->args[i], directive->arguments))
            continue;
        gql_find_at(v,
                    gql_find(v, GQL_RULE_PROVIDED_REQUIRED_ARGUMENTS,
                             "Directive \"@%.*s\" argument \"%.*s\" of type \"%.*s\" is required, "
                             "but it was not provided.",
                             STR_ARG(def->name), STR_ARG(def->args[i].name),
                             STR_ARG(gql_type_print(v->arena, def->args[i].type))),
                    directive->at);
    }
}
