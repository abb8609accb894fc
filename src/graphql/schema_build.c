/*
 * From the tree to the type system. All types are made empty first, so that references of any
 * shape find them; then each is filled from its definition and extensions.
 *
 * The rules of SDL have been checked before: every name is known and unique, and extensions fit.
 */

#include "graphql/schema_build.h"

#include "graphql/graphql.h"
#include "graphql/prelude.h"
#include "graphql/scalar.h"
#include "graphql/schema_check.h"
#include "graphql/sdl_rules.h"

bool gql_definition_is_type(const struct gql_definition *definition)
{
    return definition->kind >= GQL_DEFINITION_SCALAR &&
           definition->kind <= GQL_DEFINITION_INPUT_OBJECT;
}

static struct str description_of(const struct gql_literal *description)
{
    return description ? description->text : STR_NULL;
}

static const struct gql_literal *directive_argument(const struct gql_directive *directives,
                                                    const char *directive, const char *argument)
{
    for (const struct gql_directive *d = directives; d; d = d->next) {
        if (!str_eq_c(d->name.text, directive))
            continue;
        for (const struct gql_argument *arg = d->arguments; arg; arg = arg->next)
            if (str_eq_c(arg->name.text, argument))
                return arg->value;
    }
    return NULL;
}

static bool has_directive(const struct gql_directive *directives, const char *name)
{
    for (const struct gql_directive *d = directives; d; d = d->next)
        if (str_eq_c(d->name.text, name))
            return true;
    return false;
}

static struct str text_of(const struct gql_literal *literal)
{
    return literal ? literal->text : STR_NULL;
}

/* What is no string is told by gql_schema_check(). */
static struct str string_of(const struct gql_literal *literal)
{
    return literal && literal->kind == GQL_LITERAL_STRING ? literal->text : STR_NULL;
}

static struct str deprecation_of(const struct gql_directive *directives)
{
    const struct gql_literal *reason = directive_argument(directives, "deprecated", "reason");

    if (!has_directive(directives, "deprecated"))
        return STR_NULL;
    return reason ? string_of(reason) : STR("No longer supported");
}

/* A bound of @length, or what holds without one; what is no Int is told by gql_schema_check(). */
static int64_t bound_of(const struct gql_directive *directives, const char *argument,
                        int64_t otherwise)
{
    const struct gql_literal *bound = directive_argument(directives, "length", argument);
    int64_t value;

    if (!bound || bound->kind != GQL_LITERAL_INT || !str_to_i64(bound->text, &value))
        return otherwise;
    return value;
}

static const struct gql_type *wrap(struct gql_schema_builder *b, struct gql_type **slot,
                                   enum gql_kind kind, const struct gql_type *of)
{
    if (!*slot) {
        struct gql_type *type = arena_new(b->arena, struct gql_type);
        type->kind = kind;
        type->of = of;
        type->links = arena_new(b->arena, struct gql_type_links);
        *slot = type;
    }
    return *slot;
}

/* The one type for a reference.
 * NOLINTNEXTLINE(misc-no-recursion): the parser nests at most GQL_DEPTH_MOST types. */
static const struct gql_type *intern(struct gql_schema_builder *b, const struct gql_type_node *node)
{
    const struct gql_type *of;

    if (node->kind == GQL_NODE_NAMED_TYPE)
        return gql_schema_type(b->schema, node->name);
    of = intern(b, node->of);
    if (node->kind == GQL_NODE_LIST_TYPE)
        return wrap(b, &of->links->list, GQL_LIST, of);
    return wrap(b, &of->links->non_null, GQL_NON_NULL, of);
}

static struct gql_input_def *build_input(struct gql_schema_builder *b, struct gql_input_def *def,
                                         const struct gql_input_value_definition *node)
{
    def->name = node->name.text;
    def->description = description_of(node->description);
    def->type = intern(b, node->type);
    def->default_literal = node->default_value;
    def->deprecation_reason = deprecation_of(node->directives);
    def->length_min = bound_of(node->directives, "min", 0);
    def->length_max = bound_of(node->directives, "max", -1);
    def->node = b->built_in ? NULL : node;
    return def;
}

