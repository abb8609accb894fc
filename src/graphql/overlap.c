/*
 * OverlappingFieldsCanBeMerged, as graphql-js does it: pairs of fields, each with its words. Run
 * only for documents that overlap_quick.c doubts, and bounded: past the budget validation is
 * aborted, as it is there.
 *
 * A selection set is compared within itself; a level with each fragment spread in it; and these
 * fragments with each other. Pairs that were compared are remembered. Where fragments lead to
 * fragments the order is that of recursion, on a stack of its own; selection sets below fields
 * recurse, to DEPTH_MOST.
 */

#include "graphql/overlap.h"

enum {
    BUDGET = 500000,    /* graphql-js's */
    DEPTH_MOST = 400,   /* of fields below fields, fragments between them or not */
    DETAIL_MOST = 1000, /* bytes of a name or reason, then three dots */
    PLACES_MOST = 20,   /* on each side of a conflict */
};

/* Fields of one response name, in one selection set. */
struct response {
    struct str name;
    struct gql_overlap_field *fields;
    struct gql_overlap_field **end;
    struct response *next;
};

/* A selection set on a type: its fields, inline fragments' among them, and what it spreads. */
struct level {
    struct {
        const void *set;
        const void *parent;
    } key;
    struct gql_names by_name; /* to struct response */
    struct response *responses;
    struct response **end;
    struct gql_names spread;   /* names of fragments, once each, in order */
    struct gql_names compared; /* by fragment: to &exclusive or &meeting */
};

/* What a remembered comparison was about: fields that may meet, or shapes alone. */
static const char meeting, exclusive;

struct conflict {
    struct str name;
    struct str reason;
    struct gql_row places[2]; /* fields on either side */
    struct conflict *next;
};

struct conflicts {
    struct conflict *first;
    struct conflict **end;
    size_t n;
};

struct overlaps {
    struct gql_validation *v;
    struct gql_names levels; /* by key, to struct level */
    struct gql_names pairs;  /* of fragments: to &exclusive or &meeting */
    size_t spent;
    size_t depth;
    bool aborted;
};

static void spend(struct overlaps *o, size_t cost)
{
    o->v->work += cost;
    o->spent += cost;
    if (o->spent > BUDGET)
        o->aborted = true;
}

/* Compared with at least this much asked already? If not, it is now. */
static bool remember(struct overlaps *o, void **slot, bool excludes)
{
    if (*slot == &meeting || (excludes && *slot))
        return true;
    *slot = (void *)(excludes ? &exclusive : &meeting);
    return false;
}

/* Levels */

static void collect_field(struct overlaps *o, struct level *level, const struct gql_selection *node,
                          const struct gql_type *parent)
{
    struct arena *a = o->v->arena;
    struct gql_overlap_field *field = gql_overlap_field_new(o->v, node, parent);
    void **slot = gql_names_at(&level->by_name, a, gql_response_name(node));
    struct response *response = *slot;

    if (!response) {
        response = arena_new(a, struct response);
        response->name = gql_response_name(node);
        response->end = &response->fields;
        *slot = response;
        *level->end = response;
        level->end = &response->next;
    }
    *response->end = field;
    response->end = &field->next;
}

/* NOLINTNEXTLINE(misc-no-recursion): selections nest at most GQL_DEPTH_MOST deep. */
static void collect_fields(struct overlaps *o, struct level *level,
                           const struct gql_selection_set *set, const struct gql_type *parent)
{
    for (const struct gql_selection *s = set->first; s; s = s->next) {
        switch (s->kind) {
        case GQL_SELECTION_FIELD:
            collect_field(o, level, s, parent);
            break;
        case GQL_SELECTION_SPREAD:
            (void)gql_names_at(&level->spread, o->v->arena, s->name.text);
            break;
        case GQL_SELECTION_INLINE:
            collect_fields(o, level, s->selection_set, gql_inline_type(o->v, s, parent));
            break;
        }
    }
}

static struct level *level_of(struct overlaps *o, const struct gql_selection_set *set,
                              const struct gql_type *parent)
{
    struct level *level = arena_new(o->v->arena, struct level);
    void **slot;

    level->key.set = set;
    level->key.parent = parent;
    slot = gql_names_at(&o->levels, o->v->arena, str_of(&level->key, sizeof(level->key)));
    if (*slot)
        return *slot;
    *slot = level;
    level->end = &level->responses;
    collect_fields(o, level, set, parent);
    return level;
}

static struct level *level_of_fragment(struct overlaps *o, const struct gql_checked *fragment)
{
    const struct gql_definition *node = fragment->node;

    return level_of(o, node->selection_set,
                    gql_schema_type(o->v->schema, node->type_condition.text));
}

/* Conflicts */

