#include "tools/schemagen/ctypes.h"

#include "tools/schemagen/names.h"

/* Scalars that hold no text. All others, ID and String among them, are struct str. */
static const struct {
    const char *name;
    enum gql_c_kind kind;
} numbers[] = {
    {"Int", GQL_C_INT},      {"SafeInt", GQL_C_INT},  {"DateTime", GQL_C_TIME},
    {"Float", GQL_C_DOUBLE}, {"Boolean", GQL_C_BOOL},
};

static enum gql_c_kind scalar_kind(struct str name)
{
    for (size_t i = 0; i < array_size(numbers); i++) {
        if (str_eq_c(name, numbers[i].name))
            return numbers[i].kind;
    }
    return GQL_C_STR;
}

enum gql_c_kind ctypes_kind(const struct gql_type *type)
{
    const struct gql_type *nullable = gql_type_nullable(type);

    if (nullable->kind == GQL_LIST)
        return GQL_C_LIST;
    if (nullable->kind == GQL_ENUM)
        return GQL_C_ENUM;
    return nullable->kind == GQL_SCALAR ? scalar_kind(nullable->name) : GQL_C_OBJECT;
}

const char *ctypes_kind_name(enum gql_c_kind kind)
{
    static const char *const names[] = {
        [GQL_C_STR] = "GQL_C_STR",       [GQL_C_INT] = "GQL_C_INT",   [GQL_C_TIME] = "GQL_C_TIME",
        [GQL_C_DOUBLE] = "GQL_C_DOUBLE", [GQL_C_BOOL] = "GQL_C_BOOL", [GQL_C_ENUM] = "GQL_C_ENUM",
        [GQL_C_OBJECT] = "GQL_C_OBJECT", [GQL_C_LIST] = "GQL_C_LIST",
    };

    return names[kind];
}

/* A list's name says what it holds: by C type for scalars, by schema type for the rest. */
static struct str list_of(struct arena *a, const struct gql_type *item)
{
    switch (ctypes_kind(item)) {
    case GQL_C_STR:
        return STR("str");
    case GQL_C_INT:
    case GQL_C_TIME:
        return STR("int");
    case GQL_C_DOUBLE:
        return STR("double");
    case GQL_C_BOOL:
        return STR("bool");
    case GQL_C_ENUM:
    case GQL_C_OBJECT:
    case GQL_C_LIST:
        break;
    }
    return names_snake(a, gql_type_named(item)->name);
}

struct str ctypes_list(struct arena *a, const struct gql_type *list)
{
    struct str of = list_of(a, gql_type_nullable(list)->of);

    return arena_printf(a, "struct %.*s_list", STR_ARG(of));
}

struct str ctypes_member(struct arena *a, const struct gql_type *type)
{
    struct str name = names_snake(a, gql_type_named(type)->name);

    switch (ctypes_kind(type)) {
    case GQL_C_STR:
        return STR("struct str ");
    case GQL_C_INT:
    case GQL_C_TIME:
        return STR("int64_t ");
    case GQL_C_DOUBLE:
        return STR("double ");
    case GQL_C_BOOL:
        return STR("bool ");
    case GQL_C_ENUM:
        return arena_printf(a, "enum %.*s ", STR_ARG(name));
    case GQL_C_OBJECT:
        return arena_printf(a, "const struct %.*s *", STR_ARG(name));
    case GQL_C_LIST:
        break;
    }
    return arena_printf(a, "%.*s ", STR_ARG(ctypes_list(a, type)));
}

bool ctypes_has_given(const struct gql_input_def *def)
{
    return def->type->kind != GQL_NON_NULL;
}

bool ctypes_is_leaf_field(const struct gql_schema *schema, const struct gql_field_def *field)
{
    const struct gql_type *parent = field->parent;

    if (parent == schema->query || parent == schema->mutation || parent == schema->subscription)
        return false;
    return field->n_args == 0 && gql_type_is_leaf(gql_type_nullable(field->type));
}
