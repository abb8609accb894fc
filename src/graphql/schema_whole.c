/*
 * What is known of all types of a schema together, once each is built: which are the roots, which
 * there are, in their order, and which objects implement an interface.
 */

#include "graphql/prelude.h"
#include "graphql/schema_build.h"

static const struct gql_type **root_slot(struct gql_schema *schema, enum gql_operation_type type)
{
    switch (type) {
    case GQL_QUERY:
        return &schema->query;
    case GQL_MUTATION:
        return &schema->mutation;
    case GQL_SUBSCRIPTION:
        return &schema->subscription;
    }
    return NULL;
}

/* Without a schema definition the types with the operations' own names are the roots, whatever an
 * extension says: it extends a schema that has them already. */
static void find_default_roots(struct gql_schema *schema)
{
    static const struct str names[] = {STR_INIT("Query"), STR_INIT("Mutation"),
                                       STR_INIT("Subscription")};

    for (int type = GQL_QUERY; type <= GQL_SUBSCRIPTION; type++) {
        const struct gql_type *by_name = gql_schema_type(schema, names[type]);
        if (by_name)
            *root_slot(schema, (enum gql_operation_type)type) = by_name;
    }
}

void gql_schema_find_roots(const struct gql_schema_builder *own)
{
    struct gql_schema *schema = own->schema;
    bool defined = false;

    for (const struct gql_definition *d = own->document->definitions; d; d = d->next) {
        if (d->kind != GQL_DEFINITION_SCHEMA)
            continue;
        if (!d->extend) {
            defined = true;
            schema->description = d->description ? d->description->text : STR_NULL;
        }
        for (const struct gql_root_type_definition *root = d->roots; root; root = root->next)
            *root_slot(schema, root->operation) = gql_schema_type(schema, root->type.text);
    }
    if (!defined)
        find_default_roots(schema);
}

static bool uses(const struct gql_input_def *defs, size_t n, const struct gql_type *named)
{
    for (size_t i = 0; i < n; i++)
        if (gql_type_named(defs[i].type) == named)
            return true;
    return false;
}

static bool type_uses(const struct gql_type *type, const struct gql_type *named)
{
    if (uses(type->input_fields, type->n_input_fields, named))
        return true;
    for (size_t i = 0; i < type->n_fields; i++)
        if (gql_type_named(type->fields[i].type) == named ||
            uses(type->fields[i].args, type->fields[i].n_args, named))
            return true;
    return false;
}

static bool is_written_out(const struct gql_document *document, struct str name)
{
    for (const struct gql_definition *d = document->definitions; d; d = d->next)
        if (d->kind == GQL_DEFINITION_SCALAR && !d->extend && str_eq(d->name.text, name))
            return true;
    return false;
}

/* True when something in the SDL refers to a built-in scalar. */
static bool is_used(const struct gql_schema *schema, const struct gql_type *scalar)
{
    for (size_t i = 0; i < schema->n_types; i++)
        if (type_uses(schema->types[i], scalar))
            return true;
    for (size_t i = 0; i < schema->n_directives; i++)
        if (uses(schema->directives[i].args, schema->directives[i].n_args, scalar))
            return true;
    return is_written_out(schema->document, scalar->name);
}

static void list_own(const struct gql_schema_builder *b)
{
    const struct gql_type **types = (const struct gql_type **)b->schema->types;

    for (const struct gql_definition *d = b->document->definitions; d; d = d->next) {
        struct gql_type *type = gql_schema_made_by(b, d);
        if (type)
            types[b->schema->n_types++] = type;
    }
}

/* Of the prelude's, Int, Float and ID count only when something refers to them. */
static void list_built_in(const struct gql_schema_builder *b)
{
    const struct gql_type **types = (const struct gql_type **)b->schema->types;
    size_t n = b->schema->n_types;

    for (const struct gql_definition *d = b->document->definitions; d; d = d->next) {
        struct gql_type *type = gql_schema_made_by(b, d);
        bool needed;
        if (!type || str_eq(type->name, GQL_PRELUDE_META))
            continue;
        needed = type->kind != GQL_SCALAR || str_eq_c(type->name, "String") ||
                 str_eq_c(type->name, "Boolean") || is_used(b->schema, type);
        if (needed)
            types[n++] = type;
        else
            map_take(&b->schema->by_name, type->name);
    }
    b->schema->n_types = n;
}

void gql_schema_list_types(const struct gql_schema_builder *own,
                           const struct gql_schema_builder *built_in)
{
    list_own(own);
    list_built_in(built_in);
}

/* Calls fn for each interface that an object of the schema implements, in the schema's order. */
static void each_implementation(const struct gql_schema *schema,
                                void (*fn)(struct gql_type *interface,
                                           const struct gql_type *object))
{
    for (size_t i = 0; i < schema->n_types; i++) {
        const struct gql_type *type = schema->types[i];
        for (size_t k = 0; type->kind == GQL_OBJECT && k < type->n_interfaces; k++)
            if (type->interfaces[k]->kind == GQL_INTERFACE)
                fn((struct gql_type *)type->interfaces[k], type);
    }
}

static void count_possible(struct gql_type *interface, const struct gql_type *object)
{
    interface->n_possible++;
}

static void add_possible(struct gql_type *interface, const struct gql_type *object)
{
    ((const struct gql_type **)interface->possible)[interface->n_possible++] = object;
}

void gql_schema_find_implementations(struct gql_schema *schema)
{
    each_implementation(schema, count_possible);
    for (size_t i = 0; i < schema->n_types; i++) {
        struct gql_type *type = (struct gql_type *)schema->types[i];
        if (type->kind != GQL_INTERFACE)
            continue;
        type->possible = arena_array(&schema->arena, const struct gql_type *, type->n_possible);
        type->n_possible = 0;
    }
    each_implementation(schema, add_possible);
}
