/* Section 5.3: Fields; and the bound on introspection. OverlappingFieldsCanBeMerged has files of
 * its own. */

#include "graphql/validate.h"

#include "graphql/suggest.h"

/* 5.3.3 Leaf Field Selections. */
void gql_scalar_leafs(struct gql_validation *v, const struct gql_selection *field)
{
    struct str name = field->name.text, type;

    if (!v->type || gql_type_is_leaf(gql_type_named(v->type)) != (field->selection_set != NULL))
        return;
    type = gql_type_print(v->arena, v->type);
    if (field->selection_set)
        gql_find_at(v,
                    gql_find(v, GQL_RULE_SCALAR_LEAFS,
                             "Field \"%.*s\" must not have a selection since type \"%.*s\" has no "
                             "subfields.",
                             STR_ARG(name), STR_ARG(type)),
                    field->selection_set->at);
    else
        gql_find_at(v,
                    gql_find(v, GQL_RULE_SCALAR_LEAFS,
                             "Field \"%.*s\" of type \"%.*s\" must have a selection of subfields. "
                             "Did you mean \"%.*s { ... }\"?",
                             STR_ARG(name), STR_ARG(type), STR_ARG(name)),
                    field->at);
}

/* 5.3.1 Field Selections */

static bool has_field(const struct gql_type *type, struct str name)
{
    for (size_t i = 0; i < type->n_fields; i++) {
        if (str_eq(type->fields[i].name, name))
            return true;
    }
    return false;
}

/* A type that has the field, and how many of the types looked at are of it. */
struct having {
    const struct gql_type *type;
    size_t uses;
    size_t place;
};

static struct having *find_having(struct having *list, size_t n, const struct gql_type *type)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].type == type)
            return &list[i];
    }
    return NULL;
}

static size_t count_use(struct having *list, size_t n, const struct gql_type *type)
{
    struct having *having = find_having(list, n, type);

    if (having) {
        having->uses++;
        return n;
    }
    list[n] = (struct having){type, 1, n};
    return n + 1;
}

static bool is_interface_of(const struct gql_type *interface, const struct gql_type *type)
{
    return interface->kind == GQL_INTERFACE && interface != type &&
           gql_type_is_subtype(type, interface);
}

/* The most common first, then interfaces before what implements them, then by name. */
static int compare_having(const struct having *one, const struct having *other)
{
    int by_name;

    if (one->uses != other->uses)
        return one->uses > other->uses ? -1 : 1;
    if (is_interface_of(one->type, other->type))
        return -1;
    if (is_interface_of(other->type, one->type))
        return 1;
    by_name = gql_natural_compare(one->type->name, other->type->name);
    return by_name != 0 ? by_name : (one->place > other->place) - (one->place < other->place);
}

/* Binary insertion, as the engines of graphql-js do for a few: the order above is not transitive,
 * so that what comes out depends on who is compared with whom. */
static void sort_having(struct having *list, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct having moved = list[i];
        size_t from = 0, to = i;

        while (from < to) {
            size_t middle = (from + to) / 2;

            if (compare_having(&moved, &list[middle]) < 0)
                to = middle;
            else
                from = middle + 1;
        }
        memmove(&list[from + 1], &list[from], (i - from) * sizeof(*list));
        list[from] = moved;
    }
}

/* Of an abstract type: the possible types and their interfaces that do have the field. */
static struct str suggest_types(struct gql_validation *v, const struct gql_type *type,
                                struct str field)
{
    size_t most = type->n_possible, n = 0;
    struct having *list;
    struct str *names;

    for (size_t i = 0; i < type->n_possible; i++)
        most += type->possible[i]->n_interfaces;
    list = arena_array(v->arena, struct having, most);
    names = arena_array(v->arena, struct str, most);
    for (size_t i = 0; i < type->n_possible; i++) {
        const struct gql_type *object = type->possible[i];

        if (!has_field(object, field))
            continue;
        n = count_use(list, n, object);
        for (size_t j = 0; j < object->n_interfaces; j++) {
            if (has_field(object->interfaces[j], field))
                n = count_use(list, n, object->interfaces[j]);
        }
    }
    sort_having(list, n);
    for (size_t i = 0; i < n; i++)
        names[i] = list[i].type->name;
    return gql_did_you_mean_these(v->arena, STR("to use an inline fragment on"), names, n);
}

static struct str suggest_fields(struct gql_validation *v, const struct gql_type *type,
                                 struct str field)
{
    struct str *names = arena_array(v->arena, struct str, type->n_fields);

