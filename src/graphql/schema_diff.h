#pragma once

/*
 * What changed from one schema to another, and whom it hurts.
 *
 * A change is BREAKING when a document or a program that was right may now be wrong, DANGEROUS when
 * it stays right but may behave otherwise, NON_BREAKING else: the verdicts, types and messages of
 * graphql-js's findBreakingChanges() and findDangerousChanges(). Beyond those, whatever a reader of
 * the two SDL texts could tell apart is a change too, order and spelling aside:
 *
 *     TYPE_ADDED, FIELD_ADDED, {ARG,INPUT_FIELD}_DEFAULT_VALUE_ADDED, DIRECTIVE_ADDED,
 *     OPTIONAL_DIRECTIVE_ARG_ADDED, DIRECTIVE_ARG_DEFAULT_VALUE_ADDED,
 *     DIRECTIVE_{LOCATION,REPEATABLE}_ADDED
 *     {FIELD,ARG,INPUT_FIELD,DIRECTIVE_ARG}_TYPE_CHANGED, so that what was right stays right
 *     {SCHEMA,TYPE,FIELD,ARG,INPUT_FIELD,ENUM_VALUE,DIRECTIVE,DIRECTIVE_ARG}
 *         _DESCRIPTION_{ADDED,REMOVED,CHANGED}
 *     {FIELD,ARG,INPUT_FIELD,ENUM_VALUE,DIRECTIVE_ARG}_DEPRECATION_{ADDED,REMOVED},
 *         …_DEPRECATION_REASON_{ADDED,REMOVED,CHANGED}
 *     TYPE_SPECIFIED_BY_URL_{ADDED,REMOVED,CHANGED}, TYPE_ONE_OF_REMOVED
 *     DIRECTIVE_USAGE_<location>_{ADDED,REMOVED}, DIRECTIVE_USAGE_ARGUMENT_{ADDED,REMOVED,CHANGED}:
 *         a directive that is applied to a thing of the schema, those of the language aside
 *
 * Of these hurt, though graphql-js does not say so:
 *
 *     SCHEMA_{QUERY,MUTATION,SUBSCRIPTION}_TYPE_CHANGED    BREAKING, but where there was none; not
 *                                                          told of a type that was removed
 *     TYPE_ONE_OF_ADDED                                    BREAKING
 *     DIRECTIVE_ARG_CHANGED_KIND                           BREAKING, as ARG_CHANGED_KIND
 *     {INPUT_FIELD,DIRECTIVE_ARG}_DEFAULT_VALUE_CHANGE     DANGEROUS, as ARG_DEFAULT_VALUE_CHANGE
 *     DIRECTIVE_USAGE_… of @requires and @length           DANGEROUS, as the engine enforces them;
 *                                                          taken away they hurt nobody
 *
 * What is new, or is of another kind now, is told as a whole, without what it holds. Of a directive
 * of the language only what breaks is told. Nothing is said of applied directives where one schema
 * is introspected: introspection does not know them.
 *
 * Time and memory grow with the schemas' size. A default that rests on so many others that it would
 * be very long is compared as it is written.
 *
 * Owner: the changes and their texts live in the arena.
 */

#include "graphql/schema.h"

enum gql_criticality {
    GQL_NON_BREAKING,
    GQL_DANGEROUS,
    GQL_BREAKING,
};

/* "NON_BREAKING", … */
const char *gql_criticality_name(enum gql_criticality criticality);

struct gql_change {
    enum gql_criticality criticality;
    const char *type; /* what kind of change: "FIELD_REMOVED", … */
    struct str path;  /* the schema coordinate: "Query.room(id:)", "Kind.DIRECT", "@tag"; absent for
                         the schema */
    struct str message;              /* a sentence */
    const struct gql_source *source; /* of the schema in which `at` stands; NULL without a place */
    uint32_t at;                     /* in the new schema where it has the thing, else in the old */
};

struct gql_changes {
    const struct gql_change *items; /* the most critical first, then in the order of the schemas */
    size_t n;
};

/* Both schemas outlive the arena. */
struct gql_changes gql_schema_diff(struct arena *arena, const struct gql_schema *old_schema,
                                   const struct gql_schema *new_schema);
