#include "graphql/introspection_query.h"

#include "base/buf.h"

enum {
    QUERY_MOST = 8 * 1024,
};

/* A piece of the query, which stands when all of its parts are wanted. */
struct piece {
    unsigned parts;
    const char *text;
};

static const struct piece pieces[] = {
    {0, "query IntrospectionQuery {\n  __schema {\n"},
    {GQL_INTROSPECT_SCHEMA_DESCRIPTION, "    description\n"},
    {0, "    queryType { name kind }\n"
        "    mutationType { name kind }\n"
        "    subscriptionType { name kind }\n"
        "    types { ...FullType }\n"
        "    directives {\n"
        "      name\n"
        "      description\n"},
    {GQL_INTROSPECT_REPEATABLE, "      isRepeatable\n"},
    {0, "      locations\n      args"},
    {GQL_INTROSPECT_INPUT_DEPRECATION, "(includeDeprecated: true)"},
    {0, " { ...InputValue }\n"
        "    }\n"
        "  }\n"
        "}\n"
        "fragment FullType on __Type {\n"
        "  kind\n"
        "  name\n"
        "  description\n"},
    {GQL_INTROSPECT_SPECIFIED_BY_URL, "  specifiedByURL\n"},
    {GQL_INTROSPECT_ONE_OF, "  isOneOf\n"},
    {0, "  fields(includeDeprecated: true) {\n"
        "    name\n"
        "    description\n"
        "    args"},
    {GQL_INTROSPECT_INPUT_DEPRECATION, "(includeDeprecated: true)"},
    {0, " { ...InputValue }\n"
        "    type { ...TypeRef }\n"
        "    isDeprecated\n"
        "    deprecationReason\n"
        "  }\n"
        "  inputFields"},
    {GQL_INTROSPECT_INPUT_DEPRECATION, "(includeDeprecated: true)"},
    {0, " { ...InputValue }\n"
        "  interfaces { ...TypeRef }\n"
        "  enumValues(includeDeprecated: true) {\n"
        "    name\n"
        "    description\n"
        "    isDeprecated\n"
        "    deprecationReason\n"
        "  }\n"
        "  possibleTypes { ...TypeRef }\n"
        "}\n"
        "fragment InputValue on __InputValue {\n"
        "  name\n"
        "  description\n"
        "  type { ...TypeRef }\n"
        "  defaultValue\n"},
    {GQL_INTROSPECT_INPUT_DEPRECATION, "  isDeprecated\n  deprecationReason\n"},
    /* As deep as graphql-js asks: some servers bound the depth of what they answer. */
    {0, "}\n"
        "fragment TypeRef on __Type {\n"
        "  kind\n"
        "  name\n"
        "  ofType { name kind ofType { name kind ofType { name kind ofType { name kind\n"
        "  ofType { name kind ofType { name kind ofType { name kind ofType { name kind\n"
        "  ofType { name kind } } } } } } } } }\n"
        "}\n"},
};

struct str gql_introspection_query(struct arena *a, unsigned parts)
{
    struct str query;
    struct buf out;

    buf_init(&out, QUERY_MOST);
    for (size_t i = 0; i < array_size(pieces); i++)
        if ((pieces[i].parts & parts) == pieces[i].parts)
            buf_add(&out, str_c(pieces[i].text));
    query = arena_str(a, buf_str(&out));
    buf_done(&out);
    return query;
}

const struct str gql_introspection_parts_query =
    STR_INIT("{\n"
             "  schema: __type(name: \"__Schema\") { fields { name } }\n"
             "  type: __type(name: \"__Type\") { fields { name args { name } } }\n"
             "  field: __type(name: \"__Field\") { fields { name args { name } } }\n"
             "  input: __type(name: \"__InputValue\") { fields { name } }\n"
             "  directive: __type(name: \"__Directive\") { fields { name args { name } } }\n"
             "}\n");

/* The member of the list that has the name; NULL when there is none. */
static const struct json_value *find_named(const struct json_value *list, const char *name)
{
    for (const struct json_value *item = json_value_first(list); item; item = item->next)
        if (str_eq_c(json_value_text(json_value_get(item, STR("name"))), name))
            return item;
    return NULL;
}

static const struct json_value *field_of(const struct json_value *data, const char *type,
                                         const char *field)
{
    return find_named(json_value_get(json_value_get(data, str_c(type)), STR("fields")), field);
}

static bool has_deprecated_inputs(const struct json_value *data, const char *type,
                                  const char *field)
{
    return find_named(json_value_get(field_of(data, type, field), STR("args")),
                      "includeDeprecated");
}

unsigned gql_introspection_parts(const struct json_value *data)
{
    unsigned parts = 0;

    if (field_of(data, "schema", "description"))
        parts |= GQL_INTROSPECT_SCHEMA_DESCRIPTION;
    if (field_of(data, "type", "specifiedByURL"))
        parts |= GQL_INTROSPECT_SPECIFIED_BY_URL;
    if (field_of(data, "directive", "isRepeatable"))
        parts |= GQL_INTROSPECT_REPEATABLE;
    if (field_of(data, "input", "deprecationReason") && field_of(data, "input", "isDeprecated") &&
        has_deprecated_inputs(data, "type", "inputFields") &&
        has_deprecated_inputs(data, "field", "args") &&
        has_deprecated_inputs(data, "directive", "args"))
        parts |= GQL_INTROSPECT_INPUT_DEPRECATION;
    if (field_of(data, "type", "isOneOf"))
        parts |= GQL_INTROSPECT_ONE_OF;
    return parts;
}
