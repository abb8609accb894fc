/*
 * What anything in a schema may say of itself, whatever its kind: a description, a deprecation,
 * and the directives applied to it. Of those, the language's own are told for what they mean.
 */

#include "graphql/coerce.h"
#include "graphql/print.h"
#include "graphql/schema_check.h"
#include "graphql/schema_diff_gather.h"

/* One thing that both schemas have. */
struct thing {
    const char *prefix;
    const char *location;
    const struct gql_coordinate *where;
    struct gql_place place;
};

/* As messages name it. */
static struct str shown(struct gql_diff *d, const struct thing *t)
{
    return t->where->of.p ? gql_coordinate_text(d->arena, t->where) : STR("the schema");
}

static const char *type_of(struct gql_diff *d, const struct thing *t, const char *what)
{
    return arena_printf(d->arena, "%s_%s", t->prefix, what).p;
}

static void diff_description(struct gql_diff *d, const struct thing *t, struct str was,
                             struct str is)
{
    const char *what = was.n == 0 ? "ADDED" : is.n == 0 ? "REMOVED" : "CHANGED";
    const char *verb = was.n == 0 ? "added" : is.n == 0 ? "removed" : "changed";
    struct str name;

    if (str_eq(was, is))
        return;
    name = shown(d, t);
    gql_diff_add(d, GQL_NON_BREAKING,
                 arena_printf(d->arena, "%s_DESCRIPTION_%s", t->prefix, what).p, t->where, t->place,
                 "Description of %.*s was %s.", STR_ARG(name), verb);
}

static void diff_reason(struct gql_diff *d, const struct thing *t, struct str was, struct str is)
{
    struct str none = STR("No longer supported"), name = shown(d, t);

    if (str_eq(was, is))
        return;
    if (str_eq(was, none))
        gql_diff_add(d, GQL_NON_BREAKING, type_of(d, t, "DEPRECATION_REASON_ADDED"), t->where,
                     t->place, "%.*s has deprecation reason \"%.*s\".", STR_ARG(name), STR_ARG(is));
    else if (str_eq(is, none))
        gql_diff_add(d, GQL_NON_BREAKING, type_of(d, t, "DEPRECATION_REASON_REMOVED"), t->where,
                     t->place, "Deprecation reason of %.*s was removed.", STR_ARG(name));
    else
        gql_diff_add(d, GQL_NON_BREAKING, type_of(d, t, "DEPRECATION_REASON_CHANGED"), t->where,
                     t->place, "Deprecation reason of %.*s changed from \"%.*s\" to \"%.*s\".",
                     STR_ARG(name), STR_ARG(was), STR_ARG(is));
}

static void diff_deprecation(struct gql_diff *d, const struct thing *t, struct str was,
                             struct str is)
{
    struct str name;

    if (!was.p && !is.p)
        return;
    name = shown(d, t);
    if (was.p && is.p)
        diff_reason(d, t, was, is);
    else if (is.p)
        gql_diff_add(d, GQL_NON_BREAKING, type_of(d, t, "DEPRECATION_ADDED"), t->where, t->place,
                     "%.*s is deprecated: \"%.*s\".", STR_ARG(name), STR_ARG(is));
    else if (was.p)
        gql_diff_add(d, GQL_NON_BREAKING, type_of(d, t, "DEPRECATION_REMOVED"), t->where, t->place,
                     "%.*s is no longer deprecated.", STR_ARG(name));
}

/* A directive that is applied to the thing. */
struct usage {
    const struct gql_directive *directive;
    const struct gql_directive_def *def;
    struct gql_place place;
    struct str text; /* `@length(max: 4000)`, in one spelling */
};

struct usages {
    struct usage *items;
    size_t n;
};

static struct str usage_text(const void *list, size_t i)
{
    return ((const struct usage *)list)[i].text;
}

static struct str usage_name(const void *list, size_t i)
{
    return ((const struct usage *)list)[i].directive->name.text;
}

/* In one spelling; absent when the argument is not given. */
static struct str value_of(struct arena *a, const struct usage *usage, struct str name)
{
    const struct gql_argument *arg = usage->directive->arguments;
    const struct gql_input_def *def;
    struct gql_value value;

