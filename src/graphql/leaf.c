#include <math.h>
#include <stdlib.h>

#include "graphql/print.h"
#include "graphql/scalar.h"

/*
 * Values of scalars and enums, from literals and from JSON. The language's own scalars are a table
 * of two functions each; a verdict picks the words.
 */

enum verdict {
    FITS,
    WRONG_KIND,
    OUT_OF_RANGE,
};

typedef enum verdict of_literal_fn(struct arena *a, const struct gql_literal *literal,
                                   struct gql_value *ret_value);
typedef enum verdict of_json_fn(struct arena *a, const struct json_value *json,
                                struct gql_value *ret_value);

static enum verdict boolean(bool value, struct gql_value *ret_value)
{
    *ret_value = (struct gql_value){.kind = GQL_VALUE_BOOLEAN, .boolean = value};
    return FITS;
}

static enum verdict text(struct str value, struct gql_value *ret_value)
{
    *ret_value = (struct gql_value){.kind = GQL_VALUE_STRING, .text = value};
    return FITS;
}

static enum verdict int32(int64_t value, struct gql_value *ret_value)
{
    if (value < INT32_MIN || value > INT32_MAX)
        return OUT_OF_RANGE;
    *ret_value = (struct gql_value){.kind = GQL_VALUE_INT, .integer = value};
    return FITS;
}

static enum verdict number(double value, struct gql_value *ret_value)
{
    if (!isfinite(value))
        return WRONG_KIND;
    *ret_value = (struct gql_value){.kind = GQL_VALUE_FLOAT, .number = value};
    return FITS;
}

static double double_of_text(struct arena *a, struct str digits)
{
    return strtod(arena_str(a, digits).p, NULL);
}

static enum verdict int_of_literal(struct arena *a, const struct gql_literal *literal,
                                   struct gql_value *ret_value)
{
    int64_t value;

    if (literal->kind != GQL_LITERAL_INT)
        return WRONG_KIND;
    return str_to_i64(literal->text, &value) ? int32(value, ret_value) : OUT_OF_RANGE;
}

static enum verdict int_of_json(struct arena *a, const struct json_value *json,
                                struct gql_value *ret_value)
{
    if (json->kind == JSON_VALUE_INTEGER)
        return int32(json->integer, ret_value);
    /* JSON makes no difference between 1 and 1.0. */
    if (json->kind != JSON_VALUE_REAL || json->real != trunc(json->real))
        return WRONG_KIND;
    if (fabs(json->real) > -(double)INT32_MIN)
        return OUT_OF_RANGE;
    return int32((int64_t)json->real, ret_value);
}

static enum verdict float_of_literal(struct arena *a, const struct gql_literal *literal,
                                     struct gql_value *ret_value)
{
    if (literal->kind != GQL_LITERAL_INT && literal->kind != GQL_LITERAL_FLOAT)
        return WRONG_KIND;
    return number(double_of_text(a, literal->text), ret_value);
}

static enum verdict float_of_json(struct arena *a, const struct json_value *json,
                                  struct gql_value *ret_value)
{
    if (json->kind == JSON_VALUE_INTEGER)
        return number((double)json->integer, ret_value);
    return json->kind == JSON_VALUE_REAL ? number(json->real, ret_value) : WRONG_KIND;
}

static enum verdict string_of_literal(struct arena *a, const struct gql_literal *literal,
                                      struct gql_value *ret_value)
{
    return literal->kind == GQL_LITERAL_STRING ? text(literal->text, ret_value) : WRONG_KIND;
}

static enum verdict text_of_json(struct arena *a, const struct json_value *json,
                                 struct gql_value *ret_value)
{
    return json->kind == JSON_VALUE_STRING ? text(json->text, ret_value) : WRONG_KIND;
}

static enum verdict boolean_of_literal(struct arena *a, const struct gql_literal *literal,
                                       struct gql_value *ret_value)
{
    if (literal->kind != GQL_LITERAL_BOOLEAN)
        return WRONG_KIND;
    return boolean(str_eq(literal->text, STR("true")), ret_value);
}

static enum verdict boolean_of_json(struct arena *a, const struct json_value *json,
                                    struct gql_value *ret_value)
{
    return json->kind == JSON_VALUE_BOOLEAN ? boolean(json->boolean, ret_value) : WRONG_KIND;
}

static enum verdict id_of_literal(struct arena *a, const struct gql_literal *literal,
                                  struct gql_value *ret_value)
{
    if (literal->kind != GQL_LITERAL_STRING && literal->kind != GQL_LITERAL_INT)
        return WRONG_KIND;
    return text(literal->text, ret_value);
}

static enum verdict id_of_json(struct arena *a, const struct json_value *json,
                               struct gql_value *ret_value)
{
    if (json->kind == JSON_VALUE_STRING)
        return text(json->text, ret_value);
    if (json->kind == JSON_VALUE_INTEGER)
        return text(arena_printf(a, "%lld", (long long)json->integer), ret_value);
    if (json->kind == JSON_VALUE_REAL && json->real == trunc(json->real))
        return text(gql_inspect(a, json), ret_value);
    return WRONG_KIND;
}

struct reader {
    const char *name;
    of_literal_fn *of_literal;
    of_json_fn *of_json;
    const char *wrong_literal;
    const char *wrong_json;
};

