#include "graphql/introspection_sdl.h"

#include "base/buf.h"
#include "graphql/graphql.h"
#include "graphql/print.h"
#include "graphql/scalar.h"

enum {
    SDL_MOST = 512 * 1024 * 1024, /* bytes; the JSON was read from something far smaller */
};

/* A writer fails once: the first thing amiss is kept, and what is written after it never used. */
struct writer {
    struct arena *arena;
    struct buf out;
    struct str why; /* absent: nothing is amiss */
    /* Where the writer is, for what it says. Outermost first, the inner ones absent. */
    struct str type;
    struct str field;
    struct str input;
};

static struct str place(const struct writer *w)
{
    if (!w->type.p)
        return STR("__schema");
    if (w->input.p && w->field.p)
        return arena_printf(w->arena, "%.*s.%.*s(%.*s:)", STR_ARG(w->type), STR_ARG(w->field),
                            STR_ARG(w->input));
    if (w->field.p)
        return arena_printf(w->arena, "%.*s.%.*s", STR_ARG(w->type), STR_ARG(w->field));
    if (w->input.p)
        return arena_printf(w->arena, "%.*s(%.*s:)", STR_ARG(w->type), STR_ARG(w->input));
    return w->type;
}

static void amiss(struct writer *w, const char *format, ...) printf_like(2, 3);

static void amiss(struct writer *w, const char *format, ...)
{
    struct str what;
    va_list args;

    if (w->why.p)
        return;
    va_start(args, format);
    what = arena_vprintf(w->arena, format, args);
    va_end(args);
    w->why = arena_printf(w->arena, "%.*s: %.*s", STR_ARG(place(w)), STR_ARG(what));
}

/* Reading the JSON. */

static const struct json_value nothing = {.kind = JSON_VALUE_NULL};

/* Absent when it is missing or null. */
static struct str text_of(struct writer *w, const struct json_value *object, const char *key)
{
    const struct json_value *value = json_value_get(object, str_c(key));

    if (!json_value_is_nothing(value) && value->kind != JSON_VALUE_STRING)
        amiss(w, "\"%s\" should be a string", key);
    return json_value_text(value);
}

static bool is_name_char(char c, bool first)
{
    return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (!first && c >= '0' && c <= '9');
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_name_char(s.p[i], i == 0))
            return false;
    return s.n > 0;
}

static struct str checked_name(struct writer *w, const struct json_value *value)
{
    struct str name = json_value_text(value);

    if (is_name(name))
        return name;
    amiss(w, "%.*s is no name", STR_ARG(gql_inspect(w->arena, value ? value : &nothing)));
    return STR("_");
}

static struct str name_of(struct writer *w, const struct json_value *object)
{
    if (json_value_is(object, JSON_VALUE_OBJECT))
        return checked_name(w, json_value_get(object, STR("name")));
    amiss(w, "%.*s should be an object",
          STR_ARG(gql_inspect(w->arena, object ? object : &nothing)));
    return STR("_");
}

/* NULL, and amiss, when there is none. */
static const struct json_value *list_of(struct writer *w, const struct json_value *object,
                                        const char *key)
{
    const struct json_value *list = json_value_get(object, str_c(key));

    if (json_value_is(list, JSON_VALUE_LIST))
        return list;
    if (json_value_is_nothing(list))
        amiss(w, "Introspection result missing %s.", key);
    else
        amiss(w, "\"%s\" should be a list", key);
    return NULL;
}

static bool flag_of(const struct json_value *object, const char *key)
{
    const struct json_value *value = json_value_get(object, str_c(key));

    return json_value_is(value, JSON_VALUE_BOOLEAN) && value->boolean;
}

/* Writing. */

static void add(struct writer *w, const char *text)
{
    buf_add(&w->out, str_c(text));
}

static void add_description(struct writer *w, const struct json_value *object)
{
    struct str description = text_of(w, object, "description");

    if (!description.p)
        return;
    gql_print_string(&w->out, description);
    add(w, "\n");
}

