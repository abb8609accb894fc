#include "graphql/coerce.h"

/*
 * @length, on values that have been coerced: strings in code points, lists in items. And a word on
 * U+0000, which GraphQL allows and PostgreSQL does not.
 *
 * A value nests no deeper than GQL_DEPTH_MOST, which bounds the recursion here.
 */

struct check {
    struct arena *arena;
    struct gql_arguments_failure *ret_failure;
};

static bool check_value(const struct check *c, const struct gql_input_def *def,
                        const struct gql_value *value, const struct gql_path *path);

static bool refuse(const struct check *c, enum status status, const struct gql_path *path,
                   struct str what)
{
    struct str text = gql_path_text(c->arena, path);
    struct str argument = str_of(text.p + 1, text.n - 1);
    struct str message =
        arena_printf(c->arena, "Argument \"%.*s\" must %.*s", STR_ARG(argument), STR_ARG(what));

    *c->ret_failure =
        (struct gql_arguments_failure){.status = status, .message = message, .argument = argument};
    return false;
}

static bool check_length(const struct check *c, const struct gql_input_def *def, int64_t length,
                         const char *unit, const struct gql_path *path)
{
    struct str what;

    if (length < def->length_min) {
        what = arena_printf(c->arena, "have at least %lld %s, but has %lld.",
                            (long long)def->length_min, unit, (long long)length);
        return refuse(c, ST_BAD_INPUT, path, what);
    }
    if (def->length_max >= 0 && length > def->length_max) {
        what = arena_printf(c->arena, "have at most %lld %s, but has %lld.",
                            (long long)def->length_max, unit, (long long)length);
        return refuse(c, ST_TOO_LARGE, path, what);
    }
    return true;
}

static bool is_bounded(const struct gql_input_def *def)
{
    return def && (def->length_min > 0 || def->length_max >= 0);
}

static bool check_text(const struct check *c, const struct gql_input_def *def, struct str text,
                       const struct gql_path *path)
{
    if (memchr(text.p ? text.p : "", '\0', text.n))
        return refuse(c, ST_BAD_INPUT, path, STR("not contain U+0000."));
    if (!is_bounded(def))
        return true;
    return check_length(c, def, (int64_t)str_code_points(text), "characters", path);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool check_list(const struct check *c, const struct gql_input_def *def,
                       const struct gql_value *list, const struct gql_path *path)
{
    struct gql_path item = {.parent = path};

    if (is_bounded(def) && !check_length(c, def, (int64_t)list->n, "items", path))
        return false;
    for (item.index = 0; item.index < list->n; item.index++) {
        if (!check_value(c, NULL, &list->items[item.index], &item))
            return false;
    }
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool check_members(const struct check *c, const struct gql_value *object,
                          const struct gql_path *path)
{
    struct gql_path key = {.parent = path};

    for (const struct gql_value_member *m = object->members; m; m = m->next) {
        key.key = m->def->name;
        if (!check_value(c, m->def, &m->value, &key))
            return false;
    }
    return true;
}

/* The bounds count for what the argument itself is, not for the items of its list.
 * NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool check_value(const struct check *c, const struct gql_input_def *def,
                        const struct gql_value *value, const struct gql_path *path)
{
    switch (value->kind) {
    case GQL_VALUE_STRING:
        return check_text(c, def, value->text, path);
    case GQL_VALUE_LIST:
        return check_list(c, def, value, path);
    case GQL_VALUE_OBJECT:
        return check_members(c, value, path);
    case GQL_VALUE_NULL:
    case GQL_VALUE_BOOLEAN:
    case GQL_VALUE_INT:
    case GQL_VALUE_FLOAT:
    case GQL_VALUE_ENUM:
        break;
    }
    return true;
}

bool gql_check_lengths(struct arena *a, const struct gql_value *args,
                       struct gql_arguments_failure *ret_failure)
{
    struct check c = {.arena = a, .ret_failure = ret_failure};

    return check_members(&c, args, NULL);
}
