/*
 * What is wrong with a default value, fault by fault: the value's place as graphql-js 17 tells it
 * (16 does not look at defaults), the fault as graphql-js 16 tells it of values in documents.
 */

#include "graphql/coerce.h"
#include "graphql/print.h"
#include "graphql/scalar.h"
#include "graphql/schema_check.h"
#include "graphql/suggest.h"

struct telling {
    struct gql_schema_check *c;
    struct arena *arena;
    struct str subject; /* whose default it is: `Query.room(first:)` */
};

static void tell(struct telling *t, const struct gql_path *path, uint32_t at, struct str what)
{
    struct gql_error *error =
        gql_schema_error(t->c, "%.*s has invalid default value%s%.*s: %.*s", STR_ARG(t->subject),
                         path ? " at " : "", STR_ARG(gql_path_text(t->arena, path)), STR_ARG(what));

    gql_schema_error_at(t->c, error, at);
}

static void tell_other_kind(struct telling *t, const struct gql_path *path,
                            const struct gql_type *type, const struct gql_literal *literal)
{
    tell(t, path, literal->at,
         arena_printf(t->arena, "Expected value of type \"%.*s\", found %.*s.",
                      STR_ARG(gql_type_print(t->arena, type)),
                      STR_ARG(gql_print_literal(t->arena, literal))));
}

static struct str suggest_enum_value(struct telling *t, const struct gql_type *type,
                                     const struct gql_literal *literal)
{
    struct str *names = arena_array(t->arena, struct str, type->n_values);

    for (size_t i = 0; i < type->n_values; i++)
        names[i] = type->values[i].name;
    return gql_did_you_mean(t->arena, STR("the enum value"), gql_print_literal(t->arena, literal),
                            names, type->n_values);
}

static void tell_leaf(struct telling *t, const struct gql_path *path, const struct gql_type *type,
                      const struct gql_literal *literal)
{
    struct gql_value ignored;
    struct str why;

    if (gql_leaf_of_literal(t->arena, type, literal, NULL, &ignored, &why))
        return;
    if (type->kind == GQL_ENUM)
        why = arena_printf(t->arena, "%.*s%.*s", STR_ARG(why),
                           STR_ARG(suggest_enum_value(t, type, literal)));
    tell(t, path, literal->at, why);
}

static void tell_unknown_members(struct telling *t, const struct gql_path *path,
                                 const struct gql_type *type, const struct gql_literal *object)
{
    struct str *names = arena_array(t->arena, struct str, type->n_input_fields);

    for (size_t i = 0; i < type->n_input_fields; i++)
        names[i] = type->input_fields[i].name;
    for (const struct gql_literal *item = object->items; item; item = item->next) {
        struct str name = item->key.text;
        if (gql_type_input_field(type, name) || gql_schema_check_is_done(t->c))
            continue;
        tell(t, path, item->key.at,
             arena_printf(
                 t->arena, "Field \"%.*s\" is not defined by type \"%.*s\".%.*s", STR_ARG(name),
                 STR_ARG(type->name),
                 STR_ARG(gql_did_you_mean(t->arena, STR_NULL, name, names, type->n_input_fields))));
    }
}

static void tell_one_of(struct telling *t, const struct gql_path *path, const struct gql_type *type,
                        const struct gql_literal *object)
{
    const struct gql_literal *only = object->items;

    if (!only || only->next)
        tell(t, path, object->at,
             arena_printf(t->arena, "OneOf Input Object \"%.*s\" must specify exactly one key.",
                          STR_ARG(type->name)));
    else if (only->kind == GQL_LITERAL_NULL)
        tell(t, path, object->at,
             arena_printf(t->arena, "Field \"%.*s.%.*s\" must be non-null.", STR_ARG(type->name),
                          STR_ARG(only->key.text)));
}

static void tell_value(struct telling *t, const struct gql_path *path, const struct gql_type *type,
                       const struct gql_literal *literal);

/* NOLINTNEXTLINE(misc-no-recursion): the parser nests at most GQL_DEPTH_MOST literals. */
static void tell_object(struct telling *t, const struct gql_path *path, const struct gql_type *type,
                        const struct gql_literal *object)
{
    if (object->kind != GQL_LITERAL_OBJECT) {
        tell_other_kind(t, path, type, object);
        return;
    }
    for (size_t i = 0; i < type->n_input_fields; i++) {
        const struct gql_input_def *field = &type->input_fields[i];
        struct gql_path step = {.parent = path, .key = field->name};
        const struct gql_literal *given = gql_literal_member(object, field->name);
        if (given)
            tell_value(t, &step, field->type, given);
        else if (gql_input_is_required(field))
            tell(t, path, object->at,
                 arena_printf(t->arena,
                              "Field \"%.*s.%.*s\" of required type \"%.*s\" was not provided.",
                              STR_ARG(type->name), STR_ARG(field->name),
                              STR_ARG(gql_type_print(t->arena, field->type))));
    }
    tell_unknown_members(t, path, type, object);
    if (type->one_of)
        tell_one_of(t, path, type, object);
}

/* NOLINTNEXTLINE(misc-no-recursion): as above, and so many lists around a type. */
static void tell_list(struct telling *t, const struct gql_path *path, const struct gql_type *type,
                      const struct gql_literal *literal)
{
    struct gql_path step = {.parent = path};

    if (literal->kind != GQL_LITERAL_LIST) {
        tell_value(t, path, type->of, literal);
        return;
    }
    for (const struct gql_literal *item = literal->items; item; item = item->next, step.index++)
        tell_value(t, &step, type->of, item);
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void tell_value(struct telling *t, const struct gql_path *path, const struct gql_type *type,
                       const struct gql_literal *literal)
{
    const struct gql_type *nullable = gql_type_nullable(type);

    if (gql_schema_check_is_done(t->c))
        return;
    if (literal->kind == GQL_LITERAL_NULL) {
        if (type->kind == GQL_NON_NULL)
            tell_other_kind(t, path, type, literal);
    } else if (nullable->kind == GQL_LIST) {
        tell_list(t, path, nullable, literal);
    } else if (nullable->kind == GQL_INPUT_OBJECT) {
        tell_object(t, path, nullable, literal);
    } else {
        tell_leaf(t, path, nullable, literal);
    }
}

void gql_schema_tell_default(struct gql_schema_check *c, struct str subject,
                             const struct gql_input_def *def)
{
    struct telling t = {.c = c, .arena = c->errors->arena, .subject = subject};

    tell_value(&t, NULL, def->type, def->default_literal);
}