static const struct gql_input_def *build_arguments(struct gql_schema_builder *b,
                                                   const struct gql_input_value_definition *nodes,
                                                   size_t *ret_n)
{
    struct gql_input_def *defs;
    size_t n = 0;

    for (const struct gql_input_value_definition *node = nodes; node; node = node->next)
        n++;
    defs = arena_array(b->arena, struct gql_input_def, n);
    *ret_n = n;
    n = 0;
    for (const struct gql_input_value_definition *node = nodes; node; node = node->next)
        build_input(b, &defs[n++], node);
    return defs;
}

static void build_field(struct gql_schema_builder *b, const struct gql_type *parent,
                        struct gql_field_def *field, const struct gql_field_definition *node)
{
    field->name = node->name.text;
    field->description = description_of(node->description);
    field->parent = parent;
    field->type = intern(b, node->type);
    field->args = build_arguments(b, node->arguments, &field->n_args);
    field->deprecation_reason = deprecation_of(node->directives);
    field->requires_scope = text_of(directive_argument(node->directives, "requires", "scope"));
    field->node = b->built_in ? NULL : node;
}

static void build_fields(struct gql_schema_builder *b, struct gql_type *type)
{
    struct gql_field_def *fields;
    size_t n = 0;

    for (size_t i = 0; i < type->n_parts; i++)
        for (const struct gql_field_definition *node = type->parts[i]->fields; node;
             node = node->next)
            n++;
    fields = arena_array(b->arena, struct gql_field_def, n);
    for (size_t i = 0; i < type->n_parts; i++)
        for (const struct gql_field_definition *node = type->parts[i]->fields; node;
             node = node->next)
            build_field(b, type, &fields[type->n_fields++], node);
    type->fields = fields;
}

static void build_input_fields(struct gql_schema_builder *b, struct gql_type *type)
{
    struct gql_input_def *fields;
    size_t n = 0;

    for (size_t i = 0; i < type->n_parts; i++)
        for (const struct gql_input_value_definition *node = type->parts[i]->input_values; node;
             node = node->next)
            n++;
    fields = arena_array(b->arena, struct gql_input_def, n);
    for (size_t i = 0; i < type->n_parts; i++) {
        type->one_of = type->one_of || has_directive(type->parts[i]->directives, "oneOf");
        for (const struct gql_input_value_definition *node = type->parts[i]->input_values; node;
             node = node->next)
            build_input(b, &fields[type->n_input_fields++], node);
    }
    type->input_fields = fields;
}

static void build_enum_value(struct gql_schema_builder *b, struct gql_enum_value *value,
                             const struct gql_enum_value_definition *node)
{
    value->name = node->name.text;
    value->description = description_of(node->description);
    value->deprecation_reason = deprecation_of(node->directives);
    value->node = b->built_in ? NULL : node;
}

static void build_enum_values(struct gql_schema_builder *b, struct gql_type *type)
{
    struct gql_enum_value *values;
    size_t n = 0;

    for (size_t i = 0; i < type->n_parts; i++)
        for (const struct gql_enum_value_definition *node = type->parts[i]->values; node;
             node = node->next)
            n++;
    values = arena_array(b->arena, struct gql_enum_value, n);
    for (size_t i = 0; i < type->n_parts; i++)
        for (const struct gql_enum_value_definition *node = type->parts[i]->values; node;
             node = node->next)
            build_enum_value(b, &values[type->n_values++], node);
    type->values = values;
}

/* The types that a definition and its extensions name: interfaces, or a union's members. */
static const struct gql_type **build_names(struct gql_schema_builder *b,
                                           const struct gql_type *type, size_t *ret_n)
{
    const struct gql_type **types;
    size_t n = 0;

    for (size_t i = 0; i < type->n_parts; i++)
        for (const struct gql_name_list *name = type->parts[i]->names; name; name = name->next)
            n++;
    types = arena_array(b->arena, const struct gql_type *, n);
    *ret_n = n;
    n = 0;
    for (size_t i = 0; i < type->n_parts; i++)
        for (const struct gql_name_list *name = type->parts[i]->names; name; name = name->next)
            types[n++] = gql_schema_type(b->schema, name->name.text);
    return types;
}

