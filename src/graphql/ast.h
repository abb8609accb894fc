#pragma once

/*
 * The abstract syntax of GraphQL documents (specification, September 2025, section 2 and 3),
 * executable and type system alike. Names are the specification's.
 *
 * Owner: the arena that gql_parse() was given. Nodes never change once parsed.
 * A place in the source is `at`, a byte offset; gql_locate() makes line and column of it.
 * Lists are linked through `next`, in source order; an absent list is NULL.
 */

#include "base/str.h"

struct gql_source {
    struct str name; /* for messages: a path, or "GraphQL request" */
    struct str body; /* borrowed; outlives the tree */
};

/* One-based; columns count code points. */
struct gql_location {
    uint32_t line;
    uint32_t column;
};

struct gql_location gql_locate(const struct gql_source *source, uint32_t at);

/* Moves the location of `from` to another place, and looks at little but what lies between: for
 * many places. */
void gql_locate_on(const struct gql_source *source, struct gql_location *location, uint32_t from,
                   uint32_t at);

struct gql_name {
    struct str text; /* absent where the syntax allows none */
    uint32_t at;
};

/* Type references: Name, [Type], Type! */
enum gql_type_node_kind {
    GQL_NODE_NAMED_TYPE,
    GQL_NODE_LIST_TYPE,
    GQL_NODE_NON_NULL_TYPE,
};

struct gql_type_node {
    enum gql_type_node_kind kind;
    uint32_t at;
    struct str name;                /* GQL_NODE_NAMED_TYPE */
    const struct gql_type_node *of; /* the other two */
};

/* Values as written (section 2.10). */
enum gql_literal_kind {
    GQL_LITERAL_VARIABLE,
    GQL_LITERAL_INT,
    GQL_LITERAL_FLOAT,
    GQL_LITERAL_STRING,
    GQL_LITERAL_BOOLEAN,
    GQL_LITERAL_NULL,
    GQL_LITERAL_ENUM,
    GQL_LITERAL_LIST,
    GQL_LITERAL_OBJECT,
};

struct gql_literal {
    enum gql_literal_kind kind;
    bool block; /* GQL_LITERAL_STRING: written between """ */
    uint32_t at;
    struct str text; /* the variable's name without $, the digits, the string's value, the name */
    const struct gql_literal *items; /* of a list or object */
    struct gql_name key;             /* within an object: the field's name */
    const struct gql_literal *next;
};

struct gql_argument {
    struct gql_name name;
    const struct gql_literal *value;
    const struct gql_argument *next;
};

struct gql_directive {
    uint32_t at; /* of the @ */
    struct gql_name name;
    const struct gql_argument *arguments;
    const struct gql_directive *next;
};

enum gql_selection_kind {
    GQL_SELECTION_FIELD,
    GQL_SELECTION_SPREAD,
    GQL_SELECTION_INLINE,
};

struct gql_selection_set;

struct gql_selection {
    enum gql_selection_kind kind;
    uint32_t at;
    struct gql_name alias;          /* field; absent without one */
    struct gql_name name;           /* field, or fragment of a spread */
    struct gql_name type_condition; /* inline fragment; may be absent */
    const struct gql_argument *arguments;
    const struct gql_directive *directives;
    const struct gql_selection_set *selection_set; /* NULL without one */
    const struct gql_selection *next;
};

struct gql_selection_set {
    uint32_t at; /* of the { */
    const struct gql_selection *first;
};

struct gql_variable_definition {
    uint32_t at; /* of the $ */
    struct gql_name name;
    struct gql_literal *description; /* NULL without one */
    const struct gql_type_node *type;
    const struct gql_literal *default_value; /* NULL without one */
    const struct gql_directive *directives;
    const struct gql_variable_definition *next;
};

enum gql_operation_type {
    GQL_QUERY,
    GQL_MUTATION,
    GQL_SUBSCRIPTION,
};

/* "query", "mutation", "subscription". */
const char *gql_operation_type_name(enum gql_operation_type type);

struct gql_input_value_definition {
    uint32_t at;
    const struct gql_literal *description;
    struct gql_name name;
    const struct gql_type_node *type;
    const struct gql_literal *default_value;
    const struct gql_directive *directives;
    const struct gql_input_value_definition *next;
};

struct gql_field_definition {
    uint32_t at;
    const struct gql_literal *description;
    struct gql_name name;
    const struct gql_input_value_definition *arguments;
    const struct gql_type_node *type;
    const struct gql_directive *directives;
    const struct gql_field_definition *next;
};

struct gql_enum_value_definition {
    uint32_t at;
    const struct gql_literal *description;
    struct gql_name name;
    const struct gql_directive *directives;
    const struct gql_enum_value_definition *next;
};

struct gql_root_type_definition {
    uint32_t at;
    enum gql_operation_type operation;
    struct gql_name type;
    const struct gql_root_type_definition *next;
};

/* A list of names: interfaces implemented, members of a union, places of a directive. */
struct gql_name_list {
    struct gql_name name;
    const struct gql_name_list *next;
};

enum gql_definition_kind {
    GQL_DEFINITION_OPERATION,
    GQL_DEFINITION_FRAGMENT,
    GQL_DEFINITION_SCHEMA,
    GQL_DEFINITION_SCALAR,
    GQL_DEFINITION_OBJECT,
    GQL_DEFINITION_INTERFACE,
    GQL_DEFINITION_UNION,
    GQL_DEFINITION_ENUM,
    GQL_DEFINITION_INPUT_OBJECT,
    GQL_DEFINITION_DIRECTIVE,
};

/* One definition or extension; which members count follows from kind. */
struct gql_definition {
    enum gql_definition_kind kind;
    bool extend;
    bool repeatable; /* directive */
    uint32_t at;
    const struct gql_literal *description;
    struct gql_name name; /* absent: anonymous operation, schema */
    const struct gql_directive *directives;

    enum gql_operation_type operation;
    const struct gql_variable_definition *variables;
    struct gql_name type_condition; /* fragment */
    const struct gql_selection_set *selection_set;

    const struct gql_root_type_definition *roots;          /* schema */
    const struct gql_name_list *names;                     /* interfaces, members, places */
    const struct gql_field_definition *fields;             /* object, interface */
    const struct gql_enum_value_definition *values;        /* enum */
    const struct gql_input_value_definition *input_values; /* input object, directive */
    const struct gql_definition *next;
};

struct gql_document {
    struct gql_source source;
    const struct gql_definition *definitions;
    size_t tokens; /* how many the lexer saw, ignored ones aside */
};