    while (arg && !str_eq(arg->name.text, name))
        arg = arg->next;
    if (!arg)
        return STR_NULL;
    def = gql_input_find(usage->def->args, usage->def->n_args, name);
    if (!gql_coerce_literal(a, def->type, arg->value, NULL, &value))
        return gql_print_literal(a, arg->value);
    return gql_diff_value(a, def->type, &value, arg->value);
}

/* Its arguments in the order of the definition. */
static struct str print_usage(struct arena *a, const struct usage *usage)
{
    struct str text = arena_printf(a, "@%.*s", STR_ARG(usage->directive->name.text));
    const char *before = "(", *end = "";

    for (size_t i = 0; usage->directive->arguments && i < usage->def->n_args; i++) {
        struct str name = usage->def->args[i].name, value = value_of(a, usage, name);
        if (!value.p)
            continue;
        text = arena_printf(a, "%.*s%s%.*s: %.*s", STR_ARG(text), before, STR_ARG(name),
                            STR_ARG(value));
        before = ", ";
        end = ")";
    }
    return arena_printf(a, "%.*s%s", STR_ARG(text), end);
}

static size_t count(const struct gql_directive *directives)
{
    size_t n = 0;

    for (const struct gql_directive *directive = directives; directive; directive = directive->next)
        n++;
    return n;
}

static void gather(struct arena *a, const struct gql_diff_side *side,
                   const struct gql_directive *directives, struct usages *usages)
{
    for (const struct gql_directive *directive = directives; directive;
         directive = directive->next) {
        struct usage *usage = &usages->items[usages->n];
        if (gql_directive_is_of_the_language(directive->name.text))
            continue;
        usage->directive = directive;
        usage->def = gql_names_get(&side->directives, directive->name.text);
        usage->place = gql_place_at(side, directive->at);
        usage->text = print_usage(a, usage);
        usages->n++;
    }
}

/* All but the language's own. */
static struct usages usages_of(struct arena *a, const struct gql_diff_side *side,
                               const struct gql_said *said)
{
    struct usages usages = {0};
    size_t n = count(said->directives);

    for (const struct gql_diff_extension *e = said->extensions; e; e = e->next)
        n += count(e->definition->directives);
    usages.items = arena_array(a, struct usage, n);
    gather(a, side, said->directives, &usages);
    for (const struct gql_diff_extension *e = said->extensions; e; e = e->next)
        gather(a, side, e->definition->directives, &usages);
    return usages;
}

/* What a directive does is its server's business, but these two the engine itself enforces: a
 * request that was granted may now be refused. */
static enum gql_criticality criticality_of(const struct usage *usage)
{
    struct str name = usage->directive->name.text;

    return str_eq_c(name, "requires") || str_eq_c(name, "length") ? GQL_DANGEROUS
                                                                  : GQL_NON_BREAKING;
}

static const char *usage_type(struct gql_diff *d, const struct thing *t, const char *what)
{
    return arena_printf(d->arena, "DIRECTIVE_USAGE_%s_%s", t->location, what).p;
}

static void diff_argument(struct gql_diff *d, const struct thing *t, const struct usage *usage,
                          struct str arg, struct str was, struct str is)
{
    struct str directive = usage->directive->name.text, name = shown(d, t);

    if (str_eq(was, is))
        return;
    if (!was.p)
        gql_diff_add(d, criticality_of(usage), "DIRECTIVE_USAGE_ARGUMENT_ADDED", t->where,
                     usage->place, "Argument %.*s: %.*s was added to directive @%.*s of %.*s.",
                     STR_ARG(arg), STR_ARG(is), STR_ARG(directive), STR_ARG(name));
    else if (!is.p)
        gql_diff_add(d, criticality_of(usage), "DIRECTIVE_USAGE_ARGUMENT_REMOVED", t->where,
                     usage->place, "Argument %.*s was removed from directive @%.*s of %.*s.",
                     STR_ARG(arg), STR_ARG(directive), STR_ARG(name));
    else
        gql_diff_add(d, criticality_of(usage), "DIRECTIVE_USAGE_ARGUMENT_CHANGED", t->where,
                     usage->place,
                     "Argument %.*s of directive @%.*s of %.*s changed from %.*s to %.*s.",
                     STR_ARG(arg), STR_ARG(directive), STR_ARG(name), STR_ARG(was), STR_ARG(is));
}