static void build_scalar(struct gql_schema_builder *b, struct gql_type *type)
{
    if (b->built_in)
        type->scalar = gql_scalar_built_in(type->name);
    for (size_t i = 0; i < type->n_parts; i++) {
        const struct gql_literal *url =
            directive_argument(type->parts[i]->directives, "specifiedBy", "url");
        if (url)
            type->specified_by = string_of(url);
    }
}

static void build_type(struct gql_schema_builder *b, struct gql_type *type)
{
    switch (type->kind) {
    case GQL_SCALAR:
        build_scalar(b, type);
        break;
    case GQL_OBJECT:
    case GQL_INTERFACE:
        build_fields(b, type);
        type->interfaces = build_names(b, type, &type->n_interfaces);
        break;
    case GQL_UNION:
        type->possible = build_names(b, type, &type->n_possible);
        break;
    case GQL_ENUM:
        build_enum_values(b, type);
        break;
    case GQL_INPUT_OBJECT:
        build_input_fields(b, type);
        break;
    case GQL_LIST:
    case GQL_NON_NULL:
        break;
    }
}

static enum gql_kind kind_of(const struct gql_definition *definition)
{
    switch ((int)definition->kind) {
    case GQL_DEFINITION_SCALAR:
        return GQL_SCALAR;
    case GQL_DEFINITION_OBJECT:
        return GQL_OBJECT;
    case GQL_DEFINITION_INTERFACE:
        return GQL_INTERFACE;
    case GQL_DEFINITION_UNION:
        return GQL_UNION;
    case GQL_DEFINITION_ENUM:
        return GQL_ENUM;
    default:
        return GQL_INPUT_OBJECT;
    }
}

/* Makes the types of a document, empty, and enters their names. A built-in scalar may be written
 * out in SDL: it stays the built-in one. */
static void declare_types(struct gql_schema_builder *b)
{
    for (const struct gql_definition *d = b->document->definitions; d; d = d->next) {
        struct gql_type *type;
        if (!gql_definition_is_type(d) || d->extend || map_get(&b->schema->by_name, d->name.text))
            continue;
        type = arena_new(b->arena, struct gql_type);
        type->kind = kind_of(d);
        type->name = d->name.text;
        type->description = description_of(d->description);
        type->built_in = b->built_in;
        type->node = b->built_in ? NULL : d;
        type->links = arena_new(b->arena, struct gql_type_links);
        map_put(&b->schema->by_name, type->name, type);
    }
}

/* The type of this document that a definition or extension is a part of, or NULL. */
static struct gql_type *part_of(const struct gql_schema_builder *b,
                                const struct gql_definition *part)
{
    struct gql_type *type =
        gql_definition_is_type(part) ? map_get(&b->schema->by_name, part->name.text) : NULL;

    return type && type->built_in == b->built_in ? type : NULL;
}

struct gql_type *gql_schema_made_by(const struct gql_schema_builder *b,
                                    const struct gql_definition *definition)
{
    return definition->extend ? NULL : part_of(b, definition);
}

static void gather_parts(struct gql_schema_builder *b)
{
    const struct gql_definition **parts;
    struct gql_type *type;

    for (const struct gql_definition *d = b->document->definitions; d; d = d->next) {
        type = part_of(b, d);
        if (type)
            type->n_parts++;
    }
    for (const struct gql_definition *d = b->document->definitions; d; d = d->next) {
        type = gql_schema_made_by(b, d);
        if (!type)
            continue;
        parts = arena_array(b->arena, const struct gql_definition *, type->n_parts);
        parts[0] = d;
        type->parts = parts;
        type->n_parts = 1;
    }
    for (const struct gql_definition *d = b->document->definitions; d; d = d->next) {
        type = d->extend ? part_of(b, d) : NULL;
        if (type)
            ((const struct gql_definition **)type->parts)[type->n_parts++] = d;
    }
}

