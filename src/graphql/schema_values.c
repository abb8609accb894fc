/*
 * The values that a schema itself holds: default values, which become coerced here, and the
 * arguments of directives.
 *
 * A default may rest on others: `{}` for an input object takes the defaults of its fields. So
 * defaults are coerced from the innermost outwards; one that rests on itself is refused
 * (InputObjectDefaultValueHasCycle() in section 3.10), and so is a non-null input field that
 * would hold itself, as no finite value could be given for it.
 */

#include "graphql/coerce.h"
#include "graphql/graphql.h"
#include "graphql/names.h"
#include "graphql/print.h"
#include "graphql/schema_check.h"

/* The way down to an input field, innermost first. */
struct way {
    const struct way *parent;
    const struct gql_input_def *def;
    struct str owner; /* the type it is a field of */
    size_t depth;
};

/* Stands for the value of a default that is wrong, so that it is told once. */
static const struct gql_value refused;

/* Non-null input fields that lead back to where they began. */

static const struct gql_type *required_object(const struct gql_input_def *field)
{
    const struct gql_type *of = field->type->kind == GQL_NON_NULL ? field->type->of : NULL;

    return of && of->kind == GQL_INPUT_OBJECT ? of : NULL;
}

static struct str way_names(struct gql_schema_check *c, const struct way *last,
                            const struct way *first)
{
    struct str names = last->def->name;

    while (last != first) {
        last = last->parent;
        names =
            arena_printf(c->errors->arena, "%.*s.%.*s", STR_ARG(last->def->name), STR_ARG(names));
    }
    return names;
}

static void error_at_way(struct gql_schema_check *c, struct gql_error *error,
                         const struct way *last, const struct way *first)
{
    size_t n = last->depth - first->depth + 1;

    for (size_t i = 0; i < n; i++) {
        const struct way *step = last;
        for (size_t back = n - 1 - i; back > 0; back--)
            step = step->parent;
        gql_schema_error_at(c, error, step->def->node->at);
    }
}

/* The step that begins at this type; NULL when the way does not pass it. */
static const struct way *step_from(const struct way *way, const struct gql_type *type)
{
    while (way && !str_eq(way->owner, type->name))
        way = way->parent;
    return way;
}

static void tell_circle(struct gql_schema_check *c, const struct way *last, const struct way *first)
{
    struct gql_error *error = gql_schema_error(
        c,
        "Cannot reference Input Object \"%.*s\" within itself through a series of non-null "
        "fields: \"%.*s\".",
        STR_ARG(first->owner), STR_ARG(way_names(c, last, first)));

    error_at_way(c, error, last, first);
}

static void tell_too_deep(struct gql_schema_check *c, const struct way *last)
{
    struct gql_error *error =
        gql_schema_error(c, "%.*s.%.*s is nested deeper than %d levels of input fields.",
                         STR_ARG(last->owner), STR_ARG(last->def->name), GQL_DEPTH_MOST);

    gql_schema_error_at(c, error, last->def->node->at);
}

/* Each type is gone into once: `visited` are those behind us.
 * NOLINTNEXTLINE(misc-no-recursion): at most GQL_DEPTH_MOST steps. */
static void find_circles(struct gql_schema_check *c, struct gql_names *visited,
                         const struct gql_type *type, const struct way *way)
{
    void **seen = gql_names_at(visited, c->errors->arena, type->name);

    if (*seen)
        return;
    *seen = (void *)type;
    for (size_t i = 0; i < type->n_input_fields; i++) {
        const struct gql_input_def *field = &type->input_fields[i];
        const struct gql_type *next = required_object(field);
        struct way step = {
            .parent = way, .def = field, .owner = type->name, .depth = way ? way->depth + 1 : 1};
        const struct way *first;
        if (!next)
            continue;
        first = step_from(&step, next);
        if (first)
            tell_circle(c, &step, first);
        else if (step.depth == GQL_DEPTH_MOST)
            tell_too_deep(c, &step);
        else
            find_circles(c, visited, next, &step);
    }
}

/* Default values. */

static const struct gql_literal *member_of(const struct gql_literal *object, struct str name)
{
    for (const struct gql_literal *item = object->items; item; item = item->next)
        if (str_eq(item->key.text, name))
            return item;
    return NULL;
}

static void coerce_default(struct gql_schema_check *c, struct str owner, struct gql_input_def *def,
                           const struct way *way);

static void coerce_below(struct gql_schema_check *c, const struct gql_type *type,
                         const struct gql_literal *literal, const struct way *way);

