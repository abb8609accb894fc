#pragma once

/*
 * Input coercion (sections 3.5 to 3.12, 6.1.2, 6.4.1): literals and JSON become struct gql_value,
 * and those the argument structs of resolvers. Messages and paths are graphql-js 16's.
 *
 * Owner: what comes out lives in the arena given, and borrows from what went in.
 * Fails: with errors, or false. Nesting is bounded by GQL_DEPTH_MOST.
 */

#include "base/json_value.h"
#include "graphql/field.h"
#include "graphql/value.h"

struct gql_errors;
struct gql_path;

/* A literal as a value of an input type; false when it is none, or when a variable in it has no
 * value where one is needed. Without variables (NULL) the literal must be constant. An input
 * field's default counts once it stands in default_value. */
must_use bool gql_coerce_literal(struct arena *a, const struct gql_type *type,
                                 const struct gql_literal *literal,
                                 const struct gql_value *variables, struct gql_value *ret_value);

/* The variables of an operation. */
struct gql_variables {
    const struct gql_source *source;
    const struct gql_input_def *defs;
    const struct gql_variable_definition *nodes; /* of the defs, in the same order */
    size_t n;
    bool no_suggestions;
};

/* CoerceVariableValues: from a JSON object, or NULL. All errors are gathered, each at its
 * variable's definition. An object of the variables that have a value comes out. */
must_use bool gql_coerce_variables(struct arena *a, const struct gql_variables *variables,
                                   const struct json_value *given, struct gql_errors *errors,
                                   struct gql_value *ret_values);

/* Why a field cannot be asked with these arguments. */
struct gql_arguments_failure {
    enum status status;
    struct str message;
    struct str argument; /* which of them: "input.name" */
    uint32_t at;         /* the literal at fault, else the field */
};

/* CoerceArgumentValues: an object of the field's arguments, within the bounds of @length. */
must_use bool gql_coerce_arguments(struct arena *a, const struct gql_field_def *field,
                                   const struct gql_selection *node,
                                   const struct gql_value *variables, struct gql_value *ret_args,
                                   struct gql_arguments_failure *ret_failure);

/* The bounds of @length, and no U+0000, which PostgreSQL's text cannot hold. */
must_use bool gql_check_lengths(struct arena *a, const struct gql_value *args,
                                struct gql_arguments_failure *ret_failure);

/* Where in an input value: ".members[3].userId". */
struct str gql_path_text(struct arena *a, const struct gql_path *path);

/* The coerced arguments as the struct that a resolver takes. */
const void *gql_args_struct(struct arena *a, const struct gql_value *args,
                            const struct gql_arg_layout *layout, size_t size);
