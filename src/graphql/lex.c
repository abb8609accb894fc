#include "graphql/lex.h"

enum {
    EXCERPT_MOST = 12, /* code points of an escape that a message repeats */
};

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

/* The byte at a place, 0 at the end. A NUL in the source is told from the end by the place. */
static unsigned char peek(const struct gql_lexer *lexer, size_t at)
{
    return at < lexer->source.body.n ? (unsigned char)lexer->source.body.p[at] : 0;
}

static bool looks_at(const struct gql_lexer *lexer, size_t at, struct str what)
{
    struct str body = lexer->source.body;

    return str_starts(str_of(body.p + at, body.n - at), what);
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* A line end's length: LF, CR and CRLF; 0 for anything else. */
static size_t line_end(struct str s, size_t at)
{
    if (s.p[at] == '\n')
        return 1;
    if (s.p[at] != '\r')
        return 0;
    return at + 1 < s.n && s.p[at + 1] == '\n' ? 2 : 1;
}

/* The length of the well-formed character at a place, 0 where it is none. */
static size_t character(const struct gql_lexer *lexer, size_t at)
{
    size_t next = at;

    if (peek(lexer, at) < 0x80)
        return 1;
    str_next_code_point(lexer->source.body, &next);
    /* What is malformed is told by its length: U+FFFD itself takes three bytes. */
    return next - at > 1 ? next - at : 0;
}

/* As messages show a character: `"x"`, `U+00E9`, `<EOF>`. */
static struct str print_character(const struct gql_lexer *lexer, size_t at)
{
    struct str body = lexer->source.body;
    unsigned char c = peek(lexer, at);

    if (at >= body.n)
        return STR("<EOF>");
    if (character(lexer, at) == 0)
        return arena_printf(lexer->arena, "byte 0x%02X", c);
    if (c == '"')
        return STR("'\"'");
    if (c >= 0x20 && c < 0x7F)
        return arena_printf(lexer->arena, "\"%c\"", c);
    return arena_printf(lexer->arena, "U+%04X", str_next_code_point(body, &at));
}

static bool fail_at(struct gql_lexer *lexer, size_t at, const char *what)
{
    gql_syntax_error(lexer->errors, &lexer->source, at, "%s", what);
    return false;
}

static bool fail_character(struct gql_lexer *lexer, size_t at, const char *what)
{
    struct str shown = print_character(lexer, at);

    gql_syntax_error(lexer->errors, &lexer->source, at, "%s: %.*s.", what, STR_ARG(shown));
    return false;
}

static bool is_mark(const struct gql_lexer *lexer, size_t at)
{
    return looks_at(lexer, at, STR("\xEF\xBB\xBF"));
}

/* Stops at the comment's line end, or at a malformed character. */
static size_t skip_comment(const struct gql_lexer *lexer, size_t at)
{
    struct str body = lexer->source.body;

    while (at < body.n && line_end(body, at) == 0) {
        size_t n = character(lexer, at);
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
    if (!is_digit(peek(lexer, *at)))
        return fail_character(lexer, *at, "Invalid number, expected digit but got");
    while (is_digit(peek(lexer, *at)))
        ++*at;
    return true;
}

static bool read_integer_part(struct gql_lexer *lexer, size_t *at)
{
    if (peek(lexer, *at) == '-')
        ++*at;
    if (peek(lexer, *at) != '0')
        return read_digits(lexer, at);
    ++*at;
    if (is_digit(peek(lexer, *at)))
        return fail_character(lexer, *at, "Invalid number, unexpected digit after 0");
    return true;
}

static bool read_exponent(struct gql_lexer *lexer, size_t *at)
{
    ++*at;
    if (peek(lexer, *at) == '+' || peek(lexer, *at) == '-')
        ++*at;
    return read_digits(lexer, at);
}

static bool read_number(struct gql_lexer *lexer, struct gql_token *token)
{
    size_t at = lexer->at;

    token->kind = GQL_TOKEN_INT;
    if (!read_integer_part(lexer, &at))
        return false;
    if (peek(lexer, at) == '.') {
        token->kind = GQL_TOKEN_FLOAT;
        at++;
        if (!read_digits(lexer, &at))
            return false;
    }
    if (peek(lexer, at) == 'e' || peek(lexer, at) == 'E') {
        token->kind = GQL_TOKEN_FLOAT;
        if (!read_exponent(lexer, &at))
            return false;
    }
    if (peek(lexer, at) == '.' || is_name_start(peek(lexer, at)))
        return fail_character(lexer, at, "Invalid number, expected digit but got");
    token->value = str_of(lexer->source.body.p + lexer->at, at - lexer->at);
    lexer->at = at;
    return true;
}

static void read_name(struct gql_lexer *lexer, struct gql_token *token)
{
    size_t at = lexer->at;

    while (is_name_start(peek(lexer, at)) || is_digit(peek(lexer, at)))
        at++;
    token->kind = GQL_TOKEN_NAME;
    token->value = str_of(lexer->source.body.p + lexer->at, at - lexer->at);
    lexer->at = at;
}

static int hex_digit(unsigned char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool fail_escape(struct gql_lexer *lexer, size_t at, const char *what, size_t most)
{
    struct str body = lexer->source.body;
    size_t end = at;

    for (size_t i = 0; i < most && end < body.n && line_end(body, end) == 0; i++)
        str_next_code_point(body, &end);
    gql_syntax_error(lexer->errors, &lexer->source, at, "Invalid %s escape sequence: \"%.*s\".",
                     what, (int)(end - at), body.p + at);
    return false;
}

/* Four digits at a place; UINT32_MAX when they are not. */
static uint32_t read_four_digits(const struct gql_lexer *lexer, size_t at)
{
    uint32_t value = 0;

    for (size_t i = 0; i < 4; i++) {
        int digit = hex_digit(peek(lexer, at + i));
        if (digit < 0)
            return UINT32_MAX;
        value = value << 4 | (uint32_t)digit;
    }
    return value;
}

static bool is_leading_surrogate(uint32_t c)
{
    return c >= 0xD800 && c <= 0xDBFF;
}

static bool is_trailing_surrogate(uint32_t c)
{
    return c >= 0xDC00 && c <= 0xDFFF;
}

static bool is_scalar_value(uint32_t c)
{
    return c <= 0x10FFFF && !is_leading_surrogate(c) && !is_trailing_surrogate(c);
}

/* \u{…}: as many digits as anybody likes, up to a Unicode scalar value. */
static bool read_braced_escape(struct gql_lexer *lexer, size_t *at, uint32_t *ret_c)
{
    size_t i = *at + 3;
    uint32_t value = 0;

    while (hex_digit(peek(lexer, i)) >= 0 && value <= 0x10FFFF)
        value = value << 4 | (uint32_t)hex_digit(peek(lexer, i++));
    if (i == *at + 3 || peek(lexer, i) != '}' || !is_scalar_value(value)) {
        size_t shown = i + 1 - *at;
        return fail_escape(lexer, *at, "Unicode", shown < EXCERPT_MOST ? shown : EXCERPT_MOST);
    }
    *at = i + 1;
    *ret_c = value;
    return true;
}

/* \uXXXX, or two of them that make a surrogate pair. */
static bool read_unicode_escape(struct gql_lexer *lexer, size_t *at, uint32_t *ret_c)
{
    uint32_t c = read_four_digits(lexer, *at + 2);
    uint32_t trailing;

    if (is_scalar_value(c)) {
        *at += 6;
        *ret_c = c;
        return true;
    }
    if (!is_leading_surrogate(c) || peek(lexer, *at + 6) != '\\' || peek(lexer, *at + 7) != 'u')
        return fail_escape(lexer, *at, "Unicode", 6);
    trailing = read_four_digits(lexer, *at + 8);
    if (!is_trailing_surrogate(trailing))
        return fail_escape(lexer, *at, "Unicode", 6);
    *at += 12;
    *ret_c = 0x10000 + ((c - 0xD800) << 10) + (trailing - 0xDC00);
    return true;
}

static int simple_escape(unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return -1;
    }
}

/* The character that the escape at *at stands for; *at moves behind it. */
static bool read_escape(struct gql_lexer *lexer, size_t *at, uint32_t *ret_c)
{
    unsigned char c = peek(lexer, *at + 1);

    if (c == 'u')
        return peek(lexer, *at + 2) == '{' ? read_braced_escape(lexer, at, ret_c)
                                           : read_unicode_escape(lexer, at, ret_c);
    if (simple_escape(c) < 0)
        return fail_escape(lexer, *at, "character", 2);
    *at += 2;
    *ret_c = (uint32_t)simple_escape(c);
    return true;
}

/* Finds the closing quote; false at a line end, the end, or what is no character. */
static bool find_string_end(struct gql_lexer *lexer, size_t from, size_t *ret_end,
                            bool *ret_escapes)
{
    struct str body = lexer->source.body;
    bool escapes = false;
    size_t at = from;

    while (at < body.n && body.p[at] != '"' && line_end(body, at) == 0) {
        size_t n = character(lexer, at);
        if (n == 0)
            return fail_character(lexer, at, "Invalid character within String");
        if (body.p[at] == '\\') {
            uint32_t ignored;
            escapes = true;
            if (!read_escape(lexer, &at, &ignored))
                return false;
        } else {
            at += n;
        }
    }
    if (at >= body.n || body.p[at] != '"')
        return fail_at(lexer, at, "Unterminated string.");
    *ret_end = at;
    *ret_escapes = escapes;
    return true;
}

/* No escape is shorter than what it stands for, so the raw length is room enough. */
static struct str unescape(struct gql_lexer *lexer, size_t from, size_t end)
{
    char *out = arena_alloc(lexer->arena, end - from);
    size_t n = 0;

    while (from < end) {
        uint32_t c;
        if (lexer->source.body.p[from] != '\\')
            out[n++] = lexer->source.body.p[from++];
        else if (read_escape(lexer, &from, &c))
            n += str_put_code_point(c, out + n);
    }
    return str_of(out, n);
}

static bool read_string(struct gql_lexer *lexer, struct gql_token *token)
{
    size_t from = lexer->at + 1;
    size_t end;
    bool escapes;

    if (!find_string_end(lexer, from, &end, &escapes))
        return false;
    token->kind = GQL_TOKEN_STRING;
    token->value =
        escapes ? unescape(lexer, from, end) : str_of(lexer->source.body.p + from, end - from);
    lexer->at = end + 1;
    return true;
}

/* One line of the rest, without its end; false when there is none left. */
static bool take_line(struct str *rest, struct str *ret_line)
{
    size_t i = 0;

    if (!rest->p)
        return false;
    while (i < rest->n && line_end(*rest, i) == 0)
        i++;
    *ret_line = str_of(rest->p, i);
    if (i == rest->n) {
        *rest = STR_NULL;
    } else {
        i += line_end(*rest, i);
        *rest = str_of(rest->p + i, rest->n - i);
    }
    return true;
}

static size_t indent_of(struct str line)
{
    size_t n = 0;

    while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
        n++;
    return n;
}

struct block {
    size_t indent;     /* common to all lines that hold something, but for the first line */
    size_t first, end; /* lines that hold something lie in between */
};

static struct block measure_block(struct str raw)
{
    struct block block = {.indent = SIZE_MAX};
    struct str line;

    for (size_t i = 0; take_line(&raw, &line); i++) {
        size_t indent = indent_of(line);
        if (indent == line.n)
            continue;
        if (block.end == 0)
            block.first = i;
        block.end = i + 1;
        if (i > 0 && indent < block.indent)
            block.indent = indent;
    }
    return block;
}

/* Writes the line with \""" as """, returns the number of bytes. */
static size_t copy_block_line(struct str line, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < line.n; i++)
        if (!str_starts(str_of(line.p + i, line.n - i), STR("\\\"\"\"")))
            out[n++] = line.p[i];
    return n;
}

struct str gql_block_string_value(struct arena *a, struct str raw)
{
    struct block block = measure_block(raw);
    char *out = arena_alloc(a, raw.n);
    struct str line;
    size_t n = 0;

    for (size_t i = 0; i < block.end && take_line(&raw, &line); i++) {
        size_t cut = i == 0 ? 0 : block.indent;
        if (i < block.first)
            continue;
        if (i > block.first)
            out[n++] = '\n';
        if (cut < line.n)
            n += copy_block_line(str_of(line.p + cut, line.n - cut), out + n);
    }
    return str_of(out, n);
}

static bool read_block_string(struct gql_lexer *lexer, struct gql_token *token)
{
    struct str body = lexer->source.body;
    size_t from = lexer->at + 3;
    size_t at = from;

    while (at < body.n && !looks_at(lexer, at, STR("\"\"\""))) {
        size_t n = looks_at(lexer, at, STR("\\\"\"\"")) ? 4 : character(lexer, at);
        if (n == 0)
            return fail_character(lexer, at, "Invalid character within String");
        at += n;
    }
    if (at >= body.n)
        return fail_at(lexer, body.n, "Unterminated string.");
    token->kind = GQL_TOKEN_BLOCK_STRING;
    token->value = gql_block_string_value(lexer->arena, str_of(body.p + from, at - from));
    lexer->at = at + 3;
    return true;
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
    if (character(lexer, lexer->at) == 0)
        return fail_character(lexer, lexer->at, "Invalid character");
    if (peek(lexer, lexer->at) == '\'')
        return fail_at(lexer, lexer->at,
                       "Unexpected single quote character ('), "
                       "did you mean to use a double quote (\")?");
    return fail_character(lexer, lexer->at, "Unexpected character");
}

/* A token of several characters. */
static bool read_long(struct gql_lexer *lexer, struct gql_token *token)
{
    unsigned char c = peek(lexer, lexer->at);

    if (is_digit(c) || c == '-')
        return read_number(lexer, token);
    if (c == '"' && looks_at(lexer, lexer->at, STR("\"\"\"")))
        return read_block_string(lexer, token);
    if (c == '"')
        return read_string(lexer, token);
    if (!looks_at(lexer, lexer->at, STR("...")))
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
    c = peek(lexer, lexer->at);
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