static void add_deprecated(struct writer *w, const struct json_value *object)
{
    struct str reason = text_of(w, object, "deprecationReason");

    if (reason.p) {
        add(w, " @deprecated(reason: ");
        gql_print_string(&w->out, reason);
        add(w, ")");
    } else if (flag_of(object, "isDeprecated")) {
        add(w, " @deprecated");
    }
}

/* NULL for a kind that wraps nothing. */
static const enum gql_type_node_kind *wrapping_kind(const struct json_value *ref)
{
    static const enum gql_type_node_kind list = GQL_NODE_LIST_TYPE;
    static const enum gql_type_node_kind non_null = GQL_NODE_NON_NULL_TYPE;
    struct str kind = json_value_text(json_value_get(ref, STR("kind")));

    if (str_eq(kind, STR("LIST")))
        return &list;
    return str_eq(kind, STR("NON_NULL")) ? &non_null : NULL;
}

static void add_type_ref(struct writer *w, const struct json_value *ref)
{
    struct gql_type_node *outermost = arena_new(w->arena, struct gql_type_node);
    struct gql_type_node *node = outermost;
    const enum gql_type_node_kind *kind;

    for (size_t depth = 0; (kind = wrapping_kind(ref)); depth++) {
        struct gql_type_node *inner = arena_new(w->arena, struct gql_type_node);

        ref = json_value_get(ref, STR("ofType"));
        if (json_value_is_nothing(ref))
            amiss(w, "Decorated type deeper than introspection query.");
        if (depth == GQL_DEPTH_MOST)
            amiss(w, "the type is wrapped more than %d times", GQL_DEPTH_MOST);
        if (*kind == GQL_NODE_NON_NULL_TYPE && wrapping_kind(ref) &&
            *wrapping_kind(ref) == GQL_NODE_NON_NULL_TYPE)
            amiss(w, "a NON_NULL type wraps another");
        if (w->why.p)
            return;
        node->kind = *kind;
        node->of = inner;
        node = inner;
    }
    node->kind = GQL_NODE_NAMED_TYPE;
    node->name = name_of(w, ref);
    buf_add(&w->out, gql_print_type_node(w->arena, outermost));
}

/* The one value that the text is; NULL when it is something else. */
static const struct gql_literal *parse_default(struct writer *w, struct str text)
{
    struct str body = arena_printf(w->arena, "{ f(a:\n%.*s\n) }", STR_ARG(text));
    struct gql_limits limits = {0};
    const struct gql_document *document;
    const struct gql_selection *field;
    struct gql_errors errors;

    gql_errors_init(&errors, w->arena);
    document = gql_parse(w->arena, (struct gql_source){.name = STR("default"), .body = body},
                         &limits, &errors);
    if (!document || document->definitions->next)
        return NULL;
    field = document->definitions->selection_set->first;
    if (field->next || field->directives || field->arguments->next)
        return NULL;
    return field->arguments->value;
}

static void add_default(struct writer *w, const struct json_value *input)
{
    struct str text = text_of(w, input, "defaultValue");
    const struct gql_literal *literal;

    if (!text.p)
        return;
    literal = parse_default(w, text);
    if (!literal) {
        amiss(w, "the default value is no value: %.*s",
              STR_ARG(gql_inspect(w->arena, json_value_get(input, STR("defaultValue")))));
        return;
    }
    add(w, " = ");
    buf_add(&w->out, gql_print_literal(w->arena, literal));
}

static void add_input(struct writer *w, const struct json_value *input)
{
    struct str name = name_of(w, input);

    add_description(w, input);
    buf_add(&w->out, name);
    add(w, ": ");
    add_type_ref(w, json_value_get(input, STR("type")));
    add_default(w, input);
    add_deprecated(w, input);
    add(w, "\n");
}

