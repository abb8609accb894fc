#include "graphql/sdl_rules.h"

#include "graphql/prelude.h"
#include "graphql/schema_build.h"
#include "graphql/suggest.h"

bool gql_sdl_is_done(const struct gql_sdl *s)
{
    return s->errors->count > GQL_ERRORS_MOST;
}

void gql_sdl_error_at(struct gql_sdl *s, struct gql_error *error, uint32_t at)
{
    gql_error_at(s->errors, error, &s->document->source, at);
}

void gql_sdl_twice(struct gql_sdl *s, const struct gql_name *first, const struct gql_name *again,
                   const char *format, ...)
{
    struct gql_error *error;
    struct str text;
    va_list args;

    if (gql_sdl_is_done(s))
        return;
    va_start(args, format);
    text = arena_vprintf(s->arena, format, args);
    va_end(args);
    error = gql_error_add(s->errors, ST_INVALID, "%.*s", STR_ARG(text));
    gql_sdl_error_at(s, error, first->at);
    gql_sdl_error_at(s, error, again->at);
}

/* The first name of its kind in a table; NULL when this one is, and from now on stands there. */
static const struct gql_name *first_of(struct gql_sdl *s, struct gql_names *seen,
                                       const struct gql_name *name)
{
    void **slot = gql_names_at(seen, s->arena, name->text);

    if (*slot)
        return *slot;
    *slot = (void *)name;
    return NULL;
}

/* The table that belongs to a type, in a table of tables. */
static struct gql_names *table_of(struct gql_sdl *s, struct gql_names *tables, struct str type)
{
    void **slot = gql_names_at(tables, s->arena, type);

    if (!*slot)
        *slot = arena_new(s->arena, struct gql_names);
    return *slot;
}

/* LoneSchemaDefinition. */
static void check_lone_schema(struct gql_sdl *s, const struct gql_definition *schema)
{
    struct gql_error *error;

    if (schema->extend)
        return;
    if (!s->schema) {
        s->schema = schema;
        return;
    }
    error = gql_error_add(s->errors, ST_INVALID, "Must provide only one schema definition.");
    gql_sdl_error_at(s, error, schema->at);
}

/* UniqueOperationTypes. */
static void check_operation_types(struct gql_sdl *s, const struct gql_definition *schema)
{
    for (const struct gql_root_type_definition *root = schema->roots; root; root = root->next) {
        const struct gql_root_type_definition *first = s->roots[root->operation];
        struct gql_error *error;
        if (!first) {
            s->roots[root->operation] = root;
            continue;
        }
        error = gql_error_add(s->errors, ST_INVALID, "There can be only one %s type in schema.",
                              gql_operation_type_name(root->operation));
        gql_sdl_error_at(s, error, first->at);
        gql_sdl_error_at(s, error, root->at);
    }
}

static bool is_introspection(struct gql_sdl *s, struct str name)
{
    return str_starts(name, STR("__")) && gql_names_get(&s->built_in_types, name);
}

/* A built-in scalar may be written out, as tools that print whole schemas do. */
static bool hides_built_in(struct gql_sdl *s, const struct gql_definition *type)
{
    const struct gql_definition *built_in = gql_names_get(&s->built_in_types, type->name.text);

    return built_in && built_in->kind != type->kind;
}

/* UniqueTypeNames, and no type but a built-in scalar may have a built-in type's name. */
static void check_type_name(struct gql_sdl *s, const struct gql_definition *type)
{
    struct str name = type->name.text;
    const struct gql_name *first;
    struct gql_error *error;

    if (is_introspection(s, name)) {
        error = gql_error_add(s->errors, ST_INVALID,
                              "Name \"%.*s\" must not begin with \"__\", which is reserved by "
                              "GraphQL introspection.",
                              STR_ARG(name));
        gql_sdl_error_at(s, error, type->at);
    } else if (hides_built_in(s, type)) {
        error = gql_error_add(s->errors, ST_INVALID, "There can be only one type named \"%.*s\".",
                              STR_ARG(name));
        gql_sdl_error_at(s, error, type->name.at);
    }
    first = first_of(s, &s->seen_types, &type->name);
    if (first)
        gql_sdl_twice(s, first, &type->name, "There can be only one type named \"%.*s\".",
                      STR_ARG(name));
}

