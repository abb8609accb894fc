#include "graphql/schema_check.h"

#include "graphql/graphql.h"
#include "graphql/schema_build.h"

struct gql_error *gql_schema_error(struct gql_schema_check *c, const char *format, ...)
{
    struct str text;
    va_list args;

    va_start(args, format);
    text = arena_vprintf(c->errors->arena, format, args);
    va_end(args);
    return gql_error_add(c->errors, ST_INVALID, "%.*s", STR_ARG(text));
}

bool gql_schema_check_is_done(const struct gql_schema_check *c)
{
    return c->errors->count > GQL_ERRORS_MOST;
}

void gql_schema_error_at(struct gql_schema_check *c, struct gql_error *error, uint32_t at)
{
    gql_error_at(c->errors, error, &c->schema->source, at);
}

void gql_schema_error_at_type(struct gql_schema_check *c, struct gql_error *error,
                              const struct gql_type *type)
{
    for (size_t i = 0; i < type->n_parts; i++)
        gql_schema_error_at(c, error, type->parts[i]->at);
}

void gql_schema_error_at_names(struct gql_schema_check *c, struct gql_error *error,
                               const struct gql_type *type, struct str name)
{
    for (size_t i = 0; i < type->n_parts && !gql_schema_check_is_done(c); i++)
        for (const struct gql_name_list *n = type->parts[i]->names; n; n = n->next)
            if (str_eq(n->name.text, name))
                gql_schema_error_at(c, error, n->name.at);
}

struct str gql_schema_shown(struct gql_schema_check *c, const struct gql_type *type)
{
    return gql_type_print(c->errors->arena, type);
}

const struct gql_directive *gql_directive_find(const struct gql_directive *directives,
                                               const char *name)
{
    while (directives && !str_eq_c(directives->name.text, name))
        directives = directives->next;
    return directives;
}

bool gql_input_is_required(const struct gql_input_def *def)
{
    return def->type->kind == GQL_NON_NULL && !def->default_literal;
}

void gql_schema_tell_too_deep(struct gql_schema_check *c, struct str owner,
                              const struct gql_input_def *def)
{
    struct gql_error *error =
        gql_schema_error(c, "%.*s.%.*s is nested deeper than %d levels of input fields.",
                         STR_ARG(owner), STR_ARG(def->name), GQL_DEPTH_MOST);

    gql_schema_error_at(c, error, def->node->at);
}

bool gql_schema_seen(struct gql_schema_check *c, struct gql_names *seen,
                     const struct gql_type *type)
{
    void **slot = gql_names_at(seen, c->errors->arena, type->name);
    bool stood_there = *slot;

    *slot = (void *)type;
    return stood_there;
}

/* Where the SDL names a root type; NULL where it is one by its own name. */
static const struct gql_root_type_definition *root_node(const struct gql_schema *schema,
                                                        enum gql_operation_type operation)
{
    for (const struct gql_definition *d = schema->document->definitions; d; d = d->next)
        for (const struct gql_root_type_definition *root = d->roots; root; root = root->next)
            if (root->operation == operation)
                return root;
    return NULL;
}

static void error_at_root(struct gql_schema_check *c, struct gql_error *error,
                          enum gql_operation_type operation)
{
    const struct gql_root_type_definition *node = root_node(c->schema, operation);
    const struct gql_type *type = gql_schema_root(c->schema, operation);

    if (node)
        gql_schema_error_at(c, error, node->type.at);
    else if (type->node)
        gql_schema_error_at(c, error, type->node->at);
}

/* The operations that a type is the root of: "query and mutation". */
static struct str operations_of(struct gql_schema_check *c, const struct gql_type *type)
{
    struct str names[GQL_SUBSCRIPTION + 1];
    size_t n = 0;

    for (int i = GQL_QUERY; i <= GQL_SUBSCRIPTION; i++)
        if (gql_schema_root(c->schema, (enum gql_operation_type)i) == type)
            names[n++] = str_c(gql_operation_type_name((enum gql_operation_type)i));
    if (n == 2)
        return arena_printf(c->errors->arena, "%.*s and %.*s", STR_ARG(names[0]),
                            STR_ARG(names[1]));
    return n == 1 ? names[0] : STR("query, mutation, and subscription");
}

static void check_root(struct gql_schema_check *c, enum gql_operation_type operation)
{
    static const char *const titles[] = {"Query", "Mutation", "Subscription"};
    const struct gql_type *type = gql_schema_root(c->schema, operation);
    struct gql_error *error;

    if (!type || type->kind == GQL_OBJECT)
        return;
    error = gql_schema_error(c, "%s root type must be Object type%s, it cannot be %.*s.",
                             titles[operation], operation == GQL_QUERY ? "" : " if provided",
                             STR_ARG(type->name));
    error_at_root(c, error, operation);
}

