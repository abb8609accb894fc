#include "graphql/introspect.h"

#include "graphql/execute.h"
#include "graphql/print.h"

static const struct gql_schema *schema_of(struct gql_field *f)
{
    return container_of(f, struct gql_asked, field)->execution->schema;
}

/* Lists. A list is made of an array of structs, or of pointers. */

static struct gql_list *new_list(struct gql_field *f, size_t capacity)
{
    struct gql_list *list = arena_new(f->arena, struct gql_list);

    list->items = arena_array(f->arena, const void *, capacity);
    return list;
}

static void add_item(struct gql_list *list, const void *item)
{
    ((const void **)list->items)[list->n++] = item;
}

static void resolve_types(struct gql_field *f, const struct gql_type *const *types, size_t n)
{
    struct gql_list *list = new_list(f, n);

    for (size_t i = 0; i < n; i++)
        add_item(list, types[i]);
    gql_resolve(f, list);
}

/* What lists of things that may be deprecated ask for. */
struct deprecated_args {
    bool include;
};

static const struct gql_arg_layout deprecated_layout[] = {
    {.name = "includeDeprecated",
     .kind = GQL_C_BOOL,
     .offset = offsetof(struct deprecated_args, include)},
    {.name = NULL},
};

static bool is_wanted(const struct deprecated_args *args, struct str deprecation_reason)
{
    return args->include || !deprecation_reason.p;
}

static void resolve_inputs(struct gql_field *f, const struct gql_input_def *defs, size_t n,
                           const struct deprecated_args *args)
{
    struct gql_list *list = new_list(f, n);

    for (size_t i = 0; i < n; i++) {
        if (is_wanted(args, defs[i].deprecation_reason))
            add_item(list, &defs[i]);
    }
    gql_resolve(f, list);
}

/* The root's fields. */

static void root_schema(struct gql_field *f, const void *args)
{
    gql_resolve(f, schema_of(f));
}

struct root_type_args {
    struct str name;
};

static const struct gql_arg_layout root_type_layout[] = {
    {.name = "name", .kind = GQL_C_STR, .offset = offsetof(struct root_type_args, name)},
    {.name = NULL},
};

static void root_type(struct gql_field *f, const void *args)
{
    const struct root_type_args *a = args;

    gql_resolve(f, gql_schema_type(schema_of(f), a->name));
}

const struct gql_resolver *gql_introspection_resolver(struct str name)
{
    static const struct gql_resolver schema = {.field = "__schema", .fn = root_schema};
    static const struct gql_resolver type = {.field = "__type",
                                             .fn = root_type,
                                             .args = root_type_layout,
                                             .args_size = sizeof(struct root_type_args)};

    if (str_eq(name, STR("__schema")))
        return &schema;
    return str_eq(name, STR("__type")) ? &type : NULL;
}

/* __Schema */

static void schema_types(struct gql_field *f, const void *args)
{
    const struct gql_schema *schema = f->parent;

    resolve_types(f, schema->types, schema->n_types);
}

static void schema_query_type(struct gql_field *f, const void *args)
{
    gql_resolve(f, ((const struct gql_schema *)f->parent)->query);
}

static void schema_mutation_type(struct gql_field *f, const void *args)
{
    gql_resolve(f, ((const struct gql_schema *)f->parent)->mutation);
}

static void schema_subscription_type(struct gql_field *f, const void *args)
{
    gql_resolve(f, ((const struct gql_schema *)f->parent)->subscription);
}

static void schema_directives(struct gql_field *f, const void *args)
{
    const struct gql_schema *schema = f->parent;
    struct gql_list *list = new_list(f, schema->n_directives);

    for (size_t i = 0; i < schema->n_directives; i++)
        add_item(list, &schema->directives[i]);
    gql_resolve(f, list);
}

static const struct gql_leaf schema_leaves[] = {
    GQL_LEAF("description", struct gql_schema, description),
    GQL_LEAVES_END,
};

/* __Type */

static bool has_fields(const struct gql_type *type)
{
    return type->kind == GQL_OBJECT || type->kind == GQL_INTERFACE;
}

