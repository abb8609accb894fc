#include "auth/claim.h"

#include <stdio.h>

enum {
    LONGEST_NUMBER = 24,
};

static const json_t *member(const json_t *object, struct str name)
{
    return json_object_getn(object, name.p, name.n);
}

/* The object that the longest beginning of *name leads to, which is cut off with its dot; NULL when
 * none leads to one. */
static const json_t *descend(const json_t *object, struct str *name)
{
    for (size_t end = name->n; end-- > 0;) {
        const json_t *inner = name->p[end] == '.' ? member(object, str_of(name->p, end)) : NULL;

        if (!json_is_object(inner))
            continue;
        *name = str_of(name->p + end + 1, name->n - end - 1);
        return inner;
    }
    return NULL;
}

const json_t *claim_find(const json_t *payload, struct str name)
{
    const json_t *object = payload, *value = NULL;

    while (object && !value) {
        value = member(object, name);
        if (!value)
            object = descend(object, &name);
    }
    return value;
}

struct str claim_text(const json_t *value)
{
    if (!json_is_string(value))
        return STR_NULL;
    return str_of(json_string_value(value), json_string_length(value));
}

/* --- demands */

/* As many parts as c makes, white space around them left out. */
static struct str *split(struct arena *arena, struct str list, char c, size_t *ret_n)
{
    struct str *parts = arena_array(arena, struct str, list.n + 1);
    size_t n = 0;

    while (list.p)
        parts[n++] = str_trim(str_split(&list, c));
    *ret_n = n;
    return parts;
}

static bool read_demand(struct arena *arena, struct str text, struct claim_demand *ret_demand)
{
    struct str values = arena_str(arena, text);
    struct claim_demand demand = {.name = str_trim(str_split(&values, '='))};

    if (values.p)
        demand.values = split(arena, values, '|', &demand.n_values);
    *ret_demand = demand;
    for (size_t i = 0; i < demand.n_values; i++)
        if (demand.values[i].n == 0)
            return false;
    return demand.name.n > 0;
}

enum status claim_demands_read(struct arena *arena, struct str list, struct claim_demands *demands,
                               struct str *ret_wrong)
{
    size_t n = 0;
    const struct str *parts = split(arena, list, ',', &n);
    struct claim_demand *items = arena_array(arena, struct claim_demand, demands->n + n);

    for (size_t i = 0; i < demands->n; i++)
        items[i] = demands->items[i];
    for (size_t i = 0; i < n; i++)
        if (!read_demand(arena, parts[i], &items[demands->n + i])) {
            *ret_wrong = parts[i];
            return ST_BAD_INPUT;
        }
    *demands = (struct claim_demands){items, demands->n + n};
    return ST_OK;
}

/* A list is not looked into: arrays in arrays are nobody's claims. */
static bool is_written(const json_t *value, struct str text)
{
    char number[LONGEST_NUMBER];

    if (json_is_string(value))
        return str_eq(claim_text(value), text);
    if (json_is_boolean(value))
        return str_eq_c(text, json_is_true(value) ? "true" : "false");
    if (!json_is_integer(value))
        return false;
    snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
    return str_eq_c(text, number);
}

static bool has(const json_t *value, struct str text)
{
    const json_t *each;
    size_t i;

    json_array_foreach(value, i, each) if (is_written(each, text)) return true;
    return is_written(value, text);
}

bool claim_meets(const json_t *payload, const struct claim_demand *demand)
{
    const json_t *value = claim_find(payload, demand->name);

    if (!value || json_is_null(value))
        return false;
    for (size_t i = 0; i < demand->n_values; i++)
        if (has(value, demand->values[i]))
            return true;
    return demand->n_values == 0;
}
