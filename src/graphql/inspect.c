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

static void inspect(struct buf *out, const json_t *json, int depth);

/* DEEPEST levels and no further. NOLINTNEXTLINE(misc-no-recursion) */
static void inspect_array(struct buf *out, const json_t *json, int depth)
{
    size_t n = json_array_size(json);
    size_t shown = n < ITEMS_MOST ? n : ITEMS_MOST;

    buf_add_char(out, '[');
    for (size_t i = 0; i < shown; i++) {
        buf_add(out, i ? STR(", ") : STR(""));
        inspect(out, json_array_get(json, i), depth + 1);
    }
    if (n - shown == 1)
        buf_add(out, STR(", ... 1 more item"));
    else if (n > shown)
        buf_printf(out, ", ... %zu more items", n - shown);
    buf_add_char(out, ']');
}

/* DEEPEST levels and no further. NOLINTNEXTLINE(misc-no-recursion) */
static void inspect_object(struct buf *out, json_t *json, int depth)
{
    const char *key;
    json_t *value;
    const char *before = "{ ";

    json_object_foreach(json, key, value)
    {
        buf_add(out, str_c(before));
        buf_add(out, str_c(key));
        buf_add(out, STR(": "));
        inspect(out, value, depth + 1);
        before = ", ";
    }
    buf_add(out, STR(" }"));
}

static void inspect_string(struct buf *out, const json_t *json)
{
    buf_add_char(out, '"');
    json_out_escape(out, str_of(json_string_value(json), json_string_length(json)));
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
static void inspect(struct buf *out, const json_t *json, int depth)
{
    struct json_out j = {.out = out};

    switch (json_typeof(json)) {
    case JSON_OBJECT:
        if (json_object_size(json) == 0)
            buf_add(out, STR("{}"));
        else if (depth >= DEEPEST)
            buf_add(out, STR("[Object]"));
        else
            inspect_object(out, (json_t *)json, depth);
        return;
    case JSON_ARRAY:
        if (json_array_size(json) == 0)
            buf_add(out, STR("[]"));
        else if (depth >= DEEPEST)
            buf_add(out, STR("[Array]"));
        else
            inspect_array(out, json, depth);
        return;
    case JSON_STRING:
        inspect_string(out, json);
        return;
    case JSON_INTEGER:
        json_out_int(&j, json_integer_value(json));
        return;
    case JSON_REAL:
        inspect_real(out, json_real_value(json));
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        json_out_bool(&j, json_is_true(json));
        return;
    case JSON_NULL:
        json_out_null(&j);
        return;
    }
}

struct str gql_inspect(struct arena *a, const json_t *json)
{
    struct buf out;
    struct str shown;

    buf_init(&out, SHOWN_MOST);
    inspect(&out, json, 0);
    shown = arena_printf(a, "%.*s%s", STR_ARG(buf_str(&out)), buf_overflowed(&out) ? "..." : "");
    buf_done(&out);
    return shown;
}
