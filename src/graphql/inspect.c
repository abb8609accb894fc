#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "graphql/scalar.h"

/*
 * inspect() of graphql-js, for JSON: how a wrong value is shown to the person who sent it.
 */

enum {
    SHOWN_MOST = 2000, /* bytes; a client must not make its own errors large */
    ITEMS_MOST = 10,
    DEEPEST = 2,
};

static void inspect(struct buf *out, const struct json_value *json, int depth);

/* DEEPEST levels and no further. NOLINTNEXTLINE(misc-no-recursion) */
static void inspect_array(struct buf *out, const struct json_value *json, int depth)
{
    size_t shown = json->n < ITEMS_MOST ? json->n : ITEMS_MOST, left = json->n - shown;
    const struct json_value *item = json->first;

    buf_add_char(out, '[');
    for (size_t i = 0; i < shown; i++, item = item->next) {
        buf_add(out, i ? STR(", ") : STR(""));
        inspect(out, item, depth + 1);
    }
    if (left == 1)
        buf_add(out, STR(", ... 1 more item"));
    else if (left > 1)
        buf_printf(out, ", ... %zu more items", left);
    buf_add_char(out, ']');
}

/* DEEPEST levels and no further. NOLINTNEXTLINE(misc-no-recursion) */
static void inspect_object(struct buf *out, const struct json_value *json, int depth)
{
    const char *before = "{ ";

    for (const struct json_value *member = json->first; member; member = member->next) {
        buf_add(out, str_c(before));
        buf_add(out, member->name);
        buf_add(out, STR(": "));
        inspect(out, member, depth + 1);
        before = ", ";
    }
    buf_add(out, STR(" }"));
}

static void inspect_string(struct buf *out, const struct json_value *json)
{
    buf_add_char(out, '"');
    json_out_escape(out, json->text);
    buf_add_char(out, '"');
}

/* A number that is not zero: 0.DIGITS times ten to the power. */
struct decimal {
    char digits[24];
    int n; /* of digits, no more than tell the number from its neighbours */
    int power;
};

static struct decimal decimal_of(double value)
{
    struct decimal d = {.n = 0};
    char text[40];
    const char *at = text;

    for (int precision = 0; precision <= 16; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    for (; *at != 'e'; at++) {
        if (*at != '.')
            d.digits[d.n++] = *at;
    }
    d.power = (int)strtol(at + 1, NULL, 10) + 1;
    return d;
}

/* ECMAScript's Number::toString: plain between 1e-7 and 1e21, with an exponent beyond. */
static void inspect_decimal(struct buf *out, const struct decimal *d)
{
    if (d->power > 21 || d->power <= -6) {
        buf_printf(out, "%c%s%.*se%+d", d->digits[0], d->n > 1 ? "." : "", d->n - 1, d->digits + 1,
                   d->power - 1);
    } else if (d->power <= 0) {
        buf_printf(out, "0.%.*s%.*s", -d->power, "000000", d->n, d->digits);
    } else if (d->n > d->power) {
        buf_printf(out, "%.*s.%.*s", d->power, d->digits, d->n - d->power, d->digits + d->power);
    } else {
        buf_printf(out, "%.*s%.*s", d->n, d->digits, d->power - d->n, "000000000000000000000");
    }
}

static void inspect_real(struct buf *out, double value)
{
    struct decimal d;

    if (value == 0) {
        buf_add_char(out, '0'); /* so is -0 */
        return;
    }
    if (value < 0)
        buf_add_char(out, '-');
    d = decimal_of(fabs(value));
    inspect_decimal(out, &d);
}

/* DEEPEST levels and no further. NOLINTNEXTLINE(misc-no-recursion) */
static void inspect(struct buf *out, const struct json_value *json, int depth)
{
    struct json_out j = {.out = out};

    switch (json->kind) {
    case JSON_VALUE_OBJECT:
        if (json->n == 0)
            buf_add(out, STR("{}"));
        else if (depth >= DEEPEST)
            buf_add(out, STR("[Object]"));
        else
            inspect_object(out, json, depth);
        return;
    case JSON_VALUE_LIST:
        if (json->n == 0)
            buf_add(out, STR("[]"));
        else if (depth >= DEEPEST)
            buf_add(out, STR("[Array]"));
        else
            inspect_array(out, json, depth);
        return;
    case JSON_VALUE_STRING:
        inspect_string(out, json);
        return;
    case JSON_VALUE_INTEGER:
        json_out_int(&j, json->integer);
        return;
    case JSON_VALUE_REAL:
        inspect_real(out, json->real);
        return;
    case JSON_VALUE_BOOLEAN:
        json_out_bool(&j, json->boolean);
        return;
    case JSON_VALUE_NULL:
        json_out_null(&j);
        return;
    }
}

struct str gql_inspect(struct arena *a, const struct json_value *json)
{
    struct buf out;
    struct str shown;

    buf_init(&out, SHOWN_MOST);
    inspect(&out, json, 0);
    shown = arena_printf(a, "%.*s%s", STR_ARG(buf_str(&out)), buf_overflowed(&out) ? "..." : "");
    buf_done(&out);
    return shown;
}