    for (size_t i = 0; i < type->n_fields; i++)
        names[i] = type->fields[i].name;
    return gql_did_you_mean(v->arena, STR_NULL, field, names, type->n_fields);
}

void gql_fields_on_correct_type(struct gql_validation *v, const struct gql_selection *field)
{
    struct str suggestion = STR("");

    if (!v->parent_type || v->field || gql_found_enough(v, GQL_RULE_FIELDS_ON_CORRECT_TYPE))
        return;
    if (!v->limits->no_suggestions) {
        if (gql_type_is_abstract(v->parent_type))
            suggestion = suggest_types(v, v->parent_type, field->name.text);
        if (suggestion.n == 0)
            suggestion = suggest_fields(v, v->parent_type, field->name.text);
    }
    gql_find_at(v,
                gql_find(v, GQL_RULE_FIELDS_ON_CORRECT_TYPE,
                         "Cannot query field \"%.*s\" on type \"%.*s\".%.*s",
                         STR_ARG(field->name.text), STR_ARG(v->parent_type->name),
                         STR_ARG(suggestion)),
                field->at);
}

/* MaxIntrospectionDepth: not of the specification. Introspection goes round in circles, and the
 * answer to `fields { type { fields { type { fields` grows with the power of its depth. */

enum {
    LISTS_MOST = 3, /* refused at the third list within lists */
};

static bool is_introspection_list(struct str name)
{
    return str_eq(name, STR("fields")) || str_eq(name, STR("interfaces")) ||
           str_eq(name, STR("possibleTypes")) || str_eq(name, STR("inputFields"));
}

/* What is still to be searched: selections, and the lists above them. */
struct search {
    struct gql_row selections[LISTS_MOST];
    struct gql_row fragments; /* those entered: struct gql_checked */
};

/* Enters a fragment, unless it was searched below at least as many lists. */
static const struct gql_selection *enter_fragment(struct gql_validation *v, struct search *search,
                                                  struct str name, size_t lists)
{
    struct gql_checked *fragment = gql_fragment(v, name);

    if (!fragment || fragment->introspected > lists)
        return NULL;
    gql_row_push(&search->fragments, v->arena, fragment);
    fragment->introspected = lists + 1;
    return fragment->node->selection_set->first;
}

/* One selection, below so many lists; true when it is one list too many. */
static bool search_selection(struct gql_validation *v, struct search *search,
                             const struct gql_selection *s, size_t lists)
{
    const struct gql_selection *within = s->selection_set ? s->selection_set->first : NULL;

    if (s->kind == GQL_SELECTION_SPREAD)
        within = enter_fragment(v, search, s->name.text, lists);
    else if (s->kind == GQL_SELECTION_FIELD && is_introspection_list(s->name.text))
        lists++;
    if (lists >= LISTS_MOST)
        return true;
    if (within)
        gql_row_push(&search->selections[lists], v->arena, within);
    return false;
}

/* Deepest first, so that a fragment is rarely entered twice. */
static bool too_deep(struct gql_validation *v, struct search *search)
{
    for (size_t lists = LISTS_MOST; lists-- > 0;) {
        if (search->selections[lists].n == 0)
            continue;
        for (const struct gql_selection *s = gql_row_pop(&search->selections[lists]); s;
             s = s->next) {
            if (search_selection(v, search, s, lists))
                return true;
        }
        lists = LISTS_MOST;
    }
    return false;
}

static void check_introspection(struct gql_validation *v, const struct gql_selection *field)
{
    struct search search = {0};

    gql_row_push(&search.selections[0], v->arena, field->selection_set->first);
    if (!too_deep(v, &search))
        return;
    /* What was entered was not searched to its end: it proves nothing to the next. */
    for (size_t i = 0; i < search.fragments.n; i++)
        ((struct gql_checked *)search.fragments.items[i])->introspected = 0;
    v->introspection_refused = true;
    gql_find_at(
        v, gql_find(v, GQL_RULE_MAX_INTROSPECTION_DEPTH, "Maximum introspection depth exceeded"),
        field->at);
}

void gql_max_introspection_depth(struct gql_validation *v, const struct gql_selection *field)
{
    struct str name = field->name.text;

    if (field->selection_set && !v->introspection_refused &&
        (str_eq(name, STR("__schema")) || str_eq(name, STR("__type"))) &&
        !gql_found_enough(v, GQL_RULE_MAX_INTROSPECTION_DEPTH))
        check_introspection(v, field);
}
