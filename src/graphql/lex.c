#include "graphql/lex.h"

#include "graphql/lexer.h"

const char *gql_token_kind_name(enum gql_token_kind kind)
{
    switch (kind) {
    case GQL_TOKEN_NONE:
        return "nothing";
    case GQL_TOKEN_EOF:
        return "<EOF>";
    case GQL_TOKEN_BANG:
        return "\"!\"";
    case GQL_TOKEN_DOLLAR:
        return "\"$\"";
    case GQL_TOKEN_AMP:
        return "\"&\"";
    case GQL_TOKEN_PAREN_L:
        return "\"(\"";
    case GQL_TOKEN_PAREN_R:
        return "\")\"";
    case GQL_TOKEN_SPREAD:
        return "\"...\"";
    case GQL_TOKEN_COLON:
        return "\":\"";
    case GQL_TOKEN_EQUALS:
        return "\"=\"";
    case GQL_TOKEN_AT:
        return "\"@\"";
    case GQL_TOKEN_BRACKET_L:
        return "\"[\"";
    case GQL_TOKEN_BRACKET_R:
        return "\"]\"";
    case GQL_TOKEN_BRACE_L:
        return "\"{\"";
    case GQL_TOKEN_PIPE:
        return "\"|\"";
    case GQL_TOKEN_BRACE_R:
        return "\"}\"";
    case GQL_TOKEN_NAME:
        return "Name";
    case GQL_TOKEN_INT:
        return "Int";
    case GQL_TOKEN_FLOAT:
        return "Float";
    case GQL_TOKEN_STRING:
        return "String";
    case GQL_TOKEN_BLOCK_STRING:
        return "BlockString";
    }
    return "nothing";
}

void gql_syntax_error(struct gql_errors *errors, const struct gql_source *source, size_t at,
                      const char *format, ...)
{
    struct gql_error *error;
    struct str text;
    va_list args;

    va_start(args, format);
    text = arena_vprintf(errors->arena, format, args);
    va_end(args);
    error = gql_error_add(errors, ST_PARSE_FAILED, "Syntax Error: %.*s", STR_ARG(text));
    gql_error_at(errors, error, source, (uint32_t)at);
}