/* A field of an object literal: what is written counts, else the field's own default.
 * NOLINTNEXTLINE(misc-no-recursion): coerce_below() bounds it. */
static void coerce_field_below(struct gql_schema_check *c, const struct gql_type *type,
                               const struct gql_input_def *field, const struct gql_literal *object,
                               const struct way *way)
{
    const struct gql_literal *given = member_of(object, field->name);

    if (given)
        coerce_below(c, field->type, given, way);
    else
        coerce_default(c, type->name, (struct gql_input_def *)field, way);
}

/* Coerces the defaults that a literal rests on.
 * NOLINTNEXTLINE(misc-no-recursion): at most GQL_DEPTH_MOST levels. */
static void coerce_below(struct gql_schema_check *c, const struct gql_type *type,
                         const struct gql_literal *literal, const struct way *way)
{
    const struct gql_type *named = gql_type_named(type);

    if (named->kind != GQL_INPUT_OBJECT)
        return;
    if (c->depth == GQL_DEPTH_MOST) {
        tell_too_deep(c, way);
        return;
    }
    c->depth++;
    if (literal->kind == GQL_LITERAL_LIST) {
        for (const struct gql_literal *item = literal->items; item; item = item->next)
            coerce_below(c, named, item, way);
    } else if (literal->kind == GQL_LITERAL_OBJECT) {
        for (size_t i = 0; i < named->n_input_fields; i++)
            coerce_field_below(c, named, &named->input_fields[i], literal, way);
    }
    c->depth--;
}

static void tell_default_circle(struct gql_schema_check *c, const struct way *last,
                                const struct way *first)
{
    struct gql_error *error;
    struct str via = STR("");

    for (const struct way *step = last; step != first; step = step->parent)
        via = arena_printf(c->errors->arena, "%.*s.%.*s%s%.*s", STR_ARG(step->owner),
                           STR_ARG(step->def->name), via.n ? ", " : "", STR_ARG(via));
    error = gql_schema_error(c,
                             "Invalid circular reference. The default value of Input Object field "
                             "%.*s.%.*s references itself%s%.*s.",
                             STR_ARG(first->owner), STR_ARG(first->def->name),
                             via.n ? " via the default values of: " : "", STR_ARG(via));
    error_at_way(c, error, last, first);
}

static void tell_invalid(struct gql_schema_check *c, const struct way *step)
{
    const struct gql_literal *literal = step->def->default_literal;
    bool of_argument = step->owner.n && step->owner.p[step->owner.n - 1] == '(';
    struct gql_error *error = gql_schema_error(
        c, "%.*s%s%.*s%s has invalid default value: Expected value of type \"%.*s\", found %.*s.",
        STR_ARG(step->owner), of_argument ? "" : ".", STR_ARG(step->def->name),
        of_argument ? ":)" : "", STR_ARG(gql_schema_shown(c, step->def->type)),
        STR_ARG(gql_print_literal(c->errors->arena, literal)));

    gql_schema_error_at(c, error, literal->at);
}

static const struct way *step_over(const struct way *way, const struct gql_input_def *def)
{
    while (way && way->def != def)
        way = way->parent;
    return way;
}

static void set_default(struct gql_schema_check *c, const struct way *step)
{
    struct gql_input_def *def = (struct gql_input_def *)step->def;
    struct gql_value *value = arena_new(&c->schema->arena, struct gql_value);

    if (gql_coerce_literal(&c->schema->arena, def->type, def->default_literal, NULL, value)) {
        def->default_value = value;
        return;
    }
    def->default_value = &refused;
    tell_invalid(c, step);
}

/* owner: `Room` for its field, `Query.room(` for its argument.
 * NOLINTNEXTLINE(misc-no-recursion): coerce_below() bounds it. */
static void coerce_default(struct gql_schema_check *c, struct str owner, struct gql_input_def *def,
                           const struct way *way)
{
    struct way step = {
        .parent = way, .def = def, .owner = owner, .depth = way ? way->depth + 1 : 1};
    const struct way *first = step_over(way, def);
    size_t before = c->errors->count;

    if (!def->default_literal || def->default_value)
        return;
    if (first) {
        tell_default_circle(c, way, first);
    } else {
        coerce_below(c, def->type, def->default_literal, &step);
        if (c->errors->count == before)
            set_default(c, &step);
        else
            def->default_value = &refused;
    }
}

static void coerce_defaults(struct gql_schema_check *c, struct str owner,
                            const struct gql_input_def *defs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        coerce_default(c, owner, (struct gql_input_def *)&defs[i], NULL);
}

