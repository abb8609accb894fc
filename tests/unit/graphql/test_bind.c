#include "graphql/graphql.h"
#include "tests/lib/graphql_rooms.h"

/* Binds a schema of one field to this; the first error, or nothing. */
static struct str bind(struct arena *a, const char *sdl, const struct gql_binding *binding)
{
    struct gql_source source = {.name = STR("schema"), .body = str_c(sdl)};
    struct gql_errors errors;
    struct gql_schema *schema;
    bool bound;

    gql_errors_init(&errors, a);
    schema = gql_schema_new(source, &errors);
    assert_non_null(schema);
    bound = gql_schema_bind(schema, binding, &errors);
    gql_schema_free(schema);
    assert_int_equal(bound, errors.count == 0);
    return bound ? STR("") : errors.first->message;
}

static void resolve_null(struct gql_field *f, const void *args)
{
    gql_resolve(f, NULL);
}

struct thing {
    struct str name;
    int64_t count;
};

static const struct gql_resolver query_a[] = {{"Query", "a", resolve_null, NULL, 0}, {0}};

static const struct gql_leaf name_leaves[] = {GQL_LEAF("name", struct thing, name), GQL_LEAVES_END};
static const struct gql_leaf count_leaves[] = {GQL_LEAF("count", struct thing, count),
                                               GQL_LEAVES_END};
static const struct gql_leaves thing_name[] = {{"Thing", name_leaves}, {0}};
static const struct gql_leaves thing_count[] = {{"Thing", count_leaves}, {0}};

#define assert_binds(sdl, binding, expected)                                                       \
    do {                                                                                           \
        struct arena a;                                                                            \
        arena_init(&a);                                                                            \
        assert_str(bind(&a, sdl, binding), expected);                                              \
        arena_done(&a);                                                                            \
    } while (0)

static void what_fits_is_bound(void **state)
{
    static const struct gql_binding binding = {.resolvers = query_a, .leaves = thing_name};

    assert_binds("type Query { a: Thing } type Thing { name: String }", &binding, "");
}

static void a_field_without_anything_is_named(void **state)
{
    static const struct gql_binding binding = {.resolvers = query_a};

    assert_binds("type Query { a: Thing } type Thing { name: String }", &binding,
                 "Thing.name: it has neither resolver nor leaf.");
}

static void a_resolver_of_a_field_that_is_not_there(void **state)
{
    static const struct gql_binding binding = {.resolvers = query_a};

    assert_binds("type Query { b: Int }", &binding, "Query.a: there is no such field.");
}

static void leaves_of_a_type_that_is_not_there(void **state)
{
    static const struct gql_binding binding = {.resolvers = query_a, .leaves = thing_name};

    assert_binds("type Query { a: Int }", &binding, "Thing: there is no such type.");
}

static void a_leaf_of_another_type(void **state)
{
    static const struct gql_binding binding = {.resolvers = query_a, .leaves = thing_count};

    assert_binds("type Query { a: Thing } type Thing { count: String }", &binding,
                 "Thing.count: its leaf has another type in C.");
}

static void a_leaf_that_is_an_object(void **state)
{
    static const struct gql_binding binding = {.resolvers = query_a, .leaves = thing_name};

    assert_binds("type Query { a: Thing } type Thing { name: Thing }", &binding,
                 "Thing.name: it is no leaf.");
}

static void a_time_is_a_whole_number_to_c(void **state)
{
    static const struct gql_binding binding = {
        .resolvers = query_a, .leaves = thing_count, .scalars = gql_scalars};

    assert_binds("scalar SafeInt scalar DateTime"
                 " type Query { a: Thing } type Thing { count: DateTime }",
                 &binding, "");
}

static void an_argument_struct_that_does_not_fit(void **state)
{
    static const struct gql_arg_layout layout[] = {{.name = "x", .kind = GQL_C_STR}, {0}};
    static const struct gql_resolver resolvers[] = {
        {"Query", "a", resolve_null, layout, sizeof(struct str)}, {0}};
    static const struct gql_binding binding = {.resolvers = resolvers};

    assert_binds("type Query { a(x: ID): Int }", &binding, "");
    assert_binds("type Query { a(x: Int): Int }", &binding,
                 "Query.a(x:): it has another type in C.");
    assert_binds("type Query { a(x: [ID]): Int }", &binding,
                 "Query.a(x:): it has another type in C.");
    assert_binds("type Query { a(y: ID): Int }", &binding,
                 "Query.a(x:): there is no such argument.");
}

