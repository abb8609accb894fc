#include "graphql/schema_print.h"

#include "graphql/print.h"

static const struct str level_one = STR_INIT("  ");
static const struct str level_two = STR_INIT("    ");

static void add_name(struct buf *out, const char *before, struct str name)
{
    buf_add(out, str_c(before));
    buf_add(out, name);
}

/* A description's lines, indented; the first thing in a block stands without a blank line. */
static void print_description(struct buf *out, struct str description, struct str indent,
                              bool first)
{
    struct str rest;
    struct buf text;

    if (!description.p)
        return;
    /* Every byte may become an escape of six, and quotes come around it. */
    buf_init(&text, description.n * 6 + 16);
    if (gql_is_printable_as_block(description))
        gql_print_block_string(&text, description);
    else
        gql_print_string(&text, description);
    if (indent.n && !first)
        buf_add_char(out, '\n');
    rest = buf_str(&text);
    while (rest.p) {
        buf_add(out, indent);
        buf_add(out, str_split(&rest, '\n'));
        buf_add_char(out, '\n');
    }
    buf_done(&text);
}

static void print_deprecated(struct buf *out, struct str reason)
{
    if (!reason.p)
        return;
    buf_add(out, STR(" @deprecated"));
    if (str_eq_c(reason, "No longer supported"))
        return;
    buf_add(out, STR("(reason: "));
    gql_print_string(out, reason);
    buf_add_char(out, ')');
}

static void print_type_ref(struct buf *out, const struct gql_type *type)
{
    struct arena a;

    arena_init(&a);
    buf_add(out, gql_type_print(&a, type));
    arena_done(&a);
}

static void print_input(struct buf *out, const struct gql_input_def *def)
{
    buf_add(out, def->name);
    buf_add(out, STR(": "));
    print_type_ref(out, def->type);
    if (def->default_literal) {
        struct arena a;
        arena_init(&a);
        add_name(out, " = ", gql_print_default(&a, def));
        arena_done(&a);
    }
    print_deprecated(out, def->deprecation_reason);
}

static bool any_described(const struct gql_input_def *defs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (defs[i].description.n)
            return true;
    return false;
}

/* On one line, unless one of them has a description. */
static void print_arguments(struct buf *out, const struct gql_input_def *args, size_t n,
                            struct str indent)
{
    struct str inner = indent.n ? level_two : level_one;
    bool lines = any_described(args, n);

    if (n == 0)
        return;
    buf_add(out, lines ? STR("(\n") : STR("("));
    for (size_t i = 0; i < n; i++) {
        if (lines) {
            print_description(out, args[i].description, inner, i == 0);
            buf_add(out, inner);
        } else if (i > 0) {
            buf_add(out, STR(", "));
        }
        print_input(out, &args[i]);
        if (lines)
            buf_add_char(out, '\n');
    }
    if (lines)
        buf_add(out, indent);
    buf_add_char(out, ')');
}

static void print_fields(struct buf *out, const struct gql_type *type)
{
    for (size_t i = 0; i < type->n_fields; i++) {
        const struct gql_field_def *field = &type->fields[i];
        print_description(out, field->description, level_one, i == 0);
        buf_add(out, level_one);
        buf_add(out, field->name);
        print_arguments(out, field->args, field->n_args, level_one);
        buf_add(out, STR(": "));
        print_type_ref(out, field->type);
        print_deprecated(out, field->deprecation_reason);
        buf_add_char(out, '\n');
    }
}

static void print_input_fields(struct buf *out, const struct gql_type *type)
{
    for (size_t i = 0; i < type->n_input_fields; i++) {
        print_description(out, type->input_fields[i].description, level_one, i == 0);
        buf_add(out, level_one);
        print_input(out, &type->input_fields[i]);
        buf_add_char(out, '\n');
    }
}

