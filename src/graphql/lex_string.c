/* Strings and block strings (specification, section 2.10.4). */

#include "base/hex.h"
#include "graphql/lexer.h"

enum {
    EXCERPT_MOST = 12, /* code points of an escape that a message repeats */
};

static bool fail_escape(struct gql_lexer *lexer, size_t at, const char *what, size_t most)
{
    struct str body = lexer->source.body;
    struct str parts[] = {STR("Invalid "), str_c(what), STR(" escape sequence: \""), STR_NULL,
                          STR("\".")};
    size_t end = at;

    for (size_t i = 0; i < most && end < body.n; i++)
        str_next_code_point(body, &end);
    parts[3] = str_of(body.p + at, end - at);
    gql_syntax_error(lexer->errors, &lexer->source, at,
                     arena_join(lexer->arena, parts, array_size(parts)));
    return false;
}

/* Four digits at a place; UINT32_MAX when they are not. */
static uint32_t read_four_digits(const struct gql_lexer *lexer, size_t at)
{
    uint32_t value = 0;

    for (size_t i = 0; i < 4; i++) {
        int digit = hex_digit(lexer_peek(lexer, at + i));
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

/* How much of \u{… graphql-js reads before it refuses it: to the brace, to what is no digit, or to
 * the digit that makes its number of 32 bits negative. */
static size_t measure_refused_escape(const struct gql_lexer *lexer, size_t at)
{
    uint32_t value = 0;
    size_t n = 3;

    while (n < EXCERPT_MOST && value <= INT32_MAX)
        value = value << 4 | (uint32_t)hex_digit(lexer_peek(lexer, at + n++));
    return n;
}

/* \u{…}: as many digits as anybody likes, up to a Unicode scalar value. */
static bool read_braced_escape(struct gql_lexer *lexer, size_t *at, uint32_t *ret_c)
{
    size_t i = *at + 3;
    uint32_t value = 0;

    while (hex_digit(lexer_peek(lexer, i)) >= 0 && value <= 0x10FFFF)
        value = value << 4 | (uint32_t)hex_digit(lexer_peek(lexer, i++));
    if (i == *at + 3 || lexer_peek(lexer, i) != '}' || !is_scalar_value(value))
        return fail_escape(lexer, *at, "Unicode", measure_refused_escape(lexer, *at));
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
    if (!is_leading_surrogate(c) || lexer_peek(lexer, *at + 6) != '\\' ||
        lexer_peek(lexer, *at + 7) != 'u')
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
    unsigned char c = lexer_peek(lexer, *at + 1);

    if (c == 'u')
        return lexer_peek(lexer, *at + 2) == '{' ? read_braced_escape(lexer, at, ret_c)
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

    while (at < body.n && body.p[at] != '"' && lexer_line_end(body, at) == 0) {
        size_t n = lexer_character(lexer, at);
        if (n == 0)
            return gql_lexer_fail_character(lexer, at, "Invalid character within String");
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
        return gql_lexer_fail(lexer, at, "Unterminated string.");
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
        uint32_t c = 0;
        if (lexer->source.body.p[from] != '\\')
            out[n++] = lexer->source.body.p[from++];
        else if (read_escape(lexer, &from, &c))
            n += str_put_code_point(c, out + n);
    }
    return str_of(out, n);
}

bool gql_lexer_read_string(struct gql_lexer *lexer, struct gql_token *token)
{
    size_t from = lexer->at + 1;
    bool escapes = false;
    size_t end = from;

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
    while (i < rest->n && lexer_line_end(*rest, i) == 0)
        i++;
    *ret_line = str_of(rest->p, i);
    if (i == rest->n) {
        *rest = STR_NULL;
    } else {
        i += lexer_line_end(*rest, i);
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

bool gql_lexer_read_block_string(struct gql_lexer *lexer, struct gql_token *token)
{
    struct str body = lexer->source.body;
    size_t from = lexer->at + 3;
    size_t at = from;

    while (at < body.n && !lexer_looks_at(lexer, at, STR("\"\"\""))) {
        size_t n = lexer_looks_at(lexer, at, STR("\\\"\"\"")) ? 4 : lexer_character(lexer, at);
        if (n == 0)
            return gql_lexer_fail_character(lexer, at, "Invalid character within String");
        at += n;
    }
    if (at >= body.n)
        return gql_lexer_fail(lexer, body.n, "Unterminated string.");
    token->kind = GQL_TOKEN_BLOCK_STRING;
    token->value = gql_block_string_value(lexer->arena, str_of(body.p + from, at - from));
    lexer->at = at + 3;
    return true;
}