struct list_args {
    struct {
        size_t n;
        const struct str *items;
    } x;
};

static void a_list_of_something_else(void **state)
{
    static const struct gql_arg_layout layout[] = {
        {.name = "x", .kind = GQL_C_LIST, .item = GQL_C_STR}, {0}};
    static const struct gql_resolver resolvers[] = {
        {"Query", "a", resolve_null, layout, sizeof(struct list_args)}, {0}};
    static const struct gql_binding binding = {.resolvers = resolvers};

    assert_binds("type Query { a(x: [ID!]!): Int }", &binding, "");
    assert_binds("type Query { a(x: ID): Int }", &binding,
                 "Query.a(x:): it has another type in C.");
    assert_binds("type Query { a(x: [Int]): Int }", &binding,
                 "Query.a(x:): it has another type in C.");
    assert_binds("type Query { a(x: [[ID]]): Int }", &binding,
                 "Query.a(x:): a list of lists has no type in C.");
}

struct mark {
    int64_t x;
    const struct mark *next;
};

static const struct gql_arg_layout mark_layout[] = {
    {.name = "x", .kind = GQL_C_INT, .offset = offsetof(struct mark, x)},
    {.name = "next",
     .kind = GQL_C_OBJECT,
     .offset = offsetof(struct mark, next),
     .members = mark_layout,
     .size = sizeof(struct mark)},
    {0}};

static void members_of_an_input_object_that_do_not_fit(void **state)
{
    static const struct gql_arg_layout layout[] = {
        {.name = "at", .kind = GQL_C_OBJECT, .members = mark_layout, .size = sizeof(struct mark)},
        {0}};
    static const struct gql_resolver resolvers[] = {
        {"Query", "a", resolve_null, layout, sizeof(void *)}, {0}};
    static const struct gql_binding binding = {.resolvers = resolvers};

    assert_binds("type Query { a(at: P!): Int } input P { x: Int! next: P }", &binding, "");
    assert_binds("type Query { a(at: P): Int } input P { x: ID next: P }", &binding,
                 "Query.a(at.x:): it has another type in C.");
    assert_binds("type Query { a(at: P): Int } input P { x: Int next: Q } input Q { y: Int }",
                 &binding, "Query.a(at.next.x:): there is no such argument.");
    assert_binds("type Query { a(at: P): Int } input P { x: Int }", &binding,
                 "Query.a(at.next:): there is no such argument.");
}

static void an_input_object_without_members(void **state)
{
    static const struct gql_arg_layout layout[] = {{.name = "at", .kind = GQL_C_OBJECT}, {0}};
    static const struct gql_resolver resolvers[] = {
        {"Query", "a", resolve_null, layout, sizeof(void *)}, {0}};
    static const struct gql_binding binding = {.resolvers = resolvers};

    assert_binds("type Query { a(at: P): Int } input P { x: Int }", &binding,
                 "Query.a(at:): its struct has no members.");
}

static void an_argument_struct_without_a_size(void **state)
{
    static const struct gql_arg_layout layout[] = {{.name = "x", .kind = GQL_C_STR}, {0}};
    static const struct gql_resolver resolvers[] = {{"Query", "a", resolve_null, layout, 0}, {0}};
    static const struct gql_binding binding = {.resolvers = resolvers};

    assert_binds("type Query { a(x: ID): Int }", &binding,
                 "Query.a: its argument struct has no size.");
}

static const char *type_of_nobody(void *context, const void *value)
{
    return "Nobody";
}

static void an_interface_that_is_given_needs_a_type_of(void **state)
{
    static const char sdl[] = "type Query { a: [Node] } interface Node { name: String }"
                              " type Thing implements Node { name: String }";
    static const char given_nowhere[] = "type Query { a: Thing } interface Node { name: String }"
                                        " type Thing implements Node { name: String }";
    static const struct gql_abstract abstracts[] = {{"Node", type_of_nobody}, {0}};
    static const struct gql_binding without = {.resolvers = query_a, .leaves = thing_name};
    static const struct gql_binding with = {
        .resolvers = query_a, .leaves = thing_name, .abstracts = abstracts};

    assert_binds(sdl, &without, "Query.a: there is no type_of for Node.");
    assert_binds(given_nowhere, &without, "");
    assert_binds(sdl, &with, "");
}

