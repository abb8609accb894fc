#pragma once

/*
 * What the parts of the schema diff share, for schema_diff*.c alone: the two sides, lists matched
 * by name, and the changes as they are gathered.
 *
 * In all of it `was` is of the old schema, `is` of the new one.
 * Owner: the diff's arena.
 */

#include "graphql/names.h"
#include "graphql/schema_diff.h"

/* The extensions of one type, or of the schema, in source order. */
struct gql_diff_extension {
    const struct gql_definition *definition;
    struct gql_diff_extension *next;
    struct gql_diff_extension *last; /* of the first alone */
};

struct gql_diff_side {
    const struct gql_schema *schema;
    const struct gql_definition *definition; /* `schema { … }`, NULL without one */
    struct gql_diff_extension *extensions;   /* of the schema */
    struct gql_names types;                  /* a type's name to its extensions */
    struct gql_names directives;             /* a name to its definition */
};

/* The changes of one criticality. */
struct gql_diff_list {
    struct gql_change *items;
    size_t n;
    size_t capacity;
};

struct gql_diff {
    struct arena *arena;
    struct gql_diff_side was;
    struct gql_diff_side is;
    struct gql_diff_list lists[GQL_BREAKING + 1];
};

const struct gql_diff_extension *gql_diff_extensions(const struct gql_diff_side *side,
                                                     const struct gql_type *type);

/* Where a thing stands in the schema's tree; it becomes text only once it is told. */
struct gql_coordinate {
    bool directive;
    struct str of;     /* the type or directive; absent for the schema */
    struct str member; /* a field, an enum value, an input field; or absent */
    struct str arg;    /* or absent */
};

/* `Query.room(id:)`, `Kind.DIRECT`, `@tag`; absent for the schema. */
struct str gql_coordinate_text(struct arena *a, const struct gql_coordinate *where);

/* Where it stands in the text. */
struct gql_place {
    const struct gql_source *source; /* NULL without one */
    uint32_t at;
};

struct gql_place gql_place_at(const struct gql_diff_side *side, uint32_t at);
struct gql_place gql_place_of_type(const struct gql_diff_side *side, const struct gql_type *type);

void gql_diff_add(struct gql_diff *d, enum gql_criticality criticality, const char *type,
                  const struct gql_coordinate *where, struct gql_place place, const char *format,
                  ...) printf_like(6, 7);

#define GQL_NOT_THERE SIZE_MAX

/* The places of one name in two lists, GQL_NOT_THERE in the one that lacks it. */
struct gql_pair {
    struct str name;
    size_t was;
    size_t is;
};

struct gql_pairs {
    const struct gql_pair *items;
    size_t n;
};

typedef struct str gql_diff_name_fn(const void *list, size_t i);

/* First what was, in its order, then what is new. A name that stands several times in both lists
 * is matched as often, in order. */
struct gql_pairs gql_diff_match(struct arena *a, gql_diff_name_fn *name, const void *was,
                                size_t n_was, const void *is, size_t n_is);

/* Interfaces, members of a union, locations: as a schema has them, and where they are written. */
struct gql_diff_names {
    const struct gql_definition *definition;
    const struct gql_diff_extension *extensions;
    const void *list;
    size_t n;
};

typedef void gql_diff_tell_fn(struct gql_diff *d, const struct gql_coordinate *owner,
                              struct str name, struct gql_place place, bool added);

/* Tells of every name that only one of the lists has. */
void gql_diff_names(struct gql_diff *d, gql_diff_name_fn *name, gql_diff_tell_fn *tell,
                    const struct gql_coordinate *owner, const struct gql_diff_names *was,
                    const struct gql_diff_names *is);

/* True when whatever has the narrow type may stand where the wide one is asked for, as far as
 * nullability goes: names and lists must be the same. The types are of two schemas. */
bool gql_diff_narrows(const struct gql_type *wide, const struct gql_type *narrow);

/* A coerced value as GraphQL in one spelling: equal values give equal texts (schema_diff_value.c).
 * One that would be very long is given as it was written. */
struct str gql_diff_value(struct arena *a, const struct gql_type *type,
                          const struct gql_value *value, const struct gql_literal *written);

/* What a thing of any kind may say of itself (schema_diff_said.c). */
struct gql_said {
    struct str description;
    struct str deprecation;
    const struct gql_directive *directives;
    const struct gql_diff_extension *extensions; /* with further directives */
};

/* prefix: of the changes' types, "FIELD"; location: the directives', "FIELD_DEFINITION". */
void gql_diff_said(struct gql_diff *d, const char *prefix, const char *location,
                   const struct gql_coordinate *where, struct gql_place place, struct gql_said was,
                   struct gql_said is);

/* The arguments of a field or directive, or the fields of an input object. */
enum gql_diff_input_kind {
    GQL_DIFF_ARG,
    GQL_DIFF_INPUT_FIELD,
    GQL_DIFF_DIRECTIVE_ARG,
    GQL_DIFF_LANGUAGE_DIRECTIVE_ARG, /* of @deprecated and its like: see gql_diff_directives() */
};

struct gql_inputs {
    const struct gql_input_def *defs;
    size_t n;
};

void gql_diff_inputs(struct gql_diff *d, enum gql_diff_input_kind kind,
                     const struct gql_coordinate *owner, struct gql_inputs was,
                     struct gql_inputs is);
void gql_diff_fields(struct gql_diff *d, const struct gql_type *was, const struct gql_type *is);
void gql_diff_types(struct gql_diff *d);

/* Of a directive of the language's own, only what breaks is told: what else it says is the
 * implementation's, not the schema's. */
void gql_diff_directives(struct gql_diff *d);