/* UniqueEnumValueNames. */
static void check_enum_values(struct gql_sdl *s, const struct gql_definition *type)
{
    struct gql_names *seen = table_of(s, &s->values, type->name.text);

    for (const struct gql_enum_value_definition *value = type->values; value; value = value->next) {
        const struct gql_name *first = first_of(s, seen, &value->name);
        if (first)
            gql_sdl_twice(s, first, &value->name,
                          "Enum value \"%.*s.%.*s\" can only be defined once.",
                          STR_ARG(type->name.text), STR_ARG(value->name.text));
    }
}

/* UniqueFieldDefinitionNames. */
static void check_field_name(struct gql_sdl *s, const struct gql_definition *type,
                             const struct gql_name *field)
{
    const struct gql_name *first = first_of(s, table_of(s, &s->fields, type->name.text), field);

    if (first)
        gql_sdl_twice(s, first, field, "Field \"%.*s.%.*s\" can only be defined once.",
                      STR_ARG(type->name.text), STR_ARG(field->text));
}

/* UniqueArgumentDefinitionNames: one error a name, at all its places. */
static void check_argument_names(struct gql_sdl *s, struct str parent,
                                 const struct gql_input_value_definition *arguments)
{
    struct gql_names seen = {0}, again = {0};

    for (const struct gql_input_value_definition *arg = arguments; arg; arg = arg->next)
        if (first_of(s, &seen, &arg->name))
            first_of(s, &again, &arg->name);
    for (size_t i = 0; i < seen.n && again.n && !gql_sdl_is_done(s); i++) {
        struct str name = seen.entries[i].name;
        struct gql_error *error;
        if (!gql_names_get(&again, name))
            continue;
        error = gql_error_add(s->errors, ST_INVALID,
                              "Argument \"%.*s(%.*s:)\" can only be defined once.", STR_ARG(parent),
                              STR_ARG(name));
        for (const struct gql_input_value_definition *arg = arguments; arg; arg = arg->next)
            if (str_eq(arg->name.text, name))
                gql_sdl_error_at(s, error, arg->name.at);
    }
}

/* UniqueDirectiveNames. */
static void check_directive_name(struct gql_sdl *s, const struct gql_definition *directive)
{
    const struct gql_name *first = first_of(s, &s->seen_directives, &directive->name);

    if (first)
        gql_sdl_twice(s, first, &directive->name,
                      "There can be only one directive named \"@%.*s\".",
                      STR_ARG(directive->name.text));
}

static const char *kind_name(const struct gql_definition *type)
{
    switch ((int)type->kind) {
    case GQL_DEFINITION_SCALAR:
        return "scalar";
    case GQL_DEFINITION_OBJECT:
        return "object";
    case GQL_DEFINITION_INTERFACE:
        return "interface";
    case GQL_DEFINITION_UNION:
        return "union";
    case GQL_DEFINITION_ENUM:
        return "enum";
    default:
        return "input object";
    }
}

/* The names of a table that are in no other one. */
static size_t add_names(const struct gql_names *table, const struct gql_names *but,
                        struct str *options)
{
    size_t n = 0;

    for (size_t i = 0; i < table->n; i++)
        if (!but || !gql_names_get(but, table->entries[i].name))
            options[n++] = table->entries[i].name;
    return n;
}

