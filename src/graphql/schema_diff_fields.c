/*
 * Fields of objects and interfaces, and all that takes a value: arguments, input fields, arguments
 * of directives.
 */

#include "graphql/schema_check.h"
#include "graphql/schema_diff_gather.h"

static struct str field_name(const void *list, size_t i)
{
    return ((const struct gql_field_def *)list)[i].name;
}

static struct str input_name(const void *list, size_t i)
{
    return ((const struct gql_input_def *)list)[i].name;
}

static struct gql_place place_of_field(const struct gql_diff_side *side,
                                       const struct gql_field_def *field)
{
    return field->node ? gql_place_at(side, field->node->name.at) : (struct gql_place){0};
}

static struct gql_place place_of_input(const struct gql_diff_side *side,
                                       const struct gql_input_def *def)
{
    return def->node ? gql_place_at(side, def->node->name.at) : (struct gql_place){0};
}

static struct gql_said said_of_field(const struct gql_field_def *field)
{
    return (struct gql_said){.description = field->description,
                             .deprecation = field->deprecation_reason,
                             .directives = field->node ? field->node->directives : NULL};
}

static struct gql_said said_of_input(const struct gql_input_def *def)
{
    return (struct gql_said){.description = def->description,
                             .deprecation = def->deprecation_reason,
                             .directives = def->node ? def->node->directives : NULL};
}

static bool is_same_type(const struct gql_type *was, const struct gql_type *is)
{
    return gql_diff_narrows(was, is) && gql_diff_narrows(is, was);
}

/* How the inputs of one kind are told of, in graphql-js's words. */
struct words {
    const char *prefix;
    const char *location;
    const char *noun;
    const char *owner;   /* before its name: "input type " */
    const char *changed; /* before `type from … to …` */
    const char *removed_type;
    const char *required_type;
    const char *optional_type;
    const char *kind_type;    /* the type changed so that given values may be wrong */
    const char *type_type;    /* the type changed otherwise */
    const char *default_type; /* the default changed or was removed */
    const char *default_added_type;
    enum gql_criticality optional;
};

static const struct words all_words[] = {
    [GQL_DIFF_ARG] = {.prefix = "ARG",
                      .location = "ARGUMENT_DEFINITION",
                      .noun = "arg",
                      .owner = "",
                      .changed = "has changed",
                      .removed_type = "ARG_REMOVED",
                      .required_type = "REQUIRED_ARG_ADDED",
                      .optional_type = "OPTIONAL_ARG_ADDED",
                      .kind_type = "ARG_CHANGED_KIND",
                      .type_type = "ARG_TYPE_CHANGED",
                      .default_type = "ARG_DEFAULT_VALUE_CHANGE",
                      .default_added_type = "ARG_DEFAULT_VALUE_ADDED",
                      .optional = GQL_DANGEROUS},
    [GQL_DIFF_INPUT_FIELD] = {.prefix = "INPUT_FIELD",
                              .location = "INPUT_FIELD_DEFINITION",
                              .noun = "field",
                              .owner = "input type ",
                              .changed = "changed",
                              .removed_type = "FIELD_REMOVED",
                              .required_type = "REQUIRED_INPUT_FIELD_ADDED",
                              .optional_type = "OPTIONAL_INPUT_FIELD_ADDED",
                              .kind_type = "FIELD_CHANGED_KIND",
                              .type_type = "INPUT_FIELD_TYPE_CHANGED",
                              .default_type = "INPUT_FIELD_DEFAULT_VALUE_CHANGE",
                              .default_added_type = "INPUT_FIELD_DEFAULT_VALUE_ADDED",
                              .optional = GQL_DANGEROUS},
    [GQL_DIFF_DIRECTIVE_ARG] = {.prefix = "DIRECTIVE_ARG",
                                .location = "ARGUMENT_DEFINITION",
                                .noun = "arg",
                                .owner = "directive ",
                                .changed = "has changed",
                                .removed_type = "DIRECTIVE_ARG_REMOVED",
                                .required_type = "REQUIRED_DIRECTIVE_ARG_ADDED",
                                .optional_type = "OPTIONAL_DIRECTIVE_ARG_ADDED",
                                .kind_type = "DIRECTIVE_ARG_CHANGED_KIND",
                                .type_type = "DIRECTIVE_ARG_TYPE_CHANGED",
                                .default_type = "DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE",
                                .default_added_type = "DIRECTIVE_ARG_DEFAULT_VALUE_ADDED",
                                .optional = GQL_NON_BREAKING},
};

