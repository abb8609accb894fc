/*
 * Input objects that lead back to themselves through non-null fields: no finite value could be
 * given for one (section 3.10).
 */

#include "graphql/graphql.h"
#include "graphql/schema_check.h"

/* The fields gone through, from the outermost on, each with the type it is of. */
struct way {
    const struct gql_type *owners[GQL_DEPTH_MOST];
    const struct gql_input_def *fields[GQL_DEPTH_MOST];
    size_t n;
};

static const struct gql_type *required_object(const struct gql_input_def *field)
{
    const struct gql_type *of = field->type->kind == GQL_NON_NULL ? field->type->of : NULL;

    return of && of->kind == GQL_INPUT_OBJECT ? of : NULL;
}

/* Where the way passes a type; way->n when it does not. */
static size_t step_from(const struct way *way, const struct gql_type *type)
{
    size_t i = 0;

    while (i < way->n && way->owners[i] != type)
        i++;
    return i;
}

static void tell_circle(struct gql_schema_check *c, const struct way *way, size_t first)
{
    struct str names = way->fields[first]->name;
    struct gql_error *error;

    for (size_t i = first + 1; i < way->n; i++)
        names = arena_printf(c->errors->arena, "%.*s.%.*s", STR_ARG(names),
                             STR_ARG(way->fields[i]->name));
    error = gql_schema_error(c,
                             "Cannot reference Input Object \"%.*s\" within itself through a "
                             "series of non-null fields: \"%.*s\".",
                             STR_ARG(way->owners[first]->name), STR_ARG(names));
    for (size_t i = first; i < way->n; i++)
        gql_schema_error_at(c, error, way->fields[i]->node->at);
}

/* Each type is gone into once.
 * NOLINTNEXTLINE(misc-no-recursion): at most GQL_DEPTH_MOST steps. */
static void find_circles(struct gql_schema_check *c, const struct gql_type *type, struct way *way)
{
    if (gql_schema_seen(c, &c->visited, type))
        return;
    for (size_t i = 0; i < type->n_input_fields; i++) {
        const struct gql_input_def *field = &type->input_fields[i];
        const struct gql_type *next = required_object(field);
        size_t first;
        if (!next)
            continue;
        way->owners[way->n] = type;
        way->fields[way->n++] = field;
        first = step_from(way, next);
        if (first < way->n)
            tell_circle(c, way, first);
        else if (way->n == GQL_DEPTH_MOST)
            gql_schema_tell_too_deep(c, type->name, field);
        else
            find_circles(c, next, way);
        way->n--;
    }
}

void gql_schema_check_circles(struct gql_schema_check *c, const struct gql_type *type)
{
    struct way way = {.n = 0};

    find_circles(c, type, &way);
}
