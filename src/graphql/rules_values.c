/* Section 5.6: Values. */

#include "graphql/print.h"
#include "graphql/scalar.h"
#include "graphql/suggest.h"
#include "graphql/validate.h"

/* 5.6.1 Values of Correct Type */

static void refuse(struct gql_validation *v, uint32_t at, struct str message)
{
    gql_find_at(v, gql_find_message(v, GQL_RULE_VALUES_OF_CORRECT_TYPE, message), at);
}

/* Printed values may hold NUL, which printf() would stop at. */
static struct str join(struct arena *a, const struct str *parts, size_t n)
{
    size_t size = 0;
    char *text;

    for (size_t i = 0; i < n; i++)
        size += parts[i].n;
    text = arena_alloc(a, size);
    size = 0;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].n)
            memcpy(text + size, parts[i].p, parts[i].n);
        size += parts[i].n;
    }
    return str_of(text, size);
}

/* why: absent, or `; ` and the reason. */
static void refuse_value(struct gql_validation *v, const struct gql_literal *value,
                         const struct gql_type *expected, struct str why)
{
    struct str parts[] = {STR("Expected value of type \""), gql_type_print(v->arena, expected),
                          STR("\", found "), gql_print_literal(v->arena, value), why};
    size_t last = array_size(parts) - 1;

    if (why.p)
        parts[last] = join(v->arena, (struct str[]){STR("; "), why}, 2);
    else
        parts[last] = STR(".");
    refuse(v, value->at, join(v->arena, parts, array_size(parts)));
}

static struct str suggest_enum_value(struct gql_validation *v, const struct gql_literal *value,
                                     const struct gql_type *type)
{
    struct str *names;

    if (type->kind != GQL_ENUM || v->limits->no_suggestions)
        return STR("");
    names = arena_array(v->arena, struct str, type->n_values);
    for (size_t i = 0; i < type->n_values; i++)
        names[i] = type->values[i].name;
    return gql_did_you_mean(v->arena, STR("the enum value"), gql_print_literal(v->arena, value),
                            names, type->n_values);
}

/* A scalar of the schema's own: what it takes is for its binding to say. */
static void check_custom(struct gql_validation *v, const struct gql_literal *value,
                         const struct gql_type *type, const struct gql_type *expected)
{
    const char *why = "";
    struct gql_value raw, ignored;

    if (!type->scalar || !type->scalar->parse)
        return;
    raw = gql_raw_of_literal(v->arena, value, NULL);
    if (!type->scalar->parse(v->arena, &raw, &ignored, &why))
        refuse_value(v, value, expected, str_c(why));
}

/* A value that is to be a scalar or an enum value as a whole. `expected` is the full type of the
 * place, which errors name. */
static void check_leaf(struct gql_validation *v, const struct gql_literal *value,
                       const struct gql_type *expected)
{
    const struct gql_type *type;
    struct gql_value ignored;
    struct str why;

    if (!expected || gql_found_enough(v, GQL_RULE_VALUES_OF_CORRECT_TYPE))
        return;
    type = gql_type_named(expected);
    if (!gql_type_is_leaf(type))
        refuse_value(v, value, expected, STR_NULL);
    else if (type->kind == GQL_SCALAR && !type->built_in)
        check_custom(v, value, type, expected);
    else if (!gql_leaf_of_literal(v->arena, type, value, NULL, &ignored, &why))
        refuse(v, value->at,
               join(v->arena, (struct str[]){why, suggest_enum_value(v, value, type)}, 2));
}

/* Where no list is expected the whole is taken for the item, as a list of one would be. */
static bool check_list(struct gql_validation *v, const struct gql_literal *list,
                       const struct gql_type *type)
{
    const struct gql_type *nullable = type ? gql_type_nullable(type) : NULL;

    if (nullable && nullable->kind == GQL_LIST)
        return true;
    check_leaf(v, list, nullable);
    return false;
}

/* Members by name; of two with one name the later. */
static struct gql_names members_of(struct gql_validation *v, const struct gql_literal *object)
{
    struct gql_names members = {0};

    for (const struct gql_literal *m = object->items; m; m = m->next)
        *gql_names_at(&members, v->arena, m->key.text) = (void *)m;
    return members;
}

