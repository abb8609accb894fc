#include "graphql/schema_diff_gather.h"

static struct str directive_name(const void *list, size_t i)
{
    return ((const struct gql_directive_def *)list)[i].name;
}

static struct str location_name(const void *list, size_t i)
{
    return ((const struct str *)list)[i];
}

static struct gql_place place_of(const struct gql_diff_side *side,
                                 const struct gql_directive_def *directive)
{
    return directive->node ? gql_place_at(side, directive->node->name.at) : (struct gql_place){0};
}

static void tell_location(struct gql_diff *d, const struct gql_coordinate *owner, struct str name,
                          struct gql_place place, bool added)
{
    if (!added)
        gql_diff_add(d, GQL_BREAKING, "DIRECTIVE_LOCATION_REMOVED", owner, place,
                     "%.*s was removed from %.*s.", STR_ARG(name), STR_ARG(owner->of));
    else if (!gql_directive_is_of_the_language(owner->of))
        gql_diff_add(d, GQL_NON_BREAKING, "DIRECTIVE_LOCATION_ADDED", owner, place,
                     "%.*s was added to %.*s.", STR_ARG(name), STR_ARG(owner->of));
}

static struct gql_diff_names locations_of(const struct gql_directive_def *directive)
{
    return (struct gql_diff_names){
        .definition = directive->node, .list = directive->locations, .n = directive->n_locations};
}

static void diff_repeatable(struct gql_diff *d, const struct gql_coordinate *where,
                            struct gql_place place, bool was, bool is)
{
    if (was && !is)
        gql_diff_add(d, GQL_BREAKING, "DIRECTIVE_REPEATABLE_REMOVED", where, place,
                     "Repeatable flag was removed from %.*s.", STR_ARG(where->of));
    else if (is && !was && !gql_directive_is_of_the_language(where->of))
        gql_diff_add(d, GQL_NON_BREAKING, "DIRECTIVE_REPEATABLE_ADDED", where, place,
                     "Repeatable flag was added to %.*s.", STR_ARG(where->of));
}

static void diff_directive(struct gql_diff *d, const struct gql_coordinate *where,
                           const struct gql_directive_def *was, const struct gql_directive_def *is)
{
    bool of_language = gql_directive_is_of_the_language(is->name);
    struct gql_place place = place_of(&d->is, is);
    struct gql_diff_names old_locations = locations_of(was), new_locations = locations_of(is);

    if (!of_language)
        gql_diff_said(d, "DIRECTIVE", "", where, place,
                      (struct gql_said){.description = was->description},
                      (struct gql_said){.description = is->description});
    gql_diff_inputs(d, of_language ? GQL_DIFF_LANGUAGE_DIRECTIVE_ARG : GQL_DIFF_DIRECTIVE_ARG,
                    where, (struct gql_inputs){.defs = was->args, .n = was->n_args},
                    (struct gql_inputs){.defs = is->args, .n = is->n_args});
    diff_repeatable(d, where, place, was->repeatable, is->repeatable);
    gql_diff_names(d, location_name, tell_location, where, &old_locations, &new_locations);
}

void gql_diff_directives(struct gql_diff *d)
{
    const struct gql_schema *was = d->was.schema, *is = d->is.schema;
    struct gql_pairs pairs = gql_diff_match(d->arena, directive_name, was->directives,
                                            was->n_directives, is->directives, is->n_directives);

    for (size_t i = 0; i < pairs.n; i++) {
        struct gql_pair pair = pairs.items[i];
        struct gql_coordinate where = {.directive = true, .of = pair.name};
        if (pair.is == GQL_NOT_THERE)
            gql_diff_add(d, GQL_BREAKING, "DIRECTIVE_REMOVED", &where,
                         place_of(&d->was, &was->directives[pair.was]), "%.*s was removed.",
                         STR_ARG(pair.name));
        else if (pair.was == GQL_NOT_THERE)
            gql_diff_add(d, GQL_NON_BREAKING, "DIRECTIVE_ADDED", &where,
                         place_of(&d->is, &is->directives[pair.is]), "%.*s was added.",
                         STR_ARG(pair.name));
        else
            diff_directive(d, &where, &was->directives[pair.was], &is->directives[pair.is]);
    }
}
