#pragma once

/*
 * The GraphQL engine (specification of September 2025): text in, JSON out, no I/O. This header is
 * the one to include in another program; tests/engine/example.c is such a program, whole.
 *
 *     gql_schema_new()    SDL to a type system                                   graphql/schema.h
 *     gql_schema_bind()   its fields to their resolvers                          graphql/field.h
 *     gql_plan_new()      a document, parsed and validated once, used often
 *     gql_plan_operation()  the operation to run
 *     gql_execute()       variables in, response out; may wait for resolvers
 *     gql_subscribe(), gql_execute_event()   a source stream, and each of its events
 *
 * Owner:   a schema is its maker's and outlives its plans; the binding's tables outlive the schema.
 *          A plan is counted: whoever executes holds a reference until the request is done, for its
 *          operations and their names are the plan's. The struct gql_request, its arena, variables
 *          and buffer are the caller's and stay until it is done; so do the values that resolvers
 *          give. Trees, errors and what else comes out live in the arena they were given.
 * Threads: a schema, once bound, is for any number of them. A plan and its requests are for one:
 *          each thread makes plans of its own.
 * Limits:  struct gql_limits is the document's; set them for documents from outside. Beyond that,
 *          nothing nests deeper than GQL_DEPTH_MOST; a source has less than 4 GiB; there are
 *          GQL_ERRORS_MOST errors and one more; one request calls resolvers GQL_CALLS_MOST times,
 *          unless it is trusted, and writes no more than its buffer's ceiling: past either, the
 *          response says so. The length of the text and of the variables is the caller's to bound.
 * Fails:   with errors, never half: what returns NULL or false has added at least one. Running out
 *          of memory ends the process. Nothing here blocks.
 *
 * To link: from the root of the tree, after tools/dev build, with libyajl-dev,
 *
 *     cc -std=gnu17 -Isrc tests/engine/example.c build/src/graphql/libgraphql.a \
 *        build/src/base/libbase.a -lyajl -lm -pthread
 *
 * in this order; the archives are thin, so use them where they are. In a meson project the
 * dependency `graphql` is all of that. Nothing of it is installed.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_in.h"
#include "base/wait.h"
#include "graphql/error.h"
#include "graphql/field.h"
#include "graphql/schema.h"
#include "graphql/value.h"

/* What a document may cost; 0 means no limit, but for depth, which then is GQL_DEPTH_MOST. */
struct gql_limits {
    size_t tokens;
    size_t depth; /* of nested selections; introspection is bounded by its own rule */
    size_t aliases;
    size_t directives;
    size_t fields;       /* of an operation */
    size_t root_fields;  /* of them, those at its root */
    bool no_suggestions; /* leave "Did you mean" out */
};

enum {
    GQL_DEPTH_MOST = 200, /* nesting of anything while parsing: lists, objects, types, selections */
    GQL_CALLS_MOST = 250000, /* of resolvers in one request */
};

/* Section 2: a tree in the arena; NULL and one error when the text is no document. */
const struct gql_document *gql_parse(struct arena *a, struct gql_source source,
                                     const struct gql_limits *limits, struct gql_errors *errors);

/* Section 5: every rule that the document breaks, in graphql-js's words and order. */
void gql_validate(const struct gql_schema *schema, const struct gql_document *document,
                  const struct gql_limits *limits, struct gql_errors *errors);

/* A document that may be executed, with its operations. Counted, frozen, one loop's. */
struct gql_plan;
struct gql_operation;

/* Parses and validates; NULL and errors when it may not be executed. The text is copied. */
struct gql_plan *gql_plan_new(const struct gql_schema *schema, struct str text,
                              const struct gql_limits *limits, struct gql_errors *errors) must_use;
struct gql_plan *gql_plan_ref(struct gql_plan *plan) must_use;
struct gql_plan *gql_plan_unref(struct gql_plan *plan);
/* Bytes it holds, for a cache with a bound. */
size_t gql_plan_size(const struct gql_plan *plan);

/* Numbers its selections behind *last and moves that: gql_memo tells them apart so. Once, before it
 * is executed; a plan that was not numbered is executed without a memo. */
void gql_plan_number(struct gql_plan *plan, uint64_t *last);

/* GetOperation (section 6.1): name absent means the only one; NULL and an error otherwise. */
const struct gql_operation *gql_plan_operation(const struct gql_plan *plan, struct str name,
                                               struct gql_errors *errors);
enum gql_operation_type gql_operation_type(const struct gql_operation *operation);
/* Absent for an anonymous one. */
struct str gql_operation_name(const struct gql_operation *operation);
/* True when the response below the root field depends on who asks (GQL_LEAF_PER_VIEWER, @requires).
 */
bool gql_operation_per_viewer(const struct gql_operation *operation);

struct gql_request;

typedef void gql_done_fn(struct gql_request *r);
typedef enum status gql_authorize_fn(void *context, const struct gql_field_def *field);

/* One execution. The caller fills the first part and keeps the struct until done. */
struct gql_request {
    struct arena *arena;
    const struct gql_operation *operation;
    const struct json_value *variables; /* an object, or NULL */
    void *context;                      /* handed to resolvers */
    gql_authorize_fn *authorize; /* asked for every field with @requires, before it is resolved */
    const struct gql_memo *memo; /* or NULL */
    bool trusted;                /* the document is our own: resolvers are called without bound */
    struct str extensions;       /* a JSON object for the response's `extensions`, or absent */
    struct buf *out;             /* the response is appended */
    gql_done_fn *on_done;
    void *user;

    /* Results. */
    const void *source;    /* gql_subscribe(): what the root resolver gave, or NULL */
    struct str source_key; /* its field's response name: where later errors of the stream are */
    const struct gql_field_def *source_field;
    bool failed;              /* a request error: the response has no `data` */
    struct gql_errors errors; /* how they are told, the caller may say before */

    struct gql_execution *execution; /* the engine's own */
};

/* ExecuteRequest for a query or mutation. True: done, r->out holds the response, on_done is not
 * called. False: on_done is called once, later, from the answer to a wait. */
must_use bool gql_execute(struct gql_request *r);

/* CreateSourceEventStream: coerces, authorises and calls the root field's resolver, whose value is
 * r->source. Nothing is written when there is one; a response with errors when there is none. */
must_use bool gql_subscribe(struct gql_request *r);

/* The event's turn: the root field is `event`, the rest is executed as a query's would be. A
 * request of its own, with the same operation as the subscription's and the same variables, which
 * may be left out when gql_event_uses_variables() is false. */
must_use bool gql_execute_event(struct gql_request *r, const void *event);

/* Does an event's response depend on variables? Those of the root field alone are done with. */
must_use bool gql_event_uses_variables(const struct gql_operation *operation);

/* The variables that an event's response depends on (those used below the root field), as
 * canonical JSON: subscribers with the same operation and the same key share a rendering. */
struct str gql_event_key(struct arena *a, const struct gql_operation *operation,
                         const struct json_value *variables);
