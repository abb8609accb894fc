/*
 * Default values as they count: coerced to their type, the members of objects in the order of the
 * type, with the defaults that the value rests on filled in. Values of custom scalars stay as they
 * are written.
 */

#include <stdio.h>
#include <stdlib.h>

#include "graphql/graphql.h"
#include "graphql/print.h"
#include "graphql/schema.h"

enum {
    /* Filled in, defaults that rest on defaults may double with each level: past this many bytes
     * a value is printed as it is written, which says the same. */
    FILLED_MOST = 1 << 16,
};

static void print_value(struct buf *out, const struct gql_type *type,
                        const struct gql_literal *literal, size_t depth);

/* NOLINTNEXTLINE(misc-no-recursion): print_value() bounds it. */
static void print_list(struct buf *out, const struct gql_type *type,
                       const struct gql_literal *literal, size_t depth)
{
    buf_add_char(out, '[');
    if (literal->kind != GQL_LITERAL_LIST)
        print_value(out, type->of, literal, depth);
    else
        for (const struct gql_literal *item = literal->items; item; item = item->next) {
            buf_add(out, item == literal->items ? STR("") : STR(", "));
            print_value(out, type->of, item, depth);
        }
    buf_add_char(out, ']');
}

/* NOLINTNEXTLINE(misc-no-recursion): print_value() bounds it. */
static void print_object(struct buf *out, const struct gql_type *type,
                         const struct gql_literal *literal, size_t depth)
{
    struct str before = STR("");

    buf_add_char(out, '{');
    for (size_t i = 0; i < type->n_input_fields; i++) {
        const struct gql_input_def *field = &type->input_fields[i];
        const struct gql_literal *given = gql_literal_member(literal, field->name);
        const struct gql_literal *value = given ? given : field->default_literal;
        if (!value)
            continue;
        buf_add(out, before);
        buf_add(out, field->name);
        buf_add(out, STR(": "));
        print_value(out, field->type, value, depth);
        before = STR(", ");
    }
    buf_add_char(out, '}');
}

/* The shortest digits that read back as the number, laid out as JavaScript does it. */
static void print_number(struct buf *out, double number)
{
    char text[32], digits[32] = "";
    int n = 0, exponent, precision = 0;

    do
        snprintf(text, sizeof(text), "%.*e", precision, number);
    while (strtod(text, NULL) != number && ++precision < 17);
    for (const char *c = text; *c != 'e'; c++)
        if (*c >= '0' && *c <= '9')
            digits[n++] = *c;
    exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    buf_add(out, number < 0 ? STR("-") : STR(""));
    if (exponent > 20 || exponent < -6) {
        buf_printf(out, "%c%s%.*se%+d", digits[0], n > 1 ? "." : "", n - 1, digits + 1, exponent);
    } else if (exponent < 0) {
        buf_printf(out, "0.%.*s%.*s", -exponent - 1, "000000", n, digits);
    } else {
        int whole = exponent + 1 < n ? exponent + 1 : n;
        buf_printf(out, "%.*s%.*s%s%.*s", whole, digits, exponent + 1 - whole,
                   "00000000000000000000", n > whole ? "." : "", n - whole, digits + whole);
    }
}

static bool is_integer(struct str text)
{
    size_t i = text.n && text.p[0] == '-';

    if (i == text.n || (text.p[i] == '0' && text.n > i + 1))
        return false;
    while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9')
        i++;
    return i == text.n;
}

static double number_of(struct str digits)
{
    char text[64];
    struct arena a;
    double number;

    if (digits.n < sizeof(text)) {
        snprintf(text, sizeof(text), "%.*s", STR_ARG(digits));
        return strtod(text, NULL);
    }
    arena_init(&a);
    number = strtod(arena_str(&a, digits).p, NULL);
    arena_done(&a);
    return number;
}

static void print_scalar(struct buf *out, const struct gql_type *type,
                         const struct gql_literal *literal)
{
    struct arena a;

    if (!type->built_in) {
        arena_init(&a);
        buf_add(out, gql_print_literal(&a, literal));
        arena_done(&a);
    } else if (str_eq_c(type->name, "Float") || str_eq_c(type->name, "Int")) {
        double number = number_of(literal->text);
        print_number(out, number == 0 ? 0 : number); /* never -0 */
    } else if (str_eq_c(type->name, "Boolean") ||
               (str_eq_c(type->name, "ID") && is_integer(literal->text))) {
        buf_add(out, literal->text);
    } else {
        gql_print_string(out, literal->text);
    }
}

/* Too deep is too long. NOLINTNEXTLINE(misc-no-recursion): at most GQL_DEPTH_MOST levels. */
static void print_value(struct buf *out, const struct gql_type *type,
                        const struct gql_literal *literal, size_t depth)
{
    const struct gql_type *nullable = gql_type_nullable(type);

    if (depth == GQL_DEPTH_MOST)
        out->ceiling = 0;
    if (buf_overflowed(out))
        return;
    if (literal->kind == GQL_LITERAL_NULL)
        buf_add(out, STR("null"));
    else if (nullable->kind == GQL_LIST)
        print_list(out, nullable, literal, depth + 1);
    else if (nullable->kind == GQL_INPUT_OBJECT)
        print_object(out, nullable, literal, depth + 1);
    else if (nullable->kind == GQL_ENUM)
        buf_add(out, literal->text);
    else
        print_scalar(out, nullable, literal);
}

struct str gql_print_default(struct arena *a, const struct gql_input_def *def)
{
    struct str text;
    struct buf out;

    buf_init(&out, FILLED_MOST);
    print_value(&out, def->type, def->default_literal, 0);
    text = buf_overflowed(&out) ? gql_print_literal(a, def->default_literal)
                                : arena_str(a, buf_str(&out));
    buf_done(&out);
    return text;
}