static void diff_arguments(struct gql_diff *d, const struct thing *t, const struct usage *was,
                           const struct usage *is)
{
    for (const struct gql_argument *arg = was->directive->arguments; arg; arg = arg->next)
        diff_argument(d, t, is, arg->name.text, value_of(d->arena, was, arg->name.text),
                      value_of(d->arena, is, arg->name.text));
    for (const struct gql_argument *arg = is->directive->arguments; arg; arg = arg->next)
        if (!value_of(d->arena, was, arg->name.text).p)
            diff_argument(d, t, is, arg->name.text, STR_NULL,
                          value_of(d->arena, is, arg->name.text));
}

/* The usages that were not among the pairs' equal ones. */
static struct usages unmatched(struct arena *a, const struct usages *all,
                               const struct gql_pairs *pairs, bool of_new)
{
    struct usages rest = {.items = arena_array(a, struct usage, all->n)};

    for (size_t i = 0; i < pairs->n; i++) {
        struct gql_pair pair = pairs->items[i];
        size_t here = of_new ? pair.is : pair.was, there = of_new ? pair.was : pair.is;
        if (here != GQL_NOT_THERE && there == GQL_NOT_THERE)
            rest.items[rest.n++] = all->items[here];
    }
    return rest;
}

static void diff_usages(struct gql_diff *d, const struct thing *t, const struct usages *was,
                        const struct usages *is)
{
    struct gql_pairs pairs =
        gql_diff_match(d->arena, usage_name, was->items, was->n, is->items, is->n);

    for (size_t i = 0; i < pairs.n; i++) {
        struct gql_pair pair = pairs.items[i];
        struct str name = shown(d, t);
        const struct usage *usage;
        if (pair.is == GQL_NOT_THERE) {
            usage = &was->items[pair.was];
            gql_diff_add(d, GQL_NON_BREAKING, usage_type(d, t, "REMOVED"), t->where, usage->place,
                         "Directive %.*s was removed from %.*s.", STR_ARG(usage->text),
                         STR_ARG(name));
        } else if (pair.was == GQL_NOT_THERE) {
            usage = &is->items[pair.is];
            gql_diff_add(d, criticality_of(usage), usage_type(d, t, "ADDED"), t->where,
                         usage->place, "Directive %.*s was added to %.*s.", STR_ARG(usage->text),
                         STR_ARG(name));
        } else {
            diff_arguments(d, t, &was->items[pair.was], &is->items[pair.is]);
        }
    }
}

/* Repeated ones are told apart by their arguments first, so that their order does not matter. */
static void diff_directives(struct gql_diff *d, const struct thing *t, const struct gql_said *was,
                            const struct gql_said *is)
{
    struct usages all_old, all_new, old_rest, new_rest;
    struct gql_pairs pairs;

    if (d->was.schema->introspected || d->is.schema->introspected)
        return;
    all_old = usages_of(d->arena, &d->was, was);
    all_new = usages_of(d->arena, &d->is, is);
    if (all_old.n + all_new.n == 0)
        return;
    pairs =
        gql_diff_match(d->arena, usage_text, all_old.items, all_old.n, all_new.items, all_new.n);
    old_rest = unmatched(d->arena, &all_old, &pairs, false);
    new_rest = unmatched(d->arena, &all_new, &pairs, true);
    diff_usages(d, t, &old_rest, &new_rest);
}

void gql_diff_said(struct gql_diff *d, const char *prefix, const char *location,
                   const struct gql_coordinate *where, struct gql_place place, struct gql_said was,
                   struct gql_said is)
{
    struct thing t = {.prefix = prefix, .location = location, .where = where, .place = place};

    diff_description(d, &t, was.description, is.description);
    diff_deprecation(d, &t, was.deprecation, is.deprecation);
    diff_directives(d, &t, &was, &is);
}