/* One of the inputs. */
struct input {
    enum gql_diff_input_kind kind;
    const struct words *words;
    const struct gql_coordinate *where;
    const struct gql_coordinate *owner;
    struct str name;
};

/* Whatever has the inputs, as graphql-js names it: `Query.room`, and `tag` for a directive. */
static struct str owner_text(struct gql_diff *d, const struct input *in)
{
    if (!in->owner->member.p)
        return in->owner->of;
    return gql_coordinate_text(d->arena, in->owner);
}

static struct str subject(struct gql_diff *d, const struct input *in)
{
    if (in->kind == GQL_DIFF_INPUT_FIELD)
        return gql_coordinate_text(d->arena, in->where);
    return arena_printf(d->arena, "%s%.*s arg %.*s", in->words->owner, STR_ARG(owner_text(d, in)),
                        STR_ARG(in->name));
}

static void tell_removed(struct gql_diff *d, const struct input *in,
                         const struct gql_input_def *was)
{
    struct gql_place place = place_of_input(&d->was, was);
    struct str owner = owner_text(d, in);

    if (in->words->optional == GQL_DANGEROUS)
        gql_diff_add(d, GQL_BREAKING, in->words->removed_type, in->where, place,
                     "%.*s was removed.", STR_ARG(subject(d, in)));
    else
        gql_diff_add(d, GQL_BREAKING, in->words->removed_type, in->where, place,
                     "%.*s was removed from %.*s.", STR_ARG(in->name), STR_ARG(owner));
}

static void tell_added(struct gql_diff *d, const struct input *in, const struct gql_input_def *is)
{
    struct gql_place place = place_of_input(&d->is, is);
    struct str owner = owner_text(d, in);

    if (gql_input_is_required(is))
        gql_diff_add(d, GQL_BREAKING, in->words->required_type, in->where, place,
                     "A required %s %.*s on %s%.*s was added.", in->words->noun, STR_ARG(in->name),
                     in->words->owner, STR_ARG(owner));
    else if (in->kind != GQL_DIFF_LANGUAGE_DIRECTIVE_ARG)
        gql_diff_add(d, in->words->optional, in->words->optional_type, in->where, place,
                     "An optional %s %.*s on %s%.*s was added.", in->words->noun, STR_ARG(in->name),
                     in->words->owner, STR_ARG(owner));
}

static void diff_default(struct gql_diff *d, const struct input *in, struct gql_place place,
                         const struct gql_input_def *was, const struct gql_input_def *is)
{
    struct str old_text, new_text;

    if (!was->default_value && !is->default_value)
        return;
    if (!is->default_value) {
        gql_diff_add(d, GQL_DANGEROUS, in->words->default_type, in->where, place,
                     "%.*s defaultValue was removed.", STR_ARG(subject(d, in)));
        return;
    }
    new_text = gql_diff_value(d->arena, is->type, is->default_value, is->default_literal);
    if (!was->default_value) {
        gql_diff_add(d, GQL_NON_BREAKING, in->words->default_added_type, in->where, place,
                     "%.*s defaultValue %.*s was added.", STR_ARG(subject(d, in)),
                     STR_ARG(new_text));
        return;
    }
    old_text = gql_diff_value(d->arena, was->type, was->default_value, was->default_literal);
    if (!str_eq(old_text, new_text))
        gql_diff_add(d, GQL_DANGEROUS, in->words->default_type, in->where, place,
                     "%.*s has changed defaultValue from %.*s to %.*s.", STR_ARG(subject(d, in)),
                     STR_ARG(old_text), STR_ARG(new_text));
}

