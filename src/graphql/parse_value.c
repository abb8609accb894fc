/* What documents of both kinds are made of: names, values, arguments, directives, types. */

#include "graphql/parser.h"

static struct gql_literal *new_literal(struct gql_parser *p, enum gql_literal_kind kind)
{
    struct gql_literal *literal = arena_new(p->arena, struct gql_literal);

    literal->kind = kind;
    literal->at = p->token.at;
    literal->text = p->token.value;
    return literal;
}

/* A literal that is one token. */
static struct gql_literal *parse_scalar(struct gql_parser *p, enum gql_literal_kind kind)
{
    struct gql_literal *literal = new_literal(p, kind);

    literal->block = gql_parser_at(p, GQL_TOKEN_BLOCK_STRING);
    gql_parser_advance(p);
    return literal;
}

struct gql_literal *gql_parse_description(struct gql_parser *p)
{
    if (!gql_parser_at(p, GQL_TOKEN_STRING) && !gql_parser_at(p, GQL_TOKEN_BLOCK_STRING))
        return NULL;
    return parse_scalar(p, GQL_LITERAL_STRING);
}

static struct gql_literal *parse_variable(struct gql_parser *p)
{
    struct gql_literal *variable = new_literal(p, GQL_LITERAL_VARIABLE);

    gql_parser_expect(p, GQL_TOKEN_DOLLAR);
    variable->text = gql_parse_name(p).text;
    return variable;
}

static struct gql_literal *refuse_variable(struct gql_parser *p)
{
    struct gql_token dollar = p->token;

    gql_parser_advance(p);
    if (gql_parser_at(p, GQL_TOKEN_NAME)) {
        gql_parser_fail(p, dollar.at,
                        arena_printf(p->arena, "Unexpected variable \"$%.*s\" in constant value.",
                                     STR_ARG(p->token.value)));
    } else {
        gql_parser_fail(p, dollar.at, STR("Unexpected \"$\"."));
    }
    return NULL;
}

static enum gql_literal_kind kind_of_name(struct str name)
{
    if (str_eq_c(name, "true") || str_eq_c(name, "false"))
        return GQL_LITERAL_BOOLEAN;
    return str_eq_c(name, "null") ? GQL_LITERAL_NULL : GQL_LITERAL_ENUM;
}

static struct gql_literal *parse_value(struct gql_parser *p, bool is_const);

/* NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
static struct gql_literal *parse_list(struct gql_parser *p, bool is_const)
{
    struct gql_literal *list = new_literal(p, GQL_LITERAL_LIST);
    const struct gql_literal **tail = &list->items;

    gql_parser_expect(p, GQL_TOKEN_BRACKET_L);
    while (!gql_parser_ends(p, GQL_TOKEN_BRACKET_R)) {
        struct gql_literal *item = parse_value(p, is_const);
        if (!item)
            break;
        *tail = item;
        tail = &item->next;
    }
    return list;
}

/* NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
static struct gql_literal *parse_object(struct gql_parser *p, bool is_const)
{
    struct gql_literal *object = new_literal(p, GQL_LITERAL_OBJECT);
    const struct gql_literal **tail = &object->items;

    gql_parser_expect(p, GQL_TOKEN_BRACE_L);
    while (!gql_parser_ends(p, GQL_TOKEN_BRACE_R)) {
        struct gql_name key = gql_parse_name(p);
        struct gql_literal *field;
        gql_parser_expect(p, GQL_TOKEN_COLON);
        field = parse_value(p, is_const);
        if (!field)
            break;
        field->key = key;
        *tail = field;
        tail = &field->next;
    }
    return object;
}

/* NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
static struct gql_literal *parse_nested(struct gql_parser *p, bool is_const)
{
    struct gql_literal *literal;

    if (!gql_parser_enter(p))
        return NULL;
    literal =
        gql_parser_at(p, GQL_TOKEN_BRACKET_L) ? parse_list(p, is_const) : parse_object(p, is_const);
    gql_parser_leave(p);
    return literal;
}

/* NULL once the parser has failed.
 * NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
static struct gql_literal *parse_value(struct gql_parser *p, bool is_const)
{
    switch ((int)p->token.kind) {
    case GQL_TOKEN_BRACKET_L:
    case GQL_TOKEN_BRACE_L:
        return parse_nested(p, is_const);
    case GQL_TOKEN_INT:
        return parse_scalar(p, GQL_LITERAL_INT);
    case GQL_TOKEN_FLOAT:
        return parse_scalar(p, GQL_LITERAL_FLOAT);
    case GQL_TOKEN_STRING:
    case GQL_TOKEN_BLOCK_STRING:
        return parse_scalar(p, GQL_LITERAL_STRING);
    case GQL_TOKEN_NAME:
        return parse_scalar(p, kind_of_name(p->token.value));
    case GQL_TOKEN_DOLLAR:
        return is_const ? refuse_variable(p) : parse_variable(p);
    default:
        gql_parser_unexpected(p);
        return NULL;
    }
}

const struct gql_literal *gql_parse_value(struct gql_parser *p, bool is_const)
{
    return parse_value(p, is_const);
}

static struct gql_argument *parse_argument(struct gql_parser *p, bool is_const)
{
    struct gql_argument *argument = arena_new(p->arena, struct gql_argument);

    argument->name = gql_parse_name(p);
    gql_parser_expect(p, GQL_TOKEN_COLON);
    argument->value = parse_value(p, is_const);
    return argument;
}

const struct gql_argument *gql_parse_arguments(struct gql_parser *p, bool is_const)
{
    const struct gql_argument *first = NULL;
    const struct gql_argument **tail = &first;

    if (!gql_parser_skip(p, GQL_TOKEN_PAREN_L))
        return NULL;
    do {
        struct gql_argument *argument = parse_argument(p, is_const);
        *tail = argument;
        tail = &argument->next;
    } while (!gql_parser_ends(p, GQL_TOKEN_PAREN_R));
    return first;
}

const struct gql_directive *gql_parse_directives(struct gql_parser *p, bool is_const)
{
    const struct gql_directive *first = NULL;
    const struct gql_directive **tail = &first;

    while (gql_parser_at(p, GQL_TOKEN_AT)) {
        struct gql_directive *directive = arena_new(p->arena, struct gql_directive);
        directive->at = p->token.at;
        gql_parser_advance(p);
        directive->name = gql_parse_name(p);
        directive->arguments = gql_parse_arguments(p, is_const);
        *tail = directive;
        tail = &directive->next;
    }
    return first;
}

static struct gql_type_node *new_type(struct gql_parser *p, enum gql_type_node_kind kind,
                                      uint32_t at)
{
    struct gql_type_node *node = arena_new(p->arena, struct gql_type_node);

    node->kind = kind;
    node->at = at;
    return node;
}

/* NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
static struct gql_type_node *parse_list_type(struct gql_parser *p)
{
    struct gql_type_node *list = new_type(p, GQL_NODE_LIST_TYPE, p->token.at);

    if (!gql_parser_enter(p))
        return NULL;
    gql_parser_expect(p, GQL_TOKEN_BRACKET_L);
    list->of = gql_parse_type(p);
    gql_parser_expect(p, GQL_TOKEN_BRACKET_R);
    gql_parser_leave(p);
    return list;
}

static struct gql_type_node *parse_named_type(struct gql_parser *p)
{
    struct gql_type_node *named = new_type(p, GQL_NODE_NAMED_TYPE, p->token.at);

    named->name = gql_parse_name(p).text;
    return named;
}

/* NOLINTNEXTLINE(misc-no-recursion): gql_parser_enter() bounds it. */
const struct gql_type_node *gql_parse_type(struct gql_parser *p)
{
    uint32_t at = p->token.at;
    struct gql_type_node *type =
        gql_parser_at(p, GQL_TOKEN_BRACKET_L) ? parse_list_type(p) : parse_named_type(p);
    struct gql_type_node *non_null;

    if (!gql_parser_skip(p, GQL_TOKEN_BANG))
        return type;
    non_null = new_type(p, GQL_NODE_NON_NULL_TYPE, at);
    non_null->of = type;
    return non_null;
}

enum gql_operation_type gql_parse_operation_type(struct gql_parser *p)
{
    for (int type = GQL_QUERY; type <= GQL_SUBSCRIPTION; type++)
        if (gql_parser_skip_keyword(p, gql_operation_type_name((enum gql_operation_type)type)))
            return (enum gql_operation_type)type;
    /* What is no name at all is told by what was expected, as graphql-js does. */
    if (gql_parser_at(p, GQL_TOKEN_NAME))
        gql_parser_unexpected(p);
    else
        gql_parser_expect(p, GQL_TOKEN_NAME);
    return GQL_QUERY;
}