/* PossibleTypeExtensions. */
static void check_extension(struct gql_sdl *s, const struct gql_definition *extension)
{
    const struct gql_definition *type = gql_names_get(&s->types, extension->name.text);
    struct gql_error *error;

    if (type && type->kind != extension->kind) {
        error = gql_error_add(s->errors, ST_INVALID, "Cannot extend non-%s type \"%.*s\".",
                              kind_name(extension), STR_ARG(extension->name.text));
        gql_sdl_error_at(s, error, type->at);
        gql_sdl_error_at(s, error, extension->at);
    } else if (!type) {
        struct str *options = arena_array(s->arena, struct str, s->types.n);
        size_t n = add_names(&s->types, NULL, options);
        struct str hint = gql_did_you_mean(s->arena, STR_NULL, extension->name.text, options, n);
        error = gql_error_add(s->errors, ST_INVALID,
                              "Cannot extend type \"%.*s\" because it is not defined.%.*s",
                              STR_ARG(extension->name.text), STR_ARG(hint));
        gql_sdl_error_at(s, error, extension->name.at);
    }
}

/* KnownTypeNames. */
static void check_known(struct gql_sdl *s, struct str name, uint32_t at)
{
    struct gql_error *error;
    struct str *options;
    size_t n;

    if (gql_names_get(&s->types, name) || gql_names_get(&s->built_in_types, name) ||
        gql_sdl_is_done(s))
        return;
    options = arena_array(s->arena, struct str, s->built_in_types.n + s->types.n);
    n = add_names(&s->built_in_types, NULL, options);
    n += add_names(&s->types, &s->built_in_types, options + n);
    error = gql_error_add(s->errors, ST_INVALID, "Unknown type \"%.*s\".%.*s", STR_ARG(name),
                          STR_ARG(gql_did_you_mean(s->arena, STR_NULL, name, options, n)));
    gql_sdl_error_at(s, error, at);
}

static void check_type_node(struct gql_sdl *s, const struct gql_type_node *node)
{
    while (node->of)
        node = node->of;
    check_known(s, node->name, node->at);
}

static void walk_input_values(struct gql_sdl *s, const struct gql_input_value_definition *values,
                              const char *place)
{
    for (const struct gql_input_value_definition *value = values; value; value = value->next) {
        struct gql_names applied = {0};
        gql_sdl_unique_directives(s, value->directives, &applied);
        check_type_node(s, value->type);
        if (value->default_value)
            gql_sdl_value(s, value->default_value);
        gql_sdl_directives(s, value->directives, place);
    }
}

static void walk_fields(struct gql_sdl *s, const struct gql_definition *type)
{
    for (const struct gql_field_definition *field = type->fields; field; field = field->next) {
        struct gql_names applied = {0};
        gql_sdl_unique_directives(s, field->directives, &applied);
        walk_input_values(s, field->arguments, "ARGUMENT_DEFINITION");
        check_type_node(s, field->type);
        gql_sdl_directives(s, field->directives, "FIELD_DEFINITION");
    }
}

static void walk_enum_values(struct gql_sdl *s, const struct gql_definition *type)
{
    for (const struct gql_enum_value_definition *value = type->values; value; value = value->next) {
        struct gql_names applied = {0};
        gql_sdl_unique_directives(s, value->directives, &applied);
        gql_sdl_directives(s, value->directives, "ENUM_VALUE");
    }
}

static void walk_names(struct gql_sdl *s, const struct gql_definition *type)
{
    for (const struct gql_name_list *name = type->names; name; name = name->next)
        check_known(s, name->name.text, name->name.at);
}

static void check_schema(struct gql_sdl *s, const struct gql_definition *schema)
{
    check_lone_schema(s, schema);
    check_operation_types(s, schema);
    gql_sdl_unique_directives(s, schema->directives, &s->applied_to_schema);
    gql_sdl_directives(s, schema->directives, "SCHEMA");
    for (const struct gql_root_type_definition *root = schema->roots; root; root = root->next)
        check_known(s, root->type.text, root->type.at);
}

