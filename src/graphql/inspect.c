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
        json_out_double(&j, json_real_value(json));
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
