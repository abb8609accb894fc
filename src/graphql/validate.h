#pragma once

/*
 * What the rules of validation share (specification, section 5): the document's definitions, where
 * the walk stands and what types hold there, and the errors found. For validate*.c, rules_*.c and
 * overlap*.c alone; everybody else calls gql_validate().
 *
 * The document is walked once. Some rules can only answer when all of it has been seen: what an
 * operation uses stands in fragments further down. So every error carries its place in
 * graphql-js's order, a moment of the walk and a rule, and they are sorted at the end.
 *
 * Selections and values nest no deeper than the parser lets them (GQL_DEPTH_MOST), so the walk may
 * recurse. Fragments that spread fragments may go on for thousands: whatever follows spreads keeps
 * a stack of its own.
 */

#include "graphql/graphql.h"
#include "graphql/names.h"
#include "graphql/row.h"

/* In the order in which graphql-js asks them. */
enum gql_rule {
    GQL_RULE_EXECUTABLE_DEFINITIONS,
    GQL_RULE_KNOWN_OPERATION_TYPES,
    GQL_RULE_UNIQUE_OPERATION_NAMES,
    GQL_RULE_LONE_ANONYMOUS_OPERATION,
    GQL_RULE_SINGLE_FIELD_SUBSCRIPTIONS,
    GQL_RULE_KNOWN_TYPE_NAMES,
    GQL_RULE_FRAGMENTS_ON_COMPOSITE_TYPES,
    GQL_RULE_VARIABLES_ARE_INPUT_TYPES,
    GQL_RULE_SCALAR_LEAFS,
    GQL_RULE_FIELDS_ON_CORRECT_TYPE,
    GQL_RULE_UNIQUE_FRAGMENT_NAMES,
    GQL_RULE_KNOWN_FRAGMENT_NAMES,
    GQL_RULE_NO_UNUSED_FRAGMENTS,
    GQL_RULE_POSSIBLE_FRAGMENT_SPREADS,
    GQL_RULE_NO_FRAGMENT_CYCLES,
    GQL_RULE_UNIQUE_VARIABLE_NAMES,
    GQL_RULE_NO_UNDEFINED_VARIABLES,
    GQL_RULE_NO_UNUSED_VARIABLES,
    GQL_RULE_KNOWN_DIRECTIVES,
    GQL_RULE_UNIQUE_DIRECTIVES_PER_LOCATION,
    GQL_RULE_KNOWN_ARGUMENT_NAMES,
    GQL_RULE_UNIQUE_ARGUMENT_NAMES,
    GQL_RULE_VALUES_OF_CORRECT_TYPE,
    GQL_RULE_PROVIDED_REQUIRED_ARGUMENTS,
    GQL_RULE_VARIABLES_IN_ALLOWED_POSITION,
    GQL_RULE_OVERLAPPING_FIELDS_CAN_BE_MERGED,
    GQL_RULE_UNIQUE_INPUT_FIELD_NAMES,
    GQL_RULE_MAX_INTROSPECTION_DEPTH,
    GQL_RULES,
};

/* An error on its way to the list. */
struct gql_finding {
    struct str message;
    uint32_t *places; /* offsets in the source */
    size_t n_places;
    size_t moment;
    enum gql_rule rule;
    size_t nth; /* of all, in the order found */
    struct gql_finding *next;
};

/* A variable where a value may stand. */
struct gql_usage {
    const struct gql_literal *variable;
    const struct gql_type *type;   /* expected there; NULL when unknown */
    const struct gql_type *parent; /* the list's or input object's around it, or NULL */
    bool has_default;              /* the argument or input field has one */
    bool is_member;                /* of an input object */
    struct gql_usage *next;
};

/* An operation or fragment, and what the walk learnt about it. */
struct gql_checked {
    const struct gql_definition *node;
    const struct gql_type *type; /* root type, or the type condition's; NULL when unknown */
    size_t entered;              /* moments of the walk */
    size_t left;
    struct gql_row variable_types; /* as its variables are defined; NULL: an unknown one */
    struct gql_usage *usages;      /* in document order */
    struct gql_usage **usages_end;
    bool has_spreads;
    size_t introspected; /* one more than the lists above it, when found shallow enough below */

