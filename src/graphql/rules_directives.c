/* Section 5.7: Directives. */

#include "graphql/validate.h"

static bool allows(const struct gql_directive_def *def, const char *location)
{
    for (size_t i = 0; i < def->n_locations; i++) {
        if (str_eq_c(def->locations[i], location))
            return true;
    }
    return false;
}

/* 5.7.1 Directives Are Defined; 5.7.2 Directives Are in Valid Locations. */
void gql_known_directives(struct gql_validation *v, const struct gql_directive *directive,
                          const char *location)
{
    struct str name = directive->name.text;

    if (!v->directive)
        gql_find_at(
            v,
            gql_find(v, GQL_RULE_KNOWN_DIRECTIVES, "Unknown directive \"@%.*s\".", STR_ARG(name)),
            directive->at);
    else if (!allows(v->directive, location))
        gql_find_at(v,
                    gql_find(v, GQL_RULE_KNOWN_DIRECTIVES,
                             "Directive \"@%.*s\" may not be used on %s.", STR_ARG(name), location),
                    directive->at);
}

/* 5.7.3 Directives Are Unique per Location. */
void gql_unique_directives_per_location(struct gql_validation *v,
                                        const struct gql_directive *directives)
{
    struct gql_names seen = {0};

    if (!directives || !directives->next)
        return;
    for (const struct gql_directive *d = directives; d; d = d->next) {
        const struct gql_directive_def *def = gql_schema_directive(v->schema, d->name.text);
        struct gql_finding *finding;
        void **first;

        if (!def || def->repeatable)
            continue;
        first = gql_names_at(&seen, v->arena, d->name.text);
        if (!*first) {
            *first = (void *)d;
            continue;
        }
        finding = gql_find(v, GQL_RULE_UNIQUE_DIRECTIVES_PER_LOCATION,
                           "The directive \"@%.*s\" can only be used once at this location.",
                           STR_ARG(d->name.text));
        gql_find_at(v, finding, ((const struct gql_directive *)*first)->at);
        gql_find_at(v, finding, d->at);
    }
}
