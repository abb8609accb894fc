#pragma once

/*
 * An execution from the inside, in two phases. First values are found: each selected field with a
 * resolver function becomes a struct gql_asked, whose resolver is called; when it has answered
 * with objects, their fields are asked in turn. A work list keeps that free of recursion. When
 * nothing is pending, complete.c writes the response in one go, in the order of the document;
 * fields of leaf tables are read only then and cost nothing before.
 *
 * Owner: the request's arena, for everything here.
 */

#include "graphql/plan.h"

/* Why a field has no value. */
struct gql_failure {
    enum status status;
    struct str message;    /* absent: the status's public text */
    struct str argument;   /* extensions.argument, or absent */
    struct str extensions; /* further members of extensions, or absent */
    struct str cause;      /* of a fault: for the log, or absent */
    uint32_t at;           /* a place of its own in the document, or 0 */
};

enum gql_asked_state {
    GQL_ASKED,    /* its resolver, or the resolver's wait, has not answered */
    GQL_ANSWERED, /* value */
    GQL_FAILED,   /* failure */
};

/* A field of one object, resolved by a function. */
struct gql_asked {
    struct gql_field field;
    struct gql_execution *execution;
    const struct gql_collected *collected;
    enum gql_asked_state state;
    union {
        const void *value;
        const struct gql_failure *failure;
    };
    struct gql_object *objects; /* in value, in order; NULL when none has functions to ask */
    struct gql_asked *next;     /* of those that have answered lately */
};

/* What is selected of one object of a value. */
struct gql_object {
    const struct gql_field_set *set;
    struct gql_asked *asked; /* set->n_resolved of them */
};

enum gql_execution_kind {
    GQL_OF_QUERY,
    GQL_OF_MUTATION,
    GQL_OF_SOURCE, /* a subscription's beginning: what its root field gives is not looked into */
    GQL_OF_EVENT,
};

struct gql_execution {
    enum gql_execution_kind kind;
    struct gql_request *request;
    const struct gql_schema *schema;
    struct gql_value variables;
    struct gql_collector collector;
    const struct gql_arguments *
        *arguments;     /* by slot; NULL when the fields are the request's own */
    size_t size_before; /* the arena's, for what was in it before */
    struct gql_object root;
    size_t n_begun; /* of the root's fields; a mutation's begin one after the other */
    size_t n_asked; /* all in all */
    size_t asked_most;
    size_t room;      /* in the arena, for arguments */
    size_t n_pending; /* asked, or answered and not looked into yet */
    struct gql_asked *answered;
    struct gql_asked **answered_end;
    bool turning; /* the work list is being worked on: answers only join it */
};

/* Asks for the root's fields and for what follows from them, as far as that goes without waiting:
 * n_pending says whether all is done. */
void gql_execution_begin(struct gql_execution *e, const struct gql_field_set *root,
                         const void *event);

/* All is found: the response, or the source. */
void gql_execution_end(struct gql_execution *e);

/* The objects in a value: the length of its `objects`. */
size_t gql_count_objects(const struct gql_type *type, const void *value);

/* The object type of a value of a composite type; NULL when an abstract type's is no such. */
const struct gql_type *gql_object_type(const struct gql_execution *e, const struct gql_type *type,
                                       const void *value);

/* Writes the response to the request's buffer: errors, data, extensions. */
void gql_complete(struct gql_execution *e);

/* A response that says why there is no source. */
void gql_complete_source_failed(struct gql_execution *e);

/* A response without data, of the request's errors. */
void gql_complete_failed(struct gql_request *r);