    bool spreads_known;
    struct gql_row spreads; /* gql_spreads() */
    size_t reached;         /* the last search that came here, or 0 */
};

/* A selection set that OverlappingFieldsCanBeMerged will look at: one of an operation, fragment or
 * field in which two fields can meet. */
struct gql_level_seen {
    const struct gql_selection_set *set;
    const struct gql_type *parent_type; /* NULL when not composite */
    size_t moment;
    struct gql_level_seen *next;
};

/* The input type that holds at a value, as graphql-js's TypeInfo has it. */
struct gql_input_place {
    const struct gql_type *type;   /* NULL when unknown */
    const struct gql_type *parent; /* of the value around this one, or NULL */
    bool has_default;
    bool is_member; /* of an input object */
};

struct gql_validation {
    const struct gql_schema *schema;
    const struct gql_document *document;
    const struct gql_limits *limits;
    struct arena *arena; /* ends with the validation */

    struct gql_checked *definitions; /* operations and fragments, in document order */
    size_t n_definitions;
    size_t n_operations;
    struct gql_names fragments;       /* to struct gql_checked; of two with one name, the later */
    struct gql_names operations_seen; /* to struct gql_definition: the first of each name */
    struct gql_names fragments_seen;
    size_t searches; /* counts them: see reached */
    size_t work;     /* steps taken: see gql_validate_counted() */

    /* Where the walk stands. */
    size_t moment;
    struct gql_checked *current;
    const struct gql_type *type;        /* of the selection around; NULL when unknown */
    const struct gql_type *parent_type; /* of the selection set around; NULL when not composite */
    const struct gql_field_def *field;  /* the field around; NULL when unknown */
    const struct gql_directive_def *directive; /* the directive around; NULL when unknown */
    bool introspection_refused;                /* below a field that was too deep */

    struct gql_level_seen *levels; /* in the order of the walk */
    struct gql_level_seen **levels_end;
    bool has_spreads;

    struct gql_finding *findings;
    struct gql_finding **findings_end;
    size_t n_findings;
    size_t found[GQL_RULES];
    bool aborted; /* at this moment, by this rule: what comes later is not told */
    size_t aborted_moment;
    enum gql_rule aborted_rule;
};

/* gql_validate(), and how many steps it took: for tests, which cannot trust a clock. */
void gql_validate_counted(const struct gql_schema *schema, const struct gql_document *document,
                          const struct gql_limits *limits, struct gql_errors *errors,
                          size_t *ret_work);

/* findings (validate_errors.c) */

/* A new error of the rule, now. Its places follow. All three are cold: what leads to a mistake is
 * kept out of the way of documents that have none. */
struct gql_finding *gql_find(struct gql_validation *v, enum gql_rule rule, const char *format, ...)
    printf_like(3, 4) __attribute__((cold));
/* The same with a message that is ready, NUL in it or not. */
struct gql_finding *gql_find_message(struct gql_validation *v, enum gql_rule rule,
                                     struct str message) __attribute__((cold));
void gql_find_at(struct gql_validation *v, struct gql_finding *finding, uint32_t at)
    __attribute__((cold));
/* More errors of this rule cannot be told any more: spare the search for words. */
bool gql_found_enough(const struct gql_validation *v, enum gql_rule rule);
/* Too much work: "Validation aborted." stands for all that would follow. */
void gql_abort(struct gql_validation *v, enum gql_rule rule);
/* The errors, sorted, at most GQL_ERRORS_MOST and one, to the caller's list. */
void gql_report(struct gql_validation *v, struct gql_errors *errors);

/* the walk (validate.c) */

/* NULL when there is none. */
struct gql_checked *gql_fragment(const struct gql_validation *v, struct str name);
/* graphql-js's getFragmentSpreads(): the spreads of a definition, those of a selection set before
 * those of the sets within, and the last of these first. */