/* Only so many are ever told, by themselves or as parts of another; the rest is counted. */
static void add_conflict(struct overlaps *o, struct conflicts *conflicts, struct conflict *conflict)
{
    if (!conflict || conflicts->n++ > GQL_ERRORS_MOST)
        return;
    *conflicts->end = conflict;
    conflicts->end = &conflict->next;
}

static struct str abbreviate(struct arena *a, struct str text)
{
    if (text.n <= DETAIL_MOST)
        return text;
    return arena_printf(a, "%.*s...", DETAIL_MOST, text.p);
}

static struct conflict *new_conflict(struct overlaps *o, struct str name, struct str reason,
                                     const struct gql_overlap_field *one,
                                     const struct gql_overlap_field *other)
{
    struct conflict *conflict = arena_new(o->v->arena, struct conflict);

    conflict->name = name;
    conflict->reason = reason;
    gql_row_push(&conflict->places[0], o->v->arena, one->node);
    gql_row_push(&conflict->places[1], o->v->arena, other->node);
    return conflict;
}

/* The last places of each conflict, which are the deepest, as far as there is room. */
static void add_places(struct overlaps *o, struct gql_row *places, const struct conflict *conflicts,
                       size_t side)
{
    for (const struct conflict *c = conflicts; c && places->n < PLACES_MOST; c = c->next) {
        const struct gql_row *more = &c->places[side];
        size_t room = PLACES_MOST - places->n;
        size_t skipped = more->n > room ? more->n - room : 0;

        for (size_t i = skipped; i < more->n; i++)
            gql_row_push(places, o->v->arena, more->items[i]);
    }
}

/* One conflict for all those between the selections below two fields. */
static struct conflict *conflict_below(struct overlaps *o, struct str name,
                                       const struct conflicts *below,
                                       const struct gql_overlap_field *one,
                                       const struct gql_overlap_field *other)
{
    struct arena *a = o->v->arena;
    struct conflict *conflict;
    struct str text = STR("");

    if (!below->first)
        return NULL;
    for (const struct conflict *c = below->first; c && text.n <= DETAIL_MOST; c = c->next)
        text = arena_printf(a, "%.*s%ssubfields \"%.*s\" conflict because %.*s", STR_ARG(text),
                            text.n ? " and " : "", STR_ARG(abbreviate(a, c->name)),
                            STR_ARG(c->reason));
    conflict = new_conflict(o, name, abbreviate(a, text), one, other);
    add_places(o, &conflict->places[0], below->first, 0);
    add_places(o, &conflict->places[1], below->first, 1);
    return conflict;
}

/* Comparing */

static void compare_levels_below(struct overlaps *o, struct conflicts *conflicts, bool excludes,
                                 struct level *one, struct level *other);

static bool is_simple_leaf(const struct gql_selection *field)
{
    return !field->arguments && !field->selection_set;
}

/* Fields that may meet must be the same; why they are not, or absent. */
static struct str find_difference(struct overlaps *o, struct gql_overlap_field *one,
                                  struct gql_overlap_field *other)
{
    struct arena *a = o->v->arena;
    struct str name_one = one->node->name.text, name_other = other->node->name.text;
    size_t work = o->v->work;
    bool same;

    if (!str_eq(name_one, name_other))
        return arena_printf(a, "\"%.*s\" and \"%.*s\" are different fields",
                            STR_ARG(abbreviate(a, name_one)), STR_ARG(abbreviate(a, name_other)));
    same = gql_same_arguments(o->v, one, other);
    o->spent += o->v->work - work;
    return same ? STR_NULL : STR("they have differing arguments");
}

static struct str find_type_conflict(struct overlaps *o, const struct gql_overlap_field *one,
                                     const struct gql_overlap_field *other)
{
    struct arena *a = o->v->arena;

    if (!one->def || !other->def || !gql_types_conflict(one->def->type, other->def->type))
        return STR_NULL;
    return arena_printf(a, "they return conflicting types \"%.*s\" and \"%.*s\"",
                        STR_ARG(gql_type_print(a, one->def->type)),
                        STR_ARG(gql_type_print(a, other->def->type)));
}

static const struct gql_type *type_below(const struct gql_overlap_field *field)
{
    return field->def ? gql_type_named(field->def->type) : NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): to DEPTH_MOST. */
static struct conflict *compare_below(struct overlaps *o, struct str name, bool excludes,
                                      struct gql_overlap_field *one,
                                      struct gql_overlap_field *other)
{
    struct conflicts below = {0};

    below.end = &below.first;
    if (o->depth == DEPTH_MOST) {
        o->aborted = true;
        return NULL;
    }
    o->depth++;
    compare_levels_below(o, &below, excludes,
                         level_of(o, one->node->selection_set, type_below(one)),
                         level_of(o, other->node->selection_set, type_below(other)));
    o->depth--;
    return conflict_below(o, name, &below, one, other);
}