static const char *place_of(const struct gql_definition *type)
{
    switch ((int)type->kind) {
    case GQL_DEFINITION_SCALAR:
        return "SCALAR";
    case GQL_DEFINITION_OBJECT:
        return "OBJECT";
    case GQL_DEFINITION_INTERFACE:
        return "INTERFACE";
    case GQL_DEFINITION_UNION:
        return "UNION";
    case GQL_DEFINITION_ENUM:
        return "ENUM";
    default:
        return "INPUT_OBJECT";
    }
}

static void check_member_names(struct gql_sdl *s, const struct gql_definition *type)
{
    check_enum_values(s, type);
    for (const struct gql_field_definition *field = type->fields; field; field = field->next)
        check_field_name(s, type, &field->name);
    for (const struct gql_input_value_definition *field = type->input_values; field;
         field = field->next)
        check_field_name(s, type, &field->name);
    for (const struct gql_field_definition *field = type->fields; field; field = field->next) {
        struct str parent = arena_printf(s->arena, "%.*s.%.*s", STR_ARG(type->name.text),
                                         STR_ARG(field->name.text));
        check_argument_names(s, parent, field->arguments);
    }
}

static void check_type(struct gql_sdl *s, const struct gql_definition *type)
{
    if (!type->extend)
        check_type_name(s, type);
    check_member_names(s, type);
    gql_sdl_unique_directives(s, type->directives, table_of(s, &s->applied, type->name.text));
    if (type->extend)
        check_extension(s, type);
    if (type->kind != GQL_DEFINITION_UNION)
        walk_names(s, type);
    gql_sdl_directives(s, type->directives, place_of(type));
    if (type->kind == GQL_DEFINITION_UNION)
        walk_names(s, type);
    walk_fields(s, type);
    walk_enum_values(s, type);
    walk_input_values(s, type->input_values, "INPUT_FIELD_DEFINITION");
}

static void check_directive_definition(struct gql_sdl *s, const struct gql_definition *directive)
{
    check_argument_names(s, arena_printf(s->arena, "@%.*s", STR_ARG(directive->name.text)),
                         directive->input_values);
    check_directive_name(s, directive);
    walk_input_values(s, directive->input_values, "ARGUMENT_DEFINITION");
}

static void check_definition(struct gql_sdl *s, const struct gql_definition *definition)
{
    if (definition->kind == GQL_DEFINITION_SCHEMA)
        check_schema(s, definition);
    else if (definition->kind == GQL_DEFINITION_DIRECTIVE)
        check_directive_definition(s, definition);
    else if (gql_definition_is_type(definition))
        check_type(s, definition);
    else
        gql_sdl_error_at(s,
                         gql_error_add(s->errors, ST_INVALID,
                                       "Operations and fragments may not stand in a schema."),
                         definition->at);
}

/* Whoever is last in a table stays there. */
static void enter(struct gql_sdl *s, struct gql_names *table, const struct gql_definition *d)
{
    *gql_names_at(table, s->arena, d->name.text) = (void *)d;
}

static void gather(struct gql_sdl *s, const struct gql_document *document, struct gql_names *types)
{
    for (const struct gql_definition *d = document->definitions; d; d = d->next) {
        if (gql_definition_is_type(d) && !d->extend && !str_eq(d->name.text, GQL_PRELUDE_META))
            enter(s, types, d);
        else if (d->kind == GQL_DEFINITION_DIRECTIVE)
            enter(s, &s->directives, d);
    }
}

void gql_sdl_validate(const struct gql_document *document, const struct gql_document *prelude,
                      struct gql_errors *errors)
{
    struct gql_sdl s = {
        .document = document, .prelude = prelude, .errors = errors, .arena = errors->arena};

    gather(&s, prelude, &s.built_in_types);
    gather(&s, document, &s.types);
    for (const struct gql_definition *d = document->definitions; d && !gql_sdl_is_done(&s);
         d = d->next)
        check_definition(&s, d);
}