const struct gql_row *gql_spreads(struct gql_validation *v, struct gql_checked *definition);
/* Where the definition begins, its description included. */
uint32_t gql_definition_at(const struct gql_definition *definition);
uint32_t gql_variable_definition_at(const struct gql_variable_definition *variable);

/* limits (validate_limits.c): false, and an error, when the document is past one of them. */
must_use bool gql_check_limits(struct gql_validation *v, struct gql_errors *errors);

/* rules_operations.c */
void gql_executable_definitions(struct gql_validation *v);
void gql_known_operation_types(struct gql_validation *v, const struct gql_definition *operation);
void gql_unique_operation_names(struct gql_validation *v, const struct gql_definition *operation);
void gql_lone_anonymous_operation(struct gql_validation *v, const struct gql_definition *operation);
void gql_single_field_subscriptions(struct gql_validation *v,
                                    const struct gql_definition *operation);

/* rules_fields.c */
void gql_scalar_leafs(struct gql_validation *v, const struct gql_selection *field);
void gql_fields_on_correct_type(struct gql_validation *v, const struct gql_selection *field);
void gql_max_introspection_depth(struct gql_validation *v, const struct gql_selection *field);

/* rules_fragments.c */
void gql_known_type_names(struct gql_validation *v, struct gql_name name);
void gql_fragments_on_composite_types(struct gql_validation *v, struct gql_name fragment,
                                      struct gql_name type_condition);
void gql_unique_fragment_names(struct gql_validation *v, const struct gql_definition *fragment);
void gql_known_fragment_names(struct gql_validation *v, const struct gql_selection *spread);
void gql_possible_fragment_spreads(struct gql_validation *v, const struct gql_selection *fragment);
/* The fragments (struct gql_checked) that an operation reaches, in graphql-js's order; those of all
 * operations together when it is NULL. */
struct gql_row gql_reachable(struct gql_validation *v, struct gql_checked *operation);
/* Those that ask when all has been seen. */
void gql_no_unused_fragments(struct gql_validation *v);
void gql_no_fragment_cycles(struct gql_validation *v);

/* rules_variables.c */
void gql_unique_variable_names(struct gql_validation *v, const struct gql_definition *operation);
void gql_variables_are_input_types(struct gql_validation *v,
                                   const struct gql_variable_definition *variable,
                                   const struct gql_type *type);
/* NoUndefinedVariables, NoUnusedVariables and VariablesInAllowedPosition, of every operation, when
 * all has been seen. */
void gql_variable_rules(struct gql_validation *v);

/* rules_directives.c */
void gql_known_directives(struct gql_validation *v, const struct gql_directive *directive,
                          const char *location);
void gql_unique_directives_per_location(struct gql_validation *v,
                                        const struct gql_directive *directives);

/* rules_arguments.c */
void gql_known_argument_names(struct gql_validation *v, const struct gql_argument *argument);
void gql_known_argument_names_on_directives(struct gql_validation *v,
                                            const struct gql_directive *directive);
void gql_unique_argument_names(struct gql_validation *v, const struct gql_argument *arguments);
void gql_provided_required_arguments(struct gql_validation *v, const struct gql_selection *field);
void gql_provided_required_arguments_on_directives(struct gql_validation *v,
                                                   const struct gql_directive *directive);

/* rules_values.c */

/* ValuesOfCorrectType on the way down; false when its parts are nobody's business. */
bool gql_values_of_correct_type(struct gql_validation *v, const struct gql_literal *value,
                                struct gql_input_place place);
void gql_values_of_correct_type_field(struct gql_validation *v, const struct gql_literal *field,
                                      struct gql_input_place place);
void gql_unique_input_field_names(struct gql_validation *v, struct gql_names *known,
                                  const struct gql_literal *field);

/* overlap_quick.c: true when no two fields of the document can be in each other's way, found in
 * almost linear time. */
must_use bool gql_surely_merges(struct gql_validation *v);

/* overlap.c: OverlappingFieldsCanBeMerged, when all has been seen. */
void gql_overlapping_fields_can_be_merged(struct gql_validation *v);