/* excludes: the fields above them never meet, so that only shapes matter.
 * NOLINTNEXTLINE(misc-no-recursion): to DEPTH_MOST. */
static struct conflict *find_conflict(struct overlaps *o, struct str name, bool excludes,
                                      struct gql_overlap_field *one,
                                      struct gql_overlap_field *other)
{
    struct str reason = STR_NULL;

    spend(o, 2);
    if (is_simple_leaf(one->node) && is_simple_leaf(other->node) &&
        (one->def ? one->def->type : NULL) == (other->def ? other->def->type : NULL) &&
        str_eq(one->node->name.text, other->node->name.text))
        return NULL;
    excludes = excludes || gql_types_exclude(one->parent, other->parent);
    if (!excludes)
        reason = find_difference(o, one, other);
    if (!reason.p)
        reason = find_type_conflict(o, one, other);
    if (reason.p)
        return new_conflict(o, name, reason, one, other);
    if (!one->node->selection_set || !other->node->selection_set)
        return NULL;
    return compare_below(o, name, excludes, one, other);
}

/* NOLINTNEXTLINE(misc-no-recursion): to DEPTH_MOST. */
static void compare_responses(struct overlaps *o, struct conflicts *conflicts, bool excludes,
                              const struct response *one, const struct response *other)
{
    for (struct gql_overlap_field *f = one->fields; f; f = f->next) {
        for (struct gql_overlap_field *g = other->fields; g && !o->aborted; g = g->next)
            add_conflict(o, conflicts, find_conflict(o, one->name, excludes, f, g));
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): to DEPTH_MOST. */
static void compare_levels(struct overlaps *o, struct conflicts *conflicts, bool excludes,
                           const struct level *one, const struct level *other)
{
    if (!other->responses)
        return;
    for (const struct response *r = one->responses; r && !o->aborted; r = r->next) {
        const struct response *same = gql_names_get(&other->by_name, r->name);

        spend(o, 1);
        if (same)
            compare_responses(o, conflicts, excludes, r, same);
    }
}

/* Puts aside a level's spreads, so that the first is taken first. */
static void put_aside(struct overlaps *o, struct gql_row *stack, const struct level *level)
{
    for (size_t i = level->spread.n; i-- > 0;) {
        const struct gql_checked *fragment = gql_fragment(o->v, level->spread.entries[i].name);

        if (fragment)
            gql_row_push(stack, o->v->arena, fragment);
    }
}

/* A level with a fragment, and with all that it leads to.
 * NOLINTNEXTLINE(misc-no-recursion): to DEPTH_MOST. */
static void compare_with_fragment(struct overlaps *o, struct conflicts *conflicts, bool excludes,
                                  struct level *level, const struct gql_checked *first)
{
    struct gql_row stack = {0};

    gql_row_push(&stack, o->v->arena, first);
    while (stack.n && !o->aborted) {
        const struct gql_checked *fragment = gql_row_pop(&stack);
        struct level *other;

        spend(o, 1);
        if (!level->responses ||
            remember(o, gql_names_at(&level->compared, o->v->arena, fragment->node->name.text),
                     excludes))
            continue;
        other = level_of_fragment(o, fragment);
        if (other == level)
            continue;
        compare_levels(o, conflicts, excludes, level, other);
        put_aside(o, &stack, other);
    }
}

struct pair {
    const struct gql_checked *one;
    const struct gql_checked *other;
};

static void put_pair_aside(struct overlaps *o, struct gql_row *stack, const struct gql_checked *one,
                           const struct gql_checked *other)
{
    struct pair *pair;

    if (!one || !other)
        return;
    pair = arena_new(o->v->arena, struct pair);
    *pair = (struct pair){one, other};
    gql_row_push(stack, o->v->arena, pair);
}

static bool compared_before(struct overlaps *o, const struct pair *pair, bool excludes)
{
    struct pair *sorted;

    if (pair->one == pair->other)
        return true;
    sorted = arena_new(o->v->arena, struct pair);
    sorted->one = pair->one < pair->other ? pair->one : pair->other;
    sorted->other = pair->one < pair->other ? pair->other : pair->one;
    return remember(o, gql_names_at(&o->pairs, o->v->arena, str_of(sorted, sizeof(*sorted))),
                    excludes);
}

/* Two fragments, and whatever either leads to with the other.
 * NOLINTNEXTLINE(misc-no-recursion): to DEPTH_MOST. */
static void compare_fragments(struct overlaps *o, struct conflicts *conflicts, bool excludes,
                              const struct gql_checked *first, const struct gql_checked *second)
{
    struct gql_row stack = {0};

    put_pair_aside(o, &stack, first, second);
    while (stack.n && !o->aborted) {
        const struct pair *pair = gql_row_pop(&stack);
        struct level *one, *other;

        spend(o, 2);
        if (compared_before(o, pair, excludes))
            continue;
        one = level_of_fragment(o, pair->one);
        other = level_of_fragment(o, pair->other);
        compare_levels(o, conflicts, excludes, one, other);
        for (size_t i = one->spread.n; i-- > 0;)
            put_pair_aside(o, &stack, gql_fragment(o->v, one->spread.entries[i].name), pair->other);
        for (size_t i = other->spread.n; i-- > 0;)
            put_pair_aside(o, &stack, pair->one, gql_fragment(o->v, other->spread.entries[i].name));
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): to DEPTH_MOST. */
static void compare_with_spreads(struct overlaps *o, struct conflicts *conflicts, bool excludes,
                                 struct level *level, const struct level *spreading)
{
    for (size_t i = 0; i < spreading->spread.n && !o->aborted; i++) {
        const struct gql_checked *fragment = gql_fragment(o->v, spreading->spread.entries[i].name);

        if (fragment)
            compare_with_fragment(o, conflicts, excludes, level, fragment);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): to DEPTH_MOST. */
static void compare_levels_below(struct overlaps *o, struct conflicts *conflicts, bool excludes,
                                 struct level *one, struct level *other)
{
    compare_levels(o, conflicts, excludes, one, other);
    compare_with_spreads(o, conflicts, excludes, one, other);
    compare_with_spreads(o, conflicts, excludes, other, one);
    for (size_t i = 0; i < one->spread.n; i++) {
        const struct gql_checked *of_one = gql_fragment(o->v, one->spread.entries[i].name);

        for (size_t j = 0; of_one && j < other->spread.n && !o->aborted; j++) {
            const struct gql_checked *of_other = gql_fragment(o->v, other->spread.entries[j].name);

            if (of_other)
                compare_fragments(o, conflicts, excludes, of_one, of_other);
        }
    }
}

/* The only place where the fields of a level are compared with each other. */
static void compare_within(struct overlaps *o, struct conflicts *conflicts,
                           const struct level *level)
{
    for (const struct response *r = level->responses; r; r = r->next) {
        for (struct gql_overlap_field *f = r->fields; f; f = f->next) {
            for (struct gql_overlap_field *g = f->next; g && !o->aborted; g = g->next)
                add_conflict(o, conflicts, find_conflict(o, r->name, false, f, g));
        }
    }
}

static void compare_spreads_of(struct overlaps *o, struct conflicts *conflicts, struct level *level)
{
    for (size_t i = 0; i < level->spread.n && !o->aborted; i++) {
        const struct gql_checked *fragment = gql_fragment(o->v, level->spread.entries[i].name);

        if (!fragment)
            continue;
        compare_with_fragment(o, conflicts, false, level, fragment);
        for (size_t j = i + 1; j < level->spread.n && !o->aborted; j++) {
            const struct gql_checked *other = gql_fragment(o->v, level->spread.entries[j].name);

            if (other)
                compare_fragments(o, conflicts, false, fragment, other);
        }
    }
}

static void tell(struct gql_validation *v, const struct conflict *conflict)
{
    struct gql_finding *finding =
        gql_find(v, GQL_RULE_OVERLAPPING_FIELDS_CAN_BE_MERGED,
                 "Fields \"%.*s\" conflict because %.*s. Use different aliases on the fields to "
                 "fetch both if this was intentional.",
                 STR_ARG(abbreviate(v->arena, conflict->name)), STR_ARG(conflict->reason));

    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < conflict->places[side].n; i++)
            gql_find_at(v, finding,
                        ((const struct gql_selection *)conflict->places[side].items[i])->at);
    }
}

static void check_level(struct overlaps *o, const struct gql_level_seen *seen)
{
    struct conflicts conflicts = {0};
    struct level *level = level_of(o, seen->set, seen->parent_type);

    conflicts.end = &conflicts.first;
    o->v->moment = seen->moment;
    compare_within(o, &conflicts, level);
    if (level->responses || level->spread.n > 1)
        compare_spreads_of(o, &conflicts, level);
    if (o->aborted) {
        gql_abort(o->v, GQL_RULE_OVERLAPPING_FIELDS_CAN_BE_MERGED);
        return;
    }
    for (const struct conflict *c = conflicts.first; c; c = c->next)
        tell(o->v, c);
}

void gql_overlapping_fields_can_be_merged(struct gql_validation *v)
{
    struct overlaps o = {.v = v};

    if (gql_surely_merges(v))
        return;
    for (const struct gql_level_seen *level = v->levels; level && !o.aborted; level = level->next)
        check_level(&o, level);
}