/* One type may not serve two operations: told at the first of them, about all of them. */
static void check_distinct_roots(struct gql_schema_check *c, enum gql_operation_type operation)
{
    const struct gql_type *type = gql_schema_root(c->schema, operation);
    struct gql_error *error = NULL;

    for (int i = GQL_QUERY; type && i <= GQL_SUBSCRIPTION; i++) {
        enum gql_operation_type other = (enum gql_operation_type)i;
        if (other == operation || gql_schema_root(c->schema, other) != type)
            continue;
        if (other < operation)
            return;
        if (!error) {
            error = gql_schema_error(
                c, "All root types must be different, \"%.*s\" type is used as %.*s root types.",
                STR_ARG(type->name), STR_ARG(operations_of(c, type)));
            error_at_root(c, error, operation);
        }
        error_at_root(c, error, other);
    }
}

static void check_roots(struct gql_schema_check *c)
{
    const struct gql_definition *d = c->schema->document->definitions;
    struct gql_error *error;

    if (!c->schema->query) {
        error = gql_schema_error(c, "Query root type must be provided.");
        while (d && (d->kind != GQL_DEFINITION_SCHEMA || d->extend))
            d = d->next;
        if (d)
            gql_schema_error_at(c, error, d->at);
    }
    check_root(c, GQL_QUERY);
    check_root(c, GQL_MUTATION);
    check_root(c, GQL_SUBSCRIPTION);
    check_distinct_roots(c, GQL_QUERY);
    check_distinct_roots(c, GQL_MUTATION);
}

static void check_name(struct gql_schema_check *c, struct str name, uint32_t at)
{
    struct gql_error *error;

    if (!str_starts(name, STR("__")))
        return;
    error = gql_schema_error(c,
                             "Name \"%.*s\" must not begin with \"__\", which is reserved by "
                             "GraphQL introspection.",
                             STR_ARG(name));
    gql_schema_error_at(c, error, at);
}

/* An argument; owner is what it is of: `Query.room` or `@length`. type_at: where its type is told
 * to be wrong. */
static void check_argument(struct gql_schema_check *c, struct str owner,
                           const struct gql_input_def *arg, uint32_t type_at)
{
    const struct gql_directive *deprecated =
        gql_directive_find(arg->node->directives, "deprecated");
    struct gql_error *error;

    check_name(c, arg->name, arg->node->at);
    if (!gql_type_is_input(arg->type)) {
        error = gql_schema_error(c, "The type of %.*s(%.*s:) must be Input Type but got: %.*s.",
                                 STR_ARG(owner), STR_ARG(arg->name),
                                 STR_ARG(gql_schema_shown(c, arg->type)));
        gql_schema_error_at(c, error, type_at);
    }
    if (arg->deprecation_reason.p && gql_input_is_required(arg)) {
        error = gql_schema_error(c, "Required argument %.*s(%.*s:) cannot be deprecated.",
                                 STR_ARG(owner), STR_ARG(arg->name));
        gql_schema_error_at(c, error, deprecated->at);
        gql_schema_error_at(c, error, arg->node->type->at);
    }
}

static void check_directives(struct gql_schema_check *c)
{
    for (size_t i = 0; i < c->schema->n_directives; i++) {
        const struct gql_directive_def *directive = &c->schema->directives[i];
        struct str owner;
        if (directive->built_in)
            continue;
        check_name(c, directive->name, directive->node->at);
        owner = arena_printf(c->errors->arena, "@%.*s", STR_ARG(directive->name));
        for (size_t k = 0; k < directive->n_args; k++)
            check_argument(c, owner, &directive->args[k], directive->args[k].node->at);
    }
}

static void check_field(struct gql_schema_check *c, const struct gql_type *type,
                        const struct gql_field_def *field)
{
    struct str owner =
        arena_printf(c->errors->arena, "%.*s.%.*s", STR_ARG(type->name), STR_ARG(field->name));
    struct gql_error *error;

    check_name(c, field->name, field->node->at);
    if (!gql_type_is_output(field->type)) {
        error = gql_schema_error(c, "The type of %.*s must be Output Type but got: %.*s.",
                                 STR_ARG(owner), STR_ARG(gql_schema_shown(c, field->type)));
        gql_schema_error_at(c, error, field->node->type->at);
    }
    for (size_t i = 0; i < field->n_args; i++)
        check_argument(c, owner, &field->args[i], field->args[i].node->type->at);
}

static void check_fields(struct gql_schema_check *c, const struct gql_type *type)
{
    if (type->n_fields == 0)
        gql_schema_error_at_type(
            c,
            gql_schema_error(c, "Type %.*s must define one or more fields.", STR_ARG(type->name)),
            type);
    for (size_t i = 0; i < type->n_fields; i++)
        check_field(c, type, &type->fields[i]);
}