static void add_args(struct writer *w, const struct json_value *owner)
{
    const struct json_value *args = list_of(w, owner, "args");

    if (!args || args->n == 0)
        return;
    add(w, "(");
    for (const struct json_value *arg = args->first; arg; arg = arg->next) {
        w->input = name_of(w, arg);
        add_input(w, arg);
    }
    w->input = STR_NULL;
    add(w, ")");
}

static void add_field(struct writer *w, const struct json_value *field)
{
    add_description(w, field);
    buf_add(&w->out, w->field);
    add_args(w, field);
    add(w, ": ");
    add_type_ref(w, json_value_get(field, STR("type")));
    add_deprecated(w, field);
    add(w, "\n");
}

static void add_enum_value(struct writer *w, const struct json_value *value)
{
    add_description(w, value);
    buf_add(&w->out, w->field);
    add_deprecated(w, value);
    add(w, "\n");
}

/* The members of a type between braces; without any the braces are left out, and the schema's own
 * rules say what is missing. */
static void add_members(struct writer *w, const struct json_value *type, const char *key,
                        void (*add_member)(struct writer *, const struct json_value *))
{
    const struct json_value *members = list_of(w, type, key);

    if (!members || members->n == 0)
        return;
    add(w, " {\n");
    for (const struct json_value *member = members->first; member; member = member->next) {
        w->field = name_of(w, member);
        add_member(w, member);
    }
    w->field = STR_NULL;
    add(w, "}");
}

static void add_names(struct writer *w, const struct json_value *types, const char *before,
                      const char *between)
{
    for (const struct json_value *type = json_value_first(types); type; type = type->next) {
        add(w, before);
        buf_add(&w->out, name_of(w, type));
        before = between;
    }
}

/* Interfaces of interfaces are younger than some servers, which say null. */
static void add_interfaces(struct writer *w, const struct json_value *type, bool may_be_missing)
{
    if (may_be_missing && json_value_is_nothing(json_value_get(type, STR("interfaces"))))
        return;
    add_names(w, list_of(w, type, "interfaces"), " implements ", " & ");
}

/* The kinds of types: what each is introduced by, and the rest of it. */

static void add_scalar(struct writer *w, const struct json_value *type)
{
    struct str url = text_of(w, type, "specifiedByURL");

    if (!url.p)
        return;
    add(w, " @specifiedBy(url: ");
    gql_print_string(&w->out, url);
    add(w, ")");
}

static void add_object(struct writer *w, const struct json_value *type)
{
    add_interfaces(w, type, false);
    add_members(w, type, "fields", add_field);
}

static void add_interface(struct writer *w, const struct json_value *type)
{
    add_interfaces(w, type, true);
    add_members(w, type, "fields", add_field);
}

static void add_union(struct writer *w, const struct json_value *type)
{
    add_names(w, list_of(w, type, "possibleTypes"), " = ", " | ");
}

static void add_enum(struct writer *w, const struct json_value *type)
{
    add_members(w, type, "enumValues", add_enum_value);
}

static void add_input_object(struct writer *w, const struct json_value *type)
{
    if (flag_of(type, "isOneOf"))
        add(w, " @oneOf");
    add_members(w, type, "inputFields", add_input);
}

struct kind_row {
    const char *kind;
    const char *keyword;
    void (*add_rest)(struct writer *w, const struct json_value *type);
};

static const struct kind_row kinds[] = {
    {"SCALAR", "scalar ", add_scalar},
    {"OBJECT", "type ", add_object},
    {"INTERFACE", "interface ", add_interface},
    {"UNION", "union ", add_union},
    {"ENUM", "enum ", add_enum},
    {"INPUT_OBJECT", "input ", add_input_object},
};

static const struct kind_row *kind_of(struct writer *w, const struct json_value *type)
{
    struct str kind = text_of(w, type, "kind");

    for (size_t i = 0; kind.p && i < array_size(kinds); i++)
        if (str_eq_c(kind, kinds[i].kind))
            return &kinds[i];
    amiss(w, "\"kind\" should be that of a named type. Ensure that a full introspection query is "
             "used in order to build a client schema.");
    return NULL;
}

