#include "graphql/schema_check.h"

#include "graphql/coerce.h"

static void coerce_default(struct gql_schema *schema, struct gql_input_def *def)
{
    struct gql_value *value = arena_new(&schema->arena, struct gql_value);

    if (def->default_literal &&
        gql_coerce_literal(&schema->arena, def->type, def->default_literal, NULL, value))
        def->default_value = value;
}

static void coerce_defaults(struct gql_schema *schema, const struct gql_input_def *defs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        coerce_default(schema, (struct gql_input_def *)&defs[i]);
}

void gql_schema_check(struct gql_schema *schema, struct gql_errors *errors)
{
    if (!schema->query)
        gql_error_add(errors, ST_INVALID, "Query root type must be provided.");
    for (size_t i = 0; i < schema->n_types; i++) {
        const struct gql_type *type = schema->types[i];
        coerce_defaults(schema, type->input_fields, type->n_input_fields);
        for (size_t f = 0; f < type->n_fields; f++)
            coerce_defaults(schema, type->fields[f].args, type->fields[f].n_args);
    }
    for (size_t i = 0; i < schema->n_directives; i++)
        coerce_defaults(schema, schema->directives[i].args, schema->directives[i].n_args);
}
