#include "graphql/coerce.h"

#include "graphql/graphql.h"
#include "graphql/scalar.h"
#include "graphql/suggest.h"

/*
 * CoerceVariableValues (section 6.1.2): JSON to values, all errors gathered.
 *
 * JSON nests as its sender likes; GQL_DEPTH_MOST levels of it are followed.
 */

enum {
    VARIABLE_ERRORS_MOST = 50, /* then one more that says so, and no others */
};

struct coercion {
    struct arena *arena;
    struct gql_errors *errors;
    const struct gql_variables *variables;
    const struct gql_variable_definition *node; /* the variable at hand */
    size_t n_errors;
};

/* A JSON value and how one gets there from the variable's own. */
struct place {
    const struct json_value *json;
    const struct gql_path *path; /* NULL at the variable itself */
    unsigned depth;
};

static void coerce(struct coercion *c, const struct gql_type *type, struct place at,
                   struct gql_value *ret_value);

static bool is_full(const struct coercion *c)
{
    return c->n_errors > VARIABLE_ERRORS_MOST;
}

/* graphql-js's bound, which is half of that on other errors. */
static void add_error(struct coercion *c, struct str message, struct str argument)
{
    struct gql_error *error = gql_error_add(c->errors, ST_BAD_INPUT, "%s", "");

    c->n_errors++;
    if (is_full(c)) {
        error->message = STR("Too many errors processing variables, error limit reached. "
                             "Execution aborted.");
        return;
    }
    error->message = message;
    error->argument = argument;
    gql_error_at(c->errors, error, c->variables->source, c->node->at);
}

static struct str message_of(struct coercion *c, struct place at, struct str where, struct str why)
{
    const struct str parts[] = {
        STR("Variable \"$"),
        c->node->name.text,
        STR("\" got invalid value "),
        gql_inspect(c->arena, at.json),
        at.path ? STR(" at \"") : STR(""),
        at.path ? where : STR(""),
        at.path ? STR("\"") : STR(""),
        STR("; "),
        why,
    };

    return arena_join(c->arena, parts, array_size(parts));
}

static void refuse(struct coercion *c, struct place at, struct str why)
{
    struct str where = c->node->name.text;

    if (is_full(c))
        return;
    if (at.path)
        where = arena_printf(c->arena, "%.*s%.*s", STR_ARG(where),
                             STR_ARG(gql_path_text(c->arena, at.path)));
    add_error(c, message_of(c, at, where, why), where);
}

static struct place key_of(struct place at, const struct json_value *json, struct gql_path *path)
{
    return (struct place){.json = json, .path = path, .depth = at.depth + 1};
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void coerce_list(struct coercion *c, const struct gql_type *type, struct place at,
                        struct gql_value *ret_value)
{
    bool is_list = at.json->kind == JSON_VALUE_LIST;
    size_t n = is_list ? at.json->n : 1;
    struct gql_value *items = arena_array(c->arena, struct gql_value, n);
    struct gql_path path = {.parent = at.path};

    *ret_value = (struct gql_value){.kind = GQL_VALUE_LIST, .n = n, .items = items};
    if (!is_list) {
        /* What is no list counts as a list of one. */
        coerce(c, type->of, at, items);
        return;
    }
    for (const struct json_value *item = at.json->first; item; item = item->next) {
        coerce(c, type->of, key_of(at, item, &path), &items[path.index]);
        path.index++;
    }
}

static void refuse_unknown(struct coercion *c, const struct gql_type *type, struct place at,
                           struct str name)
{
    struct str suggestion = STR("");