/* What every schema has without writing it. */
static bool is_built_in_type(struct str name)
{
    return str_starts(name, STR("__")) || gql_scalar_built_in(name);
}

static void add_type(struct writer *w, const struct json_value *type)
{
    struct str name = name_of(w, type);
    const struct kind_row *kind;

    if (is_built_in_type(name))
        return;
    w->type = name;
    kind = kind_of(w, type);
    if (!kind)
        return;
    add_description(w, type);
    add(w, kind->keyword);
    buf_add(&w->out, name);
    kind->add_rest(w, type);
    add(w, "\n");
}

static void add_places(struct writer *w, const struct json_value *places)
{
    const char *before = " on ";

    for (const struct json_value *it = json_value_first(places); it; it = it->next) {
        add(w, before);
        buf_add(&w->out, checked_name(w, it));
        before = " | ";
    }
}

static void add_directive(struct writer *w, const struct json_value *directive)
{
    struct str name = name_of(w, directive);

    if (gql_directive_is_of_the_language(name))
        return;
    w->type = arena_printf(w->arena, "@%.*s", STR_ARG(name));
    add_description(w, directive);
    add(w, "directive ");
    buf_add(&w->out, w->type);
    add_args(w, directive);
    if (flag_of(directive, "isRepeatable"))
        add(w, " repeatable");
    add_places(w, list_of(w, directive, "locations"));
    add(w, "\n");
}

static void add_root(struct writer *w, const struct json_value *schema, const char *key,
                     const char *operation)
{
    const struct json_value *type = json_value_get(schema, str_c(key));

    if (json_value_is_nothing(type))
        return;
    add(w, operation);
    buf_add(&w->out, name_of(w, type));
    add(w, "\n");
}

/* Always said: a type called Mutation need not be the root. */
static void add_roots(struct writer *w, const struct json_value *schema)
{
    if (json_value_is_nothing(json_value_get(schema, STR("queryType"))))
        amiss(w, "Query root type must be provided.");
    add_description(w, schema);
    add(w, "schema {\n");
    add_root(w, schema, "queryType", "query: ");
    add_root(w, schema, "mutationType", "mutation: ");
    add_root(w, schema, "subscriptionType", "subscription: ");
    add(w, "}\n");
}

static void add_each(struct writer *w, const struct json_value *list,
                     void (*add_one)(struct writer *, const struct json_value *))
{
    for (const struct json_value *item = json_value_first(list); item; item = item->next) {
        w->type = STR_NULL;
        add_one(w, item);
        if (w->why.p)
            return;
    }
    w->type = STR_NULL;
}

/* The schema in the result, with or without `data` around it; NULL when there is none. */
static const struct json_value *schema_in(const struct json_value *json)
{
    const struct json_value *data = json_value_get(json, STR("data"));
    const struct json_value *schema = json_value_get(data ? data : json, STR("__schema"));

    return json_value_is(schema, JSON_VALUE_OBJECT) ? schema : NULL;
}

static void write_schema(struct writer *w, const struct json_value *schema)
{
    add_roots(w, schema);
    /* Directives were not asked for by everybody. */
    if (!json_value_is_nothing(json_value_get(schema, STR("directives"))))
        add_each(w, list_of(w, schema, "directives"), add_directive);
    add_each(w, list_of(w, schema, "types"), add_type);
    if (buf_overflowed(&w->out))
        amiss(w, "the schema is too large");
}

bool gql_introspection_sdl(struct arena *a, const struct json_value *json, struct str *ret_sdl,
                           struct str *ret_why)
{
    const struct json_value *schema = schema_in(json);
    struct writer w = {.arena = a};

    if (!schema) {
        *ret_why = STR("no introspection result: there is no \"__schema\" in it");
        return false;
    }
    buf_init(&w.out, SDL_MOST);
    write_schema(&w, schema);
    if (w.why.p)
        *ret_why = w.why;
    else
        *ret_sdl = arena_str(a, buf_str(&w.out));
    buf_done(&w.out);
    return !w.why.p;
}
