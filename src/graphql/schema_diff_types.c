#include "graphql/schema_diff_gather.h"

static struct str type_name(const void *list, size_t i)
{
    return ((const struct gql_type *const *)list)[i]->name;
}

static struct str value_name(const void *list, size_t i)
{
    return ((const struct gql_enum_value *)list)[i].name;
}

static const char *kind_name(enum gql_kind kind)
{
    switch (kind) {
    case GQL_SCALAR:
        return "a Scalar type";
    case GQL_OBJECT:
        return "an Object type";
    case GQL_INTERFACE:
        return "an Interface type";
    case GQL_UNION:
        return "a Union type";
    case GQL_ENUM:
        return "an Enum type";
    case GQL_INPUT_OBJECT:
        return "an Input type";
    case GQL_LIST:
    case GQL_NON_NULL:
        break;
    }
    return "";
}

/* Where directives are applied to a type of that kind. */
static const char *location_of(enum gql_kind kind)
{
    switch (kind) {
    case GQL_SCALAR:
        return "SCALAR";
    case GQL_OBJECT:
        return "OBJECT";
    case GQL_INTERFACE:
        return "INTERFACE";
    case GQL_UNION:
        return "UNION";
    case GQL_ENUM:
        return "ENUM";
    case GQL_INPUT_OBJECT:
        return "INPUT_OBJECT";
    case GQL_LIST:
    case GQL_NON_NULL:
        break;
    }
    return "";
}

static void tell_interface(struct gql_diff *d, const struct gql_coordinate *owner, struct str name,
                           struct gql_place place, bool added)
{
    if (added)
        gql_diff_add(d, GQL_DANGEROUS, "IMPLEMENTED_INTERFACE_ADDED", owner, place,
                     "%.*s added to interfaces implemented by %.*s.", STR_ARG(name),
                     STR_ARG(owner->of));
    else
        gql_diff_add(d, GQL_BREAKING, "IMPLEMENTED_INTERFACE_REMOVED", owner, place,
                     "%.*s no longer implements interface %.*s.", STR_ARG(owner->of),
                     STR_ARG(name));
}

static void tell_member(struct gql_diff *d, const struct gql_coordinate *owner, struct str name,
                        struct gql_place place, bool added)
{
    if (added)
        gql_diff_add(d, GQL_DANGEROUS, "TYPE_ADDED_TO_UNION", owner, place,
                     "%.*s was added to union type %.*s.", STR_ARG(name), STR_ARG(owner->of));
    else
        gql_diff_add(d, GQL_BREAKING, "TYPE_REMOVED_FROM_UNION", owner, place,
                     "%.*s was removed from union type %.*s.", STR_ARG(name), STR_ARG(owner->of));
}

static struct gql_diff_names names_of(const struct gql_diff_side *side, const struct gql_type *type)
{
    bool is_union = type->kind == GQL_UNION;

    return (struct gql_diff_names){
        .definition = type->node,
        .extensions = gql_diff_extensions(side, type),
        .list = is_union ? type->possible : type->interfaces,
        .n = is_union ? type->n_possible : type->n_interfaces,
    };
}

static void diff_names(struct gql_diff *d, gql_diff_tell_fn *tell,
                       const struct gql_coordinate *where, const struct gql_type *was,
                       const struct gql_type *is)
{
    struct gql_diff_names of_old = names_of(&d->was, was), of_new = names_of(&d->is, is);

    gql_diff_names(d, type_name, tell, where, &of_old, &of_new);
}

static struct gql_place place_of_value(const struct gql_diff_side *side,
                                       const struct gql_enum_value *value)
{
    return value->node ? gql_place_at(side, value->node->name.at) : (struct gql_place){0};
}

static struct gql_said said_of_value(const struct gql_enum_value *value)
{
    return (struct gql_said){.description = value->description,
                             .deprecation = value->deprecation_reason,
                             .directives = value->node ? value->node->directives : NULL};
}

static void diff_values(struct gql_diff *d, const struct gql_type *was, const struct gql_type *is)
{
    struct gql_pairs pairs =
        gql_diff_match(d->arena, value_name, was->values, was->n_values, is->values, is->n_values);

    for (size_t i = 0; i < pairs.n; i++) {
        struct gql_pair pair = pairs.items[i];
        struct gql_coordinate where = {.of = is->name, .member = pair.name};
        if (pair.is == GQL_NOT_THERE)
            gql_diff_add(d, GQL_BREAKING, "VALUE_REMOVED_FROM_ENUM", &where,
                         place_of_value(&d->was, &was->values[pair.was]),
                         "%.*s was removed from enum type %.*s.", STR_ARG(pair.name),
                         STR_ARG(where.of));
        else if (pair.was == GQL_NOT_THERE)
            gql_diff_add(d, GQL_DANGEROUS, "VALUE_ADDED_TO_ENUM", &where,
                         place_of_value(&d->is, &is->values[pair.is]),
                         "%.*s was added to enum type %.*s.", STR_ARG(pair.name),
                         STR_ARG(where.of));
        else
            gql_diff_said(
                d, "ENUM_VALUE", "ENUM_VALUE", &where, place_of_value(&d->is, &is->values[pair.is]),
                said_of_value(&was->values[pair.was]), said_of_value(&is->values[pair.is]));
    }
}