static void check_union(struct gql_schema_check *c, const struct gql_type *type)
{
    struct gql_names seen = {0};
    struct gql_error *error;

    if (type->n_possible == 0) {
        error = gql_schema_error(c, "Union type %.*s must define one or more member types.",
                                 STR_ARG(type->name));
        gql_schema_error_at_type(c, error, type);
    }
    for (size_t i = 0; i < type->n_possible; i++) {
        const struct gql_type *member = type->possible[i];
        if (gql_schema_seen(c, &seen, member))
            error = gql_schema_error(c, "Union type %.*s can only include type %.*s once.",
                                     STR_ARG(type->name), STR_ARG(member->name));
        else if (member->kind != GQL_OBJECT)
            error = gql_schema_error(
                c, "Union type %.*s can only include Object types, it cannot include %.*s.",
                STR_ARG(type->name), STR_ARG(member->name));
        else
            continue;
        gql_schema_error_at_names(c, error, type, member->name);
    }
}

static void check_enum(struct gql_schema_check *c, const struct gql_type *type)
{
    if (type->n_values == 0)
        gql_schema_error_at_type(c,
                                 gql_schema_error(c,
                                                  "Enum type %.*s must define one or more values.",
                                                  STR_ARG(type->name)),
                                 type);
    for (size_t i = 0; i < type->n_values; i++)
        check_name(c, type->values[i].name, type->values[i].node->at);
}

static void check_one_of_field(struct gql_schema_check *c, const struct gql_type *type,
                               const struct gql_input_def *field)
{
    struct gql_error *error;

    if (field->type->kind == GQL_NON_NULL) {
        error = gql_schema_error(c, "OneOf input field %.*s.%.*s must be nullable.",
                                 STR_ARG(type->name), STR_ARG(field->name));
        gql_schema_error_at(c, error, field->node->type->at);
    }
    if (field->default_literal) {
        error = gql_schema_error(c, "OneOf input field %.*s.%.*s cannot have a default value.",
                                 STR_ARG(type->name), STR_ARG(field->name));
        gql_schema_error_at(c, error, field->node->at);
    }
}

static void check_input_field(struct gql_schema_check *c, const struct gql_type *type,
                              const struct gql_input_def *field)
{
    const struct gql_directive *deprecated =
        gql_directive_find(field->node->directives, "deprecated");
    struct gql_error *error;

    check_name(c, field->name, field->node->at);
    if (!gql_type_is_input(field->type)) {
        error = gql_schema_error(c, "The type of %.*s.%.*s must be Input Type but got: %.*s.",
                                 STR_ARG(type->name), STR_ARG(field->name),
                                 STR_ARG(gql_schema_shown(c, field->type)));
        gql_schema_error_at(c, error, field->node->type->at);
    }
    if (field->deprecation_reason.p && gql_input_is_required(field)) {
        error = gql_schema_error(c, "Required input field %.*s.%.*s cannot be deprecated.",
                                 STR_ARG(type->name), STR_ARG(field->name));
        gql_schema_error_at(c, error, deprecated->at);
        gql_schema_error_at(c, error, field->node->type->at);
    }
    if (type->one_of)
        check_one_of_field(c, type, field);
}

static void check_input_object(struct gql_schema_check *c, const struct gql_type *type)
{
    if (type->n_input_fields == 0)
        gql_schema_error_at_type(
            c,
            gql_schema_error(c, "Input Object type %.*s must define one or more fields.",
                             STR_ARG(type->name)),
            type);
    for (size_t i = 0; i < type->n_input_fields; i++)
        check_input_field(c, type, &type->input_fields[i]);
}

static void check_type(struct gql_schema_check *c, const struct gql_type *type)
{
    check_name(c, type->name, type->node->at);
    switch (type->kind) {
    case GQL_OBJECT:
    case GQL_INTERFACE:
        check_fields(c, type);
        gql_schema_check_interfaces(c, type);
        break;
    case GQL_UNION:
        check_union(c, type);
        break;
    case GQL_ENUM:
        check_enum(c, type);
        break;
    case GQL_INPUT_OBJECT:
        check_input_object(c, type);
        gql_schema_check_circles(c, type);
        break;
    case GQL_SCALAR:
    case GQL_LIST:
    case GQL_NON_NULL:
        break;
    }
}

void gql_schema_check(struct gql_schema *schema, struct gql_errors *errors)
{
    struct gql_schema_check c = {.schema = schema, .errors = errors};
    size_t before = errors->count;

    check_roots(&c);
    check_directives(&c);
    gql_schema_check_directives(&c);
    for (size_t i = 0; i < schema->n_types && !gql_schema_check_is_done(&c); i++)
        if (!schema->types[i]->built_in)
            check_type(&c, schema->types[i]);
    /* Values are looked at once types are what they say they are. */
    if (errors->count == before)
        gql_schema_check_values(&c);
}
