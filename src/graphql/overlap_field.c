/* Fields as OverlappingFieldsCanBeMerged compares them. */

#include <stdlib.h>

#include "graphql/overlap.h"

struct str gql_response_name(const struct gql_selection *field)
{
    return field->alias.text.p ? field->alias.text : field->name.text;
}

const struct gql_type *gql_inline_type(const struct gql_validation *v,
                                       const struct gql_selection *fragment,
                                       const struct gql_type *around)
{
    return fragment->type_condition.text.p
               ? gql_schema_type(v->schema, fragment->type_condition.text)
               : around;
}

/* As in graphql-js, meta fields are unknown here. */
static const struct gql_field_def *find_def(const struct gql_validation *v,
                                            const struct gql_type *parent, struct str name)
{
    if (!parent || (parent->kind != GQL_OBJECT && parent->kind != GQL_INTERFACE) ||
        str_starts(name, STR("__")))
        return NULL;
    return gql_type_field(v->schema, parent, name);
}

struct gql_overlap_field *gql_overlap_field_new(struct gql_validation *v,
                                                const struct gql_selection *node,
                                                const struct gql_type *parent)
{
    struct gql_overlap_field *field = arena_new(v->arena, struct gql_overlap_field);

    field->node = node;
    field->parent = parent;
    field->def = find_def(v, parent, node->name.text);
    return field;
}

bool gql_types_exclude(const struct gql_type *a, const struct gql_type *b)
{
    return a != b && a && b && a->kind == GQL_OBJECT && b->kind == GQL_OBJECT;
}

bool gql_types_conflict(const struct gql_type *a, const struct gql_type *b)
{
    while (a != b) {
        if (a->kind != b->kind && (a->of || b->of))
            return true;
        if (!a->of)
            return gql_type_is_leaf(a) || gql_type_is_leaf(b);
        a = a->of;
        b = b->of;
    }
    return false;
}

/* Literals in canonical form: equal values give equal bytes, and no others do. Every text has its
 * length in front, and the fields of an object are sorted. */

static void write_text(struct buf *out, char kind, struct str text)
{
    buf_printf(out, "%c%zu:", kind, text.n);
    buf_add(out, text);
}

struct member {
    const struct gql_literal *literal;
    size_t place; /* keeps the sort stable */
};

static int compare_members(const void *a, const void *b)
{
    const struct member *one = a, *other = b;
    int by_name = str_cmp(one->literal->key.text, other->literal->key.text);

    return by_name != 0 ? by_name : (one->place > other->place) - (one->place < other->place);
}

static const struct member *sorted_members(struct arena *a, const struct gql_literal *object,
                                           size_t *ret_n)
{
    struct member *members;
    size_t n = 0;

    for (const struct gql_literal *m = object->items; m; m = m->next)
        n++;
    members = arena_array(a, struct member, n);
    n = 0;
    for (const struct gql_literal *m = object->items; m; m = m->next, n++)
        members[n] = (struct member){m, n};
    qsort(members, n, sizeof(*members), compare_members);
    *ret_n = n;
    return members;
}

static void write_literal(struct arena *a, struct buf *out, const struct gql_literal *literal);

/* NOLINTNEXTLINE(misc-no-recursion): values nest at most GQL_DEPTH_MOST deep. */
static void write_object(struct arena *a, struct buf *out, const struct gql_literal *object)
{
    size_t n;
    const struct member *members = sorted_members(a, object, &n);

    buf_add_char(out, '{');
    for (size_t i = 0; i < n; i++) {
        write_text(out, 'k', members[i].literal->key.text);
        write_literal(a, out, members[i].literal);
    }
    buf_add_char(out, '}');
}

/* NOLINTNEXTLINE(misc-no-recursion): values nest at most GQL_DEPTH_MOST deep. */
static void write_list(struct arena *a, struct buf *out, const struct gql_literal *list)
{
    buf_add_char(out, '[');
    for (const struct gql_literal *item = list->items; item; item = item->next)
        write_literal(a, out, item);
    buf_add_char(out, ']');
}

/* NOLINTNEXTLINE(misc-no-recursion): values nest at most GQL_DEPTH_MOST deep. */
static void write_literal(struct arena *a, struct buf *out, const struct gql_literal *literal)
{
    switch (literal->kind) {
    case GQL_LITERAL_VARIABLE:
        write_text(out, '$', literal->text);
        return;
    case GQL_LITERAL_INT:
        write_text(out, 'i', literal->text);
        return;
    case GQL_LITERAL_FLOAT:
        write_text(out, 'f', literal->text);
        return;
    case GQL_LITERAL_STRING:
        write_text(out, literal->block ? 'b' : 's', literal->text);
        return;
    case GQL_LITERAL_BOOLEAN:
        write_text(out, 't', literal->text);
        return;
    case GQL_LITERAL_NULL:
        buf_add_char(out, 'n');
        return;
    case GQL_LITERAL_ENUM:
        write_text(out, 'e', literal->text);
        return;
    case GQL_LITERAL_LIST:
        write_list(a, out, literal);
        return;
    case GQL_LITERAL_OBJECT:
        write_object(a, out, literal);
        return;
    }
}

static struct str canonical(struct gql_validation *v, const struct gql_literal *literal)
{
    struct str text;
    struct buf out;

    /* Every byte of source makes a handful at most. */
    buf_init(&out, 64 + 32 * v->document->source.body.n);
    write_literal(v->arena, &out, literal);
    text = arena_str(v->arena, buf_str(&out));
    buf_done(&out);
    return text;
}

static const struct gql_overlap_arguments *arguments_of(struct gql_validation *v,
                                                        struct gql_overlap_field *field)
{
    struct gql_overlap_arguments *arguments;
    struct gql_overlap_argument *list;
    size_t n = 0;

    if (field->arguments)
        return field->arguments;
    for (const struct gql_argument *a = field->node->arguments; a; a = a->next)
        n++;
    arguments = arena_new(v->arena, struct gql_overlap_arguments);
    list = arena_array(v->arena, struct gql_overlap_argument, n);
    arguments->list = list;
    for (const struct gql_argument *a = field->node->arguments; a; a = a->next) {
        list[arguments->n] = (struct gql_overlap_argument){a->name.text, canonical(v, a->value)};
        *gql_names_at(&arguments->by_name, v->arena, a->name.text) = &list[arguments->n++];
    }
    field->arguments = arguments;
    return arguments;
}

bool gql_same_arguments(struct gql_validation *v, struct gql_overlap_field *a,
                        struct gql_overlap_field *b)
{
    const struct gql_overlap_arguments *of_a, *of_b;

    if (!a->node->arguments || !b->node->arguments)
        return a->node->arguments == b->node->arguments;
    of_a = arguments_of(v, a);
    of_b = arguments_of(v, b);
    if (of_a->n != of_b->n)
        return false;
    for (size_t i = 0; i < of_a->n; i++) {
        const struct gql_overlap_argument *other =
            gql_names_get(&of_b->by_name, of_a->list[i].name);

        v->work++;
        if (!other || !str_eq(of_a->list[i].value, other->value))
            return false;
    }
    return true;
}
