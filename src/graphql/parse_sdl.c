/* Type system definitions and extensions (specification, section 3). */

#include "graphql/parser.h"

static const struct gql_root_type_definition *parse_roots(struct gql_parser *p)
{
    const struct gql_root_type_definition *first = NULL;
    const struct gql_root_type_definition **tail = &first;

    do {
        struct gql_root_type_definition *root =
            arena_new(p->arena, struct gql_root_type_definition);
        root->at = p->token.at;
        root->operation = gql_parse_operation_type(p);
        gql_parser_expect(p, GQL_TOKEN_COLON);
        root->type = gql_parse_name(p);
        *tail = root;
        tail = &root->next;
    } while (!gql_parser_ends(p, GQL_TOKEN_BRACE_R));
    return first;
}

/* One name or more with a delimiter between them, which may stand in front of the first too. */
static const struct gql_name_list *parse_names(struct gql_parser *p, enum gql_token_kind delimiter)
{
    const struct gql_name_list *first = NULL;
    const struct gql_name_list **tail = &first;

    gql_parser_skip(p, delimiter);
    do {
        struct gql_name_list *name = arena_new(p->arena, struct gql_name_list);
        name->name = gql_parse_name(p);
        *tail = name;
        tail = &name->next;
    } while (gql_parser_skip(p, delimiter));
    return first;
}

static struct gql_input_value_definition *parse_input_value(struct gql_parser *p)
{
    struct gql_input_value_definition *value =
        arena_new(p->arena, struct gql_input_value_definition);

    value->at = p->token.at;
    value->description = gql_parse_description(p);
    value->name = gql_parse_name(p);
    gql_parser_expect(p, GQL_TOKEN_COLON);
    value->type = gql_parse_type(p);
    if (gql_parser_skip(p, GQL_TOKEN_EQUALS))
        value->default_value = gql_parse_value(p, true);
    value->directives = gql_parse_directives(p, true);
    return value;
}

/* Arguments between parentheses, input fields between braces; none at all is allowed. */
static const struct gql_input_value_definition *parse_input_values(struct gql_parser *p,
                                                                   enum gql_token_kind open,
                                                                   enum gql_token_kind close)
{
    const struct gql_input_value_definition *first = NULL;
    const struct gql_input_value_definition **tail = &first;

    if (!gql_parser_skip(p, open))
        return NULL;
    do {
        struct gql_input_value_definition *value = parse_input_value(p);
        *tail = value;
        tail = &value->next;
    } while (!gql_parser_ends(p, close));
    return first;
}

static struct gql_field_definition *parse_field(struct gql_parser *p)
{
    struct gql_field_definition *field = arena_new(p->arena, struct gql_field_definition);

    field->at = p->token.at;
    field->description = gql_parse_description(p);
    field->name = gql_parse_name(p);
    field->arguments = parse_input_values(p, GQL_TOKEN_PAREN_L, GQL_TOKEN_PAREN_R);
    gql_parser_expect(p, GQL_TOKEN_COLON);
    field->type = gql_parse_type(p);
    field->directives = gql_parse_directives(p, true);
    return field;
}

static const struct gql_field_definition *parse_fields(struct gql_parser *p)
{
    const struct gql_field_definition *first = NULL;
    const struct gql_field_definition **tail = &first;

    if (!gql_parser_skip(p, GQL_TOKEN_BRACE_L))
        return NULL;
    do {
        struct gql_field_definition *field = parse_field(p);
        *tail = field;
        tail = &field->next;
    } while (!gql_parser_ends(p, GQL_TOKEN_BRACE_R));
    return first;
}

static struct gql_name parse_enum_value_name(struct gql_parser *p)
{
    if (gql_parser_at_keyword(p, "true") || gql_parser_at_keyword(p, "false") ||
        gql_parser_at_keyword(p, "null"))
        gql_parser_fail(p, p->token.at,
                        arena_printf(p->arena,
                                     "%.*s is reserved and cannot be used for an enum value.",
                                     STR_ARG(gql_parser_describe(p))));
    return gql_parse_name(p);
}

static const struct gql_enum_value_definition *parse_enum_values(struct gql_parser *p)
{
    const struct gql_enum_value_definition *first = NULL;
    const struct gql_enum_value_definition **tail = &first;

    if (!gql_parser_skip(p, GQL_TOKEN_BRACE_L))
        return NULL;
    do {
        struct gql_enum_value_definition *value =
            arena_new(p->arena, struct gql_enum_value_definition);
        value->at = p->token.at;
        value->description = gql_parse_description(p);
        value->name = parse_enum_value_name(p);
        value->directives = gql_parse_directives(p, true);
        *tail = value;
        tail = &value->next;
    } while (!gql_parser_ends(p, GQL_TOKEN_BRACE_R));
    return first;
}

