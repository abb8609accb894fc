/* Documents, and the executable definitions in them (specification, section 2). */

#include "graphql/parser.h"

const char *gql_operation_type_name(enum gql_operation_type type)
{
    switch (type) {
    case GQL_QUERY:
        return "query";
    case GQL_MUTATION:
        return "mutation";
    case GQL_SUBSCRIPTION:
        return "subscription";
    }
    return "query";
}

static struct gql_variable_definition *parse_variable_definition(struct gql_parser *p)
{
    struct gql_variable_definition *variable = arena_new(p->arena, struct gql_variable_definition);

    variable->description = gql_parse_description(p);
    variable->at = p->token.at;
    gql_parser_expect(p, GQL_TOKEN_DOLLAR);
    variable->name = gql_parse_name(p);
    gql_parser_expect(p, GQL_TOKEN_COLON);
    variable->type = gql_parse_type(p);
    if (gql_parser_skip(p, GQL_TOKEN_EQUALS))
        variable->default_value = gql_parse_value(p, true);
    variable->directives = gql_parse_directives(p, true);
    return variable;
}

static const struct gql_variable_definition *parse_variable_definitions(struct gql_parser *p)
{
    const struct gql_variable_definition *first = NULL;
    const struct gql_variable_definition **tail = &first;

    if (!gql_parser_skip(p, GQL_TOKEN_PAREN_L))
        return NULL;
    do {
        struct gql_variable_definition *variable = parse_variable_definition(p);
        *tail = variable;
        tail = &variable->next;
    } while (!gql_parser_ends(p, GQL_TOKEN_PAREN_R));
    return first;
}

/* Introspection is bounded by a rule of its own, not by the depth of selections: a level of 0
 * stands for everything below its fields and on its types. */
static bool is_introspection(struct str name)
{
    return str_starts(name, STR("__"));
}

static struct gql_name parse_fragment_name(struct gql_parser *p)
{
    if (gql_parser_at_keyword(p, "on"))
        gql_parser_unexpected(p);
    return gql_parse_name(p);
}

static const struct gql_selection_set *parse_selection_set(struct gql_parser *p, size_t level);

/* NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
static void parse_field(struct gql_parser *p, size_t level, struct gql_selection *field)
{
    size_t below;

    field->kind = GQL_SELECTION_FIELD;
    field->name = gql_parse_name(p);
    if (gql_parser_skip(p, GQL_TOKEN_COLON)) {
        field->alias = field->name;
        field->name = gql_parse_name(p);
    }
    field->arguments = gql_parse_arguments(p, false);
    field->directives = gql_parse_directives(p, false);
    if (!gql_parser_at(p, GQL_TOKEN_BRACE_L))
        return;
    below = level == 0 || is_introspection(field->name.text) ? 0 : level + 1;
    field->selection_set = parse_selection_set(p, below);
}

/* What stands behind `...`: a spread, or a fragment written in place.
 * NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
static void parse_fragment(struct gql_parser *p, size_t level, struct gql_selection *fragment)
{
    bool conditional = gql_parser_skip_keyword(p, "on");

    if (!conditional && gql_parser_at(p, GQL_TOKEN_NAME)) {
        fragment->kind = GQL_SELECTION_SPREAD;
        fragment->name = parse_fragment_name(p);
        fragment->directives = gql_parse_directives(p, false);
        return;
    }
    fragment->kind = GQL_SELECTION_INLINE;
    if (conditional)
        fragment->type_condition = gql_parse_name(p);
    fragment->directives = gql_parse_directives(p, false);
    fragment->selection_set = parse_selection_set(p, level);
}

/* NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
static struct gql_selection *parse_selection(struct gql_parser *p, size_t level)
{
    struct gql_selection *selection = arena_new(p->arena, struct gql_selection);

    selection->at = p->token.at;
    if (gql_parser_skip(p, GQL_TOKEN_SPREAD))
        parse_fragment(p, level, selection);
    else
        parse_field(p, level, selection);
    return selection;
}

static void check_level(struct gql_parser *p, size_t level)
{
    if (p->limits.depth && level > p->limits.depth)
        gql_parser_too_complex(p, p->token.at, "depth",
                               "Selections are nested deeper than %zu levels.", p->limits.depth);
}

/* NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
static const struct gql_selection_set *parse_selection_set(struct gql_parser *p, size_t level)
{
    struct gql_selection_set *set = arena_new(p->arena, struct gql_selection_set);
    const struct gql_selection **tail = &set->first;

    check_level(p, level);
    if (!gql_parser_enter(p))
        return set;
    set->at = p->token.at;
    gql_parser_expect(p, GQL_TOKEN_BRACE_L);
    do {
        struct gql_selection *selection = parse_selection(p, level);
        *tail = selection;
        tail = &selection->next;
    } while (!gql_parser_ends(p, GQL_TOKEN_BRACE_R));
    gql_parser_leave(p);
    return set;
}

static void parse_operation(struct gql_parser *p, struct gql_definition *operation)
{
    operation->kind = GQL_DEFINITION_OPERATION;
    operation->operation = gql_parse_operation_type(p);
    if (gql_parser_at(p, GQL_TOKEN_NAME))
        operation->name = gql_parse_name(p);
    operation->variables = parse_variable_definitions(p);
    operation->directives = gql_parse_directives(p, false);
    operation->selection_set = parse_selection_set(p, 1);
}

static void parse_shorthand(struct gql_parser *p, struct gql_definition *operation)
{
    if (operation->description)
        gql_parser_fail(
            p, operation->at,
            STR("Unexpected description, descriptions are not supported on shorthand queries."));
    operation->kind = GQL_DEFINITION_OPERATION;
    operation->operation = GQL_QUERY;
    operation->selection_set = parse_selection_set(p, 1);
}

static void parse_fragment_definition(struct gql_parser *p, struct gql_definition *fragment)
{
    fragment->kind = GQL_DEFINITION_FRAGMENT;
    gql_parser_expect_keyword(p, "fragment");
    fragment->name = parse_fragment_name(p);
    gql_parser_expect_keyword(p, "on");
    fragment->type_condition = gql_parse_name(p);
    fragment->directives = gql_parse_directives(p, false);
    fragment->selection_set =
        parse_selection_set(p, is_introspection(fragment->type_condition.text) ? 0 : 1);
}

static bool at_operation(const struct gql_parser *p)
{
    return gql_parser_at_keyword(p, "query") || gql_parser_at_keyword(p, "mutation") ||
           gql_parser_at_keyword(p, "subscription");
}

static struct gql_definition *parse_definition(struct gql_parser *p)
{
    struct gql_definition *definition = arena_new(p->arena, struct gql_definition);

    definition->at = p->token.at;
    definition->description = gql_parse_description(p);
    if (gql_parser_at(p, GQL_TOKEN_BRACE_L))
        parse_shorthand(p, definition);
    else if (at_operation(p))
        parse_operation(p, definition);
    else if (gql_parser_at_keyword(p, "fragment"))
        parse_fragment_definition(p, definition);
    else if (gql_parse_type_system_definition(p, definition))
        return definition;
    else if (definition->description && gql_parser_at(p, GQL_TOKEN_NAME))
        gql_parser_fail(
            p, definition->at,
            STR("Unexpected description, only GraphQL definitions support descriptions."));
    else if (gql_parser_skip_keyword(p, "extend"))
        gql_parse_type_system_extension(p, definition);
    else
        gql_parser_unexpected(p);
    return definition;
}

static const struct gql_definition *parse_definitions(struct gql_parser *p)
{
    const struct gql_definition *first = NULL;
    const struct gql_definition **tail = &first;

    do {
        struct gql_definition *definition = parse_definition(p);
        *tail = definition;
        tail = &definition->next;
    } while (!gql_parser_ends(p, GQL_TOKEN_EOF));
    return first;
}

const struct gql_document *gql_parse(struct arena *a, struct gql_source source,
                                     const struct gql_limits *limits, struct gql_errors *errors)
{
    struct gql_document *document = arena_new(a, struct gql_document);
    struct gql_parser p = {.arena = a, .errors = errors};

    if (source.body.n >= UINT32_MAX) {
        gql_error_add(errors, ST_TOO_LARGE, "%s", status_text(ST_TOO_LARGE));
        return NULL;
    }
    if (!source.body.p)
        source.body = STR("");
    if (limits)
        p.limits = *limits;
    p.lexer = (struct gql_lexer){.source = source, .arena = a, .errors = errors};
    p.token.kind = GQL_TOKEN_EOF; /* nothing has failed yet */
    gql_parser_advance(&p);
    document->source = source;
    document->definitions = parse_definitions(&p);
    document->tokens = p.tokens;
    return gql_parser_failed(&p) ? NULL : document;
}