static void type_fields(struct gql_field *f, const void *args)
{
    const struct gql_type *type = f->parent;
    struct gql_list *list = has_fields(type) ? new_list(f, type->n_fields) : NULL;

    for (size_t i = 0; list && i < type->n_fields; i++) {
        if (is_wanted(args, type->fields[i].deprecation_reason))
            add_item(list, &type->fields[i]);
    }
    gql_resolve(f, list);
}

static void type_interfaces(struct gql_field *f, const void *args)
{
    const struct gql_type *type = f->parent;

    if (has_fields(type))
        resolve_types(f, type->interfaces, type->n_interfaces);
    else
        gql_resolve(f, NULL);
}

static void type_possible_types(struct gql_field *f, const void *args)
{
    const struct gql_type *type = f->parent;

    if (gql_type_is_abstract(type))
        resolve_types(f, type->possible, type->n_possible);
    else
        gql_resolve(f, NULL);
}

static void type_enum_values(struct gql_field *f, const void *args)
{
    const struct gql_type *type = f->parent;
    struct gql_list *list = type->kind == GQL_ENUM ? new_list(f, type->n_values) : NULL;

    for (size_t i = 0; list && i < type->n_values; i++) {
        if (is_wanted(args, type->values[i].deprecation_reason))
            add_item(list, &type->values[i]);
    }
    gql_resolve(f, list);
}

static void type_input_fields(struct gql_field *f, const void *args)
{
    const struct gql_type *type = f->parent;

    if (type->kind == GQL_INPUT_OBJECT)
        resolve_inputs(f, type->input_fields, type->n_input_fields, args);
    else
        gql_resolve(f, NULL);
}

static void type_of_type(struct gql_field *f, const void *args)
{
    gql_resolve(f, ((const struct gql_type *)f->parent)->of);
}

static const void *type_is_one_of(struct arena *a, void *context, const void *parent)
{
    const struct gql_type *type = parent;

    return type->kind == GQL_INPUT_OBJECT ? &type->one_of : NULL;
}

static const struct gql_leaf type_leaves[] = {
    GQL_LEAF("kind", struct gql_type, kind),
    GQL_LEAF("name", struct gql_type, name),
    GQL_LEAF("description", struct gql_type, description),
    GQL_LEAF("specifiedByURL", struct gql_type, specified_by),
    GQL_LEAF_COMPUTED("isOneOf", GQL_C_BOOL, type_is_one_of),
    GQL_LEAVES_END,
};

/* What is deprecated is so because a reason stands there. */
static const void *whether(bool value)
{
    static const bool yes = true, no = false;

    return value ? &yes : &no;
}

/* __Field */

static void field_args(struct gql_field *f, const void *args)
{
    const struct gql_field_def *field = f->parent;

    resolve_inputs(f, field->args, field->n_args, args);
}

static void field_type(struct gql_field *f, const void *args)
{
    gql_resolve(f, ((const struct gql_field_def *)f->parent)->type);
}

static const void *field_is_deprecated(struct arena *a, void *context, const void *parent)
{
    return whether(((const struct gql_field_def *)parent)->deprecation_reason.p);
}

static const struct gql_leaf field_leaves[] = {
    GQL_LEAF("name", struct gql_field_def, name),
    GQL_LEAF("description", struct gql_field_def, description),
    GQL_LEAF_COMPUTED("isDeprecated", GQL_C_BOOL, field_is_deprecated),
    GQL_LEAF("deprecationReason", struct gql_field_def, deprecation_reason),
    GQL_LEAVES_END,
};

/* __InputValue */

static void input_type(struct gql_field *f, const void *args)
{
    gql_resolve(f, ((const struct gql_input_def *)f->parent)->type);
}

static const void *input_default(struct arena *a, void *context, const void *parent)
{
    const struct gql_input_def *def = parent;
    struct str *printed;

    if (!def->default_literal)
        return NULL;
    printed = arena_new(a, struct str);
    *printed = gql_print_default(a, def);
    return printed;
}

static const void *input_is_deprecated(struct arena *a, void *context, const void *parent)
{
    return whether(((const struct gql_input_def *)parent)->deprecation_reason.p);
}

