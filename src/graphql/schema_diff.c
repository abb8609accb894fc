#include "graphql/schema_diff.h"

#include "graphql/schema_diff_gather.h"

const char *gql_criticality_name(enum gql_criticality criticality)
{
    switch (criticality) {
    case GQL_NON_BREAKING:
        return "NON_BREAKING";
    case GQL_DANGEROUS:
        return "DANGEROUS";
    case GQL_BREAKING:
        return "BREAKING";
    }
    return "";
}

static struct gql_diff_extension *extend(struct arena *a, struct gql_diff_extension *first,
                                         const struct gql_definition *definition)
{
    struct gql_diff_extension *extension = arena_new(a, struct gql_diff_extension);

    extension->definition = definition;
    if (!first)
        first = extension;
    else
        first->last->next = extension;
    first->last = extension;
    return first;
}

static void index_side(struct arena *a, struct gql_diff_side *side, const struct gql_schema *schema)
{
    side->schema = schema;
    for (size_t i = 0; i < schema->n_directives; i++)
        *gql_names_at(&side->directives, a, schema->directives[i].name) =
            (void *)&schema->directives[i];
    for (const struct gql_definition *def = schema->document->definitions; def; def = def->next) {
        if (def->kind == GQL_DEFINITION_SCHEMA && !def->extend) {
            side->definition = def;
        } else if (def->kind == GQL_DEFINITION_SCHEMA) {
            side->extensions = extend(a, side->extensions, def);
        } else if (def->extend) {
            void **first = gql_names_at(&side->types, a, def->name.text);
            *first = extend(a, *first, def);
        }
    }
}

/* graphql-js does not look at root types: whoever has a new name for one breaks fragments on it,
 * and whoever has none breaks the operation. */
static void diff_root(struct gql_diff *d, const char *type, const char *operation,
                      const struct gql_type *was, const struct gql_type *is)
{
    struct gql_coordinate schema = {0};

    if (is && !was)
        gql_diff_add(d, GQL_NON_BREAKING, type, &schema, gql_place_of_type(&d->is, is),
                     "Schema %s type was set to %.*s.", operation, STR_ARG(is->name));
    else if (was && !is && gql_schema_type(d->is.schema, was->name)) /* else its removal is told */
        gql_diff_add(d, GQL_BREAKING, type, &schema, gql_place_of_type(&d->was, was),
                     "Schema %s type %.*s was removed.", operation, STR_ARG(was->name));
    else if (was && is && !str_eq(was->name, is->name))
        gql_diff_add(d, GQL_BREAKING, type, &schema, gql_place_of_type(&d->is, is),
                     "Schema %s type changed from %.*s to %.*s.", operation, STR_ARG(was->name),
                     STR_ARG(is->name));
}

static struct gql_said said_of_schema(const struct gql_diff_side *side)
{
    return (struct gql_said){.description = side->schema->description,
                             .directives = side->definition ? side->definition->directives : NULL,
                             .extensions = side->extensions};
}

static void diff_schema(struct gql_diff *d)
{
    const struct gql_schema *was = d->was.schema, *is = d->is.schema;
    const struct gql_definition *definition = d->is.definition;
    struct gql_coordinate schema = {0};

    diff_root(d, "SCHEMA_QUERY_TYPE_CHANGED", "query", was->query, is->query);
    diff_root(d, "SCHEMA_MUTATION_TYPE_CHANGED", "mutation", was->mutation, is->mutation);
    diff_root(d, "SCHEMA_SUBSCRIPTION_TYPE_CHANGED", "subscription", was->subscription,
              is->subscription);
    gql_diff_said(d, "SCHEMA", "SCHEMA", &schema,
                  definition ? gql_place_at(&d->is, definition->at) : (struct gql_place){0},
                  said_of_schema(&d->was), said_of_schema(&d->is));
}

struct gql_changes gql_schema_diff(struct arena *arena, const struct gql_schema *old_schema,
                                   const struct gql_schema *new_schema)
{
    struct gql_diff d = {.arena = arena};
    struct gql_change *items;
    size_t n = 0;

    index_side(arena, &d.was, old_schema);
    index_side(arena, &d.is, new_schema);
    diff_schema(&d);
    gql_diff_types(&d);
    gql_diff_directives(&d);
    for (size_t i = 0; i < array_size(d.lists); i++)
        n += d.lists[i].n;
    items = arena_array(arena, struct gql_change, n);
    n = 0;
    for (size_t i = array_size(d.lists); i-- > 0;) {
        if (d.lists[i].n)
            memcpy(&items[n], d.lists[i].items, d.lists[i].n * sizeof(*items));
        n += d.lists[i].n;
    }
    return (struct gql_changes){.items = items, .n = n};
}
