#pragma once

/*
 * A type system (section 3), made from SDL, frozen once made.
 *
 * Types are interned: two references to the same type, wrapped ones too, are the same pointer.
 *
 * Owner:   gql_schema_new()'s caller, until gql_schema_free(). It outlives every plan made with it.
 * Threads: any, once made and bound.
 */

#include "base/arena.h"
#include "base/map.h"
#include "graphql/ast.h"
#include "graphql/error.h"

struct gql_resolver;
struct gql_leaf;
struct gql_scalar;
struct gql_value;

enum gql_kind {
    GQL_SCALAR,
    GQL_OBJECT,
    GQL_INTERFACE,
    GQL_UNION,
    GQL_ENUM,
    GQL_INPUT_OBJECT,
    GQL_LIST,
    GQL_NON_NULL,
};

/* An argument or an input field. */
struct gql_input_def {
    struct str name;
    struct str description; /* absent without one */
    const struct gql_type *type;
    const struct gql_literal *default_literal; /* NULL without a default */
    const struct gql_value *default_value;     /* the same, coerced */
    struct str deprecation_reason;             /* absent: not deprecated */
    int64_t length_min;                        /* @length, in code points or items */
    int64_t length_max;                        /* -1: no bound */
    const struct gql_input_value_definition *node;
};

struct gql_field_def {
    struct str name;
    struct str description;
    const struct gql_type *parent;
    const struct gql_type *type;
    const struct gql_input_def *args;
    size_t n_args;
    struct str deprecation_reason;
    struct str requires_scope; /* @requires, or absent */

    /* Bound once, by gql_schema_bind(): one of the two, or neither for a schema that only checks.
     */
    const struct gql_resolver *resolver;
    const struct gql_leaf *leaf;
    const struct gql_field_definition *node;
};

struct gql_enum_value {
    struct str name;
    struct str description;
    struct str deprecation_reason;
    const struct gql_enum_value_definition *node;
};

struct gql_type {
    enum gql_kind kind;
    struct str name;           /* absent for a list or non-null */
    const struct gql_type *of; /* a list's or non-null's */
    struct str description;
    struct str specified_by; /* a scalar's URL, or absent */
    bool one_of;             /* an input object's */
    bool built_in;           /* String, __Type, … */

    const struct gql_field_def *fields; /* object, interface */
    size_t n_fields;
    const struct gql_input_def *input_fields; /* input object */
    size_t n_input_fields;
    const struct gql_enum_value *values; /* enum */
    size_t n_values;
    const struct gql_type *const *interfaces; /* object, interface */
    size_t n_interfaces;
    const struct gql_type *const
        *possible; /* interface, union: the object types, in schema order */
    size_t n_possible;

    const struct gql_scalar *scalar; /* scalar: how it is read and written */
    const char *(*type_of)(void *context, const void *value); /* abstract: see gql_abstract */
    const struct gql_definition *node;
    const struct gql_definition *const *parts; /* the definition, then its extensions */
    size_t n_parts;
    struct gql_type_links *links; /* schema.c's own */
};

struct gql_directive_def {
    struct str name;
    struct str description;
    const struct gql_input_def *args;
    size_t n_args;
    const struct str *locations; /* "FIELD", "QUERY", … in source order */
    size_t n_locations;
    bool repeatable;
    bool built_in;
    const struct gql_definition *node;
};

struct gql_schema {
    struct str description;
    struct str sdl; /* as it was given: what is served and hashed */
    struct gql_source source;
    const struct gql_type *query; /* never NULL */
    const struct gql_type *mutation;
    const struct gql_type *subscription;
    const struct gql_type *const
        *types; /* every named type: the SDL's in source order, then built-in ones */
    size_t n_types;
    const struct gql_directive_def *directives; /* the SDL's in source order, then built-in ones */
    size_t n_directives;
    const struct gql_field_def *meta_fields; /* __schema, __type, __typename; no type's own */
    size_t n_meta_fields;
    bool foreign;      /* gql_schema_new_foreign() */
    bool introspected; /* its maker's to say: from an introspection result, which tells of no
                          directive that was applied */
    const struct gql_document *document; /* the SDL's tree: where nodes stand */
    struct arena arena;
    struct map by_name; /* named types */
    struct map directives_by_name;
};

/* NULL, and what is wrong in errors with the places, when the SDL does not parse, breaks a rule of
 * SDL validation, or makes no valid schema. The body is copied. */
struct gql_schema *gql_schema_new(struct gql_source source, struct gql_errors *errors);

/* The same for a schema of somebody else's, which may have been written for an earlier edition: a
 * deprecated field may implement one that is not, as in GitHub's. */
struct gql_schema *gql_schema_new_foreign(struct gql_source source, struct gql_errors *errors);
void gql_schema_free(struct gql_schema *schema);

/* NULL when there is none. */
const struct gql_type *gql_schema_type(const struct gql_schema *schema, struct str name);
const struct gql_directive_def *gql_schema_directive(const struct gql_schema *schema,
                                                     struct str name);
/* @skip, @include, @deprecated, @specifiedBy, @oneOf. */
bool gql_directive_is_of_the_language(struct str name);
const struct gql_type *gql_schema_root(const struct gql_schema *schema,
                                       enum gql_operation_type operation);

/* The field a selection names on this type, __typename and the root's __schema and __type
 * included; NULL when there is none. */
const struct gql_field_def *gql_type_field(const struct gql_schema *schema,
                                           const struct gql_type *parent, struct str name);
const struct gql_input_def *gql_type_input_field(const struct gql_type *type, struct str name);
const struct gql_input_def *gql_input_find(const struct gql_input_def *defs, size_t n,
                                           struct str name);

/* What an object literal has for a name; NULL when nothing. */
const struct gql_literal *gql_literal_member(const struct gql_literal *object, struct str name);

/* A reference in a document, as the schema's type; NULL when a name in it is unknown. A wrapping
 * that the schema itself does not use is made in the arena given and is not interned: compare
 * types of documents with gql_type_equal(). */
const struct gql_type *gql_schema_type_of_node(const struct gql_schema *schema, struct arena *a,
                                               const struct gql_type_node *node);
bool gql_type_equal(const struct gql_type *a, const struct gql_type *b);

/* The type without lists and non-nulls around it. */
const struct gql_type *gql_type_named(const struct gql_type *type);
/* The type without one non-null around it. */
const struct gql_type *gql_type_nullable(const struct gql_type *type);
bool gql_type_is_input(const struct gql_type *type);
bool gql_type_is_output(const struct gql_type *type);
bool gql_type_is_leaf(const struct gql_type *type);      /* scalar, enum */
bool gql_type_is_composite(const struct gql_type *type); /* object, interface, union */
bool gql_type_is_abstract(const struct gql_type *type);  /* interface, union */
/* IsValidImplementationFieldType's and fragment spreads' question; any two types. */
bool gql_type_is_subtype(const struct gql_type *sub, const struct gql_type *super);
bool gql_type_is_possible(const struct gql_type *abstract, const struct gql_type *object);

/* "[Message!]!". */
struct str gql_type_print(struct arena *a, const struct gql_type *type);
