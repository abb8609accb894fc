/*
 * The values that a schema itself holds: default values, which become coerced here, and the
 * arguments of directives.
 *
 * A default may rest on others: `{}` for an input object takes the defaults of its fields. So
 * defaults are coerced from the innermost outwards; one that rests on itself is refused
 * (InputObjectDefaultValueHasCycle() in section 3.10).
 */

#include "graphql/coerce.h"
#include "graphql/graphql.h"
#include "graphql/print.h"
#include "graphql/scalar.h"
#include "graphql/schema_check.h"

/* The way down to a default that another rests on, innermost first. */
struct way {
    const struct way *parent;
    const struct gql_input_def *def;
    struct str owner; /* the type it is a field of */
};

/* What default_value points into: a default may be deep because it rests on others. */
struct coerced {
    struct gql_value value;
    size_t levels; /* or REFUSED */
};

enum {
    REFUSED = 1 << 20, /* levels of what is wrong, and of all that rests on it: told once */
};

static const struct coerced *coerced_of(const struct gql_input_def *def)
{
    return container_of(def->default_value, struct coerced, value);
}

/* Default values. */

static size_t coerce_default(struct gql_schema_check *c, struct str owner,
                             struct gql_input_def *def, const struct way *way);

static size_t coerce_below(struct gql_schema_check *c, const struct gql_type *type,
                           const struct gql_literal *literal, const struct way *way);

static size_t max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* A field of an object literal: what is written counts, else the field's own default.
 * NOLINTNEXTLINE(misc-no-recursion): coerce_below() bounds it. */
static size_t coerce_field_below(struct gql_schema_check *c, const struct gql_type *type,
                                 const struct gql_input_def *field,
                                 const struct gql_literal *object, const struct way *way)
{
    const struct gql_literal *given = gql_literal_member(object, field->name);

    if (given)
        return coerce_below(c, field->type, given, way);
    return coerce_default(c, type->name, (struct gql_input_def *)field, way);
}

/* Coerces the defaults that a literal rests on. Returns how many levels of values there are, or
 * REFUSED.
 * NOLINTNEXTLINE(misc-no-recursion): at most GQL_DEPTH_MOST levels. */
static size_t coerce_below(struct gql_schema_check *c, const struct gql_type *type,
                           const struct gql_literal *literal, const struct way *way)
{
    const struct gql_type *named = gql_type_named(type);
    size_t levels = 0;

    if (named->kind != GQL_INPUT_OBJECT || c->depth == GQL_DEPTH_MOST)
        return 1;
    c->depth++;
    if (literal->kind == GQL_LITERAL_LIST) {
        for (const struct gql_literal *item = literal->items; item; item = item->next)
            levels = max(levels, coerce_below(c, named, item, way));
    } else if (literal->kind == GQL_LITERAL_OBJECT) {
        for (size_t i = 0; i < named->n_input_fields; i++)
            levels =
                max(levels, coerce_field_below(c, named, &named->input_fields[i], literal, way));
    }
    c->depth--;
    return levels < REFUSED ? levels + 1 : REFUSED;
}

static void tell_default_circle(struct gql_schema_check *c, const struct way *last,
                                const struct way *first)
{
    struct gql_error *error;
    struct str via = STR("");
    size_t n = 1;

    for (const struct way *step = last; step != first; step = step->parent, n++)
        via = arena_printf(c->errors->arena, "%.*s.%.*s%s%.*s", STR_ARG(step->owner),
                           STR_ARG(step->def->name), via.n ? ", " : "", STR_ARG(via));
    error = gql_schema_error(c,
                             "Invalid circular reference. The default value of Input Object field "
                             "%.*s.%.*s references itself%s%.*s.",
                             STR_ARG(first->owner), STR_ARG(first->def->name),
                             via.n ? " via the default values of: " : "", STR_ARG(via));
    for (size_t i = 0; i < n; i++) {
        const struct way *step = last;
        for (size_t back = n - 1 - i; back > 0; back--)
            step = step->parent;
        gql_schema_error_at(c, error, step->def->default_literal->at);
    }
}

static void tell_invalid(struct gql_schema_check *c, const struct way *step)
{
    bool of_argument = step->owner.n && step->owner.p[step->owner.n - 1] == '(';

    gql_schema_tell_default(c,
                            arena_printf(c->errors->arena, "%.*s%s%.*s%s", STR_ARG(step->owner),
                                         of_argument ? "" : ".", STR_ARG(step->def->name),
                                         of_argument ? ":)" : ""),
                            step->def);
}

static const struct way *step_over(const struct way *way, const struct gql_input_def *def)
{
    while (way && way->def != def)
        way = way->parent;
    return way;
}

/* Returns the levels, or REFUSED. */
static size_t set_default(struct gql_schema_check *c, const struct way *step, size_t levels)
{
    struct gql_input_def *def = (struct gql_input_def *)step->def;
    struct coerced *coerced = arena_new(&c->schema->arena, struct coerced);

    def->default_value = &coerced->value;
    coerced->levels = REFUSED;
    if (levels == REFUSED)
        return REFUSED;
    if (levels >= GQL_DEPTH_MOST)
        gql_schema_tell_too_deep(c, step->owner, def);
    else if (gql_coerce_literal(&c->schema->arena, def->type, def->default_literal, NULL,
                                &coerced->value))
        coerced->levels = levels;
    else
        tell_invalid(c, step);
    return coerced->levels;
}

/* owner: `Room` for its field, `Query.room(` for its argument. Returns the value's levels, or
 * REFUSED. NOLINTNEXTLINE(misc-no-recursion): coerce_below() bounds it. */
static size_t coerce_default(struct gql_schema_check *c, struct str owner,
                             struct gql_input_def *def, const struct way *way)
{
    struct way step = {.parent = way, .def = def, .owner = owner};
    const struct way *first = step_over(way, def);

    if (!def->default_literal)
        return 0;
    if (def->default_value)
        return coerced_of(def)->levels;
    if (first) {
        tell_default_circle(c, way, first);
        return REFUSED;
    }
    return set_default(c, &step, coerce_below(c, def->type, def->default_literal, &step));
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

/* What the scalars of the language are is specified in the language (section 3.13.4). */
static void check_specified_by(struct gql_schema_check *c, const struct gql_definition *scalar)
{
    const struct gql_directive *used = gql_directive_find(scalar->directives, "specifiedBy");
    struct gql_error *error;

    if (!used || !gql_scalar_built_in(scalar->name.text))
        return;
    error =
        gql_schema_error(c, "Directive \"@specifiedBy\" must not be used on built-in scalar %.*s.",
                         STR_ARG(scalar->name.text));
    gql_schema_error_at(c, error, used->at);
}

static void check_all_directives(struct gql_schema_check *c)
{
    const struct gql_schema *schema = c->schema;

    for (const struct gql_definition *d = schema->document->definitions; d; d = d->next) {
        check_directives(c, d->directives);
        if (d->kind == GQL_DEFINITION_SCALAR)
            check_specified_by(c, d);
    }
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
