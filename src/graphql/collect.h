#pragma once

/*
 * CollectFields and MergeSelectionSets (section 6.3.2): which fields an object is asked for, in
 * the order of the response.
 *
 * What depends on no variable is collected once, when the plan is made; an operation with a
 * variable in @skip or @include is collected anew for each request. The sets below a field of an
 * object type are made at once, those below an interface or union when a plan can afford it for
 * all its types, else for the types that turn up.
 *
 * Owner: the collector's arena.
 * Fails: with the collector's status: ST_TOO_COMPLEX past GQL_COLLECTED_MOST selections, however
 *        cleverly fragments multiply them.
 */

#include "graphql/coerce.h"
#include "graphql/schema.h"

enum {
    GQL_COLLECTED_MOST = 20000,
    GQL_ARGUMENTS_MOST = 64 * 1024 * 1024, /* bytes in an arena, past which no more are made */
};

struct gql_plan;

/* A field's arguments: args, or the reason why there are none. */
struct gql_arguments {
    const void *args;
    const struct gql_arguments_failure *failure;
};

struct gql_collected_node {
    const struct gql_selection *selection;
    const struct gql_collected_node *next;
};

/* All selections of one response name. */
struct gql_collected {
    struct str key;
    const struct gql_field_def *def;
    const struct gql_type *named; /* of the field's type */
    struct gql_collected_node nodes;
    struct gql_collected_node *last;
    const struct gql_arguments *arguments; /* NULL: they depend on variables */
    size_t slot;                           /* then their place among such arguments */
    size_t place;                          /* among the set's resolver functions */
    struct gql_field_set *sets;            /* what is selected below, for each object type */
    struct gql_collected *next;
};

/* The fields of one object type. */
struct gql_field_set {
    const struct gql_type *type;
    const struct gql_literal *culprit; /* an `if` that is null: the object is an error instead */
    struct gql_collected *first;
    struct gql_collected **end;
    size_t n;
    size_t n_resolved; /* of them, those with a resolver function */
    size_t number;     /* in the plan, from 1 on; 0: it is one request's */
    bool varies; /* what it gives is not the object's alone: a function, or who asks, decides */
    struct gql_field_set *next;
};

struct gql_collector {
    struct arena *arena;
    const struct gql_plan *plan;
    const struct gql_value *variables; /* NULL while a plan is made */
    unsigned *seen;                    /* for each fragment, the last set it was collected into */
    unsigned n_sets;
    size_t n_collected;
    size_t n_slots;
    size_t size_before; /* the arena's */
    enum status status;
};

void gql_collector_init(struct gql_collector *c, struct arena *arena, const struct gql_plan *plan,
                        const struct gql_value *variables);

/* An operation's root; what is below it too. NULL with c->status. */
struct gql_field_set *gql_collect_root(struct gql_collector *c, const struct gql_type *root,
                                       const struct gql_selection_set *selections);

/* What is selected below a field for an object of this type. NULL with c->status. */
const struct gql_field_set *gql_collect_below(struct gql_collector *c, struct gql_collected *field,
                                              const struct gql_type *type);

/* The arguments of a collected field, as its resolver takes them. */
struct gql_arguments *gql_collected_arguments(struct arena *a, const struct gql_collected *field,
                                              const struct gql_value *variables);

bool gql_is_typename(const struct gql_field_def *def);

/* By what it gives, or by whether it gives anything. */
bool gql_depends_on_viewer(const struct gql_field_def *def);
