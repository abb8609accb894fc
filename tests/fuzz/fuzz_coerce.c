/*
 * A document, a `~` and JSON for its variables, or such JSON alone: what resolvers are handed has
 * the schema's types, and what is answered is one JSON object with data or errors.
 */

#include <assert.h>

#include "graphql/graphql.h"
#include "graphql/scalar.h"
#include "tests/fuzz/fuzz.h"

enum {
    RESPONSE_MOST = 1 << 22,
    LABEL_MOST = 5,
    EVENTS = 2,
    N_COLORS = 3,
};

static const char sdl[] =
    "enum Scope { CHAT }\n"
    "directive @requires(scope: Scope!) on FIELD_DEFINITION\n"
    "directive @length(min: Int = 0, max: Int) on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION\n"
    "scalar DateTime\n"
    "scalar SafeInt\n"
    "scalar Any\n"
    "enum Color { RED GREEN BLUE }\n"
    "input Point { x: Int! y: Int = 2 label: String = \"p\" @length(max: 5) color: Color = GREEN\n"
    "  tags: [String!] next: Point many: [Point!] any: Any }\n"
    "input One @oneOf { a: Int b: [ID!] point: Point }\n"
    "interface Named { name: String }\n"
    "union Either = Node | Other\n"
    "type Node implements Named { name: String must: String! self: Node! broken: Node! list: "
    "[Node]\n"
    "  strict: [Node!]! named: Named either: [Either!] numbers: [[Int!]] color: Color ratio: "
    "Float\n"
    "  at: DateTime big: SafeInt open: Boolean! secret: Node @requires(scope: CHAT)\n"
    "  late: Node node(int: Int = 3, point: Point!): Node }\n"
    "type Other implements Named { name: String other: Int! }\n"
    "type Query {\n"
    "  node(int: Int, float: Float, text: String, flag: Boolean, id: ID, color: Color = RED,\n"
    "    at: DateTime, big: SafeInt, any: Any, list: [Int!], grid: [[Int]], colors: [Color],\n"
    "    point: Point, points: [[Point!]!], one: One, ones: [One!]): Node\n"
    "  typed(int: Int, float: Float, text: String, flag: Boolean, color: Color, at: DateTime,\n"
    "    tags: [String!], point: Point, many: [Point!]): Node\n"
    "}\n"
    "type Mutation { first: Node second(one: One!): Node }\n"
    "type Subscription { node(int: Int!, point: Point): Node }\n";

/* For JSON that comes alone. */
static const char everything[] =
    "query ($int: Int, $float: Float, $text: String, $flag: Boolean, $id: ID, $color: Color = RED,"
    " $at: DateTime, $big: SafeInt, $any: Any, $list: [Int!], $grid: [[Int]], $colors: [Color],"
    " $point: Point, $points: [[Point!]!], $one: One, $ones: [One!], $tags: [String!],"
    " $many: [Point!]) {"
    " node(int: $int, float: $float, text: $text, flag: $flag, id: $id, color: $color, at: $at,"
    " big: $big, any: $any, list: $list, grid: $grid, colors: $colors, point: $point,"
    " points: $points, one: $one, ones: $ones) { name }"
    " typed(int: $int, float: $float, text: $text, flag: $flag, color: $color, at: $at,"
    " tags: $tags, point: $point, many: $many) { name } }";

/* ---- what resolvers are handed --------------------------------------------------------------- */

static void check_value(const struct gql_type *type, const struct gql_value *value);

static void check_text(struct str text)
{
    assert(text.p && !memchr(text.p, '\0', text.n));
}

