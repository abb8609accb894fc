/* Questions about types, and references to them. */

#include "graphql/schema.h"
#include "graphql/schema_build.h"

static const struct gql_type *wrap(struct arena *a, enum gql_kind kind, const struct gql_type *of)
{
    struct gql_type *type;

    if (of->links && kind == GQL_LIST && of->links->list)
        return of->links->list;
    if (of->links && kind == GQL_NON_NULL && of->links->non_null)
        return of->links->non_null;
    type = arena_new(a, struct gql_type);
    type->kind = kind;
    type->of = of;
    return type;
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser nests at most GQL_DEPTH_MOST types. */
const struct gql_type *gql_schema_type_of_node(const struct gql_schema *schema, struct arena *a,
                                               const struct gql_type_node *node)
{
    const struct gql_type *of;

    if (node->kind == GQL_NODE_NAMED_TYPE)
        return gql_schema_type(schema, node->name);
    of = gql_schema_type_of_node(schema, a, node->of);
    if (!of)
        return NULL;
    return wrap(a, node->kind == GQL_NODE_LIST_TYPE ? GQL_LIST : GQL_NON_NULL, of);
}

bool gql_type_equal(const struct gql_type *a, const struct gql_type *b)
{
    while (a != b) {
        if (a->kind != b->kind || !a->of)
            return false;
        a = a->of;
        b = b->of;
    }
    return true;
}

const struct gql_type *gql_type_named(const struct gql_type *type)
{
    while (type->of)
        type = type->of;
    return type;
}

const struct gql_type *gql_type_nullable(const struct gql_type *type)
{
    return type->kind == GQL_NON_NULL ? type->of : type;
}

bool gql_type_is_input(const struct gql_type *type)
{
    enum gql_kind kind = gql_type_named(type)->kind;

    return kind == GQL_SCALAR || kind == GQL_ENUM || kind == GQL_INPUT_OBJECT;
}

bool gql_type_is_output(const struct gql_type *type)
{
    return gql_type_named(type)->kind != GQL_INPUT_OBJECT;
}

bool gql_type_is_leaf(const struct gql_type *type)
{
    return type->kind == GQL_SCALAR || type->kind == GQL_ENUM;
}

bool gql_type_is_composite(const struct gql_type *type)
{
    return type->kind == GQL_OBJECT || gql_type_is_abstract(type);
}

bool gql_type_is_abstract(const struct gql_type *type)
{
    return type->kind == GQL_INTERFACE || type->kind == GQL_UNION;
}

bool gql_type_is_possible(const struct gql_type *abstract, const struct gql_type *object)
{
    for (size_t i = 0; i < abstract->n_possible; i++)
        if (abstract->possible[i] == object)
            return true;
    return false;
}

static bool implements(const struct gql_type *type, const struct gql_type *interface)
{
    for (size_t i = 0; i < type->n_interfaces; i++)
        if (type->interfaces[i] == interface)
            return true;
    return false;
}

bool gql_type_is_subtype(const struct gql_type *sub, const struct gql_type *super)
{
    while (sub != super) {
        if (super->kind == GQL_NON_NULL || super->kind == GQL_LIST) {
            /* A wrapping fits only the same one, but a non-null also fits what may be null. */
            if (sub->kind == super->kind)
                super = super->of;
            else if (sub->kind != GQL_NON_NULL)
                return false;
            sub = sub->of;
        } else if (sub->kind == GQL_NON_NULL) {
            sub = sub->of;
        } else {
            return super->kind == GQL_INTERFACE ? implements(sub, super)
                                                : gql_type_is_possible(super, sub);
        }
    }
    return true;
}

struct str gql_type_print(struct arena *a, const struct gql_type *type)
{
    const struct gql_type *named = gql_type_named(type);
    size_t front = 0, behind = 0;
    char *text;

    for (const struct gql_type *t = type; t->of; t = t->of) {
        front += t->kind == GQL_LIST;
        behind++;
    }
    text = arena_alloc(a, front + named->name.n + behind);
    memset(text, '[', front);
    memcpy(text + front, named->name.p, named->name.n);
    /* The outermost wrapping closes last. */
    for (size_t at = front + named->name.n + behind; type->of; type = type->of)
        text[--at] = type->kind == GQL_LIST ? ']' : '!';
    return str_of(text, front + named->name.n + behind);
}
