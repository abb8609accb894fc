#include "graphql/field.h"
#include "graphql/introspect.h"
#include "graphql/scalar.h"

/*
 * Binding writes into the schema once, before anybody else sees it: the only place that takes the
 * const from its definitions.
 */

struct binder {
    struct gql_schema *schema;
    struct gql_errors *errors;
    struct map seen; /* tables of members, for a type: input objects may hold each other */
};

static void refuse(struct binder *b, const char *type, const char *field, const char *why)
{
    gql_error_add(b->errors, ST_FAULT, "%s%s%s: %s", type, field ? "." : "", field ? field : "",
                  why);
}

static struct gql_type *type_of(struct binder *b, const char *name)
{
    struct gql_type *type = (struct gql_type *)gql_schema_type(b->schema, str_c(name));

    if (!type)
        refuse(b, name, NULL, "there is no such type.");
    return type;
}

static struct gql_field_def *field_of(struct binder *b, const char *type_name, const char *name)
{
    const struct gql_type *type = type_of(b, type_name);

    if (!type)
        return NULL;
    for (size_t i = 0; i < type->n_fields; i++) {
        if (str_eq_c(type->fields[i].name, name))
            return (struct gql_field_def *)&type->fields[i];
    }
    refuse(b, type_name, name, "there is no such field.");
    return NULL;
}

static enum gql_c_kind kind_of(const struct gql_type *type)
{
    const struct gql_type *nullable = gql_type_nullable(type);

    if (nullable->kind == GQL_SCALAR)
        return nullable->scalar ? nullable->scalar->kind : GQL_C_STR;
    if (nullable->kind == GQL_ENUM)
        return GQL_C_ENUM;
    return nullable->kind == GQL_LIST ? GQL_C_LIST : GQL_C_OBJECT;
}

/* Times are whole numbers to C. */
static bool is_same_kind(enum gql_c_kind a, enum gql_c_kind b)
{
    return (a == GQL_C_TIME ? GQL_C_INT : a) == (b == GQL_C_TIME ? GQL_C_INT : b);
}

static void bind_built_in_scalars(struct gql_schema *schema)
{
    for (size_t i = 0; i < schema->n_types; i++) {
        struct gql_type *type = (struct gql_type *)schema->types[i];
        if (type->kind == GQL_SCALAR)
            type->scalar = gql_scalar_built_in(type->name);
    }
}

static void bind_scalars(struct binder *b, const struct gql_scalar *scalars)
{
    for (; scalars && scalars->name; scalars++) {
        struct gql_type *type = type_of(b, scalars->name);
        if (type && type->kind == GQL_SCALAR)
            type->scalar = scalars;
        else if (type)
            refuse(b, scalars->name, NULL, "it is no scalar.");
    }
}

static void bind_abstracts(struct binder *b, const struct gql_abstract *abstracts)
{
    for (; abstracts && abstracts->type; abstracts++) {
        struct gql_type *type = type_of(b, abstracts->type);
        if (type && gql_type_is_abstract(type))
            type->type_of = abstracts->type_of;
        else if (type)
            refuse(b, abstracts->type, NULL, "it is no interface or union.");
    }
}

/* An argument, or a member somewhere in one: "near.next". */
struct arg_place {
    const struct gql_resolver *resolver;
    struct str path;
};

static void refuse_arg(struct binder *b, const struct arg_place *place, const char *why)
{
    gql_error_add(b->errors, ST_FAULT, "%s.%s(%.*s:): %s", place->resolver->type,
                  place->resolver->field, STR_ARG(place->path), why);
}

static bool is_seen(struct binder *b, const struct gql_arg_layout *members,
                    const struct gql_type *type)
{
    const void *both[] = {members, type};

    return map_put(&b->seen, str_of((const char *)both, sizeof both), b);
}

static void check_members(struct binder *b, const struct arg_place *place,
                          const struct gql_arg_layout *layout, const struct gql_input_def *defs,
                          size_t n);

/* What a value of the type becomes in C. Each input object is looked
 * into once for a table. NOLINTNEXTLINE(misc-no-recursion) */