    if (!c->variables->no_suggestions && !is_full(c)) {
        struct str *names = arena_array(c->arena, struct str, type->n_input_fields);
        for (size_t i = 0; i < type->n_input_fields; i++)
            names[i] = type->input_fields[i].name;
        suggestion = gql_did_you_mean(c->arena, STR_NULL, name, names, type->n_input_fields);
    }
    refuse(c, at,
           arena_printf(c->arena, "Field \"%.*s\" is not defined by type \"%.*s\".%.*s",
                        STR_ARG(name), STR_ARG(type->name), STR_ARG(suggestion)));
}

static void refuse_unknown_all(struct coercion *c, const struct gql_type *type, struct place at)
{
    for (const struct json_value *member = at.json->first; member; member = member->next)
        if (!gql_type_input_field(type, member->name))
            refuse_unknown(c, type, at, member->name);
}

/* An input field that was not given: false when there is nothing to put in its place. */
static bool default_member(struct coercion *c, const struct gql_input_def *def, struct place at,
                           struct gql_value *ret_value)
{
    if (def->default_value) {
        *ret_value = *def->default_value;
        return true;
    }
    if (def->type->kind == GQL_NON_NULL)
        refuse(c, at,
               arena_printf(c->arena, "Field \"%.*s\" of required type \"%.*s\" was not provided.",
                            STR_ARG(def->name), STR_ARG(gql_type_print(c->arena, def->type))));
    return false;
}

static void check_one_of(struct coercion *c, const struct gql_type *type, struct place at,
                         const struct gql_value *object)
{
    const struct gql_value_member *only = object->members; /* or the first of too many */
    struct gql_path path = {.parent = at.path};

    if (!only || only->next)
        refuse(c, at,
               arena_printf(c->arena, "Exactly one key must be specified for OneOf type \"%.*s\".",
                            STR_ARG(type->name)));
    if (only && only->value.kind == GQL_VALUE_NULL) {
        const struct json_value *given = json_value_get(at.json, only->def->name);
        path.key = only->def->name;
        /* A value that was refused already is no null. */
        if (json_value_is(given, JSON_VALUE_NULL))
            refuse(c, key_of(at, given, &path),
                   arena_printf(c->arena, "Field \"%.*s\" must be non-null.",
                                STR_ARG(only->def->name)));
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void coerce_object(struct coercion *c, const struct gql_type *type, struct place at,
                          struct gql_value *ret_value)
{
    struct gql_value object = {.kind = GQL_VALUE_OBJECT};
    const struct gql_value_member **end = &object.members;

    if (at.json->kind != JSON_VALUE_OBJECT) {
        refuse(
            c, at,
            arena_printf(c->arena, "Expected type \"%.*s\" to be an object.", STR_ARG(type->name)));
        return;
    }
    for (size_t i = 0; i < type->n_input_fields; i++) {
        const struct gql_input_def *def = &type->input_fields[i];
        struct gql_path path = {.parent = at.path, .key = def->name};
        const struct json_value *given = json_value_get(at.json, def->name);
        struct gql_value_member member = {.def = def}, *added;
        if (given)
            coerce(c, def->type, key_of(at, given, &path), &member.value);
        else if (!default_member(c, def, at, &member.value))
            continue;
        added = arena_new(c->arena, struct gql_value_member);
        *added = member;
        *end = added;
        end = &added->next;
    }
    refuse_unknown_all(c, type, at);
    if (type->one_of)
        check_one_of(c, type, at, &object);
    *ret_value = object;
}

static struct str enum_suggestion(struct coercion *c, const struct gql_type *type,
                                  const struct json_value *json)
{
    struct str *names, shown;

    if (type->kind != GQL_ENUM || c->variables->no_suggestions || is_full(c))
        return STR("");
    names = arena_array(c->arena, struct str, type->n_values);
    for (size_t i = 0; i < type->n_values; i++)
        names[i] = type->values[i].name;
    shown = json->kind == JSON_VALUE_STRING ? json->text : gql_inspect(c->arena, json);
    return gql_did_you_mean(c->arena, STR("the enum value"), shown, names, type->n_values);
}

static void coerce_leaf(struct coercion *c, const struct gql_type *type, struct place at,
                        struct gql_value *ret_value)
{
    struct str why, suggestion;

    if (gql_leaf_of_json(c->arena, type, at.json, ret_value, &why))
        return;
    suggestion = enum_suggestion(c, type, at.json);
    refuse(c, at, arena_join(c->arena, (const struct str[]){why, suggestion}, 2));
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void coerce(struct coercion *c, const struct gql_type *type, struct place at,
                   struct gql_value *ret_value)
{
    const struct gql_type *nullable = gql_type_nullable(type);

    *ret_value = (struct gql_value){.kind = GQL_VALUE_NULL};
    if (is_full(c))
        return; /* nobody would hear of more */
    if (at.depth > GQL_DEPTH_MOST) {
        refuse(c, at, STR("It is nested too deeply."));
    } else if (at.json->kind == JSON_VALUE_NULL) {
        if (type->kind == GQL_NON_NULL)
            refuse(c, at,
                   arena_printf(c->arena, "Expected non-nullable type \"%.*s\" not to be null.",
                                STR_ARG(gql_type_print(c->arena, type))));
    } else if (nullable->kind == GQL_LIST) {
        coerce_list(c, nullable, at, ret_value);
    } else if (nullable->kind == GQL_INPUT_OBJECT) {
        coerce_object(c, nullable, at, ret_value);
    } else {
        coerce_leaf(c, nullable, at, ret_value);
    }
}

/* A variable that must have a value has none: it was left out, or is null. */
static void refuse_variable(struct coercion *c, const struct gql_input_def *def, bool is_null)
{
    struct str message;

    if (is_full(c))
        return;
    message = arena_printf(c->arena, "Variable \"$%.*s\" of %s type \"%.*s\" %s.",
                           STR_ARG(def->name), is_null ? "non-null" : "required",
                           STR_ARG(gql_type_print(c->arena, def->type)),
                           is_null ? "must not be null" : "was not provided");
    add_error(c, message, def->name);
}

/* True when the variable has a value. */
static bool coerce_variable(struct coercion *c, const struct gql_input_def *def,
                            const struct json_value *given, struct gql_value *ret_value)
{
    struct place at = {.json = given};

    if (!given && def->default_literal) {
        *ret_value = *def->default_value;
        return true;
    }
    if (def->type->kind == GQL_NON_NULL && json_value_is_nothing(given)) {
        refuse_variable(c, def, given != NULL);
        return false;
    }
    if (given)
        coerce(c, def->type, at, ret_value);
    return given;
}

bool gql_coerce_variables(struct arena *a, const struct gql_variables *variables,
                          const struct json_value *given, struct gql_errors *errors,
                          struct gql_value *ret_values)
{
    struct coercion c = {
        .arena = a, .errors = errors, .variables = variables, .node = variables->nodes};
    struct gql_value values = {.kind = GQL_VALUE_OBJECT};
    const struct gql_value_member **end = &values.members;

    for (size_t i = 0; i < variables->n; i++, c.node = c.node->next) {
        const struct gql_input_def *def = &variables->defs[i];
        struct gql_value_member member = {.def = def}, *added;
        const struct json_value *json = json_value_get(given, def->name);
        if (!coerce_variable(&c, def, json, &member.value))
            continue;
        added = arena_new(a, struct gql_value_member);
        *added = member;
        *end = added;
        end = &added->next;
    }
    *ret_values = values;
    return c.n_errors == 0;
}
