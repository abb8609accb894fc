#pragma once

/*
 * What a client is told: GraphQL errors (section 7.1.2), gathered in an arena in the order found.
 * What is told of each status stands in base/status.c.
 */

#include "base/arena.h"
#include "base/json_out.h"
#include "base/status.h"
#include "graphql/ast.h"

enum {
    GQL_ERRORS_MOST = 100, /* then one more that says so, and no others */
};

/* A response path, innermost first, as it grows on the way down. */
struct gql_path {
    const struct gql_path *parent;
    struct str key; /* absent: an index */
    size_t index;
};

struct gql_error {
    enum status status;
    struct str message;
    const struct gql_location *locations;
    size_t n_locations;
    const struct gql_path *path; /* NULL without one */
    struct str argument;         /* extensions.argument, or absent */
    struct str cause;            /* of a fault: for the log, never sent; or absent */
    struct str extensions; /* further members of extensions: `"retryAfterMs":500`, or absent */
    struct gql_error *next;
};

/* Where a place was sought last: the next one mostly stands nearby. */
struct gql_latest_place {
    const char *body; /* the source's; NULL: none was sought yet */
    uint32_t at;
    struct gql_location location;
};

struct gql_errors {
    struct arena *arena;
    struct gql_error *first;
    struct gql_error *last;
    size_t count;
    uint64_t request_id; /* told to the client with every fault, to be found in the log; 0: none */
    bool typed;          /* errorType and errorCode are written, as AppSync's clients expect them */
    struct gql_latest_place latest;
};

void gql_errors_init(struct gql_errors *errors, struct arena *arena);

/* There are none any more; how they are told stays. */
void gql_errors_clear(struct gql_errors *errors);

/* True once GQL_ERRORS_MOST are in: stop looking for more. */
bool gql_errors_full(const struct gql_errors *errors);

/* A new error at the end, its message printed, its members to be filled by the caller. Past the
 * bound the returned error is in no list. */
struct gql_error *gql_error_add(struct gql_errors *errors, enum status status, const char *format,
                                ...) printf_like(3, 4);

/* Adds one location; sources outlive the errors. To an error in no list nothing is added: there
 * may be thousands past the bound, and finding a place takes as long as the source. */
void gql_error_at(struct gql_errors *errors, struct gql_error *error,
                  const struct gql_source *source, uint32_t at);

/* The array itself: `[{"message":…,"locations":…,"path":…,"extensions":{"code":…}},…]`. */
void gql_errors_write(const struct gql_errors *errors, struct json_out *j);
