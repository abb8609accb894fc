#pragma once

/*
 * How values of the schema's types look in C, as graphql/field.h has it.
 */

#include "base/arena.h"
#include "graphql/field.h"
#include "graphql/schema.h"

/* Of a type without its non-null. */
enum gql_c_kind ctypes_kind(const struct gql_type *type);

/* "GQL_C_STR". */
const char *ctypes_kind_name(enum gql_c_kind kind);

/* What stands before a member's name: "struct str ", "const struct member_input *". */
struct str ctypes_member(struct arena *a, const struct gql_type *type);

/* "struct str_list", for a list type. */
struct str ctypes_list(struct arena *a, const struct gql_type *list);

/* True for what an argument struct shows with a bool of its own: it may be left out. */
bool ctypes_has_given(const struct gql_input_def *def);

/* True for a line of a leaf table; all other fields are functions. */
bool ctypes_is_leaf_field(const struct gql_schema *schema, const struct gql_field_def *field);
