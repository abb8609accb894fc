#pragma once

/*
 * What both halves of OverlappingFieldsCanBeMerged need (5.3.2 Field Selection Merging).
 *
 * overlap_quick.c answers for nearly every document, in almost linear time, that no two fields are
 * in each other's way. It may doubt where there is nothing to doubt. Only then overlap.c goes
 * through the pairs, as graphql-js does and with its bound on the work, and says what is wrong.
 */

#include "graphql/validate.h"

/* The arguments of a field, ready to be compared. */
struct gql_overlap_arguments {
    size_t n;
    const struct gql_overlap_argument *list; /* in document order */
    struct gql_names by_name;                /* to the last of that name */
};

struct gql_overlap_argument {
    struct str name;
    struct str value; /* in canonical form */
};

/* A field in a selection set, with what the schema says of it where it stands. */
struct gql_overlap_field {
    const struct gql_selection *node;
    const struct gql_type *parent;   /* NULL when unknown */
    const struct gql_field_def *def; /* NULL when unknown, or __typename and the like */
    const struct gql_overlap_arguments *arguments; /* made when first compared */
    struct gql_overlap_field *next;                /* of its response name, in its selection set */
};

struct gql_overlap_field *gql_overlap_field_new(struct gql_validation *v,
                                                const struct gql_selection *node,
                                                const struct gql_type *parent);

/* The alias, or the name. */
struct str gql_response_name(const struct gql_selection *field);

/* The type of the selections within the fragment; `around` without a type condition. */
const struct gql_type *gql_inline_type(const struct gql_validation *v,
                                       const struct gql_selection *fragment,
                                       const struct gql_type *around);

/* Different objects: no value is of both types, so that the fields never meet in a response. */
bool gql_types_exclude(const struct gql_type *a, const struct gql_type *b);

/* Neither the order of arguments nor of input fields makes a difference. */
bool gql_same_arguments(struct gql_validation *v, struct gql_overlap_field *a,
                        struct gql_overlap_field *b);

/* Values of the two types cannot stand in one place of a response: they differ in lists, in
 * nullability, or in being leaves. */
bool gql_types_conflict(const struct gql_type *a, const struct gql_type *b);
