/* Section 5.5: Fragments; and the types that documents name. */

#include "graphql/suggest.h"
#include "graphql/validate.h"

/* 5.5.1.2 Fragment Spread Type Existence, and the same for variables' types. */
void gql_known_type_names(struct gql_validation *v, struct gql_name name)
{
    const struct gql_schema *schema = v->schema;
    struct str suggestion = STR("");
    struct str *names;

    if (gql_schema_type(schema, name.text) || gql_found_enough(v, GQL_RULE_KNOWN_TYPE_NAMES))
        return;
    if (!v->limits->no_suggestions) {
        names = arena_array(v->arena, struct str, schema->n_types);
        for (size_t i = 0; i < schema->n_types; i++)
            names[i] = schema->types[i]->name;
        suggestion = gql_did_you_mean(v->arena, STR_NULL, name.text, names, schema->n_types);
    }
    gql_find_at(v,
                gql_find(v, GQL_RULE_KNOWN_TYPE_NAMES, "Unknown type \"%.*s\".%.*s",
                         STR_ARG(name.text), STR_ARG(suggestion)),
                name.at);
}

/* 5.5.1.3 Fragments on Object, Interface or Union Types. `fragment` is absent for an inline one. */
void gql_fragments_on_composite_types(struct gql_validation *v, struct gql_name fragment,
                                      struct gql_name type_condition)
{
    const struct gql_type *type = gql_schema_type(v->schema, type_condition.text);
    struct str called = STR("Fragment");

    if (!type || gql_type_is_composite(type))
        return;
    if (fragment.text.p)
        called = arena_printf(v->arena, "Fragment \"%.*s\"", STR_ARG(fragment.text));
    gql_find_at(v,
                gql_find(v, GQL_RULE_FRAGMENTS_ON_COMPOSITE_TYPES,
                         "%.*s cannot condition on non composite type \"%.*s\".", STR_ARG(called),
                         STR_ARG(type_condition.text)),
                type_condition.at);
}

/* 5.5.1.1 Fragment Name Uniqueness. */
void gql_unique_fragment_names(struct gql_validation *v, const struct gql_definition *fragment)
{
    void **known = gql_names_at(&v->fragments_seen, v->arena, fragment->name.text);
    struct gql_finding *finding;

    if (!*known) {
        *known = (void *)fragment;
        return;
    }
    finding =
        gql_find(v, GQL_RULE_UNIQUE_FRAGMENT_NAMES,
                 "There can be only one fragment named \"%.*s\".", STR_ARG(fragment->name.text));
    gql_find_at(v, finding, ((const struct gql_definition *)*known)->name.at);
    gql_find_at(v, finding, fragment->name.at);
}

/* 5.5.2.1 Fragment Spread Target Defined. */
void gql_known_fragment_names(struct gql_validation *v, const struct gql_selection *spread)
{
    if (gql_fragment(v, spread->name.text))
        return;
    gql_find_at(v,
                gql_find(v, GQL_RULE_KNOWN_FRAGMENT_NAMES, "Unknown fragment \"%.*s\".",
                         STR_ARG(spread->name.text)),
                spread->name.at);
}

/* 5.5.2.3 Fragment Spread Is Possible */

static bool types_overlap(const struct gql_type *a, const struct gql_type *b)
{
    if (a == b)
        return true;
    if (!gql_type_is_abstract(a))
        return gql_type_is_abstract(b) && gql_type_is_possible(b, a);
    if (!gql_type_is_abstract(b))
        return gql_type_is_possible(a, b);
    for (size_t i = 0; i < a->n_possible; i++) {
        if (gql_type_is_possible(b, a->possible[i]))
            return true;
    }
    return false;
}

static const struct gql_type *spread_type(const struct gql_validation *v,
                                          const struct gql_selection *spread)
{
    const struct gql_checked *fragment = gql_fragment(v, spread->name.text);

    return fragment ? fragment->type : NULL;
}

/* Of a spread or an inline fragment; the latter's type is the one around already. */
void gql_possible_fragment_spreads(struct gql_validation *v, const struct gql_selection *fragment)
{
    bool is_spread = fragment->kind == GQL_SELECTION_SPREAD;
    const struct gql_type *type = is_spread ? spread_type(v, fragment) : v->type;
    struct str called = STR("Fragment");

    if (!type || !v->parent_type || !gql_type_is_composite(type) ||
        types_overlap(type, v->parent_type))
        return;
    if (is_spread)
        called = arena_printf(v->arena, "Fragment \"%.*s\"", STR_ARG(fragment->name.text));
    gql_find_at(v,
                gql_find(v, GQL_RULE_POSSIBLE_FRAGMENT_SPREADS,
                         "%.*s cannot be spread here as objects of type \"%.*s\" can never be of "
                         "type \"%.*s\".",
                         STR_ARG(called), STR_ARG(v->parent_type->name), STR_ARG(type->name)),
                fragment->at);
}

/* What is reached through spreads */

/* A set's own spreads; the sets within it are put aside in order, so that the last comes first. */
static void take_spreads(struct gql_validation *v, const struct gql_selection_set *set,
                         struct gql_row *spreads, struct gql_row *sets)
{
    for (const struct gql_selection *s = set->first; s; s = s->next) {
        if (s->kind == GQL_SELECTION_SPREAD)
            gql_row_push(spreads, v->arena, s);
        else if (s->selection_set)
            gql_row_push(sets, v->arena, s->selection_set);
    }
}

