#pragma once

/*
 * Input coercion (sections 3.5 to 3.12, 6.1.2, 6.4.1): literals and JSON become struct gql_value,
 * and those the argument structs of resolvers. Messages and paths are graphql-js 16's.
 *
 * Owner:   what comes out lives in the arena given, and borrows from what went in.
 * Fails:   with errors, or false. Nesting is bounded by GQL_DEPTH_MOST.
 */

#include <jansson.h>

#include "graphql/field.h"
#include "graphql/value.h"

struct gql_errors;
struct gql_source;

/* A literal as a value of an input type; false when it is none (or when a variable in it has no
 * value and none may be left out there). Without variables (NULL) the literal is constant. */
must_use bool gql_coerce_literal(struct arena *a, const struct gql_type *type,
                                 const struct gql_literal *literal,
                                 const struct gql_value *variables, struct gql_value *ret_value);

/* The same for a scalar or enum type and a literal without variables, with the reason when it is
 * no value of the type: "Int cannot represent non-integer value: 1.5". Suggestions aside. */
must_use bool gql_coerce_leaf_literal(struct arena *a, const struct gql_type *type,
                                      const struct gql_literal *literal,
                                      struct gql_value *ret_value, struct str *ret_why);

/* CoerceVariableValues: definitions in the order of `defs`, values of a JSON object or NULL. All
 * errors are gathered, each at its variable's definition. */
must_use bool gql_coerce_variables(struct arena *a, const struct gql_source *source,
                                   const struct gql_input_def *defs,
                                   const struct gql_variable_definition *nodes,
                                   const json_t *given, struct gql_errors *errors,
                                   struct gql_value *ret_variables);

/* Why a field's arguments are none. */
struct gql_arguments_failure {
    enum status status;
    struct str message;
    struct str argument; /* which of them: "input.name" */
    bool at_value;       /* the place to show is the literal's, not the field's */
    uint32_t at;
};

/* CoerceArgumentValues: an object of the field's arguments, bounds of @length checked. */
must_use bool gql_coerce_arguments(struct arena *a, const struct gql_field_def *field,
                                   const struct gql_argument *nodes,
                                   const struct gql_value *variables, struct gql_value *ret_args,
                                   struct gql_arguments_failure *ret_failure);

/* The coerced arguments as the struct that a resolver takes. */
const void *gql_args_struct(struct arena *a, const struct gql_value *args,
                            const struct gql_arg_layout *layout, size_t size);

/* The value of @skip's or @include's `if`: constant, or among the variables. */
bool gql_literal_is_true(const struct gql_literal *literal, const struct gql_value *variables);