static void check_kind(struct binder *b, const struct arg_place *place,
                       const struct gql_arg_layout *layout, enum gql_c_kind kind,
                       const struct gql_type *type)
{
    const struct gql_type *nullable = gql_type_nullable(type);

    if (!is_same_kind(kind_of(nullable), kind))
        refuse_arg(b, place, "it has another type in C.");
    else if (kind == GQL_C_OBJECT && (!layout->members || layout->size == 0))
        refuse_arg(b, place, "its struct has no members.");
    else if (kind == GQL_C_OBJECT && !is_seen(b, layout->members, nullable))
        check_members(b, place, layout->members, nullable->input_fields, nullable->n_input_fields);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void check_member(struct binder *b, const struct arg_place *place,
                         const struct gql_arg_layout *layout, const struct gql_type *type)
{
    const struct gql_type *nullable = gql_type_nullable(type);

    if (layout->kind != GQL_C_LIST || nullable->kind != GQL_LIST)
        check_kind(b, place, layout, layout->kind, type);
    else if (gql_type_nullable(nullable->of)->kind == GQL_LIST)
        refuse_arg(b, place, "a list of lists has no type in C.");
    else
        check_kind(b, place, layout, layout->item, nullable->of);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void check_members(struct binder *b, const struct arg_place *place,
                          const struct gql_arg_layout *layout, const struct gql_input_def *defs,
                          size_t n)
{
    for (; layout->name; layout++) {
        const struct gql_input_def *def = gql_input_find(defs, n, str_c(layout->name));
        struct arg_place here = {.resolver = place->resolver, .path = str_c(layout->name)};

        if (place->path.p)
            here.path =
                arena_printf(b->errors->arena, "%.*s.%s", STR_ARG(place->path), layout->name);
        if (def)
            check_member(b, &here, layout, def->type);
        else
            refuse_arg(b, &here, "there is no such argument.");
    }
}

static void check_layout(struct binder *b, const struct gql_resolver *resolver,
                         const struct gql_field_def *def)
{
    const struct arg_place place = {.resolver = resolver};

    if (!resolver->args)
        return;
    if (resolver->args->name && resolver->args_size == 0)
        refuse(b, resolver->type, resolver->field, "its argument struct has no size.");
    check_members(b, &place, resolver->args, def->args, def->n_args);
}

static void bind_resolvers(struct binder *b, const struct gql_resolver *resolvers)
{
    for (; resolvers && resolvers->type; resolvers++) {
        struct gql_field_def *def = field_of(b, resolvers->type, resolvers->field);
        if (!def)
            continue;
        check_layout(b, resolvers, def);
        def->resolver = resolvers;
    }
}

static void bind_leaf(struct binder *b, const char *type, const struct gql_leaf *leaf)
{
    struct gql_field_def *def = field_of(b, type, leaf->field);

    if (!def)
        return;
    if (!gql_type_is_leaf(gql_type_nullable(def->type)))
        refuse(b, type, leaf->field, "it is no leaf.");
    else if (!is_same_kind(kind_of(def->type), leaf->kind))
        refuse(b, type, leaf->field, "its leaf has another type in C.");
    else
        def->leaf = leaf;
}

static void bind_leaves(struct binder *b, const struct gql_leaves *leaves)
{
    for (; leaves && leaves->type; leaves++) {
        for (const struct gql_leaf *leaf = leaves->leaves; leaf->field; leaf++)
            bind_leaf(b, leaves->type, leaf);
    }
}

static void check_fields(struct binder *b, const struct gql_type *type)
{
    for (size_t i = 0; i < type->n_fields; i++) {
        const struct gql_field_def *def = &type->fields[i];
        const struct gql_type *named = gql_type_named(def->type);

        if (gql_type_is_abstract(named) && !named->type_of)
            gql_error_add(b->errors, ST_FAULT, "%.*s.%.*s: there is no type_of for %.*s.",
                          STR_ARG(type->name), STR_ARG(def->name), STR_ARG(named->name));
        if (!def->resolver && !def->leaf)
            gql_error_add(b->errors, ST_FAULT, "%.*s.%.*s: it has neither resolver nor leaf.",
                          STR_ARG(type->name), STR_ARG(def->name));
    }
}

static void check_all(struct binder *b)
{
    for (size_t i = 0; i < b->schema->n_types; i++) {
        if (b->schema->types[i]->kind == GQL_OBJECT)
            check_fields(b, b->schema->types[i]);
    }
}

static void bind(struct binder *b, const struct gql_binding *binding)
{
    bind_resolvers(b, binding->resolvers);
    bind_leaves(b, binding->leaves);
}

/* The language's own part, which every schema has. */
static void bind_language(struct binder *b)
{
    bind_built_in_scalars(b->schema);
    bind(b, &gql_introspection);
    for (size_t i = 0; i < b->schema->n_meta_fields; i++) {
        struct gql_field_def *def = (struct gql_field_def *)&b->schema->meta_fields[i];
        def->resolver = gql_introspection_resolver(def->name);
    }
}

void gql_schema_bind_introspection(struct gql_schema *schema, struct gql_errors *errors)
{
    struct binder b = {.schema = schema, .errors = errors};

    bind_language(&b);
    map_done(&b.seen);
}

bool gql_schema_bind(struct gql_schema *schema, const struct gql_binding *binding,
                     struct gql_errors *errors)
{
    struct binder b = {.schema = schema, .errors = errors};
    size_t before = errors->count;

    bind_language(&b);
    bind_scalars(&b, binding->scalars);
    bind_abstracts(&b, binding->abstracts);
    bind(&b, binding);
    check_all(&b);
    map_done(&b.seen);
    return errors->count == before;
}