const struct gql_row *gql_spreads(struct gql_validation *v, struct gql_checked *definition)
{
    struct gql_row sets = {0};

    if (definition->spreads_known || !definition->has_spreads)
        return &definition->spreads;
    definition->spreads_known = true;
    gql_row_push(&sets, v->arena, definition->node->selection_set);
    while (sets.n)
        take_spreads(v, gql_row_pop(&sets), &definition->spreads, &sets);
    return &definition->spreads;
}

static void reach_spreads(struct gql_validation *v, struct gql_checked *from, size_t search,
                          struct gql_row *reached)
{
    const struct gql_row *spreads = gql_spreads(v, from);

    v->work += 1 + spreads->n;
    for (size_t i = 0; i < spreads->n; i++) {
        const struct gql_selection *spread = spreads->items[i];
        struct gql_checked *fragment = gql_fragment(v, spread->name.text);

        if (!fragment || fragment->reached == search)
            continue;
        fragment->reached = search;
        gql_row_push(reached, v->arena, fragment);
    }
}

struct gql_row gql_reachable(struct gql_validation *v, struct gql_checked *operation)
{
    struct gql_row reached = {0};
    size_t search = ++v->searches;

    if (operation)
        reach_spreads(v, operation, search, &reached);
    for (size_t i = 0; !operation && i < v->n_definitions; i++) {
        if (v->definitions[i].node->kind == GQL_DEFINITION_OPERATION)
            reach_spreads(v, &v->definitions[i], search, &reached);
    }
    for (size_t i = 0; i < reached.n; i++)
        reach_spreads(v, (struct gql_checked *)reached.items[i], search, &reached);
    return reached;
}

/* 5.5.1.4 Fragments Must Be Used. */
void gql_no_unused_fragments(struct gql_validation *v)
{
    if (v->n_definitions == v->n_operations)
        return;
    (void)gql_reachable(v, NULL);
    for (size_t i = 0; i < v->n_definitions; i++) {
        const struct gql_definition *node = v->definitions[i].node;

        if (node->kind != GQL_DEFINITION_FRAGMENT ||
            gql_fragment(v, node->name.text)->reached == v->searches)
            continue;
        gql_find_at(v,
                    gql_find(v, GQL_RULE_NO_UNUSED_FRAGMENTS, "Fragment \"%.*s\" is never used.",
                             STR_ARG(node->name.text)),
                    gql_definition_at(node));
    }
}

/* 5.5.2.2 Fragment Spreads Must Not Form Cycles: a search in depth with a stack of its own. */

/* A fragment on the way down from where the search began. */
struct step {
    const struct gql_row *spreads;
    size_t next;  /* of the spreads, to be followed; the one before it is being followed */
    size_t depth; /* one more than its place among the steps; 0 once it was left */
};

struct descent {
    struct gql_names entered; /* to struct step, of all that were ever entered */
    struct gql_row steps;     /* on the way down now */
};

static void enter(struct gql_validation *v, struct descent *descent, struct gql_checked *fragment)
{
    void **known = gql_names_at(&descent->entered, v->arena, fragment->node->name.text);
    struct step *step;

    if (*known)
        return;
    step = arena_new(v->arena, struct step);
    step->spreads = gql_spreads(v, fragment);
    *known = step;
    gql_row_push(&descent->steps, v->arena, step);
    step->depth = descent->steps.n;
}

static const struct gql_selection *followed(const struct step *step)
{
    return step->spreads->items[step->next - 1];
}

/* "Via" names what lies between. */
static void refuse_cycle(struct gql_validation *v, const struct descent *descent, size_t first)
{
    size_t n = descent->steps.n;
    const struct gql_selection *last = followed(descent->steps.items[n - 1]);
    struct gql_finding *finding;
    struct buf via;

    if (gql_found_enough(v, GQL_RULE_NO_FRAGMENT_CYCLES))
        return;
    buf_init(&via, v->document->source.body.n * 4 + 16);
    for (size_t i = first; i + 1 < n; i++) {
        struct str name = followed(descent->steps.items[i])->name.text;

        buf_printf(&via, "%s\"%.*s\"", i == first ? " via " : ", ", STR_ARG(name));
    }
    finding = gql_find(v, GQL_RULE_NO_FRAGMENT_CYCLES,
                       "Cannot spread fragment \"%.*s\" within itself%.*s.",
                       STR_ARG(last->name.text), STR_ARG(buf_str(&via)));
    buf_done(&via);
    for (size_t i = first; i < n; i++)
        gql_find_at(v, finding, followed(descent->steps.items[i])->at);
}

static void follow(struct gql_validation *v, struct descent *descent, struct str name)
{
    struct gql_checked *fragment = gql_fragment(v, name);
    const struct step *known = gql_names_get(&descent->entered, name);

    if (known && known->depth)
        refuse_cycle(v, descent, known->depth - 1);
    else if (fragment && !known)
        enter(v, descent, fragment);
}

static void descend(struct gql_validation *v, struct descent *descent)
{
    while (descent->steps.n) {
        struct step *step = (struct step *)descent->steps.items[descent->steps.n - 1];

        if (step->next < step->spreads->n) {
            step->next++;
            follow(v, descent, followed(step)->name.text);
        } else {
            step->depth = 0;
            descent->steps.n--;
        }
    }
}

void gql_no_fragment_cycles(struct gql_validation *v)
{
    struct descent descent = {0};

    for (size_t i = 0; v->has_spreads && i < v->n_definitions; i++) {
        struct gql_checked *d = &v->definitions[i];

        if (d->node->kind != GQL_DEFINITION_FRAGMENT)
            continue;
        v->moment = d->entered;
        enter(v, &descent, d);
        descend(v, &descent);
    }
}