static void build_types(struct gql_schema_builder *b)
{
    gather_parts(b);
    for (const struct gql_definition *d = b->document->definitions; d; d = d->next) {
        struct gql_type *type = gql_schema_made_by(b, d);
        if (type)
            build_type(b, type);
    }
}

static void build_directive(struct gql_schema_builder *b, struct gql_directive_def *directive,
                            const struct gql_definition *definition)
{
    struct str *locations;
    size_t n = 0;

    for (const struct gql_name_list *name = definition->names; name; name = name->next)
        n++;
    locations = arena_array(b->arena, struct str, n);
    for (const struct gql_name_list *name = definition->names; name; name = name->next)
        locations[directive->n_locations++] = name->name.text;
    directive->name = definition->name.text;
    directive->description = description_of(definition->description);
    directive->args = build_arguments(b, definition->input_values, &directive->n_args);
    directive->locations = locations;
    directive->repeatable = definition->repeatable;
    directive->built_in = b->built_in;
    directive->node = b->built_in ? NULL : definition;
}

/* A built-in directive that is written out in SDL is what is written there. */
static void build_directives(struct gql_schema_builder *b)
{
    struct gql_directive_def *directives = (struct gql_directive_def *)b->schema->directives;

    for (const struct gql_definition *d = b->document->definitions; d; d = d->next) {
        struct gql_directive_def *directive = &directives[b->schema->n_directives];
        if (d->kind != GQL_DEFINITION_DIRECTIVE || gql_schema_directive(b->schema, d->name.text))
            continue;
        build_directive(b, directive, d);
        map_put(&b->schema->directives_by_name, directive->name, directive);
        b->schema->n_directives++;
    }
}

static size_t count_directives(const struct gql_document *document)
{
    size_t n = 0;

    for (const struct gql_definition *d = document->definitions; d; d = d->next)
        n += d->kind == GQL_DEFINITION_DIRECTIVE;
    return n;
}

static size_t count_types(const struct gql_document *document)
{
    size_t n = 0;

    for (const struct gql_definition *d = document->definitions; d; d = d->next)
        n += gql_definition_is_type(d) && !d->extend;
    return n;
}

/* The fields that belong to no type; their parent is the query type, where most are asked for. */
static void take_meta_fields(struct gql_schema *schema)
{
    struct gql_type *meta = map_take(&schema->by_name, GQL_PRELUDE_META);
    struct gql_field_def *fields = (struct gql_field_def *)meta->fields;

    for (size_t i = 0; i < meta->n_fields; i++)
        fields[i].parent = schema->query;
    schema->meta_fields = fields;
    schema->n_meta_fields = meta->n_fields;
}

static void build(struct gql_schema *schema, const struct gql_document *document,
                  const struct gql_document *prelude)
{
    struct gql_schema_builder own = {
        .schema = schema, .arena = &schema->arena, .document = document};
    struct gql_schema_builder built_in = own;

    built_in.document = prelude;
    built_in.built_in = true;
    declare_types(&built_in);
    declare_types(&own);
    schema->types = arena_array(own.arena, const struct gql_type *,
                                count_types(document) + count_types(prelude));
    schema->directives = arena_array(own.arena, struct gql_directive_def,
                                     count_directives(document) + count_directives(prelude));
    build_types(&built_in);
    build_types(&own);
    build_directives(&own);
    build_directives(&built_in);
    gql_schema_find_roots(&own);
    gql_schema_list_types(&own, &built_in);
    gql_schema_find_implementations(schema);
    take_meta_fields(schema);
}

void gql_schema_build(struct gql_schema *schema, struct gql_errors *errors)
{
    static const struct gql_limits no_limits;
    struct gql_source prelude_source = {.name = STR("prelude"), .body = gql_prelude};
    const struct gql_document *prelude =
        gql_parse(&schema->arena, prelude_source, &no_limits, errors);
    size_t before = errors->count;

    schema->document = gql_parse(&schema->arena, schema->source, &no_limits, errors);
    if (!schema->document)
        return;
    gql_sdl_validate(schema->document, prelude, errors);
    if (errors->count > before)
        return;
    build(schema, schema->document, prelude);
    gql_schema_check(schema, errors);
}
