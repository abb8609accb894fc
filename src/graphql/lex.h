#pragma once

/*
 * Tokens of a GraphQL document (specification, section 2.1).
 *
 * What a document may hold between tokens (spaces, line ends, commas, comments, byte order marks)
 * never becomes one. The words of errors are graphql-js's.
 */

#include "base/arena.h"
#include "graphql/ast.h"
#include "graphql/error.h"

enum gql_token_kind {
    GQL_TOKEN_NONE, /* none was read: the parser has given up */
    GQL_TOKEN_EOF,
    GQL_TOKEN_BANG,
    GQL_TOKEN_DOLLAR,
    GQL_TOKEN_AMP,
    GQL_TOKEN_PAREN_L,
    GQL_TOKEN_PAREN_R,
    GQL_TOKEN_SPREAD,
    GQL_TOKEN_COLON,
    GQL_TOKEN_EQUALS,
    GQL_TOKEN_AT,
    GQL_TOKEN_BRACKET_L,
    GQL_TOKEN_BRACKET_R,
    GQL_TOKEN_BRACE_L,
    GQL_TOKEN_PIPE,
    GQL_TOKEN_BRACE_R,
    GQL_TOKEN_NAME,
    GQL_TOKEN_INT,
    GQL_TOKEN_FLOAT,
    GQL_TOKEN_STRING,
    GQL_TOKEN_BLOCK_STRING,
};

struct gql_token {
    enum gql_token_kind kind;
    uint32_t at;
    struct str value; /* a name, a number as written, a string's value; absent for the others */
};

struct gql_lexer {
    struct gql_source source; /* of at most 4 GiB */
    struct arena *arena;      /* for the values of strings with escapes */
    struct gql_errors *errors;
    size_t at; /* where the next token is looked for */
};

/* The next token, GQL_TOKEN_EOF again and again at the end; false: none, and one error more. It is
 * written in place, field by field: copied as a whole it would be waited for. */
must_use bool gql_lex(struct gql_lexer *lexer, struct gql_token *ret_token);

/* How messages name a kind of token: `"{"`, `Name`, `<EOF>`. */
const char *gql_token_kind_name(enum gql_token_kind kind);

/* One error with its place: "Syntax Error: …". The text may hold NUL, as a string's value may. */
void gql_syntax_error(struct gql_errors *errors, const struct gql_source *source, size_t at,
                      struct str text);

/* BlockStringValue(): the lines between the quotes, escapes resolved, indentation taken away. */
struct str gql_block_string_value(struct arena *a, struct str raw);
