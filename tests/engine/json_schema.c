#include "tests/engine/json_schema.h"

#include "graphql/scalar.h"
#include "graphql/value.h"

struct late {
    struct wait *wait;
    json_int_t at;
    const void *value;
    const char *error;
    struct late *next;
};

static struct str *text_value(struct arena *a, struct str text)
{
    struct str *value = arena_new(a, struct str);

    *value = text;
    return value;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the case is written. */
static const void *list_value(struct arena *a, const struct gql_type *item, const json_t *json)
{
    struct gql_list *list = arena_new(a, struct gql_list);
    const void **items = arena_array(a, const void *, json_array_size(json));

    for (; list->n < json_array_size(json); list->n++)
        items[list->n] = json_value(a, item, json_array_get(json, list->n));
    list->items = items;
    return list;
}

static const void *enum_value(struct arena *a, const struct gql_type *type, const json_t *json)
{
    int *index = arena_new(a, int);

    while ((size_t)*index < type->n_values &&
           !str_eq_c(type->values[*index].name, json_string_value(json)))
        ++*index;
    return index;
}

static const void *scalar_value(struct arena *a, const struct gql_type *type, const json_t *json)
{
    int64_t *integer = arena_new(a, int64_t);
    double *number = arena_new(a, double);
    bool *boolean = arena_new(a, bool);

    switch (type->scalar ? type->scalar->kind : GQL_C_STR) {
    case GQL_C_INT:
    case GQL_C_TIME:
        *integer = json_integer_value(json);
        return integer;
    case GQL_C_DOUBLE:
        *number = json_number_value(json);
        return number;
    case GQL_C_BOOL:
        *boolean = json_is_true(json);
        return boolean;
    case GQL_C_STR:
    case GQL_C_ENUM:
    case GQL_C_OBJECT:
    case GQL_C_LIST:
        break;
    }
    if (json_is_integer(json))
        return text_value(a, arena_printf(a, "%lld", (long long)json_integer_value(json)));
    return text_value(a, str_of(json_string_value(json), json_string_length(json)));
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the case is written. */
const void *json_value(struct arena *a, const struct gql_type *type, const json_t *json)
{
    const struct gql_type *nullable = gql_type_nullable(type);

    if (!json || json_is_null(json))
        return NULL;
    if (nullable->kind == GQL_LIST)
        return list_value(a, nullable->of, json);
    if (nullable->kind == GQL_ENUM)
        return enum_value(a, nullable, json);
    return nullable->kind == GQL_SCALAR ? scalar_value(a, nullable, json) : json;
}

/* Coerced arguments as JSON, to be looked at. */

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the case is written. */
static void write_value(struct json_out *j, const struct gql_value *value)
{
    switch (value->kind) {
    case GQL_VALUE_NULL:
        json_out_null(j);
        return;
    case GQL_VALUE_BOOLEAN:
        json_out_bool(j, value->boolean);
        return;
    case GQL_VALUE_INT:
        json_out_int(j, value->integer);
        return;
    case GQL_VALUE_FLOAT:
        json_out_double(j, value->number);
        return;
    case GQL_VALUE_STRING:
    case GQL_VALUE_ENUM:
        json_out_str(j, value->text);
        return;
    case GQL_VALUE_LIST:
        json_out_begin_array(j);
        for (size_t i = 0; i < value->n; i++)
            write_value(j, &value->items[i]);
        json_out_end_array(j);
        return;
    case GQL_VALUE_OBJECT:
        json_out_begin_object(j);
        for (const struct gql_value_member *m = value->members; m; m = m->next) {
            json_out_key(j, m->def->name);
            write_value(j, &m->value);
        }
        json_out_end_object(j);
        return;
    }
}

static void resolve_args(struct gql_field *f, const struct gql_value *args)
{
    struct buf out;
    struct json_out j = {.out = &out};

    buf_init(&out, (size_t)1024 * 1024);
    write_value(&j, args);
    gql_resolve(f, text_value(f->arena, arena_str(f->arena, buf_str(&out))));
    buf_done(&out);
}

/* Late answers come in the order of `at`, whatever the order they were asked in. */
static struct wait *answer_late(struct json_world *world, struct gql_field *f, const json_t *order)
{
    struct late *late = arena_new(world->arena, struct late), **at = &world->late;
    const json_t *value = json_object_get(order, "value");

    late->wait = wait_new(f->arena);
    late->at = json_integer_value(json_object_get(order, "$later"));
    late->error = json_string_value(json_object_get(value, "$error"));
    late->value = late->error ? NULL : json_value(f->arena, f->def->type, value);
    while (*at && (*at)->at <= late->at)
        at = &(*at)->next;
    late->next = *at;
    *at = late;
    return late->wait;
}

bool json_world_answer(struct json_world *world)
{
    struct late *late = world->late;

    if (!late)
        return false;
    world->late = late->next;
    if (late->error)
        wait_fail(late->wait, ST_CONFLICT, str_c(late->error));
    else
        wait_answer(late->wait, ST_OK, late->value);
    return true;
}

static void resolve_count(struct json_world *world, struct gql_field *f)
{
    int64_t *count = arena_new(f->arena, int64_t);

    *count = world->count++;
    gql_resolve(f, count);
}

static void resolve(struct gql_field *f, const void *args)
{
    struct json_world *world = f->context;
    const json_t *parent = f->parent ? f->parent : world->root;
    const json_t *json = json_object_getn(parent, f->def->name.p, f->def->name.n);
    const char *error = json_string_value(json_object_get(json, "$error"));

    world->asked = f->def;
    if (error)
        gql_reject_with(f, ST_CONFLICT, "%s", error);
    else if (json_object_get(json, "$later"))
        gql_resolve_later(f, answer_late(world, f, json));
    else if (json_object_get(json, "$args"))
        resolve_args(f, args);
    else if (json_object_get(json, "$count"))
        resolve_count(world, f);
    else
        gql_resolve(f, json_value(f->arena, f->def->type, json));
}

static const char *type_of(void *context, const void *value)
{
    return json_string_value(json_object_get(value, "__typename"));
}

/* Binding. */

struct tables {
    struct gql_resolver *resolvers;
    size_t n_resolvers;
    struct gql_scalar *scalars;
    size_t n_scalars;
    struct gql_abstract *abstracts;
    size_t n_abstracts;
};

static void add_type(struct arena *a, struct tables *t, const struct gql_type *type)
{
    const char *name = arena_str(a, type->name).p;

    if (gql_type_is_abstract(type))
        t->abstracts[t->n_abstracts++] = (struct gql_abstract){.type = name, .type_of = type_of};
    for (size_t i = 0; type->kind == GQL_OBJECT && i < type->n_fields; i++)
        t->resolvers[t->n_resolvers++] = (struct gql_resolver){
            .type = name, .field = arena_str(a, type->fields[i].name).p, .fn = resolve};
}

/* Those that are ready, where the schema has them. */
static void add_scalars(struct tables *t, const struct gql_schema *schema)
{
    for (const struct gql_scalar *scalar = gql_scalars; scalar->name; scalar++) {
        if (gql_schema_type(schema, str_c(scalar->name)))
            t->scalars[t->n_scalars++] = *scalar;
    }
}

bool json_schema_bind(struct arena *a, struct gql_schema *schema, struct gql_errors *errors)
{
    struct gql_binding *binding = arena_new(a, struct gql_binding);
    struct tables tables = {0};
    size_t n_fields = 0;

    for (size_t i = 0; i < schema->n_types; i++)
        n_fields += schema->types[i]->n_fields;
    tables.resolvers = arena_array(a, struct gql_resolver, n_fields + 1);
    tables.scalars = arena_array(a, struct gql_scalar, schema->n_types + 1);
    tables.abstracts = arena_array(a, struct gql_abstract, schema->n_types + 1);
    add_scalars(&tables, schema);
    for (size_t i = 0; i < schema->n_types; i++) {
        if (!schema->types[i]->built_in)
            add_type(a, &tables, schema->types[i]);
    }
    binding->resolvers = tables.resolvers;
    binding->scalars = tables.scalars;
    binding->abstracts = tables.abstracts;
    return gql_schema_bind(schema, binding, errors);
}

enum status json_world_authorize(void *context, const struct gql_field_def *field)
{
    const struct json_world *world = context;
    json_t *scope;
    size_t i;

    if (!world->scopes || !field->requires_scope.p)
        return ST_OK;
    json_array_foreach(world->scopes, i, scope)
    {
        if (str_eq_c(field->requires_scope, json_string_value(scope)))
            return ST_OK;
    }
    return ST_FORBIDDEN;
}