static const struct reader readers[] = {
    {"ID", id_of_literal, id_of_json, "ID cannot represent a non-string and non-integer value",
     "ID cannot represent value"},
    {"String", string_of_literal, text_of_json, "String cannot represent a non string value",
     "String cannot represent a non string value"},
    {"Int", int_of_literal, int_of_json, "Int cannot represent non-integer value",
     "Int cannot represent non-integer value"},
    {"Boolean", boolean_of_literal, boolean_of_json, "Boolean cannot represent a non boolean value",
     "Boolean cannot represent a non boolean value"},
    {"Float", float_of_literal, float_of_json, "Float cannot represent non numeric value",
     "Float cannot represent non numeric value"},
};

static const struct reader *reader_of(const struct gql_type *type)
{
    for (size_t i = 0; i < array_size(readers); i++) {
        if (str_eq_c(type->name, readers[i].name))
            return &readers[i];
    }
    return NULL;
}

static struct str words(struct arena *a, const char *wrong, enum verdict verdict, struct str shown)
{
    if (verdict == OUT_OF_RANGE)
        wrong = "Int cannot represent non 32-bit signed integer value";
    return arena_printf(a, "%s: %.*s", wrong, STR_ARG(shown));
}

/* Enums. */

static bool enum_value(const struct gql_type *type, struct str name, struct gql_value *ret_value)
{
    for (size_t i = 0; i < type->n_values; i++) {
        if (str_eq(type->values[i].name, name)) {
            *ret_value = (struct gql_value){
                .kind = GQL_VALUE_ENUM, .text = type->values[i].name, .enum_index = (int)i};
            return true;
        }
    }
    return false;
}

static struct str no_enum_value(struct arena *a, const struct gql_type *type, struct str name)
{
    const struct str parts[] = {STR("Value \""), name, STR("\" does not exist in \""), type->name,
                                STR("\" enum.")};

    return arena_join(a, parts, array_size(parts));
}

static bool enum_of_literal(struct arena *a, const struct gql_type *type,
                            const struct gql_literal *literal, struct gql_value *ret_value,
                            struct str *ret_why)
{
    struct str shown;

    if (literal->kind != GQL_LITERAL_ENUM) {
        shown = gql_print_literal(a, literal);
        *ret_why = arena_printf(a, "Enum \"%.*s\" cannot represent non-enum value: %.*s.",
                                STR_ARG(type->name), STR_ARG(shown));
        return false;
    }
    if (enum_value(type, literal->text, ret_value))
        return true;
    *ret_why = no_enum_value(a, type, literal->text);
    return false;
}

static bool enum_of_json(struct arena *a, const struct gql_type *type,
                         const struct json_value *json, struct gql_value *ret_value,
                         struct str *ret_why)
{
    if (json->kind != JSON_VALUE_STRING) {
        *ret_why = arena_printf(a, "Enum \"%.*s\" cannot represent non-string value: %.*s.",
                                STR_ARG(type->name), STR_ARG(gql_inspect(a, json)));
        return false;
    }
    if (enum_value(type, json->text, ret_value))
        return true;
    *ret_why = no_enum_value(a, type, json->text);
    return false;
}

/* A custom scalar that nobody has bound takes anything. */
static bool parse_custom(struct arena *a, const struct gql_type *type, const struct gql_value *raw,
                         struct gql_value *ret_value, struct str *ret_why)
{
    const char *why = "";

    if (!type->scalar || !type->scalar->parse) {
        *ret_value = *raw;
        return true;
    }
    if (type->scalar->parse(a, raw, ret_value, &why))
        return true;
    *ret_why = arena_printf(a, "Expected type \"%.*s\". %s", STR_ARG(type->name), why);
    return false;
}

bool gql_leaf_of_literal(struct arena *a, const struct gql_type *type,
                         const struct gql_literal *literal, const struct gql_value *variables,
                         struct gql_value *ret_value, struct str *ret_why)
{
    const struct reader *reader;
    struct gql_value raw;
    enum verdict verdict;

    if (type->kind == GQL_ENUM)
        return enum_of_literal(a, type, literal, ret_value, ret_why);
    reader = reader_of(type);
    if (!reader) {
        raw = gql_raw_of_literal(a, literal, variables);
        return parse_custom(a, type, &raw, ret_value, ret_why);
    }
    verdict = reader->of_literal(a, literal, ret_value);
    if (verdict != FITS)
        *ret_why = words(a, reader->wrong_literal, verdict, gql_print_literal(a, literal));
    return verdict == FITS;
}

bool gql_leaf_of_json(struct arena *a, const struct gql_type *type, const struct json_value *json,
                      struct gql_value *ret_value, struct str *ret_why)
{
    const struct reader *reader;
    struct gql_value raw;
    enum verdict verdict;

    if (type->kind == GQL_ENUM)
        return enum_of_json(a, type, json, ret_value, ret_why);
    reader = reader_of(type);
    if (!reader) {
        *ret_why = STR("It is nested too deeply.");
        return gql_raw_of_json(a, json, &raw) && parse_custom(a, type, &raw, ret_value, ret_why);
    }
    verdict = reader->of_json(a, json, ret_value);
    if (verdict != FITS)
        *ret_why = words(a, reader->wrong_json, verdict, gql_inspect(a, json));
    return verdict == FITS;
}
