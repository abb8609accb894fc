/* The rules about directives where they are applied, and about the values in them. */

#include "graphql/print.h"
#include "graphql/sdl_rules.h"
#include "graphql/suggest.h"

void gql_sdl_unique_directives(struct gql_sdl *s, const struct gql_directive *directives,
                               struct gql_names *seen)
{
    for (const struct gql_directive *d = directives; d; d = d->next) {
        const struct gql_definition *definition = gql_names_get(&s->directives, d->name.text);
        const struct gql_directive *first;
        struct gql_error *error;
        void **slot;
        if (!definition || definition->repeatable)
            continue;
        slot = gql_names_at(seen, s->arena, d->name.text);
        first = *slot;
        if (!first) {
            *slot = (void *)d;
            continue;
        }
        error = gql_error_add(s->errors, ST_INVALID,
                              "The directive \"@%.*s\" can only be used once at this location.",
                              STR_ARG(d->name.text));
        gql_sdl_error_at(s, error, first->at);
        gql_sdl_error_at(s, error, d->at);
    }
}

static bool may_stand(const struct gql_definition *definition, const char *place)
{
    for (const struct gql_name_list *name = definition->names; name; name = name->next)
        if (str_eq_c(name->name.text, place))
            return true;
    return false;
}

static struct gql_names given_arguments(struct gql_sdl *s, const struct gql_directive *directive)
{
    struct gql_names given = {0};

    for (const struct gql_argument *arg = directive->arguments; arg; arg = arg->next)
        *gql_names_at(&given, s->arena, arg->name.text) = (void *)arg;
    return given;
}

/* Those of a definition that are given. */
static struct gql_names known_arguments(struct gql_sdl *s, const struct gql_definition *definition,
                                        const struct gql_names *given)
{
    struct gql_names known = {0};

    for (const struct gql_input_value_definition *arg = definition->input_values; arg && given->n;
         arg = arg->next)
        if (gql_names_get(given, arg->name.text))
            *gql_names_at(&known, s->arena, arg->name.text) = (void *)arg;
    return known;
}

static struct str did_you_mean_argument(struct gql_sdl *s, const struct gql_definition *definition,
                                        struct str name)
{
    struct gql_names names = {0};
    struct str *options;

    for (const struct gql_input_value_definition *a = definition->input_values; a; a = a->next)
        gql_names_at(&names, s->arena, a->name.text);
    options = arena_array(s->arena, struct str, names.n);
    for (size_t i = 0; i < names.n; i++)
        options[i] = names.entries[i].name;
    return gql_did_you_mean(s->arena, STR_NULL, name, options, names.n);
}

/* KnownArgumentNamesOnDirectives. */
static void check_known_arguments(struct gql_sdl *s, const struct gql_directive *directive,
                                  const struct gql_definition *definition,
                                  const struct gql_names *given)
{
    struct gql_names known = known_arguments(s, definition, given);

    for (const struct gql_argument *arg = directive->arguments; arg; arg = arg->next) {
        struct str name = arg->name.text;
        struct gql_error *error;
        if (gql_names_get(&known, name) || gql_sdl_is_done(s))
            continue;
        error = gql_error_add(s->errors, ST_INVALID,
                              "Unknown argument \"%.*s\" on directive \"@%.*s\".%.*s",
                              STR_ARG(name), STR_ARG(directive->name.text),
                              STR_ARG(did_you_mean_argument(s, definition, name)));
        gql_sdl_error_at(s, error, arg->name.at);
    }
}

/* UniqueArgumentNames: one error a name, at all its places. */
static void check_unique_arguments(struct gql_sdl *s, const struct gql_argument *arguments)
{
    struct gql_names seen = {0}, again = {0};

    for (const struct gql_argument *arg = arguments; arg; arg = arg->next) {
        void **first = gql_names_at(&seen, s->arena, arg->name.text);
        if (*first)
            *gql_names_at(&again, s->arena, arg->name.text) = (void *)arg;
        *first = (void *)arg;
    }
    for (size_t i = 0; i < seen.n && again.n && !gql_sdl_is_done(s); i++) {
        struct str name = seen.entries[i].name;
        struct gql_error *error;
        if (!gql_names_get(&again, name))
            continue;
        error = gql_error_add(s->errors, ST_INVALID,
                              "There can be only one argument named \"%.*s\".", STR_ARG(name));
        for (const struct gql_argument *arg = arguments; arg; arg = arg->next)
            if (str_eq(arg->name.text, name))
                gql_sdl_error_at(s, error, arg->name.at);
    }
}

