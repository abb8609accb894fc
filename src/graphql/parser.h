#pragma once

/*
 * What the files of the parser share: the token looked at, and the grammar that documents of both
 * kinds are made of. For parse*.c alone; everybody else calls gql_parse().
 *
 * A parser fails once: the first mistake adds an error and makes the token GQL_TOKEN_NONE, which
 * nothing accepts and every list ends at, so that nobody has to ask until the very end. Nodes
 * made after that are incomplete and never leave gql_parse().
 *
 * Every function that recurses goes through gql_parser_enter(), which bounds the nesting.
 */

#include "base/arena.h"
#include "graphql/ast.h"
#include "graphql/graphql.h"
#include "graphql/lex.h"

struct gql_parser {
    struct arena *arena;
    struct gql_errors *errors;
    struct gql_limits limits;
    struct gql_lexer lexer;
    struct gql_token token; /* the one looked at */
    size_t tokens;
    size_t depth; /* of everything that nests */
};

/* Looking. */

static inline bool gql_parser_failed(const struct gql_parser *p)
{
    return p->token.kind == GQL_TOKEN_NONE;
}

static inline bool gql_parser_at(const struct gql_parser *p, enum gql_token_kind kind)
{
    return p->token.kind == kind;
}

bool gql_parser_at_keyword(const struct gql_parser *p, const char *keyword);

/* Taking: skip takes what may be there, expect what must be, until ends a list of one or more. */

void gql_parser_advance(struct gql_parser *p);

static inline bool gql_parser_skip(struct gql_parser *p, enum gql_token_kind kind)
{
    if (!gql_parser_at(p, kind))
        return false;
    gql_parser_advance(p);
    return true;
}

static inline bool gql_parser_ends(struct gql_parser *p, enum gql_token_kind close)
{
    return gql_parser_failed(p) || gql_parser_skip(p, close);
}

/* Says what stands there instead. */
void gql_parser_expected(struct gql_parser *p, enum gql_token_kind kind) __attribute__((cold));

static inline void gql_parser_expect(struct gql_parser *p, enum gql_token_kind kind)
{
    if (!gql_parser_skip(p, kind))
        gql_parser_expected(p, kind);
}

bool gql_parser_skip_keyword(struct gql_parser *p, const char *keyword);
void gql_parser_expect_keyword(struct gql_parser *p, const char *keyword);

/* Failing. */
void gql_parser_unexpected(struct gql_parser *p);
void gql_parser_fail(struct gql_parser *p, uint32_t at, struct str text);
/* limit: its name, for extensions.limit. */
void gql_parser_too_complex(struct gql_parser *p, uint32_t at, const char *limit,
                            const char *format, ...) printf_like(4, 5);
/* As messages name the token looked at: `Name "x"`. */
struct str gql_parser_describe(const struct gql_parser *p);

/* Down one level of nesting, at most to GQL_DEPTH_MOST; false there, the parser then has failed. */
must_use bool gql_parser_enter(struct gql_parser *p);
void gql_parser_leave(struct gql_parser *p);

/* Shared grammar (parse_value.c). */

static inline struct gql_name gql_parse_name(struct gql_parser *p)
{
    struct gql_name name = {.text = p->token.value, .at = p->token.at};

    gql_parser_expect(p, GQL_TOKEN_NAME);
    return name;
}

struct gql_literal *gql_parse_description(struct gql_parser *p);
const struct gql_literal *gql_parse_value(struct gql_parser *p, bool is_const);
const struct gql_argument *gql_parse_arguments(struct gql_parser *p, bool is_const);
const struct gql_directive *gql_parse_directives(struct gql_parser *p, bool is_const);
const struct gql_type_node *gql_parse_type(struct gql_parser *p);
enum gql_operation_type gql_parse_operation_type(struct gql_parser *p);

/* Type system definitions and extensions (parse_sdl.c): false when the token begins none. The
 * definition holds its description already. */
bool gql_parse_type_system_definition(struct gql_parser *p, struct gql_definition *definition);
void gql_parse_type_system_extension(struct gql_parser *p, struct gql_definition *definition);
