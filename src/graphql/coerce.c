#include "graphql/coerce.h"

#include "graphql/error.h"
#include "graphql/print.h"
#include "graphql/scalar.h"

/*
 * Values of literals, and the arguments of a field. Literals nest no deeper than the parser lets
 * them, and types no deeper than the schema's parser, which bounds the recursion here.
 */

struct str gql_path_text(struct arena *a, const struct gql_path *path)
{
    struct str text = STR("");

    for (; path; path = path->parent) {
        if (path->key.p)
            text = arena_printf(a, ".%.*s%.*s", STR_ARG(path->key), STR_ARG(text));
        else
            text = arena_printf(a, "[%zu]%.*s", path->index, STR_ARG(text));
    }
    return text;
}

static const struct gql_value *variable_of(const struct gql_literal *literal,
                                           const struct gql_value *variables)
{
    return variables ? gql_value_member(variables, literal->text) : NULL;
}

/* A variable without a value: as if nothing were written. */
static bool is_missing(const struct gql_literal *literal, const struct gql_value *variables)
{
    return literal->kind == GQL_LITERAL_VARIABLE && !variable_of(literal, variables);
}

static bool coerce_variable(const struct gql_type *type, const struct gql_literal *literal,
                            const struct gql_value *variables, struct gql_value *ret_value)
{
    const struct gql_value *value = variable_of(literal, variables);

    if (!value || (value->kind == GQL_VALUE_NULL && type->kind == GQL_NON_NULL))
        return false;
    *ret_value = *value;
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool coerce_item(struct arena *a, const struct gql_type *type,
                        const struct gql_literal *literal, const struct gql_value *variables,
                        struct gql_value *ret_value)
{
    if (!is_missing(literal, variables))
        return gql_coerce_literal(a, type, literal, variables, ret_value);
    *ret_value = (struct gql_value){.kind = GQL_VALUE_NULL};
    return type->kind != GQL_NON_NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool coerce_list(struct arena *a, const struct gql_type *type,
                        const struct gql_literal *literal, const struct gql_value *variables,
                        struct gql_value *ret_value)
{
    struct gql_value list = {.kind = GQL_VALUE_LIST};
    struct gql_value *items;
    size_t n = 0;

    if (literal->kind != GQL_LITERAL_LIST) {
        /* What is no list counts as a list of one. */
        items = arena_new(a, struct gql_value);
        *ret_value = (struct gql_value){.kind = GQL_VALUE_LIST, .n = 1, .items = items};
        return gql_coerce_literal(a, type->of, literal, variables, items);
    }
    for (const struct gql_literal *item = literal->items; item; item = item->next)
        n++;
    items = arena_array(a, struct gql_value, n);
    for (const struct gql_literal *item = literal->items; item; item = item->next) {
        if (!coerce_item(a, type->of, item, variables, &items[list.n++]))
            return false;
    }
    list.items = items;
    *ret_value = list;
    return true;
}

static bool all_known(const struct gql_type *type, const struct gql_literal *object)
{
    for (const struct gql_literal *member = object->items; member; member = member->next) {
        if (!gql_type_input_field(type, member->key.text))
            return false;
    }
    return true;
}

/* The value of one input field, or none: *ret_absent.
 * NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool coerce_member(struct arena *a, const struct gql_input_def *def,
                          const struct gql_literal *literal, const struct gql_value *variables,
                          struct gql_value *ret_value, bool *ret_absent)
{
    *ret_absent = false;
    if (literal && !is_missing(literal, variables))
        return gql_coerce_literal(a, def->type, literal, variables, ret_value);
    if (def->default_value) {
        *ret_value = *def->default_value;
        return true;
    }
    *ret_absent = true;
    return def->type->kind != GQL_NON_NULL || def->default_literal;
}

static bool is_one_of(const struct gql_value *object)
{
    return object->members && !object->members->next &&
           object->members->value.kind != GQL_VALUE_NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool coerce_object(struct arena *a, const struct gql_type *type,
                          const struct gql_literal *literal, const struct gql_value *variables,
                          struct gql_value *ret_value)
{
    struct gql_value object = {.kind = GQL_VALUE_OBJECT};
    const struct gql_value_member **end = &object.members;

    if (literal->kind != GQL_LITERAL_OBJECT || !all_known(type, literal))
        return false;
    for (size_t i = 0; i < type->n_input_fields; i++) {
        const struct gql_input_def *def = &type->input_fields[i];
        struct gql_value_member member = {.def = def}, *added;
        bool absent;
        if (!coerce_member(a, def, gql_literal_member(literal, def->name), variables, &member.value,
                           &absent))
            return false;
        if (absent)
            continue;
        added = arena_new(a, struct gql_value_member);
        *added = member;
        *end = added;
        end = &added->next;
    }
    *ret_value = object;
    return !type->one_of || is_one_of(&object);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
bool gql_coerce_literal(struct arena *a, const struct gql_type *type,
                        const struct gql_literal *literal, const struct gql_value *variables,
                        struct gql_value *ret_value)
{
    const struct gql_type *nullable = gql_type_nullable(type);
    struct str why;

    if (literal->kind == GQL_LITERAL_VARIABLE)
        return coerce_variable(type, literal, variables, ret_value);
    if (literal->kind == GQL_LITERAL_NULL) {
        *ret_value = (struct gql_value){.kind = GQL_VALUE_NULL};
        return type->kind != GQL_NON_NULL;
    }
    if (nullable->kind == GQL_LIST)
        return coerce_list(a, nullable, literal, variables, ret_value);
    if (nullable->kind == GQL_INPUT_OBJECT)
        return coerce_object(a, nullable, literal, variables, ret_value);
    return gql_leaf_of_literal(a, nullable, literal, variables, ret_value, &why);
}

/* Arguments. */

static const struct gql_argument *find_argument(const struct gql_argument *nodes, struct str name)
{
    while (nodes && !str_eq(nodes->name.text, name))
        nodes = nodes->next;
    return nodes;
}

static struct gql_arguments_failure failure(const struct gql_input_def *def, struct str message,
                                            uint32_t at)
{
    return (struct gql_arguments_failure){
        .status = ST_BAD_INPUT, .message = message, .argument = def->name, .at = at};
}

/* An argument that was not given: its default, nothing, or a failure. */
static bool default_argument(struct arena *a, const struct gql_input_def *def,
                             const struct gql_literal *literal, uint32_t at,
                             struct gql_value *ret_value, bool *ret_absent,
                             struct gql_arguments_failure *ret_failure)
{
    struct str type, message;

    if (def->default_value) {
        *ret_value = *def->default_value;
        return true;
    }
    *ret_absent = true;
    if (def->type->kind != GQL_NON_NULL)
        return true;
    type = gql_type_print(a, def->type);
    if (literal)
        message = arena_printf(a,
                               "Argument \"%.*s\" of required type \"%.*s\" was provided the "
                               "variable \"$%.*s\" which was not provided a runtime value.",
                               STR_ARG(def->name), STR_ARG(type), STR_ARG(literal->text));
    else
        message = arena_printf(a, "Argument \"%.*s\" of required type \"%.*s\" was not provided.",
                               STR_ARG(def->name), STR_ARG(type));
    *ret_failure = failure(def, message, at);
    return false;
}

static bool is_null(const struct gql_literal *literal, const struct gql_value *variables)
{
    if (literal->kind == GQL_LITERAL_VARIABLE)
        return variable_of(literal, variables)->kind == GQL_VALUE_NULL;
    return literal->kind == GQL_LITERAL_NULL;
}

static bool coerce_argument(struct arena *a, const struct gql_input_def *def,
                            const struct gql_literal *literal, const struct gql_value *variables,
                            struct gql_value *ret_value, struct gql_arguments_failure *ret_failure)
{
    struct str message;

    if (def->type->kind == GQL_NON_NULL && is_null(literal, variables)) {
        message = arena_printf(a, "Argument \"%.*s\" of non-null type \"%.*s\" must not be null.",
                               STR_ARG(def->name), STR_ARG(gql_type_print(a, def->type)));
    } else {
        if (gql_coerce_literal(a, def->type, literal, variables, ret_value))
            return true;
        message = arena_printf(a, "Argument \"%.*s\" has invalid value %.*s.", STR_ARG(def->name),
                               STR_ARG(gql_print_literal(a, literal)));
    }
    *ret_failure = failure(def, message, literal->at);
    return false;
}

static bool argument_value(struct arena *a, const struct gql_input_def *def,
                           const struct gql_selection *node, const struct gql_value *variables,
                           struct gql_value *ret_value, bool *ret_absent,
                           struct gql_arguments_failure *ret_failure)
{
    const struct gql_argument *given = find_argument(node->arguments, def->name);

    *ret_absent = false;
    if (!given)
        return default_argument(a, def, NULL, node->at, ret_value, ret_absent, ret_failure);
    if (is_missing(given->value, variables))
        return default_argument(a, def, given->value, given->value->at, ret_value, ret_absent,
                                ret_failure);
    return coerce_argument(a, def, given->value, variables, ret_value, ret_failure);
}

bool gql_coerce_arguments(struct arena *a, const struct gql_field_def *field,
                          const struct gql_selection *node, const struct gql_value *variables,
                          struct gql_value *ret_args, struct gql_arguments_failure *ret_failure)
{
    struct gql_value args = {.kind = GQL_VALUE_OBJECT};
    const struct gql_value_member **end = &args.members;

    for (size_t i = 0; i < field->n_args; i++) {
        struct gql_value_member member = {.def = &field->args[i]}, *added;
        bool absent;
        if (!argument_value(a, member.def, node, variables, &member.value, &absent, ret_failure))
            return false;
        if (absent)
            continue;
        added = arena_new(a, struct gql_value_member);
        *added = member;
        *end = added;
        end = &added->next;
    }
    if (!gql_check_lengths(a, &args, ret_failure)) {
        ret_failure->at = node->at;
        return false;
    }
    *ret_args = args;
    return true;
}
