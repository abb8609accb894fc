#include <stdlib.h>

#include "graphql/graphql.h"
#include "graphql/scalar.h"

/*
 * What was written, as it is, for custom scalars to make of it what they can.
 */

/* A variable without a value: as if the member were not written. */
static bool is_missing(const struct gql_literal *literal, const struct gql_value *variables)
{
    return literal->kind == GQL_LITERAL_VARIABLE &&
           !(variables && gql_value_member(variables, literal->text));
}

static struct gql_input_def *raw_member_def(struct arena *a, struct str name)
{
    struct gql_input_def *def = arena_new(a, struct gql_input_def);

    def->name = name;
    def->length_max = -1;
    return def;
}

static struct gql_value raw_of_literal(struct arena *a, const struct gql_literal *literal,
                                       const struct gql_value *variables);

/* Literals nest no deeper than the parser lets them. NOLINTNEXTLINE(misc-no-recursion) */
static struct gql_value raw_list(struct arena *a, const struct gql_literal *list,
                                 const struct gql_value *variables)
{
    struct gql_value value = {.kind = GQL_VALUE_LIST};
    struct gql_value *items;
    size_t n = 0;

    for (const struct gql_literal *item = list->items; item; item = item->next)
        n++;
    items = arena_array(a, struct gql_value, n);
    for (const struct gql_literal *item = list->items; item; item = item->next)
        items[value.n++] = raw_of_literal(a, item, variables);
    value.items = items;
    return value;
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static struct gql_value raw_object(struct arena *a, const struct gql_literal *object,
                                   const struct gql_value *variables)
{
    struct gql_value value = {.kind = GQL_VALUE_OBJECT};
    const struct gql_value_member **end = &value.members;

    for (const struct gql_literal *item = object->items; item; item = item->next) {
        struct gql_value_member *member;
        if (is_missing(item, variables))
            continue;
        member = arena_new(a, struct gql_value_member);
        member->def = raw_member_def(a, item->key.text);
        member->value = raw_of_literal(a, item, variables);
        *end = member;
        end = &member->next;
    }
    return value;
}

static struct gql_value raw_number(struct arena *a, struct str digits)
{
    struct gql_value value = {.kind = GQL_VALUE_INT};

    if (str_to_i64(digits, &value.integer))
        return value;
    return (struct gql_value){.kind = GQL_VALUE_FLOAT,
                              .number = strtod(arena_str(a, digits).p, NULL)};
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static struct gql_value raw_of_literal(struct arena *a, const struct gql_literal *literal,
                                       const struct gql_value *variables)
{
    const struct gql_value *variable;

    switch (literal->kind) {
    case GQL_LITERAL_VARIABLE:
        variable = variables ? gql_value_member(variables, literal->text) : NULL;
        return variable ? *variable : (struct gql_value){.kind = GQL_VALUE_NULL};
    case GQL_LITERAL_INT:
    case GQL_LITERAL_FLOAT:
        return raw_number(a, literal->text);
    case GQL_LITERAL_STRING:
        return (struct gql_value){.kind = GQL_VALUE_STRING, .text = literal->text};
    case GQL_LITERAL_BOOLEAN:
        return (struct gql_value){.kind = GQL_VALUE_BOOLEAN,
                                  .boolean = str_eq(literal->text, STR("true"))};
    case GQL_LITERAL_ENUM:
        return (struct gql_value){.kind = GQL_VALUE_ENUM, .text = literal->text, .enum_index = -1};
    case GQL_LITERAL_LIST:
        return raw_list(a, literal, variables);
    case GQL_LITERAL_OBJECT:
        return raw_object(a, literal, variables);
    case GQL_LITERAL_NULL:
        break;
    }
    return (struct gql_value){.kind = GQL_VALUE_NULL};
}

static bool raw_of_json(struct arena *a, const struct json_value *json, unsigned depth,
                        struct gql_value *ret_value);

/* GQL_DEPTH_MOST levels. NOLINTNEXTLINE(misc-no-recursion) */
static bool raw_json_array(struct arena *a, const struct json_value *json, unsigned depth,
                           struct gql_value *ret_value)
{
    struct gql_value *items = arena_array(a, struct gql_value, json->n), *at = items;

    for (const struct json_value *item = json->first; item; item = item->next)
        if (!raw_of_json(a, item, depth + 1, at++))
            return false;
    *ret_value = (struct gql_value){.kind = GQL_VALUE_LIST, .n = json->n, .items = items};
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static bool raw_json_object(struct arena *a, const struct json_value *json, unsigned depth,
                            struct gql_value *ret_value)
{
    struct gql_value value = {.kind = GQL_VALUE_OBJECT};
    const struct gql_value_member **end = &value.members;

    for (const struct json_value *child = json->first; child; child = child->next) {
        struct gql_value_member *member = arena_new(a, struct gql_value_member);
        member->def = raw_member_def(a, child->name);
        if (!raw_of_json(a, child, depth + 1, &member->value))
            return false;
        *end = member;
        end = &member->next;
    }
    *ret_value = value;
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static bool raw_of_json(struct arena *a, const struct json_value *json, unsigned depth,
                        struct gql_value *ret_value)
{
    struct gql_value value = {.kind = GQL_VALUE_NULL};

    if (depth > GQL_DEPTH_MOST)
        return false;
    switch (json->kind) {
    case JSON_VALUE_OBJECT:
        return raw_json_object(a, json, depth, ret_value);
    case JSON_VALUE_LIST:
        return raw_json_array(a, json, depth, ret_value);
    case JSON_VALUE_STRING:
        value = (struct gql_value){.kind = GQL_VALUE_STRING, .text = json->text};
        break;
    case JSON_VALUE_INTEGER:
        value = (struct gql_value){.kind = GQL_VALUE_INT, .integer = json->integer};
        break;
    case JSON_VALUE_REAL:
        value = (struct gql_value){.kind = GQL_VALUE_FLOAT, .number = json->real};
        break;
    case JSON_VALUE_BOOLEAN:
        value = (struct gql_value){.kind = GQL_VALUE_BOOLEAN, .boolean = json->boolean};
        break;
    case JSON_VALUE_NULL:
        break;
    }
    *ret_value = value;
    return true;
}

struct gql_value gql_raw_of_literal(struct arena *a, const struct gql_literal *literal,
                                    const struct gql_value *variables)
{
    return raw_of_literal(a, literal, variables);
}

bool gql_raw_of_json(struct arena *a, const struct json_value *json, struct gql_value *ret_value)
{
    return raw_of_json(a, json, 0, ret_value);
}
