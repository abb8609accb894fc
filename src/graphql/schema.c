#include "graphql/schema.h"

#include "base/mem.h"
#include "graphql/schema_build.h"

static struct str copy(struct arena *a, struct str s)
{
    return s.p ? arena_str(a, s) : arena_str(a, STR(""));
}

static struct gql_schema *make(struct gql_source source, bool foreign, struct gql_errors *errors)
{
    struct gql_schema *schema = mem_new(struct gql_schema);
    size_t before = errors->count;

    schema->foreign = foreign;
    arena_init(&schema->arena);
    schema->source.name = copy(&schema->arena, source.name);
    schema->source.body = copy(&schema->arena, source.body);
    schema->sdl = schema->source.body;
    gql_schema_build(schema, errors);
    if (errors->count == before)
        return schema;
    gql_schema_free(schema);
    return NULL;
}

struct gql_schema *gql_schema_new(struct gql_source source, struct gql_errors *errors)
{
    return make(source, false, errors);
}

struct gql_schema *gql_schema_new_foreign(struct gql_source source, struct gql_errors *errors)
{
    return make(source, true, errors);
}

void gql_schema_free(struct gql_schema *schema)
{
    if (!schema)
        return;
    map_done(&schema->by_name);
    map_done(&schema->directives_by_name);
    arena_done(&schema->arena);
    mem_free(schema);
}

const struct gql_type *gql_schema_type(const struct gql_schema *schema, struct str name)
{
    return map_get(&schema->by_name, name);
}

const struct gql_directive_def *gql_schema_directive(const struct gql_schema *schema,
                                                     struct str name)
{
    return map_get(&schema->directives_by_name, name);
}

bool gql_directive_is_of_the_language(struct str name)
{
    static const char *const names[] = {"include", "skip", "deprecated", "specifiedBy", "oneOf"};

    for (size_t i = 0; i < array_size(names); i++)
        if (str_eq_c(name, names[i]))
            return true;
    return false;
}

const struct gql_type *gql_schema_root(const struct gql_schema *schema,
                                       enum gql_operation_type operation)
{
    switch (operation) {
    case GQL_QUERY:
        return schema->query;
    case GQL_MUTATION:
        return schema->mutation;
    case GQL_SUBSCRIPTION:
        return schema->subscription;
    }
    return NULL;
}

static const struct gql_field_def *find_field(const struct gql_field_def *fields, size_t n,
                                              struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(fields[i].name, name))
            return &fields[i];
    return NULL;
}

static const struct gql_field_def *meta_field(const struct gql_schema *schema,
                                              const struct gql_type *parent, struct str name)
{
    bool anywhere = str_eq(name, STR("__typename")) && gql_type_is_composite(parent);

    if (!anywhere && parent != schema->query)
        return NULL;
    return find_field(schema->meta_fields, schema->n_meta_fields, name);
}

const struct gql_field_def *gql_type_field(const struct gql_schema *schema,
                                           const struct gql_type *parent, struct str name)
{
    if (str_starts(name, STR("__")))
        return meta_field(schema, parent, name);
    return find_field(parent->fields, parent->n_fields, name);
}

const struct gql_literal *gql_literal_member(const struct gql_literal *object, struct str name)
{
    const struct gql_literal *item = object->items;

    while (item && !str_eq(item->key.text, name))
        item = item->next;
    return item;
}

const struct gql_input_def *gql_input_find(const struct gql_input_def *defs, size_t n,
                                           struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(defs[i].name, name))
            return &defs[i];
    return NULL;
}

const struct gql_input_def *gql_type_input_field(const struct gql_type *type, struct str name)
{
    return gql_input_find(type->input_fields, type->n_input_fields, name);
}