static void coerce_arguments_of_fields(struct gql_schema_check *c,
                                       const struct gql_field_def *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fields[i].n_args)
            coerce_defaults(c,
                            arena_printf(c->errors->arena, "%.*s.%.*s(",
                                         STR_ARG(fields[i].parent->name), STR_ARG(fields[i].name)),
                            fields[i].args, fields[i].n_args);
}

/* The arguments of directives, wherever one is applied. */

static void check_argument(struct gql_schema_check *c, const struct gql_input_def *def,
                           const struct gql_literal *literal)
{
    struct arena *a = c->errors->arena;
    struct gql_error *error;
    struct gql_value ignored;

    if (def->type->kind == GQL_NON_NULL && literal->kind == GQL_LITERAL_NULL)
        error = gql_schema_error(c, "Argument \"%.*s\" of non-null type \"%.*s\" must not be null.",
                                 STR_ARG(def->name), STR_ARG(gql_schema_shown(c, def->type)));
    else if (!gql_coerce_literal(a, def->type, literal, NULL, &ignored))
        error = gql_schema_error(c, "Argument \"%.*s\" has invalid value %.*s.", STR_ARG(def->name),
                                 STR_ARG(gql_print_literal(a, literal)));
    else
        return;
    gql_schema_error_at(c, error, literal->at);
}

static void check_directives(struct gql_schema_check *c, const struct gql_directive *directives)
{
    for (const struct gql_directive *d = directives; d; d = d->next) {
        const struct gql_directive_def *def = gql_schema_directive(c->schema, d->name.text);
        for (const struct gql_argument *arg = d->arguments; arg; arg = arg->next)
            check_argument(c, gql_input_find(def->args, def->n_args, arg->name.text), arg->value);
    }
}

/* A bound that no value could keep. */
static void check_length(struct gql_schema_check *c, const struct gql_input_def *def)
{
    const struct gql_directive *length = gql_directive_find(def->node->directives, "length");
    struct gql_error *error;

    if (!length ||
        (def->length_min >= 0 && (def->length_max == -1 || def->length_max >= def->length_min)))
        return;
    error = gql_schema_error(c, "Directive \"@length\" on \"%.*s\" allows no length at all.",
                             STR_ARG(def->name));
    gql_schema_error_at(c, error, length->at);
}

static void check_inputs(struct gql_schema_check *c, const struct gql_input_def *defs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        check_directives(c, defs[i].node->directives);
        check_length(c, &defs[i]);
    }
}

static void check_type_directives(struct gql_schema_check *c, const struct gql_type *type)
{
    for (size_t i = 0; i < type->n_fields; i++) {
        check_directives(c, type->fields[i].node->directives);
        check_inputs(c, type->fields[i].args, type->fields[i].n_args);
    }
    for (size_t i = 0; i < type->n_values; i++)
        check_directives(c, type->values[i].node->directives);
    check_inputs(c, type->input_fields, type->n_input_fields);
}

static void check_all_directives(struct gql_schema_check *c)
{
    const struct gql_schema *schema = c->schema;

    for (const struct gql_definition *d = schema->document->definitions; d; d = d->next)
        check_directives(c, d->directives);
    for (size_t i = 0; i < schema->n_types; i++)
        if (!schema->types[i]->built_in)
            check_type_directives(c, schema->types[i]);
    for (size_t i = 0; i < schema->n_directives; i++)
        if (!schema->directives[i].built_in)
            check_inputs(c, schema->directives[i].args, schema->directives[i].n_args);
}

void gql_schema_check_values(struct gql_schema_check *c)
{
    const struct gql_schema *schema = c->schema;
    struct gql_names visited = {0};
    size_t before = c->errors->count;

    for (size_t i = 0; i < schema->n_types; i++)
        find_circles(c, &visited, schema->types[i], NULL);
    if (c->errors->count > before)
        return;
    for (size_t i = 0; i < schema->n_types; i++) {
        const struct gql_type *type = schema->types[i];
        coerce_defaults(c, type->name, type->input_fields, type->n_input_fields);
        coerce_arguments_of_fields(c, type->fields, type->n_fields);
    }
    coerce_arguments_of_fields(c, schema->meta_fields, schema->n_meta_fields);
    for (size_t i = 0; i < schema->n_directives; i++) {
        const struct gql_directive_def *d = &schema->directives[i];
        coerce_defaults(c, arena_printf(c->errors->arena, "@%.*s(", STR_ARG(d->name)), d->args,
                        d->n_args);
    }
    check_all_directives(c);
}
