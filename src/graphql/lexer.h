#pragma once

/*
 * What the files of the lexer share: looking at the source, and failing. For lex*.c alone;
 * everybody else calls gql_lex().
 */

#include "graphql/lex.h"

/* The byte at a place, 0 at the end. A NUL in the source is told from the end by the place. */
static inline unsigned char lexer_peek(const struct gql_lexer *lexer, size_t at)
{
    return at < lexer->source.body.n ? (unsigned char)lexer->source.body.p[at] : 0;
}

static inline bool lexer_looks_at(const struct gql_lexer *lexer, size_t at, struct str what)
{
    struct str body = lexer->source.body;

    return str_starts(str_of(body.p + at, body.n - at), what);
}

static inline bool lexer_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* A line end's length: LF, CR and CRLF; 0 for anything else. */
static inline size_t lexer_line_end(struct str s, size_t at)
{
    if (s.p[at] == '\n')
        return 1;
    if (s.p[at] != '\r')
        return 0;
    return at + 1 < s.n && s.p[at + 1] == '\n' ? 2 : 1;
}

/* The length of the well-formed character at a place, 0 where it is none. */
static inline size_t lexer_character(const struct gql_lexer *lexer, size_t at)
{
    size_t next = at;

    if (lexer_peek(lexer, at) < 0x80)
        return 1;
    str_next_code_point(lexer->source.body, &next);
    /* What is malformed is told by its length: U+FFFD itself takes three bytes. */
    return next - at > 1 ? next - at : 0;
}

/* Both add an error and return false; the second shows the character: `what: "x".` */
bool gql_lexer_fail(struct gql_lexer *lexer, size_t at, const char *what);
bool gql_lexer_fail_character(struct gql_lexer *lexer, size_t at, const char *what);

/* At the opening quotes (lex_string.c). */
must_use bool gql_lexer_read_string(struct gql_lexer *lexer, struct gql_token *token);
must_use bool gql_lexer_read_block_string(struct gql_lexer *lexer, struct gql_token *token);
