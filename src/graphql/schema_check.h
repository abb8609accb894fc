#pragma once

/*
 * Whether a schema that was built is valid (section 3): root types, names, interfaces, defaults.
 * graphql-js's words where it has some.
 */

#include "graphql/names.h"
#include "graphql/schema.h"

/* Adds an error for whatever is wrong. Default values are coerced on the way, so this is also the
 * last step of making a schema. */
void gql_schema_check(struct gql_schema *schema, struct gql_errors *errors);

/* For schema_*.c alone from here. */

struct gql_schema_check {
    struct gql_schema *schema;
    struct gql_errors *errors;
    size_t depth;             /* of the values being looked at */
    struct gql_names visited; /* input objects gone into, in search of circles */
};

struct gql_error *gql_schema_error(struct gql_schema_check *c, const char *format, ...)
    printf_like(2, 3);
void gql_schema_error_at(struct gql_schema_check *c, struct gql_error *error, uint32_t at);
/* At a type's definition and all its extensions. */
void gql_schema_error_at_type(struct gql_schema_check *c, struct gql_error *error,
                              const struct gql_type *type);
/* Wherever a type names another: as an interface, or as a member. */
void gql_schema_error_at_names(struct gql_schema_check *c, struct gql_error *error,
                               const struct gql_type *type, struct str name);

/* True once all the errors that are told are in: stop looking for more. */
bool gql_schema_check_is_done(const struct gql_schema_check *c);

/* Enters a type in a table of those seen; true when it was there. */
bool gql_schema_seen(struct gql_schema_check *c, struct gql_names *seen,
                     const struct gql_type *type);

/* `[Message!]!`, for messages. */
struct str gql_schema_shown(struct gql_schema_check *c, const struct gql_type *type);

const struct gql_directive *gql_directive_find(const struct gql_directive *directives,
                                               const char *name);
/* Of an input field or argument whose values would nest too deeply. */
void gql_schema_tell_too_deep(struct gql_schema_check *c, struct str owner,
                              const struct gql_input_def *def);

/* An argument or input field that must be given. */
bool gql_input_is_required(const struct gql_input_def *def);

/* What an object or interface says it implements (schema_interfaces.c). */
void gql_schema_check_interfaces(struct gql_schema_check *c, const struct gql_type *type);

/* Non-null input fields that lead back to where they began (schema_circles.c). */
void gql_schema_check_circles(struct gql_schema_check *c, const struct gql_type *type);

/* A directive may not use itself in its own definition (schema_directives.c). */
void gql_schema_check_directives(struct gql_schema_check *c);

/* The faults of a default that is no value of its type (schema_faults.c). subject: whose it is,
 * `Query.room(first:)`. */
void gql_schema_tell_default(struct gql_schema_check *c, struct str subject,
                             const struct gql_input_def *def);

/* Values in the schema itself (schema_values.c): defaults, which are coerced, and the arguments
 * of directives. */
void gql_schema_check_values(struct gql_schema_check *c);
