#pragma once

/*
 * Input values after coercion (sections 3.5 to 3.12, 6.1.2, 6.4.1): what a literal or a JSON
 * variable has become for a type.
 *
 * Owner: an arena; frozen once made.
 */

#include "base/arena.h"
#include "graphql/schema.h"

enum gql_value_kind {
    GQL_VALUE_NULL,
    GQL_VALUE_BOOLEAN,
    GQL_VALUE_INT, /* Int, and custom scalars that hold whole numbers (SafeInt, DateTime) */
    GQL_VALUE_FLOAT,
    GQL_VALUE_STRING, /* String, ID, and custom scalars that hold text */
    GQL_VALUE_ENUM,
    GQL_VALUE_LIST,
    GQL_VALUE_OBJECT,
};

struct gql_value {
    enum gql_value_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct str text; /* string; enum: the value's name */
        struct {
            size_t n;
            const struct gql_value *items; /* list */
        };
        const struct gql_value_member
            *members; /* object: given and defaulted fields, type's order */
    };
    int enum_index; /* GQL_VALUE_ENUM: place among the type's values */
};

struct gql_value_member {
    const struct gql_input_def *def;
    struct gql_value value;
    const struct gql_value_member *next;
};

/* The member's value; NULL when it was neither given nor has a default. */
const struct gql_value *gql_value_member(const struct gql_value *object, struct str name);
