#include "graphql/plan.h"

#include <assert.h>

#include "base/mem.h"
#include "graphql/validate.h"

/*
 * What is found out of an operation once: walk() goes over everything that is reachable from it,
 * each fragment once, and then the fields are collected if nothing in them waits for variables.
 */

struct walk {
    struct arena *arena;
    const struct gql_plan *plan;
    struct gql_operation *operation;
    struct gql_names seen;                 /* fragments, by name */
    const struct gql_fragment **fragments; /* found and not walked yet, then walked */
    size_t n_fragments;
    struct gql_names used; /* variables below the root field */
    bool conditional;      /* @skip or @include with a variable */
};

/* Where the walk is: the selections of a type, below the root field or at it. */
struct level {
    const struct gql_type *type;
    bool below;
};

static void walk_selections(struct walk *w, const struct gql_selection_set *selections,
                            struct level at);

/* NOLINTNEXTLINE(misc-no-recursion): literals nest no deeper than the parser lets them. */
static void use_literal(struct walk *w, const struct gql_literal *literal)
{
    if (literal->kind == GQL_LITERAL_VARIABLE)
        *gql_names_at(&w->used, w->arena, literal->text) = w->operation;
    for (const struct gql_literal *item = literal->items; item; item = item->next)
        use_literal(w, item);
}

static void use_arguments(struct walk *w, const struct gql_argument *arguments)
{
    for (; arguments; arguments = arguments->next)
        use_literal(w, arguments->value);
}

static bool is_conditional(const struct gql_directive *directive)
{
    if (!str_eq(directive->name.text, STR("skip")) && !str_eq(directive->name.text, STR("include")))
        return false;
    return directive->arguments && directive->arguments->value->kind == GQL_LITERAL_VARIABLE;
}

static void walk_directives(struct walk *w, const struct gql_directive *directives, struct level at)
{
    for (; directives; directives = directives->next) {
        if (is_conditional(directives))
            w->conditional = true;
        if (at.below)
            use_arguments(w, directives->arguments);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): selections nest no deeper than the parser lets them. */
static void walk_field(struct walk *w, const struct gql_selection *field, struct level at)
{
    const struct gql_field_def *def = gql_type_field(w->plan->schema, at.type, field->name.text);

    if (!def)
        return;
    if (at.below)
        use_arguments(w, field->arguments);
    if (def->leaf && def->leaf->per_viewer)
        w->operation->per_viewer = true;
    if (field->selection_set)
        walk_selections(w, field->selection_set,
                        (struct level){.type = gql_type_named(def->type), .below = true});
}

/* A fragment that is spread at the root and again below it is walked for both. */
static void find_fragment(struct walk *w, struct str name, struct level at)
{
    const struct gql_fragment *fragment = gql_names_get(&w->plan->fragments, name);
    void **seen = gql_names_at(&w->seen, w->arena, name);

    if (!fragment || *seen)
        return;
    *seen = w->operation;
    w->fragments[w->n_fragments++] = fragment;
}

static struct level conditioned(const struct walk *w, struct str condition, struct level at)
{
    const struct gql_type *type = condition.p ? gql_schema_type(w->plan->schema, condition) : NULL;

    return type ? (struct level){.type = type, .below = at.below} : at;
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void walk_selections(struct walk *w, const struct gql_selection_set *selections,
                            struct level at)
{
    for (const struct gql_selection *s = selections->first; s; s = s->next) {
        walk_directives(w, s->directives, at);
        switch (s->kind) {
        case GQL_SELECTION_FIELD:
            walk_field(w, s, at);
            break;
        case GQL_SELECTION_SPREAD:
            find_fragment(w, s->name.text, at);
            break;
        case GQL_SELECTION_INLINE:
            walk_selections(w, s->selection_set, conditioned(w, s->type_condition.text, at));
            break;
        }
    }
}
