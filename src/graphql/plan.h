#pragma once

/*
 * Plans from the inside: what execution needs to know of a document. See graphql/graphql.h.
 */

#include "graphql/collect.h"
#include "graphql/graphql.h"
#include "graphql/names.h"

struct gql_fragment {
    const struct gql_definition *definition;
    size_t index; /* among the document's fragments */
};

struct gql_operation {
    const struct gql_plan *plan;
    const struct gql_definition *definition;
    const struct gql_type *root; /* NULL: the schema has no such operations */
    struct gql_variables variables;
    bool per_viewer;
    const struct str *event_variables; /* used below the root field, in order of definition */
    size_t n_event_variables;
    struct gql_field_set *fields; /* NULL: they depend on variables, collect them anew */
    size_t n_slots;
    const struct gql_operation *next;
};

struct gql_plan {
    unsigned refs;
    struct arena arena;
    const struct gql_schema *schema;
    const struct gql_document *document;
    struct gql_names fragments; /* to struct gql_fragment */
    size_t n_fragments;
    unsigned n_sets; /* numbered so far */
    uint64_t
        numbered_behind; /* its sets' numbers for gql_memo are behind this; 0: they have none */
    const struct gql_operation *operations;
};