static const struct gql_leaf input_leaves[] = {
    GQL_LEAF("name", struct gql_input_def, name),
    GQL_LEAF("description", struct gql_input_def, description),
    GQL_LEAF_COMPUTED("defaultValue", GQL_C_STR, input_default),
    GQL_LEAF_COMPUTED("isDeprecated", GQL_C_BOOL, input_is_deprecated),
    GQL_LEAF("deprecationReason", struct gql_input_def, deprecation_reason),
    GQL_LEAVES_END,
};

/* __EnumValue */

static const void *value_is_deprecated(struct arena *a, void *context, const void *parent)
{
    return whether(((const struct gql_enum_value *)parent)->deprecation_reason.p);
}

static const struct gql_leaf value_leaves[] = {
    GQL_LEAF("name", struct gql_enum_value, name),
    GQL_LEAF("description", struct gql_enum_value, description),
    GQL_LEAF_COMPUTED("isDeprecated", GQL_C_BOOL, value_is_deprecated),
    GQL_LEAF("deprecationReason", struct gql_enum_value, deprecation_reason),
    GQL_LEAVES_END,
};

/* __Directive */

static int place_of(const struct gql_type *places, struct str name)
{
    size_t i = 0;

    while (i < places->n_values && !str_eq(places->values[i].name, name))
        i++;
    return (int)i;
}

static void directive_locations(struct gql_field *f, const void *args)
{
    const struct gql_directive_def *directive = f->parent;
    const struct gql_type *places = gql_type_named(f->def->type);
    struct gql_list *list = new_list(f, directive->n_locations);
    int *indices = arena_array(f->arena, int, directive->n_locations);

    for (size_t i = 0; i < directive->n_locations; i++) {
        indices[i] = place_of(places, directive->locations[i]);
        add_item(list, &indices[i]);
    }
    gql_resolve(f, list);
}

static void directive_args(struct gql_field *f, const void *args)
{
    const struct gql_directive_def *directive = f->parent;

    resolve_inputs(f, directive->args, directive->n_args, args);
}

static const struct gql_leaf directive_leaves[] = {
    GQL_LEAF("name", struct gql_directive_def, name),
    GQL_LEAF("description", struct gql_directive_def, description),
    GQL_LEAF("isRepeatable", struct gql_directive_def, repeatable),
    GQL_LEAVES_END,
};

#define RESOLVER(type_name, field_name, function)                                                  \
    {                                                                                              \
        .type = (type_name), .field = (field_name), .fn = (function)                               \
    }
#define RESOLVER_DEPRECATED(type_name, field_name, function)                                       \
    {                                                                                              \
        .type = (type_name), .field = (field_name), .fn = (function), .args = deprecated_layout,   \
        .args_size = sizeof(struct deprecated_args)                                                \
    }

static const struct gql_resolver resolvers[] = {
    RESOLVER("__Schema", "types", schema_types),
    RESOLVER("__Schema", "queryType", schema_query_type),
    RESOLVER("__Schema", "mutationType", schema_mutation_type),
    RESOLVER("__Schema", "subscriptionType", schema_subscription_type),
    RESOLVER("__Schema", "directives", schema_directives),
    RESOLVER_DEPRECATED("__Type", "fields", type_fields),
    RESOLVER("__Type", "interfaces", type_interfaces),
    RESOLVER("__Type", "possibleTypes", type_possible_types),
    RESOLVER_DEPRECATED("__Type", "enumValues", type_enum_values),
    RESOLVER_DEPRECATED("__Type", "inputFields", type_input_fields),
    RESOLVER("__Type", "ofType", type_of_type),
    RESOLVER_DEPRECATED("__Field", "args", field_args),
    RESOLVER("__Field", "type", field_type),
    RESOLVER("__InputValue", "type", input_type),
    RESOLVER("__Directive", "locations", directive_locations),
    RESOLVER_DEPRECATED("__Directive", "args", directive_args),
    {.type = NULL},
};

static const struct gql_leaves leaves[] = {
    {.type = "__Schema", .leaves = schema_leaves},
    {.type = "__Type", .leaves = type_leaves},
    {.type = "__Field", .leaves = field_leaves},
    {.type = "__InputValue", .leaves = input_leaves},
    {.type = "__EnumValue", .leaves = value_leaves},
    {.type = "__Directive", .leaves = directive_leaves},
    {.type = NULL},
};

const struct gql_binding gql_introspection = {.resolvers = resolvers, .leaves = leaves};