/* 5.6.4 Input Object Required Fields. */
static void check_required_fields(struct gql_validation *v, const struct gql_literal *object,
                                  const struct gql_type *type, const struct gql_names *members)
{
    for (size_t i = 0; i < type->n_input_fields; i++) {
        const struct gql_input_def *field = &type->input_fields[i];
        struct str shown;

        if (field->type->kind != GQL_NON_NULL || field->default_literal ||
            gql_names_get(members, field->name))
            continue;
        shown = gql_type_print(v->arena, field->type);
        gql_find_at(v,
                    gql_find(v, GQL_RULE_VALUES_OF_CORRECT_TYPE,
                             "Field \"%.*s.%.*s\" of required type \"%.*s\" was not provided.",
                             STR_ARG(type->name), STR_ARG(field->name), STR_ARG(shown)),
                    object->at);
    }
}

/* A oneOf object has one field, and a value in it. */
static void check_one_of(struct gql_validation *v, const struct gql_literal *object,
                         const struct gql_type *type, const struct gql_names *members)
{
    const struct gql_literal *only;

    if (members->n != 1) {
        gql_find_at(v,
                    gql_find(v, GQL_RULE_VALUES_OF_CORRECT_TYPE,
                             "OneOf Input Object \"%.*s\" must specify exactly one key.",
                             STR_ARG(type->name)),
                    object->at);
        return;
    }
    only = members->entries[0].value;
    if (only->kind == GQL_LITERAL_NULL)
        gql_find_at(v,
                    gql_find(v, GQL_RULE_VALUES_OF_CORRECT_TYPE,
                             "Field \"%.*s.%.*s\" must be non-null.", STR_ARG(type->name),
                             STR_ARG(only->key.text)),
                    object->at);
}

static bool check_object(struct gql_validation *v, const struct gql_literal *object,
                         const struct gql_type *expected)
{
    const struct gql_type *type = expected ? gql_type_named(expected) : NULL;
    struct gql_names members;

    if (!type || type->kind != GQL_INPUT_OBJECT) {
        check_leaf(v, object, expected);
        return false;
    }
    members = members_of(v, object);
    check_required_fields(v, object, type, &members);
    if (type->one_of)
        check_one_of(v, object, type, &members);
    return true;
}

bool gql_values_of_correct_type(struct gql_validation *v, const struct gql_literal *value,
                                struct gql_input_place place)
{
    switch (value->kind) {
    case GQL_LITERAL_LIST:
        return check_list(v, value, place.type);
    case GQL_LITERAL_OBJECT:
        return check_object(v, value, place.type);
    case GQL_LITERAL_NULL:
        if (place.type && place.type->kind == GQL_NON_NULL)
            refuse_value(v, value, place.type, STR_NULL);
        return true;
    case GQL_LITERAL_VARIABLE:
        return true;
    case GQL_LITERAL_INT:
    case GQL_LITERAL_FLOAT:
    case GQL_LITERAL_STRING:
    case GQL_LITERAL_BOOLEAN:
    case GQL_LITERAL_ENUM:
        check_leaf(v, value, place.type);
        return true;
    }
    return true;
}

/* 5.6.2 Input Object Field Names: `place` is the member's, its parent the object's type. */
void gql_values_of_correct_type_field(struct gql_validation *v, const struct gql_literal *field,
                                      struct gql_input_place place)
{
    const struct gql_type *type = place.parent ? gql_type_named(place.parent) : NULL;
    struct str name = field->key.text, suggestion = STR("");
    struct str *names;

    if (place.type || !type || type->kind != GQL_INPUT_OBJECT ||
        gql_found_enough(v, GQL_RULE_VALUES_OF_CORRECT_TYPE))
        return;
    if (!v->limits->no_suggestions) {
        names = arena_array(v->arena, struct str, type->n_input_fields);
        for (size_t i = 0; i < type->n_input_fields; i++)
            names[i] = type->input_fields[i].name;
        suggestion = gql_did_you_mean(v->arena, STR_NULL, name, names, type->n_input_fields);
    }
    gql_find_at(v,
                gql_find(v, GQL_RULE_VALUES_OF_CORRECT_TYPE,
                         "Field \"%.*s\" is not defined by type \"%.*s\".%.*s", STR_ARG(name),
                         STR_ARG(type->name), STR_ARG(suggestion)),
                field->key.at);
}

/* 5.6.3 Input Object Field Uniqueness. */
void gql_unique_input_field_names(struct gql_validation *v, struct gql_names *known,
                                  const struct gql_literal *field)
{
    void **first = gql_names_at(known, v->arena, field->key.text);
    struct gql_finding *finding;

    if (!*first) {
        *first = (void *)field;
        return;
    }
    finding =
        gql_find(v, GQL_RULE_UNIQUE_INPUT_FIELD_NAMES,
                 "There can be only one input field named \"%.*s\".", STR_ARG(field->key.text));
    gql_find_at(v, finding, ((const struct gql_literal *)*first)->key.at);
    gql_find_at(v, finding, field->key.at);
}
