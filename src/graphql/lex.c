#include "graphql/lex.h"

#include <endian.h>

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
                      struct str text)
{
    const struct str parts[] = {STR("Syntax Error: "), text};
    struct gql_error *error = gql_error_add(errors, ST_PARSE_FAILED, "%s", "");

    error->message = arena_join(errors->arena, parts, array_size(parts));
    gql_error_at(errors, error, source, (uint32_t)at);
}

/* What a character may be part of. */
enum {
    NAME_START = 1,
    NAME_CONTINUE = 2,
    BLANK = 4, /* ignored between tokens, by itself */
};

static const unsigned char traits[256] = {
    ['a' ... 'z'] = NAME_START | NAME_CONTINUE,
    ['A' ... 'Z'] = NAME_START | NAME_CONTINUE,
    ['_'] = NAME_START | NAME_CONTINUE,
    ['0' ... '9'] = NAME_CONTINUE,
    [' '] = BLANK,
    ['\t'] = BLANK,
    [','] = BLANK,
    ['\n'] = BLANK,
    ['\r'] = BLANK,
};

/* The tokens that are one character; GQL_TOKEN_NONE for any other. */
static const unsigned char punctuators[256] = {
    ['!'] = GQL_TOKEN_BANG,      ['$'] = GQL_TOKEN_DOLLAR,  ['&'] = GQL_TOKEN_AMP,
    ['('] = GQL_TOKEN_PAREN_L,   [')'] = GQL_TOKEN_PAREN_R, [':'] = GQL_TOKEN_COLON,
    ['='] = GQL_TOKEN_EQUALS,    ['@'] = GQL_TOKEN_AT,      ['['] = GQL_TOKEN_BRACKET_L,
    [']'] = GQL_TOKEN_BRACKET_R, ['{'] = GQL_TOKEN_BRACE_L, ['|'] = GQL_TOKEN_PIPE,
    ['}'] = GQL_TOKEN_BRACE_R,
};

static bool is_name_start(unsigned char c)
{
    return traits[c] & NAME_START;
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
    gql_syntax_error(lexer->errors, &lexer->source, at, str_c(what));
    return false;
}

bool gql_lexer_fail_character(struct gql_lexer *lexer, size_t at, const char *what)
{
    struct str shown = print_character(lexer, at);

    gql_syntax_error(lexer->errors, &lexer->source, at,
                     arena_printf(lexer->arena, "%s: %.*s.", what, STR_ARG(shown)));
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

/* How many spaces stand at a place, eight at most: indentation is most of a document's blanks, and
 * its depth is what a loop's branch cannot foresee. */
static size_t count_spaces(const struct gql_lexer *lexer, size_t at)
{
    uint64_t eight;

    if (lexer->source.body.n - at < sizeof(eight))
        return 0;
    memcpy(&eight, lexer->source.body.p + at, sizeof(eight));
    eight = le64toh(eight) ^ UINT64_C(0x2020202020202020);
    return eight ? (size_t)__builtin_ctzll(eight) / 8 : sizeof(eight);
}

static void skip_ignored(struct gql_lexer *lexer)
{
    for (;;) {
        unsigned char c = lexer_peek(lexer, lexer->at);

        if (traits[c] & BLANK)
            lexer->at += 1 + count_spaces(lexer, lexer->at + 1);
        else if (c == '#')
            lexer->at = skip_comment(lexer, lexer->at);
        else if (c == 0xEF && is_mark(lexer, lexer->at))
            lexer->at += 3;
        else
            return;
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
    const unsigned char *body = (const unsigned char *)lexer->source.body.p;
    size_t at = lexer->at + 1;

    while (at < lexer->source.body.n && (traits[body[at]] & NAME_CONTINUE))
        at++;
    token->kind = GQL_TOKEN_NAME;
    token->value = str_of(body + lexer->at, at - lexer->at);
    lexer->at = at;
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
    unsigned char c;

    skip_ignored(lexer);
    c = lexer_peek(lexer, lexer->at);
    ret_token->at = (uint32_t)lexer->at;
    if (is_name_start(c)) {
        read_name(lexer, ret_token);
        return true;
    }
    ret_token->kind = (enum gql_token_kind)punctuators[c];
    ret_token->value = STR_NULL;
    if (ret_token->kind != GQL_TOKEN_NONE) {
        lexer->at++;
        return true;
    }
    if (lexer->at < lexer->source.body.n)
        return read_long(lexer, ret_token);
    ret_token->kind = GQL_TOKEN_EOF;
    return true;
}