/* The required arguments of a definition; of those of one name the last counts. */
static struct gql_names required_of(struct gql_sdl *s, const struct gql_definition *definition)
{
    struct gql_names required = {0};

    for (const struct gql_input_value_definition *arg = definition->input_values; arg;
         arg = arg->next)
        if (arg->type->kind == GQL_NODE_NON_NULL_TYPE && !arg->default_value)
            *gql_names_at(&required, s->arena, arg->name.text) = (void *)arg;
    return required;
}

/* ProvidedRequiredArgumentsOnDirectives. */
static void check_required_arguments(struct gql_sdl *s, const struct gql_directive *directive,
                                     const struct gql_definition *definition,
                                     const struct gql_names *given)
{
    struct gql_names required = required_of(s, definition);

    for (size_t i = 0; i < required.n; i++) {
        const struct gql_input_value_definition *arg = required.entries[i].value;
        struct gql_error *error;
        if (gql_names_get(given, arg->name.text))
            continue;
        error = gql_error_add(s->errors, ST_INVALID,
                              "Directive \"@%.*s\" argument \"%.*s\" of type \"%.*s\" is required, "
                              "but it was not provided.",
                              STR_ARG(directive->name.text), STR_ARG(arg->name.text),
                              STR_ARG(gql_print_type_node(s->arena, arg->type)));
        gql_sdl_error_at(s, error, directive->at);
    }
}

static void check_unique_field(struct gql_sdl *s, struct gql_names *seen,
                               const struct gql_literal *field)
{
    void **slot = gql_names_at(seen, s->arena, field->key.text);
    const struct gql_literal *first = *slot;

    if (first)
        gql_sdl_twice(s, &first->key, &field->key,
                      "There can be only one input field named \"%.*s\".",
                      STR_ARG(field->key.text));
    else
        *slot = (void *)field;
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser nests at most GQL_DEPTH_MOST literals. */
void gql_sdl_value(struct gql_sdl *s, const struct gql_literal *value)
{
    struct gql_names seen = {0};

    for (const struct gql_literal *item = value->items; item; item = item->next) {
        if (value->kind == GQL_LITERAL_OBJECT)
            check_unique_field(s, &seen, item);
        gql_sdl_value(s, item);
    }
}

static void check_place(struct gql_sdl *s, const struct gql_directive *directive,
                        const struct gql_definition *definition, const char *place)
{
    struct gql_error *error;

    if (may_stand(definition, place))
        return;
    error = gql_error_add(s->errors, ST_INVALID, "Directive \"@%.*s\" may not be used on %s.",
                          STR_ARG(directive->name.text), place);
    gql_sdl_error_at(s, error, directive->at);
}

static void check_directive(struct gql_sdl *s, const struct gql_directive *directive,
                            const char *place)
{
    const struct gql_definition *definition = gql_names_get(&s->directives, directive->name.text);
    struct gql_names given = given_arguments(s, directive);

    if (definition) {
        check_place(s, directive, definition, place);
        check_known_arguments(s, directive, definition, &given);
    } else {
        gql_sdl_error_at(s,
                         gql_error_add(s->errors, ST_INVALID, "Unknown directive \"@%.*s\".",
                                       STR_ARG(directive->name.text)),
                         directive->at);
    }
    check_unique_arguments(s, directive->arguments);
    for (const struct gql_argument *arg = directive->arguments; arg; arg = arg->next)
        gql_sdl_value(s, arg->value);
    if (definition)
        check_required_arguments(s, directive, definition, &given);
}

void gql_sdl_directives(struct gql_sdl *s, const struct gql_directive *directives,
                        const char *place)
{
    for (const struct gql_directive *d = directives; d; d = d->next)
        check_directive(s, d, place);
}