static void resolve_a_thing(struct gql_field *f, const void *args)
{
    gql_resolve(f, arena_new(f->arena, struct thing));
}

static const char *type_of_nothing(void *context, const void *value)
{
    return NULL;
}

static void resolve_one_of(gql_type_of_fn *type_of, const char *cause)
{
    static const struct gql_resolver resolvers[] = {{"Query", "a", resolve_a_thing, NULL, 0}, {0}};
    struct gql_source source = {.name = STR("schema"),
                                .body = STR("type Query { a: One } union One = Thing"
                                            " type Thing { name: String }")};
    const struct gql_abstract abstracts[] = {{"One", type_of}, {0}};
    const struct gql_binding binding = {
        .resolvers = resolvers, .leaves = thing_name, .abstracts = abstracts};
    struct gql_request r = {0};
    struct gql_errors errors;
    struct gql_schema *schema;
    struct gql_plan *plan;
    struct arena a;
    struct buf out;

    arena_init(&a);
    buf_init(&out, 10000);
    gql_errors_init(&errors, &a);
    schema = gql_schema_new(source, &errors);
    assert_true(gql_schema_bind(schema, &binding, &errors));
    plan = gql_plan_new(schema, STR("{ a { __typename } }"), NULL, &errors);
    r.arena = &a;
    r.out = &out;
    r.operation = gql_plan_operation(plan, STR_NULL, &errors);
    assert_true(gql_execute(&r));
    assert_int_equal(r.errors.count, 1);
    assert_str(r.errors.first->cause, cause);
    assert_str(r.errors.first->message, "Internal server error.");
    assert_null(memmem(out.p, out.n, "Nobody", 6));
    gql_plan_unref(plan);
    gql_schema_free(schema);
    buf_done(&out);
    arena_done(&a);
}

static void a_type_that_cannot_be_is_told_to_the_log(void **state)
{
    resolve_one_of(type_of_nobody,
                   "type_of of One for Query.a gives \"Nobody\", no type it can be");
    resolve_one_of(type_of_nothing, "type_of of One for Query.a gives nothing");
}

static void a_scalar_that_is_none(void **state)
{
    static const struct gql_scalar scalars[] = {{.name = "Query"}, {0}};
    static const struct gql_binding binding = {.resolvers = query_a, .scalars = scalars};

    assert_binds("type Query { a: Int }", &binding, "Query: it is no scalar.");
}

static void introspection_alone_answers_about_the_schema(void **state)
{
    struct gql_source source = {.name = STR("schema"), .body = STR("type Query { a: Int }")};
    struct gql_request r = {0};
    struct arena a;
    struct gql_errors errors;
    struct gql_schema *schema;
    struct gql_plan *plan;
    struct buf out;

    arena_init(&a);
    buf_init(&out, 10000);
    gql_errors_init(&errors, &a);
    schema = gql_schema_new(source, &errors);
    gql_schema_bind_introspection(schema, &errors);
    plan = gql_plan_new(schema, STR("{ a __type(name: \"Query\") { fields { name } } }"), NULL,
                        &errors);
    assert_non_null(plan);
    r.arena = &a;
    r.out = &out;
    r.operation = gql_plan_operation(plan, STR_NULL, &errors);
    assert_true(gql_execute(&r));
    assert_int_equal(r.errors.count, 1); /* nobody answers for a */
    assert_true(memmem(out.p, out.n, "{\"fields\":[{\"name\":\"a\"}]}", 25));
    gql_plan_unref(plan);
    gql_schema_free(schema);
    buf_done(&out);
    arena_done(&a);
}

int main(void)
{
    return RUN(test(what_fits_is_bound), test(a_field_without_anything_is_named),
               test(a_resolver_of_a_field_that_is_not_there),
               test(leaves_of_a_type_that_is_not_there), test(a_leaf_of_another_type),
               test(a_leaf_that_is_an_object), test(a_time_is_a_whole_number_to_c),
               test(an_argument_struct_that_does_not_fit), test(a_list_of_something_else),
               test(members_of_an_input_object_that_do_not_fit),
               test(an_input_object_without_members), test(an_argument_struct_without_a_size),
               test(an_interface_that_is_given_needs_a_type_of),
               test(a_type_that_cannot_be_is_told_to_the_log), test(a_scalar_that_is_none),
               test(introspection_alone_answers_about_the_schema));
}
