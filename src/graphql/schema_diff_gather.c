#include "graphql/schema_diff_gather.h"

const struct gql_diff_extension *gql_diff_extensions(const struct gql_diff_side *side,
                                                     const struct gql_type *type)
{
    return gql_names_get(&side->types, type->name);
}

struct str gql_coordinate_text(struct arena *a, const struct gql_coordinate *where)
{
    const char *at = where->directive ? "@" : "";
    const char *dot = where->member.p ? "." : "";

    if (!where->of.p)
        return STR_NULL;
    if (!where->arg.p)
        return arena_printf(a, "%s%.*s%s%.*s", at, STR_ARG(where->of), dot, STR_ARG(where->member));
    return arena_printf(a, "%s%.*s%s%.*s(%.*s:)", at, STR_ARG(where->of), dot,
                        STR_ARG(where->member), STR_ARG(where->arg));
}

struct gql_place gql_place_at(const struct gql_diff_side *side, uint32_t at)
{
    return (struct gql_place){.source = &side->schema->source, .at = at};
}

struct gql_place gql_place_of_type(const struct gql_diff_side *side, const struct gql_type *type)
{
    if (!type->node)
        return (struct gql_place){0};
    return gql_place_at(side, type->node->name.at);
}

static struct gql_change *add(struct gql_diff_list *list, struct arena *a)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        struct gql_change *items = arena_array(a, struct gql_change, capacity);
        if (list->n)
            memcpy(items, list->items, list->n * sizeof(*items));
        list->items = items;
        list->capacity = capacity;
    }
    return &list->items[list->n++];
}

void gql_diff_add(struct gql_diff *d, enum gql_criticality criticality, const char *type,
                  const struct gql_coordinate *where, struct gql_place place, const char *format,
                  ...)
{
    struct gql_change *change = add(&d->lists[criticality], d->arena);
    va_list args;

    va_start(args, format);
    *change = (struct gql_change){
        .criticality = criticality,
        .type = type,
        .path = gql_coordinate_text(d->arena, where),
        .message = arena_vprintf(d->arena, format, args),
        .source = place.source,
        .at = place.at,
    };
    va_end(args);
}

/* A place in the new list that no old one has taken yet; next: of the same name. */
struct slot {
    size_t at;
    bool taken;
    struct slot *next;
};

static size_t take(struct gql_names *slots, struct arena *a, struct str name)
{
    struct slot *slot = gql_names_get(slots, name);

    if (!slot)
        return GQL_NOT_THERE;
    *gql_names_at(slots, a, name) = slot->next;
    slot->taken = true;
    return slot->at;
}

struct gql_pairs gql_diff_match(struct arena *a, gql_diff_name_fn *name, const void *was,
                                size_t n_was, const void *is, size_t n_is)
{
    struct gql_pair *pairs = arena_array(a, struct gql_pair, n_was + n_is);
    struct slot *slots = arena_array(a, struct slot, n_is);
    struct gql_names by_name = {0};
    size_t n = 0;

    for (size_t i = n_is; i-- > 0;) {
        void **first = gql_names_at(&by_name, a, name(is, i));
        slots[i] = (struct slot){.at = i, .next = *first};
        *first = &slots[i];
    }
    for (size_t i = 0; i < n_was; i++) {
        struct str one = name(was, i);
        pairs[n++] = (struct gql_pair){.name = one, .was = i, .is = take(&by_name, a, one)};
    }
    for (size_t i = 0; i < n_is; i++)
        if (!slots[i].taken)
            pairs[n++] = (struct gql_pair){.name = name(is, i), .was = GQL_NOT_THERE, .is = i};
    return (struct gql_pairs){.items = pairs, .n = n};
}

/* Where each of the names is written; NULL for what is built in. */
static const uint32_t *places_of(struct arena *a, const struct gql_diff_names *names)
{
    uint32_t *places = arena_array(a, uint32_t, names->n);
    const struct gql_diff_extension *extension = names->extensions;
    const struct gql_definition *part = names->definition;
    size_t n = 0;

    if (!part)
        return NULL;
    while (part) {
        for (const struct gql_name_list *name = part->names; name; name = name->next)
            places[n++] = name->name.at;
        part = extension ? extension->definition : NULL;
        extension = extension ? extension->next : NULL;
    }
    return places;
}

/* Tells of the names that are not among the others. A location may be written twice. */
static void tell_without(struct gql_diff *d, gql_diff_name_fn *name, gql_diff_tell_fn *tell,
                         const struct gql_coordinate *owner, const struct gql_diff_names *names,
                         const struct gql_diff_names *others, bool added)
{
    const struct gql_diff_side *side = added ? &d->is : &d->was;
    const uint32_t *places = places_of(d->arena, names);
    struct gql_names known = {0};

    for (size_t i = 0; i < others->n; i++)
        *gql_names_at(&known, d->arena, name(others->list, i)) = (void *)others;
    for (size_t i = 0; i < names->n; i++) {
        struct str one = name(names->list, i);
        if (!gql_names_get(&known, one))
            tell(d, owner, one, places ? gql_place_at(side, places[i]) : (struct gql_place){0},
                 added);
    }
}

void gql_diff_names(struct gql_diff *d, gql_diff_name_fn *name, gql_diff_tell_fn *tell,
                    const struct gql_coordinate *owner, const struct gql_diff_names *was,
                    const struct gql_diff_names *is)
{
    tell_without(d, name, tell, owner, was, is, false);
    tell_without(d, name, tell, owner, is, was, true);
}

bool gql_diff_narrows(const struct gql_type *wide, const struct gql_type *narrow)
{
    for (;;) {
        if (wide->kind == GQL_NON_NULL && narrow->kind != GQL_NON_NULL)
            return false;
        wide = gql_type_nullable(wide);
        narrow = gql_type_nullable(narrow);
        if (wide->kind != GQL_LIST || narrow->kind != GQL_LIST)
            return str_eq(wide->name, narrow->name); /* a list has none */
        wide = wide->of;
        narrow = narrow->of;
    }
}