static void parse_schema(struct gql_parser *p, struct gql_definition *schema)
{
    schema->directives = gql_parse_directives(p, true);
    /* Only an extension may leave the root types out. */
    if (!schema->extend)
        gql_parser_expect(p, GQL_TOKEN_BRACE_L);
    else if (!gql_parser_skip(p, GQL_TOKEN_BRACE_L))
        return;
    schema->roots = parse_roots(p);
}

static void parse_scalar(struct gql_parser *p, struct gql_definition *scalar)
{
    scalar->name = gql_parse_name(p);
    scalar->directives = gql_parse_directives(p, true);
}

/* An object type or an interface. */
static void parse_object(struct gql_parser *p, struct gql_definition *object)
{
    object->name = gql_parse_name(p);
    if (gql_parser_skip_keyword(p, "implements"))
        object->names = parse_names(p, GQL_TOKEN_AMP);
    object->directives = gql_parse_directives(p, true);
    object->fields = parse_fields(p);
}

static void parse_union(struct gql_parser *p, struct gql_definition *union_)
{
    union_->name = gql_parse_name(p);
    union_->directives = gql_parse_directives(p, true);
    if (gql_parser_skip(p, GQL_TOKEN_EQUALS))
        union_->names = parse_names(p, GQL_TOKEN_PIPE);
}

static void parse_enum(struct gql_parser *p, struct gql_definition *enum_)
{
    enum_->name = gql_parse_name(p);
    enum_->directives = gql_parse_directives(p, true);
    enum_->values = parse_enum_values(p);
}

static void parse_input_object(struct gql_parser *p, struct gql_definition *input)
{
    input->name = gql_parse_name(p);
    input->directives = gql_parse_directives(p, true);
    input->input_values = parse_input_values(p, GQL_TOKEN_BRACE_L, GQL_TOKEN_BRACE_R);
}

static const char *const places[] = {
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
};

static bool at_place(const struct gql_parser *p)
{
    for (size_t i = 0; i < array_size(places); i++)
        if (gql_parser_at_keyword(p, places[i]))
            return true;
    return false;
}

static const struct gql_name_list *parse_places(struct gql_parser *p)
{
    const struct gql_name_list *first = NULL;
    const struct gql_name_list **tail = &first;

    gql_parser_skip(p, GQL_TOKEN_PIPE);
    do {
        struct gql_name_list *place = arena_new(p->arena, struct gql_name_list);
        if (gql_parser_at(p, GQL_TOKEN_NAME) && !at_place(p))
            gql_parser_unexpected(p);
        place->name = gql_parse_name(p);
        *tail = place;
        tail = &place->next;
    } while (gql_parser_skip(p, GQL_TOKEN_PIPE));
    return first;
}

static void parse_directive(struct gql_parser *p, struct gql_definition *directive)
{
    gql_parser_expect(p, GQL_TOKEN_AT);
    directive->name = gql_parse_name(p);
    directive->input_values = parse_input_values(p, GQL_TOKEN_PAREN_L, GQL_TOKEN_PAREN_R);
    directive->repeatable = gql_parser_skip_keyword(p, "repeatable");
    gql_parser_expect_keyword(p, "on");
    directive->names = parse_places(p);
}

typedef void parse_fn(struct gql_parser *p, struct gql_definition *definition);

static const struct {
    const char *keyword;
    enum gql_definition_kind kind;
    parse_fn *parse;
} kinds[] = {
    {"schema", GQL_DEFINITION_SCHEMA, parse_schema},
    {"scalar", GQL_DEFINITION_SCALAR, parse_scalar},
    {"type", GQL_DEFINITION_OBJECT, parse_object},
    {"interface", GQL_DEFINITION_INTERFACE, parse_object},
    {"union", GQL_DEFINITION_UNION, parse_union},
    {"enum", GQL_DEFINITION_ENUM, parse_enum},
    {"input", GQL_DEFINITION_INPUT_OBJECT, parse_input_object},
    {"directive", GQL_DEFINITION_DIRECTIVE, parse_directive},
};

bool gql_parse_type_system_definition(struct gql_parser *p, struct gql_definition *definition)
{
    for (size_t i = 0; i < array_size(kinds); i++) {
        if (!gql_parser_skip_keyword(p, kinds[i].keyword))
            continue;
        definition->kind = kinds[i].kind;
        kinds[i].parse(p, definition);
        return true;
    }
    return false;
}

void gql_parse_type_system_extension(struct gql_parser *p, struct gql_definition *definition)
{
    definition->extend = true;
    /* There is no extension of a directive. */
    if (gql_parser_at_keyword(p, "directive") || !gql_parse_type_system_definition(p, definition))
        gql_parser_unexpected(p);
    if (!definition->directives && !definition->names && !definition->roots &&
        !definition->fields && !definition->values && !definition->input_values)
        gql_parser_unexpected(p);
}