static void print_values(struct buf *out, const struct gql_type *type)
{
    for (size_t i = 0; i < type->n_values; i++) {
        print_description(out, type->values[i].description, level_one, i == 0);
        buf_add(out, level_one);
        buf_add(out, type->values[i].name);
        print_deprecated(out, type->values[i].deprecation_reason);
        buf_add_char(out, '\n');
    }
}

static void print_names(struct buf *out, const char *before, const char *between,
                        const struct gql_type *const *types, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_name(out, i == 0 ? before : between, types[i]->name);
}

static const char *keyword_of(const struct gql_type *type)
{
    switch (type->kind) {
    case GQL_SCALAR:
        return "scalar ";
    case GQL_OBJECT:
        return "type ";
    case GQL_INTERFACE:
        return "interface ";
    case GQL_UNION:
        return "union ";
    case GQL_ENUM:
        return "enum ";
    case GQL_INPUT_OBJECT:
        return "input ";
    case GQL_LIST:
    case GQL_NON_NULL:
        break;
    }
    return "";
}

static void print_block(struct buf *out, const struct gql_type *type)
{
    if (type->n_fields + type->n_input_fields + type->n_values == 0)
        return;
    buf_add(out, STR(" {\n"));
    print_fields(out, type);
    print_input_fields(out, type);
    print_values(out, type);
    buf_add_char(out, '}');
}

static void print_type(struct buf *out, const struct gql_type *type)
{
    print_description(out, type->description, STR(""), true);
    add_name(out, keyword_of(type), type->name);
    print_names(out, " implements ", " & ", type->interfaces, type->n_interfaces);
    if (type->kind == GQL_UNION)
        print_names(out, " = ", " | ", type->possible, type->n_possible);
    if (type->one_of)
        buf_add(out, STR(" @oneOf"));
    if (type->specified_by.p) {
        buf_add(out, STR(" @specifiedBy(url: "));
        gql_print_string(out, type->specified_by);
        buf_add_char(out, ')');
    }
    print_block(out, type);
}

static void print_directive(struct buf *out, const struct gql_directive_def *directive)
{
    print_description(out, directive->description, STR(""), true);
    add_name(out, "directive @", directive->name);
    print_arguments(out, directive->args, directive->n_args, STR(""));
    if (directive->repeatable)
        buf_add(out, STR(" repeatable"));
    for (size_t i = 0; i < directive->n_locations; i++)
        add_name(out, i == 0 ? " on " : " | ", directive->locations[i]);
}

/* True when a reader of SDL without a schema definition would come to the same root. */
static bool is_by_name(const struct gql_schema *schema, const struct gql_type *root,
                       struct str name)
{
    return root ? str_eq(root->name, name) : !gql_schema_type(schema, name);
}

/* A schema definition that says nothing is left out. */
static bool print_roots(struct buf *out, const struct gql_schema *schema)
{
    if (!schema->description.p && is_by_name(schema, schema->query, STR("Query")) &&
        is_by_name(schema, schema->mutation, STR("Mutation")) &&
        is_by_name(schema, schema->subscription, STR("Subscription")))
        return false;
    print_description(out, schema->description, STR(""), true);
    add_name(out, "schema {\n  query: ", schema->query->name);
    if (schema->mutation)
        add_name(out, "\n  mutation: ", schema->mutation->name);
    if (schema->subscription)
        add_name(out, "\n  subscription: ", schema->subscription->name);
    buf_add(out, STR("\n}"));
    return true;
}

static void separate(struct buf *out, bool *begun)
{
    if (*begun)
        buf_add(out, STR("\n\n"));
    *begun = true;
}

void gql_schema_print(const struct gql_schema *schema, struct buf *out)
{
    bool begun = print_roots(out, schema);

    for (size_t i = 0; i < schema->n_directives; i++) {
        if (gql_directive_is_of_the_language(schema->directives[i].name))
            continue;
        separate(out, &begun);
        print_directive(out, &schema->directives[i]);
    }
    for (size_t i = 0; i < schema->n_types; i++) {
        if (schema->types[i]->built_in)
            continue;
        separate(out, &begun);
        print_type(out, schema->types[i]);
    }
}