/* NOLINTNEXTLINE(misc-no-recursion): values nest at most GQL_DEPTH_MOST deep. */
static void check_object(const struct gql_type *type, const struct gql_value *object)
{
    size_t n = 0;

    assert(object->kind == GQL_VALUE_OBJECT);
    for (const struct gql_value_member *m = object->members; m; m = m->next, n++) {
        assert(gql_type_input_field(type, m->def->name) == m->def);
        check_value(m->def->type, &m->value);
        if (str_eq(m->def->name, STR("label")) && m->value.kind == GQL_VALUE_STRING)
            assert(str_code_points(m->value.text) <= LABEL_MOST);
        assert(!type->one_of || m->value.kind != GQL_VALUE_NULL);
    }
    assert(!type->one_of || n == 1);
    for (size_t i = 0; i < type->n_input_fields; i++) {
        const struct gql_input_def *def = &type->input_fields[i];
        if (def->type->kind == GQL_NON_NULL || def->default_literal)
            assert(gql_value_member(object, def->name));
    }
}

static void check_scalar(const struct gql_type *type, const struct gql_value *value)
{
    if (!type->scalar)
        return; /* Any */
    switch (type->scalar->kind) {
    case GQL_C_STR:
        assert(value->kind == GQL_VALUE_STRING);
        check_text(value->text);
        return;
    case GQL_C_INT:
        assert(value->kind == GQL_VALUE_INT);
        if (type->built_in)
            assert(value->integer == (int32_t)value->integer);
        return;
    case GQL_C_TIME:
        assert(value->kind == GQL_VALUE_INT);
        return;
    case GQL_C_DOUBLE:
        assert(value->kind == GQL_VALUE_FLOAT || value->kind == GQL_VALUE_INT);
        return;
    case GQL_C_BOOL:
        assert(value->kind == GQL_VALUE_BOOLEAN);
        return;
    case GQL_C_ENUM:
    case GQL_C_OBJECT:
    case GQL_C_LIST:
        assert(false);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void check_value(const struct gql_type *type, const struct gql_value *value)
{
    if (value->kind == GQL_VALUE_NULL) {
        assert(type->kind != GQL_NON_NULL);
        return;
    }
    type = gql_type_nullable(type);
    if (type->kind == GQL_LIST) {
        assert(value->kind == GQL_VALUE_LIST);
        for (size_t i = 0; i < value->n; i++)
            check_value(type->of, &value->items[i]);
    } else if (type->kind == GQL_ENUM) {
        assert(value->kind == GQL_VALUE_ENUM && value->enum_index >= 0);
        assert(str_eq(type->values[value->enum_index].name, value->text));
    } else if (type->kind == GQL_INPUT_OBJECT) {
        check_object(type, value);
    } else {
        check_scalar(type, value);
    }
}

static void check_arguments(const struct gql_field_def *def, const struct gql_value *args)
{
    for (size_t i = 0; i < def->n_args; i++) {
        const struct gql_value *value = gql_value_member(args, def->args[i].name);
        if (value)
            check_value(def->args[i].type, value);
        else
            assert(def->args[i].type->kind != GQL_NON_NULL && !def->args[i].default_literal);
    }
}

/* ---- arguments as C has them ----------------------------------------------------------------- */

struct point {
    int64_t x;
    int64_t y;
    struct str label;
    int color;
    struct {
        size_t n;
        const struct str *items;
    } tags;
    const struct point *next;
    struct {
        size_t n;
        const struct point *const *items;
    } many;
};

struct typed_args {
    int64_t number;
    bool number_given;
    double ratio;
    struct str text;
    bool flag;
    int color;
    int64_t at;
    struct {
        size_t n;
        const struct str *items;
    } tags;
    const struct point *point;
    struct {
        size_t n;
        const struct point *const *items;
    } many;
};

#define ARG(n, k, s, m) .name = (n), .kind = (k), .offset = offsetof(s, m)

static const struct gql_arg_layout point_layout[] = {
    {ARG("x", GQL_C_INT, struct point, x)},
    {ARG("y", GQL_C_INT, struct point, y)},
    {ARG("label", GQL_C_STR, struct point, label)},
    {ARG("color", GQL_C_ENUM, struct point, color)},
    {ARG("tags", GQL_C_LIST, struct point, tags), .item = GQL_C_STR},
    {ARG("next", GQL_C_OBJECT, struct point, next), .members = point_layout,
     .size = sizeof(struct point)},
    {ARG("many", GQL_C_LIST, struct point, many), .item = GQL_C_OBJECT, .members = point_layout,
     .size = sizeof(struct point)},
    {.name = NULL},
};

static const struct gql_arg_layout typed_layout[] = {
    {ARG("int", GQL_C_INT, struct typed_args, number),
     .given_offset = offsetof(struct typed_args, number_given)},
    {ARG("float", GQL_C_DOUBLE, struct typed_args, ratio)},
    {ARG("text", GQL_C_STR, struct typed_args, text)},
    {ARG("flag", GQL_C_BOOL, struct typed_args, flag)},
    {ARG("color", GQL_C_ENUM, struct typed_args, color)},
    {ARG("at", GQL_C_TIME, struct typed_args, at)},
    {ARG("tags", GQL_C_LIST, struct typed_args, tags), .item = GQL_C_STR},
    {ARG("point", GQL_C_OBJECT, struct typed_args, point), .members = point_layout,
     .size = sizeof(struct point)},
    {ARG("many", GQL_C_LIST, struct typed_args, many), .item = GQL_C_OBJECT,
     .members = point_layout, .size = sizeof(struct point)},
    {.name = NULL},
};

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void check_point(const struct point *p)
{
    if (!p)
        return;
    assert(p->x == (int32_t)p->x && p->color >= -1 && p->color < N_COLORS);
    assert(!p->label.p || str_code_points(p->label) <= LABEL_MOST);
    for (size_t i = 0; i < p->tags.n; i++)
        check_text(p->tags.items[i]);
    check_point(p->next);
    for (size_t i = 0; i < p->many.n; i++)
        check_point(p->many.items[i]);
}

static void check_typed(const struct typed_args *args)
{
    assert(args->number_given == (args->number != GQL_NO_INT));
    assert(args->color >= -1 && args->color < N_COLORS);
    if (args->text.p)
        check_text(args->text);
    for (size_t i = 0; i < args->tags.n; i++)
        check_text(args->tags.items[i]);
    check_point(args->point);
    for (size_t i = 0; i < args->many.n; i++) {
        assert(args->many.items[i]);
        check_point(args->many.items[i]);
    }
}

/* ---- resolvers ------------------------------------------------------------------------------- */

struct node {
    struct str name;
    struct str must;
    int color;
    double ratio;
    int64_t at;
    int64_t big;
    bool open;
    int64_t other;
};

/* The server's side of a request. */
struct world {
    struct wait *late[64];
    size_t n_late;
    size_t n_answered;
    bool done;
};

static const struct node node = {.name = STR_INIT("caf\xc3\xa9 \"\\\n"),
                                 .must = STR_INIT(""),
                                 .color = 2,
                                 .ratio = 1e21,
                                 .at = 1795252000000,
                                 .big = (INT64_C(1) << 53) - 1,
                                 .other = -1};
static const struct node absent = {.color = -1, .ratio = 0.0 / 0.0, .at = INT64_MIN, .big = 7};

static const void *const two[] = {&node, &absent};
static const void *const holes[] = {&node, NULL};
static const struct gql_list nodes = {.n = 2, .items = two}, with_hole = {.n = 2, .items = holes};

static void resolve_node(struct gql_field *f, const void *args)
{
    check_arguments(f->def, args);
    gql_resolve(f, &node);
}

static void resolve_typed(struct gql_field *f, const void *args)
{
    check_typed(args);
    gql_resolve(f, &node);
}

static void resolve_list(struct gql_field *f, const void *args)
{
    gql_resolve(f, str_eq(f->def->name, STR("either")) ? &nodes : &with_hole);
}

static void resolve_numbers(struct gql_field *f, const void *args)
{
    static const int64_t small = -5, large = INT64_C(1) << 40;
    static const void *const rows[] = {&small, &large};
    static const struct gql_list row = {.n = 1, .items = rows}, bad = {.n = 2, .items = rows};
    static const void *const all[] = {&row, NULL, &bad};
    static const struct gql_list grid = {.n = 3, .items = all};

    gql_resolve(f, &grid);
}

static void resolve_broken(struct gql_field *f, const void *args)
{
    gql_reject_argument(f, ST_CONFLICT, "a\"b", "no %s", "\xf0\x9f\x98\x80\xff");
}

static void resolve_late(struct gql_field *f, const void *args)
{
    struct world *w = f->context;

    if (w->n_late == array_size(w->late)) {
        gql_resolve(f, NULL);
        return;
    }
    w->late[w->n_late] = wait_new(f->arena);
    gql_resolve_later(f, w->late[w->n_late++]);
}

static const char *type_of(void *context, const void *value)
{
    return value == &node ? "Node" : "Other";
}

static const struct gql_resolver resolvers[] = {
    {.type = "Query", .field = "node", .fn = resolve_node},
    {"Query", "typed", resolve_typed, typed_layout, sizeof(struct typed_args)},
    {.type = "Mutation", .field = "first", .fn = resolve_late},
    {.type = "Mutation", .field = "second", .fn = resolve_node},
    {.type = "Subscription", .field = "node", .fn = resolve_node},
    {.type = "Node", .field = "self", .fn = resolve_node},
    {.type = "Node", .field = "broken", .fn = resolve_broken},
    {.type = "Node", .field = "list", .fn = resolve_list},
    {.type = "Node", .field = "strict", .fn = resolve_list},
    {.type = "Node", .field = "named", .fn = resolve_node},
    {.type = "Node", .field = "either", .fn = resolve_list},
    {.type = "Node", .field = "numbers", .fn = resolve_numbers},
    {.type = "Node", .field = "secret", .fn = resolve_node},
    {.type = "Node", .field = "late", .fn = resolve_late},
    {.type = "Node", .field = "node", .fn = resolve_node},
    {.type = NULL},
};

static const struct gql_leaf node_leaves[] = {
    GQL_LEAF("name", struct node, name),   GQL_LEAF("must", struct node, must),
    GQL_LEAF("color", struct node, color), GQL_LEAF("ratio", struct node, ratio),
    GQL_LEAF("at", struct node, at),       GQL_LEAF("big", struct node, big),
    GQL_LEAF("open", struct node, open),   GQL_LEAVES_END,
};

static const struct gql_leaf other_leaves[] = {
    GQL_LEAF("name", struct node, name),
    GQL_LEAF("other", struct node, other),
    GQL_LEAVES_END,
};

static const struct gql_leaves leaves[] = {
    {.type = "Node", .leaves = node_leaves},
    {.type = "Other", .leaves = other_leaves},
    {.type = NULL},
};

static const struct gql_abstract abstracts[] = {
    {.type = "Named", .type_of = type_of},
    {.type = "Either", .type_of = type_of},
    {.type = NULL},
};

static const struct gql_binding binding = {
    .resolvers = resolvers, .leaves = leaves, .scalars = gql_scalars, .abstracts = abstracts};

/* ---- a request ------------------------------------------------------------------------------- */

static void on_done(struct gql_request *r)
{
    struct world *w = r->context;

    assert(!w->done);
    w->done = true;
}

/* Every other one fails. */
static void answer_late(struct world *w)
{
    while (w->n_answered < w->n_late) {
        struct wait *wait = w->late[w->n_answered++];
        if (w->n_answered % 2)
            wait_answer(wait, ST_OK, &node);
        else
            wait_fail(wait, ST_UNAVAILABLE, STR("away"));
    }
    assert(w->done);
}

static enum status authorize(void *context, const struct gql_field_def *field)
{
    return field->requires_scope.p ? ST_FORBIDDEN : ST_OK;
}

static void check_response(const struct gql_request *r)
{
    struct json_in_error malformed;
    const struct json_value *json = json_in_read(r->arena, buf_str(r->out), &malformed);
    const struct json_value *errors = json_value_get(json, STR("errors"));
    const struct json_value *data = json_value_get(json, STR("data"));

    assert(json_value_is(json, JSON_VALUE_OBJECT) && !buf_overflowed(r->out));
    assert(r->failed ? data == NULL : data != NULL);
    assert(!errors || (errors->kind == JSON_VALUE_LIST && errors->n > 0));
    assert((errors ? errors->n : 0) == r->errors.count);
    assert(errors || json_value_is(data, JSON_VALUE_OBJECT));
}

typedef bool run_fn(struct gql_request *r, const void *event);

static bool execute(struct gql_request *r, const void *event)
{
    return gql_execute(r);
}

static bool subscribe(struct gql_request *r, const void *event)
{
    return gql_subscribe(r);
}

/* One execution from beginning to end; true when a subscription has its source. */
static bool run(const struct gql_operation *operation, const struct json_value *variables,
                run_fn *fn, const void *event)
{
    struct world world = {0};
    struct gql_request r = {.operation = operation,
                            .variables = variables,
                            .context = &world,
                            .authorize = authorize,
                            .on_done = on_done};
    struct arena arena;
    struct buf out;

    arena_init(&arena);
    buf_init(&out, RESPONSE_MOST);
    r.arena = &arena;
    r.out = &out;
    if (!fn(&r, event))
        answer_late(&world);
    if (r.source)
        assert(out.n == 0);
    else
        check_response(&r);
    buf_done(&out);
    arena_done(&arena);
    return r.source != NULL;
}

static void run_operation(struct arena *a, const struct gql_operation *operation,
                          const struct json_value *variables)
{
    struct str key;

    if (gql_operation_type(operation) != GQL_SUBSCRIPTION) {
        run(operation, variables, execute, NULL);
        return;
    }
    if (!run(operation, variables, subscribe, NULL))
        return;
    key = gql_event_key(a, operation, variables);
    assert(str_starts(key, STR("{")));
    for (int i = 0; i < EVENTS; i++)
        run(operation, gql_event_uses_variables(operation) ? variables : NULL, gql_execute_event,
            i ? &absent : &node);
}

static void run_document(const struct gql_schema *schema, struct str text,
                         const struct json_value *variables)
{
    static const struct gql_limits limits = {
        .tokens = 2000, .depth = 8, .aliases = 30, .directives = 50};
    const struct gql_operation *operation;
    struct gql_errors errors;
    struct gql_plan *plan;
    struct arena a;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    plan = gql_plan_new(schema, text, &limits, &errors);
    operation = plan ? gql_plan_operation(plan, STR_NULL, &errors) : NULL;
    assert((operation == NULL) == (errors.count > 0));
    if (operation)
        run_operation(&a, operation, variables);
    gql_plan_unref(plan);
    arena_done(&a);
}

static struct gql_schema *make_schema(void)
{
    struct gql_source source = {.name = STR("schema"), .body = str_c(sdl)};
    struct gql_schema *schema;
    struct gql_errors errors;
    struct arena a;
    bool bound;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    schema = gql_schema_new(source, &errors);
    bound = schema && gql_schema_bind(schema, &binding, &errors);
    assert(bound);
    arena_done(&a);
    return schema;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gql_schema *schema; /* made once: inputs are many, and it never changes */
    struct str document = str_c(everything), rest = str_of(data, size);
    const struct json_value *variables;
    struct json_in_error malformed;
    struct arena a;

    if (!schema)
        schema = make_schema();
    if (str_find(rest, '~') < rest.n)
        document = str_split(&rest, '~');
    arena_init(&a);
    variables = json_in_read(&a, rest, &malformed);
    run_document(schema, document, json_value_is(variables, JSON_VALUE_OBJECT) ? variables : NULL);
    arena_done(&a);
    return 0;
}