static void diff_url(struct gql_diff *d, const struct gql_coordinate *where, struct gql_place place,
                     struct str was, struct str is)
{
    if (was.p && is.p && !str_eq(was, is))
        gql_diff_add(d, GQL_NON_BREAKING, "TYPE_SPECIFIED_BY_URL_CHANGED", where, place,
                     "%.*s specifiedBy URL changed from \"%.*s\" to \"%.*s\".", STR_ARG(where->of),
                     STR_ARG(was), STR_ARG(is));
    else if (is.p && !was.p)
        gql_diff_add(d, GQL_NON_BREAKING, "TYPE_SPECIFIED_BY_URL_ADDED", where, place,
                     "%.*s specifiedBy URL \"%.*s\" was added.", STR_ARG(where->of), STR_ARG(is));
    else if (was.p && !is.p)
        gql_diff_add(d, GQL_NON_BREAKING, "TYPE_SPECIFIED_BY_URL_REMOVED", where, place,
                     "%.*s specifiedBy URL was removed.", STR_ARG(where->of));
}

/* Given two fields, or null, documents that were right are no longer: graphql-js does not look. */
static void diff_one_of(struct gql_diff *d, const struct gql_coordinate *where,
                        struct gql_place place, bool was, bool is)
{
    if (is && !was)
        gql_diff_add(d, GQL_BREAKING, "TYPE_ONE_OF_ADDED", where, place,
                     "%.*s became a OneOf Input Object.", STR_ARG(where->of));
    else if (was && !is)
        gql_diff_add(d, GQL_NON_BREAKING, "TYPE_ONE_OF_REMOVED", where, place,
                     "%.*s is no longer a OneOf Input Object.", STR_ARG(where->of));
}

/* What only types of this kind have. */
static void diff_by_kind(struct gql_diff *d, const struct gql_coordinate *where,
                         struct gql_place place, const struct gql_type *was,
                         const struct gql_type *is)
{
    switch (is->kind) {
    case GQL_SCALAR:
        diff_url(d, where, place, was->specified_by, is->specified_by);
        break;
    case GQL_OBJECT:
    case GQL_INTERFACE:
        gql_diff_fields(d, was, is);
        diff_names(d, tell_interface, where, was, is);
        break;
    case GQL_UNION:
        diff_names(d, tell_member, where, was, is);
        break;
    case GQL_ENUM:
        diff_values(d, was, is);
        break;
    case GQL_INPUT_OBJECT:
        diff_one_of(d, where, place, was->one_of, is->one_of);
        gql_diff_inputs(d, GQL_DIFF_INPUT_FIELD, where,
                        (struct gql_inputs){.defs = was->input_fields, .n = was->n_input_fields},
                        (struct gql_inputs){.defs = is->input_fields, .n = is->n_input_fields});
        break;
    case GQL_LIST:
    case GQL_NON_NULL:
        break;
    }
}

static struct gql_said said_of_type(const struct gql_diff_side *side, const struct gql_type *type)
{
    return (struct gql_said){.description = type->description,
                             .directives = type->node ? type->node->directives : NULL,
                             .extensions = gql_diff_extensions(side, type)};
}

/* What a type says of itself comes before what it holds. */
static void diff_type(struct gql_diff *d, const struct gql_type *was, const struct gql_type *is)
{
    struct gql_coordinate where = {.of = is->name};
    struct gql_place place = gql_place_of_type(&d->is, is);

    if (was->built_in && is->built_in)
        return;
    if (was->kind != is->kind)
        gql_diff_add(d, GQL_BREAKING, "TYPE_CHANGED_KIND", &where, place,
                     "%.*s changed from %s to %s.", STR_ARG(is->name), kind_name(was->kind),
                     kind_name(is->kind));
    gql_diff_said(d, "TYPE", location_of(is->kind), &where, place, said_of_type(&d->was, was),
                  said_of_type(&d->is, is));
    if (was->kind == is->kind)
        diff_by_kind(d, &where, place, was, is);
}

static void tell_removed(struct gql_diff *d, const struct gql_type *was)
{
    struct gql_coordinate where = {.of = was->name};

    if (was->built_in)
        gql_diff_add(d, GQL_BREAKING, "TYPE_REMOVED", &where, (struct gql_place){0},
                     "Standard scalar %.*s was removed because it is not referenced anymore.",
                     STR_ARG(was->name));
    else
        gql_diff_add(d, GQL_BREAKING, "TYPE_REMOVED", &where, gql_place_of_type(&d->was, was),
                     "%.*s was removed.", STR_ARG(was->name));
}

/* A standard scalar comes with its first use, which is told by itself. */
static void tell_added(struct gql_diff *d, const struct gql_type *is)
{
    struct gql_coordinate where = {.of = is->name};

    if (!is->built_in)
        gql_diff_add(d, GQL_NON_BREAKING, "TYPE_ADDED", &where, gql_place_of_type(&d->is, is),
                     "%.*s was added.", STR_ARG(is->name));
}

void gql_diff_types(struct gql_diff *d)
{
    const struct gql_schema *was = d->was.schema, *is = d->is.schema;
    struct gql_pairs pairs =
        gql_diff_match(d->arena, type_name, was->types, was->n_types, is->types, is->n_types);

    for (size_t i = 0; i < pairs.n; i++) {
        struct gql_pair pair = pairs.items[i];
        if (pair.is == GQL_NOT_THERE)
            tell_removed(d, was->types[pair.was]);
        else if (pair.was == GQL_NOT_THERE)
            tell_added(d, is->types[pair.is]);
        else
            diff_type(d, was->types[pair.was], is->types[pair.is]);
    }
}
