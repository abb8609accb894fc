#include "graphql/parser.h"

static void give_up(struct gql_parser *p)
{
    p->token = (struct gql_token){.kind = GQL_TOKEN_NONE};
}

bool gql_parser_at_keyword(const struct gql_parser *p, const char *keyword)
{
    return p->token.kind == GQL_TOKEN_NAME && str_eq_c(p->token.value, keyword);
}

struct str gql_parser_describe(const struct gql_parser *p)
{
    const struct str kind = str_c(gql_token_kind_name(p->token.kind));
    const struct str parts[] = {kind, STR(" \""), p->token.value, STR("\"")};

    if (!p->token.value.p)
        return kind;
    return arena_join(p->arena, parts, array_size(parts));
}

void gql_parser_fail(struct gql_parser *p, uint32_t at, struct str text)
{
    if (gql_parser_failed(p))
        return;
    gql_syntax_error(p->errors, &p->lexer.source, at, text);
    give_up(p);
}

void gql_parser_too_complex(struct gql_parser *p, uint32_t at, const char *limit,
                            const char *format, ...)
{
    struct gql_error *error;
    struct str text;
    va_list args;

    if (gql_parser_failed(p))
        return;
    va_start(args, format);
    text = arena_vprintf(p->arena, format, args);
    va_end(args);
    error = gql_error_add(p->errors, ST_TOO_COMPLEX, "%.*s", STR_ARG(text));
    error->extensions = arena_printf(p->errors->arena, "\"limit\":\"%s\"", limit);
    gql_error_at(p->errors, error, &p->lexer.source, at);
    give_up(p);
}

void gql_parser_unexpected(struct gql_parser *p)
{
    const struct str parts[] = {STR("Unexpected "), gql_parser_describe(p), STR(".")};

    gql_parser_fail(p, p->token.at, arena_join(p->arena, parts, array_size(parts)));
}

void gql_parser_advance(struct gql_parser *p)
{
    if (gql_parser_failed(p))
        return;
    if (!gql_lex(&p->lexer, &p->token)) {
        give_up(p);
        return;
    }
    if (p->token.kind == GQL_TOKEN_EOF)
        return;
    p->tokens++;
    if (p->limits.tokens && p->tokens > p->limits.tokens)
        gql_parser_too_complex(
            p, p->token.at, "tokens",
            "Syntax Error: Document contains more that %zu tokens. Parsing aborted.",
            p->limits.tokens);
}

bool gql_parser_skip_keyword(struct gql_parser *p, const char *keyword)
{
    if (!gql_parser_at_keyword(p, keyword))
        return false;
    gql_parser_advance(p);
    return true;
}

static void fail_expected(struct gql_parser *p, struct str wanted)
{
    const struct str parts[] = {STR("Expected "), wanted, STR(", found "), gql_parser_describe(p),
                                STR(".")};

    gql_parser_fail(p, p->token.at, arena_join(p->arena, parts, array_size(parts)));
}

void gql_parser_expected(struct gql_parser *p, enum gql_token_kind kind)
{
    fail_expected(p, str_c(gql_token_kind_name(kind)));
}

void gql_parser_expect_keyword(struct gql_parser *p, const char *keyword)
{
    if (!gql_parser_skip_keyword(p, keyword))
        fail_expected(p, arena_printf(p->arena, "\"%s\"", keyword));
}

bool gql_parser_enter(struct gql_parser *p)
{
    if (p->depth == GQL_DEPTH_MOST)
        gql_parser_too_complex(p, p->token.at, "nesting",
                               "Document is nested deeper than %d levels. Parsing aborted.",
                               GQL_DEPTH_MOST);
    if (gql_parser_failed(p))
        return false;
    p->depth++;
    return true;
}

void gql_parser_leave(struct gql_parser *p)
{
    p->depth--;
}
