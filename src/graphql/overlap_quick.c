/*
 * Whether all fields that meet can be merged, in almost linear time; doubting is allowed.
 *
 * First: where no two fields of a selection set, fragments and all, have one response name, none
 * ever meet. That is nearly every document.
 *
 * Else: selection sets whose fields meet are put into one class, and the classes of fragments they
 * spread with them, by union and find; in a class, fields of one response name form a group, and
 * the selection sets below them are put into one class in turn. In a group it is enough to compare
 * with one field that stands for the others, since what is asked for is equality: of the type's
 * shape in the first pass; in the second, where fields of different objects keep apart, of name and
 * arguments. A fragment that is spread in two places brings both into one class, although they
 * never meet: that is where doubt may be wrong.
 */

#include "graphql/overlap.h"

enum {
    EXPANSION_MOST = 4, /* names looked at for each token of the document, on the first way */
};

/* No names twice */

/* Notes the names of a selection set, and puts aside the sets within that belong to it. */
static bool names_differ(struct gql_validation *v, const struct gql_selection_set *set,
                         struct gql_names *names, struct gql_row *sets)
{
    for (const struct gql_selection *s = set->first; s; s = s->next) {
        struct gql_checked *fragment;
        void **slot;

        v->work++;
        if (s->kind == GQL_SELECTION_FIELD) {
            slot = gql_names_at(names, v->arena, gql_response_name(s));
            if (*slot)
                return false;
            *slot = (void *)s;
        } else if (s->kind == GQL_SELECTION_INLINE) {
            gql_row_push(sets, v->arena, s->selection_set);
        } else {
            fragment = gql_fragment(v, s->name.text);
            if (fragment && fragment->reached != v->searches) {
                fragment->reached = v->searches;
                gql_row_push(sets, v->arena, fragment->node->selection_set);
            }
        }
    }
    return true;
}

static bool no_names_twice(struct gql_validation *v)
{
    size_t work_most = v->work + EXPANSION_MOST * v->document->tokens;

    for (const struct gql_level_seen *level = v->levels; level; level = level->next) {
        struct gql_names names = {0};
        struct gql_row sets = {0};

        v->searches++;
        gql_row_push(&sets, v->arena, level->set);
        while (sets.n) {
            if (!names_differ(v, gql_row_pop(&sets), &names, &sets) || v->work > work_most)
                return false;
        }
    }
    return true;
}

/* Classes */

/* Fields of one response name that are compared with each other. */
struct party {
    const struct gql_type *object;   /* they are all on this type; NULL: they may meet anything */
    struct gql_overlap_field *field; /* stands for all */
    struct class *below;             /* of the selection sets below them, or NULL */
    struct party *next;
};

struct group {
    struct party *parties; /* one without an object first, if there is one */
};

struct class
{
    struct class *in;        /* the class it became part of, or NULL */
    struct gql_names groups; /* by response name */
};

/* Selections to be put into a class. */
struct filling {
    const struct gql_selection *selections;
    const struct gql_type *parent;
    struct class *class;
    struct filling *next;
};

struct joining {
    struct class *a;
    struct class *b;
    struct joining *next;
};

enum pass {
    SHAPES,
    NAMES
};

struct quick {
    struct gql_validation *v;
    enum pass pass;
    struct class *fragments; /* as v->definitions */
    struct filling *fillings;
    struct joining *joinings;
};

static struct class *find(struct class *class)
{
    while (class->in) {
        if (class->in->in)
            class->in = class->in->in;
        class = class->in;
    }
    return class;
}

static void join_later(struct quick *q, struct class *a, struct class *b)
{
    struct joining *joining;

    if (!a || !b || find(a) == find(b))
        return;
    joining = arena_new(q->v->arena, struct joining);
    *joining = (struct joining){a, b, q->joinings};
    q->joinings = joining;
}

static void fill_later(struct quick *q, struct class *class, const struct gql_selection *selections,
                       const struct gql_type *parent)
{
    struct filling *filling;

    if (!selections)
        return;
    filling = arena_new(q->v->arena, struct filling);
    *filling = (struct filling){selections, parent, class, q->fillings};
    q->fillings = filling;
}

static bool agree(struct quick *q, struct gql_overlap_field *a, struct gql_overlap_field *b)
{
    if (q->pass == SHAPES)
        return !a->def || !b->def || !gql_types_conflict(a->def->type, b->def->type);
    return str_eq(a->node->name.text, b->node->name.text) && gql_same_arguments(q->v, a, b);
}

/* Parties whose fields meet, but on which each has others of its own. */
static bool meet(struct quick *q, struct party *a, struct party *b)
{
    q->v->work++;
    join_later(q, a->below, b->below);
    return agree(q, a->field, b->field);
}