static bool is_name_start(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* As messages show a character: `"x"`, `U+00E9`, `<EOF>`. */
static struct str print_character(const struct gql_lexer *lexer, size_t at)
{
    struct str body = lexer->source.body;
    unsigned char c = lexer_peek(lexer, at);

    if (at >= body.n)
        return STR("<EOF>");
    if (lexer_character(lexer, at) == 0)
        return arena_printf(lexer->arena, "byte 0x%02X", c);
    if (c == '"')
        return STR("'\"'");
    if (c >= 0x20 && c < 0x7F)
        return arena_printf(lexer->arena, "\"%c\"", c);
    return arena_printf(lexer->arena, "U+%04X", str_next_code_point(body, &at));
}

bool gql_lexer_fail(struct gql_lexer *lexer, size_t at, const char *what)
{
    gql_syntax_error(lexer->errors, &lexer->source, at, "%s", what);
    return false;
}

bool gql_lexer_fail_character(struct gql_lexer *lexer, size_t at, const char *what)
{
    struct str shown = print_character(lexer, at);

    gql_syntax_error(lexer->errors, &lexer->source, at, "%s: %.*s.", what, STR_ARG(shown));
    return false;
}

static bool is_mark(const struct gql_lexer *lexer, size_t at)
{
    return lexer_looks_at(lexer, at, STR("\xEF\xBB\xBF"));
}

/* Stops at the comment's line end, or at a malformed character. */
static size_t skip_comment(const struct gql_lexer *lexer, size_t at)
{
    struct str body = lexer->source.body;

    while (at < body.n && lexer_line_end(body, at) == 0) {
        size_t n = lexer_character(lexer, at);
        if (n == 0)
            return at;
        at += n;
    }
    return at;
}

static void skip_ignored(struct gql_lexer *lexer)
{
    while (lexer->at < lexer->source.body.n) {
        switch (lexer->source.body.p[lexer->at]) {
        case ' ':
        case '\t':
        case ',':
        case '\n':
        case '\r':
            lexer->at++;
            break;
        case '#':
            lexer->at = skip_comment(lexer, lexer->at);
            break;
        case '\xEF':
            if (!is_mark(lexer, lexer->at))
                return;
            lexer->at += 3;
            break;
        default:
            return;
        }
    }
}

static bool read_digits(struct gql_lexer *lexer, size_t *at)
{
    if (!lexer_is_digit(lexer_peek(lexer, *at)))
        return gql_lexer_fail_character(lexer, *at, "Invalid number, expected digit but got");
    while (lexer_is_digit(lexer_peek(lexer, *at)))
        ++*at;
    return true;
}

static bool read_integer_part(struct gql_lexer *lexer, size_t *at)
{
    if (lexer_peek(lexer, *at) == '-')
        ++*at;
    if (lexer_peek(lexer, *at) != '0')
        return read_digits(lexer, at);
    ++*at;
    if (lexer_is_digit(lexer_peek(lexer, *at)))
        return gql_lexer_fail_character(lexer, *at, "Invalid number, unexpected digit after 0");
    return true;
}

static bool read_exponent(struct gql_lexer *lexer, size_t *at)
{
    ++*at;
    if (lexer_peek(lexer, *at) == '+' || lexer_peek(lexer, *at) == '-')
        ++*at;
    return read_digits(lexer, at);
}

static bool read_number(struct gql_lexer *lexer, struct gql_token *token)
{
    size_t at = lexer->at;

    token->kind = GQL_TOKEN_INT;
    if (!read_integer_part(lexer, &at))
        return false;
    if (lexer_peek(lexer, at) == '.') {
        token->kind = GQL_TOKEN_FLOAT;
        at++;
        if (!read_digits(lexer, &at))
            return false;
    }
    if (lexer_peek(lexer, at) == 'e' || lexer_peek(lexer, at) == 'E') {
        token->kind = GQL_TOKEN_FLOAT;
        if (!read_exponent(lexer, &at))
            return false;
    }
    if (lexer_peek(lexer, at) == '.' || is_name_start(lexer_peek(lexer, at)))
        return gql_lexer_fail_character(lexer, at, "Invalid number, expected digit but got");
    token->value = str_of(lexer->source.body.p + lexer->at, at - lexer->at);
    lexer->at = at;
    return true;
}

static void read_name(struct gql_lexer *lexer, struct gql_token *token)
{
    size_t at = lexer->at;

    while (is_name_start(lexer_peek(lexer, at)) || lexer_is_digit(lexer_peek(lexer, at)))
        at++;
    token->kind = GQL_TOKEN_NAME;
    token->value = str_of(lexer->source.body.p + lexer->at, at - lexer->at);
    lexer->at = at;
}

static enum gql_token_kind punctuator(unsigned char c)
{
    switch (c) {
    case '!':
        return GQL_TOKEN_BANG;
    case '$':
        return GQL_TOKEN_DOLLAR;
    case '&':
        return GQL_TOKEN_AMP;
    case '(':
        return GQL_TOKEN_PAREN_L;
    case ')':
        return GQL_TOKEN_PAREN_R;
    case ':':
        return GQL_TOKEN_COLON;
    case '=':
        return GQL_TOKEN_EQUALS;
    case '@':
        return GQL_TOKEN_AT;
    case '[':
        return GQL_TOKEN_BRACKET_L;
    case ']':
        return GQL_TOKEN_BRACKET_R;
    case '{':
        return GQL_TOKEN_BRACE_L;
    case '|':
        return GQL_TOKEN_PIPE;
    case '}':
        return GQL_TOKEN_BRACE_R;
    default:
        return GQL_TOKEN_NONE;
    }
}

static bool fail_unexpected(struct gql_lexer *lexer)
{
    if (lexer_character(lexer, lexer->at) == 0)
        return gql_lexer_fail_character(lexer, lexer->at, "Invalid character");
    if (lexer_peek(lexer, lexer->at) == '\'')
        return gql_lexer_fail(lexer, lexer->at,
                              "Unexpected single quote character ('), "
                              "did you mean to use a double quote (\")?");
    return gql_lexer_fail_character(lexer, lexer->at, "Unexpected character");
}

/* A token of several characters. */
static bool read_long(struct gql_lexer *lexer, struct gql_token *token)
{
    unsigned char c = lexer_peek(lexer, lexer->at);

    if (lexer_is_digit(c) || c == '-')
        return read_number(lexer, token);
    if (c == '"' && lexer_looks_at(lexer, lexer->at, STR("\"\"\"")))
        return gql_lexer_read_block_string(lexer, token);
    if (c == '"')
        return gql_lexer_read_string(lexer, token);
    if (!lexer_looks_at(lexer, lexer->at, STR("...")))
        return fail_unexpected(lexer);
    token->kind = GQL_TOKEN_SPREAD;
    lexer->at += 3;
    return true;
}

bool gql_lex(struct gql_lexer *lexer, struct gql_token *ret_token)
{
    struct gql_token token = {.kind = GQL_TOKEN_EOF};
    unsigned char c;

    skip_ignored(lexer);
    token.at = (uint32_t)lexer->at;
    c = lexer_peek(lexer, lexer->at);
    if (is_name_start(c)) {
        read_name(lexer, &token);
    } else if (punctuator(c) != GQL_TOKEN_NONE) {
        token.kind = punctuator(c);
        lexer->at++;
    } else if (lexer->at < lexer->source.body.n && !read_long(lexer, &token)) {
        return false;
    }
    *ret_token = token;
    return true;
}