/* Defaults of types that have little in common are not compared. */
static void diff_input(struct gql_diff *d, const struct input *in, const struct gql_input_def *was,
                       const struct gql_input_def *is)
{
    struct gql_place place = place_of_input(&d->is, is);
    bool safe = gql_diff_narrows(is->type, was->type);

    if (!is_same_type(was->type, is->type))
        gql_diff_add(d, safe ? GQL_NON_BREAKING : GQL_BREAKING,
                     safe ? in->words->type_type : in->words->kind_type, in->where, place,
                     "%.*s %s type from %.*s to %.*s.", STR_ARG(subject(d, in)), in->words->changed,
                     STR_ARG(gql_type_print(d->arena, was->type)),
                     STR_ARG(gql_type_print(d->arena, is->type)));
    if (safe)
        diff_default(d, in, place, was, is);
    gql_diff_said(d, in->words->prefix, in->words->location, in->where, place, said_of_input(was),
                  said_of_input(is));
}

void gql_diff_inputs(struct gql_diff *d, enum gql_diff_input_kind kind,
                     const struct gql_coordinate *owner, struct gql_inputs was,
                     struct gql_inputs is)
{
    struct gql_pairs pairs = gql_diff_match(d->arena, input_name, was.defs, was.n, is.defs, is.n);
    bool of_language = kind == GQL_DIFF_LANGUAGE_DIRECTIVE_ARG;

    for (size_t i = 0; i < pairs.n; i++) {
        struct gql_pair pair = pairs.items[i];
        struct gql_coordinate where = *owner;
        struct input in = {.kind = kind,
                           .words = &all_words[of_language ? GQL_DIFF_DIRECTIVE_ARG : kind],
                           .where = &where,
                           .owner = owner,
                           .name = pair.name};
        *(kind == GQL_DIFF_INPUT_FIELD ? &where.member : &where.arg) = pair.name;
        if (pair.is == GQL_NOT_THERE)
            tell_removed(d, &in, &was.defs[pair.was]);
        else if (pair.was == GQL_NOT_THERE)
            tell_added(d, &in, &is.defs[pair.is]);
        else if (!of_language)
            diff_input(d, &in, &was.defs[pair.was], &is.defs[pair.is]);
    }
}

static void diff_field(struct gql_diff *d, const struct gql_coordinate *where,
                       const struct gql_field_def *was, const struct gql_field_def *is)
{
    struct gql_place place = place_of_field(&d->is, is);
    bool safe = gql_diff_narrows(was->type, is->type);

    gql_diff_inputs(d, GQL_DIFF_ARG, where,
                    (struct gql_inputs){.defs = was->args, .n = was->n_args},
                    (struct gql_inputs){.defs = is->args, .n = is->n_args});
    if (!is_same_type(was->type, is->type))
        gql_diff_add(d, safe ? GQL_NON_BREAKING : GQL_BREAKING,
                     safe ? "FIELD_TYPE_CHANGED" : "FIELD_CHANGED_KIND", where, place,
                     "%.*s.%.*s changed type from %.*s to %.*s.", STR_ARG(where->of),
                     STR_ARG(where->member), STR_ARG(gql_type_print(d->arena, was->type)),
                     STR_ARG(gql_type_print(d->arena, is->type)));
    gql_diff_said(d, "FIELD", "FIELD_DEFINITION", where, place, said_of_field(was),
                  said_of_field(is));
}

void gql_diff_fields(struct gql_diff *d, const struct gql_type *was, const struct gql_type *is)
{
    struct gql_pairs pairs =
        gql_diff_match(d->arena, field_name, was->fields, was->n_fields, is->fields, is->n_fields);

    for (size_t i = 0; i < pairs.n; i++) {
        struct gql_pair pair = pairs.items[i];
        struct gql_coordinate where = {.of = is->name, .member = pair.name};
        if (pair.is == GQL_NOT_THERE)
            gql_diff_add(d, GQL_BREAKING, "FIELD_REMOVED", &where,
                         place_of_field(&d->was, &was->fields[pair.was]), "%.*s.%.*s was removed.",
                         STR_ARG(where.of), STR_ARG(where.member));
        else if (pair.was == GQL_NOT_THERE)
            gql_diff_add(d, GQL_NON_BREAKING, "FIELD_ADDED", &where,
                         place_of_field(&d->is, &is->fields[pair.is]), "%.*s.%.*s was added.",
                         STR_ARG(where.of), STR_ARG(where.member));
        else
            diff_field(d, &where, &was->fields[pair.was], &is->fields[pair.is]);
    }
}