/* The one stands for both from now on. */
static bool unite(struct quick *q, struct party *party, const struct party *with)
{
    bool is_unknown = !party->field->def;

    q->v->work++;
    if (!agree(q, party->field, with->field))
        return false;
    join_later(q, party->below, with->below);
    if (!party->below)
        party->below = with->below;
    if (is_unknown && q->pass == SHAPES)
        party->field = with->field;
    return true;
}

static bool admit_any(struct quick *q, struct group *group, struct party *party)
{
    struct party *first = group->parties;

    if (first && !first->object)
        return unite(q, first, party);
    for (struct party *p = first; p; p = p->next) {
        if (!meet(q, p, party))
            return false;
    }
    party->next = first;
    group->parties = party;
    return true;
}

static bool admit_object(struct quick *q, struct group *group, struct party *party)
{
    struct party **end = &group->parties;

    if (*end && !(*end)->object && !meet(q, *end, party))
        return false;
    for (; *end; end = &(*end)->next) {
        if ((*end)->object == party->object)
            return unite(q, *end, party);
    }
    party->next = NULL;
    *end = party;
    return true;
}

static bool admit(struct quick *q, struct class *class, struct party *party)
{
    void **slot = gql_names_at(&class->groups, q->v->arena, gql_response_name(party->field->node));

    if (!*slot)
        *slot = arena_new(q->v->arena, struct group);
    return party->object ? admit_object(q, *slot, party) : admit_any(q, *slot, party);
}

static struct class *class_below(struct quick *q, const struct gql_overlap_field *field)
{
    const struct gql_selection_set *set = field->node->selection_set;
    const struct gql_field_def *def = NULL;
    struct class *class;

    if (!set)
        return NULL;
    if (field->parent)
        def = gql_type_field(q->v->schema, field->parent, field->node->name.text);
    class = arena_new(q->v->arena, struct class);
    fill_later(q, class, set->first, def ? gql_type_named(def->type) : NULL);
    return class;
}

static bool fill_field(struct quick *q, const struct filling *filling,
                       const struct gql_selection *node)
{
    const struct gql_type *parent = filling->parent;
    bool is_object = q->pass == NAMES && parent && parent->kind == GQL_OBJECT;
    struct party *party = arena_new(q->v->arena, struct party);

    party->object = is_object ? parent : NULL;
    party->field = gql_overlap_field_new(q->v, node, parent);
    party->below = class_below(q, party->field);
    return admit(q, find(filling->class), party);
}

static bool fill(struct quick *q, const struct filling *filling)
{
    for (const struct gql_selection *s = filling->selections; s; s = s->next) {
        const struct gql_checked *fragment;

        q->v->work++;
        switch (s->kind) {
        case GQL_SELECTION_FIELD:
            if (!fill_field(q, filling, s))
                return false;
            break;
        case GQL_SELECTION_INLINE:
            fill_later(q, filling->class, s->selection_set->first,
                       gql_inline_type(q->v, s, filling->parent));
            break;
        case GQL_SELECTION_SPREAD:
            fragment = gql_fragment(q->v, s->name.text);
            if (fragment)
                join_later(q, filling->class, &q->fragments[fragment - q->v->definitions]);
            break;
        }
    }
    return true;
}

/* The smaller goes into the larger, so that each is moved a few times at most. */
static bool join(struct quick *q, struct class *a, struct class *b)
{
    struct class *to = find(a), *from = find(b);

    if (to == from)
        return true;
    if (to->groups.n < from->groups.n) {
        struct class *smaller = to;
        to = from;
        from = smaller;
    }
    from->in = to;
    for (size_t i = 0; i < from->groups.n; i++) {
        const struct group *group = from->groups.entries[i].value;

        for (struct party *party = group->parties, *next; party; party = next) {
            next = party->next;
            if (!admit(q, to, party))
                return false;
        }
    }
    return true;
}

static bool settle(struct quick *q)
{
    while (q->joinings || q->fillings) {
        if (q->joinings) {
            struct joining *joining = q->joinings;

            q->joinings = joining->next;
            if (!join(q, joining->a, joining->b))
                return false;
        } else {
            struct filling *filling = q->fillings;

            q->fillings = filling->next;
            if (!fill(q, filling))
                return false;
        }
    }
    return true;
}

static bool all_agree(struct gql_validation *v, enum pass pass)
{
    struct quick q = {.v = v, .pass = pass};

    q.fragments = arena_array(v->arena, struct class, v->n_definitions);
    for (size_t i = 0; i < v->n_definitions; i++) {
        const struct gql_checked *d = &v->definitions[i];

        fill_later(&q, &q.fragments[i], d->node->selection_set->first, d->type);
    }
    return settle(&q);
}

bool gql_surely_merges(struct gql_validation *v)
{
    return no_names_twice(v) || (all_agree(v, SHAPES) && all_agree(v, NAMES));
}
