#include <math.h>

#include "graphql/coerce.h"

/*
 * Coerced arguments as C structs, where the generated layout says. Layouts nest as deeply as the
 * value does, which is bounded by GQL_DEPTH_MOST.
 */

static void put(struct arena *a, enum gql_c_kind kind, const struct gql_arg_layout *layout,
                const struct gql_value *value, void *to);

static size_t item_size(enum gql_c_kind kind)
{
    switch (kind) {
    case GQL_C_STR:
        return sizeof(struct str);
    case GQL_C_INT:
    case GQL_C_TIME:
        return sizeof(int64_t);
    case GQL_C_DOUBLE:
        return sizeof(double);
    case GQL_C_BOOL:
        return sizeof(bool);
    case GQL_C_ENUM:
        return sizeof(int);
    case GQL_C_OBJECT:
    case GQL_C_LIST:
        break;
    }
    return sizeof(void *);
}

/* How the generated structs hold lists, whatever the items are. */
struct any_list {
    size_t n;
    const void *items;
};

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void put_list(struct arena *a, const struct gql_arg_layout *layout,
                     const struct gql_value *value, struct any_list *to)
{
    size_t size = item_size(layout->item);
    char *items;

    if (value->kind != GQL_VALUE_LIST)
        return;
    items = arena_alloc_n(a, size, value->n);
    for (size_t i = 0; i < value->n; i++)
        put(a, layout->item, layout, &value->items[i], items + i * size);
    *to = (struct any_list){.n = value->n, .items = items};
}

static double double_of(const struct gql_value *value)
{
    return value->kind == GQL_VALUE_INT ? (double)value->integer : value->number;
}

/* What the C type has for null stands where nothing was given. */
static void put_null(enum gql_c_kind kind, void *to)
{
    switch (kind) {
    case GQL_C_INT:
    case GQL_C_TIME:
        *(int64_t *)to = GQL_NO_INT;
        return;
    case GQL_C_DOUBLE:
        *(double *)to = NAN;
        return;
    case GQL_C_ENUM:
        *(int *)to = -1;
        return;
    case GQL_C_STR:
    case GQL_C_BOOL:
    case GQL_C_OBJECT:
    case GQL_C_LIST:
        return; /* all-zero, as the struct was made */
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void put(struct arena *a, enum gql_c_kind kind, const struct gql_arg_layout *layout,
                const struct gql_value *value, void *to)
{
    if (!value || value->kind == GQL_VALUE_NULL) {
        put_null(kind, to);
        return;
    }
    switch (kind) {
    case GQL_C_STR:
        if (value->kind == GQL_VALUE_STRING)
            *(struct str *)to = value->text;
        return;
    case GQL_C_INT:
    case GQL_C_TIME:
        *(int64_t *)to = value->integer;
        return;
    case GQL_C_DOUBLE:
        *(double *)to = double_of(value);
        return;
    case GQL_C_BOOL:
        *(bool *)to = value->boolean;
        return;
    case GQL_C_ENUM:
        *(int *)to = value->enum_index;
        return;
    case GQL_C_OBJECT:
        *(const void **)to = gql_args_struct(a, value, layout->members, layout->size);
        return;
    case GQL_C_LIST:
        put_list(a, layout, value, to);
        return;
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
const void *gql_args_struct(struct arena *a, const struct gql_value *args,
                            const struct gql_arg_layout *layout, size_t size)
{
    char *to = arena_alloc(a, size);

    for (; layout->name; layout++) {
        const struct gql_value *value = gql_value_member(args, str_c(layout->name));
        put(a, layout->kind, layout, value, to + layout->offset);
        if (layout->given_offset)
            *(bool *)(to + layout->given_offset) = value && value->kind != GQL_VALUE_NULL;
    }
    return to;
}
