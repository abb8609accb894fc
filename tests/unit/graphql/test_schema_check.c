#include "graphql/schema.h"

#include "tests/lib/test.h"

/* The SDL, behind a query type, makes exactly these errors: `message (line:column line:column)`,
 * one a line. The query type stands on line 1, the SDL begins on line 2. */
static void expect(const char *sdl, const char *wanted)
{
    struct gql_errors errors;
    struct gql_schema *schema;
    struct arena a;
    struct str got = STR("");

    arena_init(&a);
    gql_errors_init(&errors, &a);
    schema = gql_schema_new(
        (struct gql_source){.name = STR("test"),
                            .body = arena_printf(&a, "type Query { a: Int }\n%s", sdl)},
        &errors);
    for (const struct gql_error *e = errors.first; e; e = e->next) {
        got =
            arena_printf(&a, "%.*s%s%.*s (", STR_ARG(got), got.n ? "\n" : "", STR_ARG(e->message));
        for (size_t i = 0; i < e->n_locations; i++)
            got = arena_printf(&a, "%.*s%s%u:%u", STR_ARG(got), i ? " " : "", e->locations[i].line,
                               e->locations[i].column);
        got = arena_printf(&a, "%.*s)", STR_ARG(got));
    }
    assert_str(got, wanted);
    assert_int_equal(schema == NULL, errors.count > 0);
    gql_schema_free(schema);
    arena_done(&a);
}

static void a_sound_schema_is_taken(void **state)
{
    expect("interface N { f(a: Int): N } type T implements N { f(a: Int, b: Int): T! }\n"
           "input I { i: I l: [I!]! d: Int = 1 } scalar Int",
           "");
}

static void there_is_one_schema_definition(void **state)
{
    expect("schema { query: Query } schema { query: Query }",
           "Must provide only one schema definition. (2:25)\n"
           "There can be only one query type in schema. (2:10 2:34)");
}

static void names_are_unique(void **state)
{
    expect("type Query { b: Int }", "There can be only one type named \"Query\". (1:6 2:6)");
    expect("enum E { A A } extend enum E { A }",
           "Enum value \"E.A\" can only be defined once. (2:10 2:12)\n"
           "Enum value \"E.A\" can only be defined once. (2:10 2:32)");
    expect("extend type Query { a: Int } input I { b: Int b: Int }",
           "Field \"Query.a\" can only be defined once. (1:14 2:21)\n"
           "Field \"I.b\" can only be defined once. (2:40 2:47)");
    expect("type T { f(a: Int, a: Int, a: Int): Int }",
           "Argument \"T.f(a:)\" can only be defined once. (2:12 2:20 2:28)");
    expect("directive @d(x: Int, x: Int) on FIELD directive @d on FIELD",
           "Argument \"@d(x:)\" can only be defined once. (2:14 2:22)\n"
           "There can be only one directive named \"@d\". (2:12 2:50)");
}

static void names_of_introspection_are_reserved(void **state)
{
    expect("type __T { a: Int }",
           "Name \"__T\" must not begin with \"__\", which is reserved by GraphQL introspection. "
           "(2:1)");
    expect("type T { __a(__b: Int): Int } enum E { __X }",
           "Name \"__a\" must not begin with \"__\", which is reserved by GraphQL introspection. "
           "(2:10)\n"
           "Name \"__b\" must not begin with \"__\", which is reserved by GraphQL introspection. "
           "(2:14)\n"
           "Name \"__X\" must not begin with \"__\", which is reserved by GraphQL introspection. "
           "(2:40)");
}

static void types_that_are_named_exist(void **state)
{
    expect("type T { a: Strin b(c: [Zzz!]): Int } union U = T | Quer",
           "Unknown type \"Strin\". Did you mean \"String\"? (2:13)\n"
           "Unknown type \"Zzz\". (2:25)\n"
           "Unknown type \"Quer\". Did you mean \"Query\"? (2:53)");
    expect("extend enum Query { A } extend type Quer { a: Int }",
           "Cannot extend non-enum type \"Query\". (1:1 2:1)\n"
           "Cannot extend type \"Quer\" because it is not defined. Did you mean \"Query\"? (2:37)");
    expect("type T { a: __Meta }", "Unknown type \"__Meta\". (2:13)");
    expect("type Int { a: ID }", "There can be only one type named \"Int\". (2:6)");
}

static void directives_are_known_and_in_their_places(void **state)
{
    expect("type T @foo { a: Int @skip(if: true) }",
           "Unknown directive \"@foo\". (2:8)\n"
           "Directive \"@skip\" may not be used on FIELD_DEFINITION. (2:22)");
    expect("type T { a: Int @deprecated @deprecated }",
           "The directive \"@deprecated\" can only be used once at this location. (2:17 2:29)");
    expect("scalar S @specifiedBy(url: \"a\") extend scalar S @specifiedBy(url: \"b\")",
           "The directive \"@specifiedBy\" can only be used once at this location. (2:10 2:49)");
    expect("directive @r repeatable on OBJECT type T @r @r { a: Int }", "");
}

static void arguments_of_directives_are_known_unique_and_complete(void **state)
{
    expect(
        "type T { a: Int @deprecated(resaon: \"x\") } scalar S @specifiedBy",
        "Unknown argument \"resaon\" on directive \"@deprecated\". Did you mean \"reason\"? "
        "(2:29)\n"
        "Directive \"@specifiedBy\" argument \"url\" of type \"String!\" is required, but it was "
        "not provided. (2:53)");
    expect("type T { a: Int @deprecated(reason: \"x\", reason: \"y\") }",
           "There can be only one argument named \"reason\". (2:29 2:42)");
    expect("directive @d(i: I) on OBJECT input I { a: Int } type T @d(i: {a: 1, a: 2}) { a: Int }",
           "There can be only one input field named \"a\". (2:63 2:69)");
}

static void values_of_directives_fit(void **state)
{
    expect("type T { a: Int @deprecated(reason: 1) b: Int @deprecated(reason: null) }",
           "Argument \"reason\" has invalid value 1. (2:37)\n"
           "Argument \"reason\" of non-null type \"String!\" must not be null. (2:67)");
    expect("directive @length(min: Int = 0, max: Int) on INPUT_FIELD_DEFINITION\n"
           "input I { a: String @length(min: 3, max: 2) }",
           "Directive \"@length\" on \"a\" allows no length at all. (3:21)");
}

static void scalars_of_the_language_are_specified_by_it(void **state)
{
    expect("scalar Int scalar ID @specifiedBy(url: \"u\") scalar Mine @specifiedBy(url: \"u\")\n"
           "scalar Float extend scalar Float @specifiedBy(url: \"u\")",
           "Directive \"@specifiedBy\" must not be used on built-in scalar ID. (2:22)\n"
           "Directive \"@specifiedBy\" must not be used on built-in scalar Float. (3:34)");
}

static void root_types_are_distinct_objects(void **state)
{
    expect("schema { mutation: Query }", "Query root type must be provided. (2:1)");
    expect("schema { query: Query mutation: E } enum E { A }",
           "Mutation root type must be Object type if provided, it cannot be E. (2:33)");
    expect("schema { query: Query subscription: Query }",
           "All root types must be different, \"Query\" type is used as query and subscription "
           "root types. (2:17 2:37)");
    expect("schema { query: Query mutation: Query subscription: Query }",
           "All root types must be different, \"Query\" type is used as query, mutation, and "
           "subscription root types. (2:17 2:33 2:53)");
}

static void types_hold_something_and_of_the_right_kind(void **state)
{
    expect("type T interface N union U enum E input I",
           "Type T must define one or more fields. (2:1)\n"
           "Type N must define one or more fields. (2:8)\n"
           "Union type U must define one or more member types. (2:20)\n"
           "Enum type E must define one or more values. (2:28)\n"
           "Input Object type I must define one or more fields. (2:35)");
    expect("type T { a(q: Query): I } input I { q: Query }",
           "The type of T.a must be Output Type but got: I. (2:23)\n"
           "The type of T.a(q:) must be Input Type but got: Query. (2:15)\n"
           "The type of I.q must be Input Type but got: Query. (2:40)");
    expect("union U = Query | Query | E enum E { A }",
           "Union type U can only include type Query once. (2:11 2:19)\n"
           "Union type U can only include Object types, it cannot include E. (2:27)");
}

static void what_is_required_is_not_deprecated(void **state)
{
    expect("type T { a(x: Int! @deprecated, y: Int! = 1 @deprecated): Int }\n"
           "input I { x: Int! @deprecated }",
           "Required argument T.a(x:) cannot be deprecated. (2:20 2:15)\n"
           "Required input field I.x cannot be deprecated. (3:19 3:14)");
}

static void interfaces_are_kept(void **state)
{
    expect("interface N { f(a: Int): N! } type T implements N { a: Int }",
           "Interface field N.f expected but T does not provide it. (2:15 2:31)");
    expect("interface N { f(a: Int): N! } type T implements N { f(b: Int!): T }",
           "Interface field N.f expects type N! but T.f is type T. (2:26 2:65)\n"
           "Interface field argument N.f(a:) expected but T.f does not provide it. (2:17 2:53)\n"
           "Object field T.f includes required argument b that is missing from the Interface field "
           "N.f. (2:55 2:15)");
    expect("interface N { f(a: Int): Int } type T implements N { f(a: Int!): Int }",
           "Interface field argument N.f(a:) expects type Int but T.f(a:) is type Int!. (2:20 "
           "2:59)");
    expect("interface N { f: Int } type T implements N { f: Int @deprecated }",
           "Interface field N.f is not deprecated, so implementation field T.f must not be "
           "deprecated. (2:53 2:49)");
}

static void interfaces_are_named_once_with_all_they_implement(void **state)
{
    expect("interface A { a: Int } interface B implements A { a: Int }\n"
           "type T implements B { a: Int }",
           "Type T must implement A because it is implemented by B. (2:47 3:19)");
    expect("interface A implements A { a: Int } type T implements A & A & Query { a: Int }",
           "Type A cannot implement itself because it would create a circular reference. (2:24)\n"
           "Type T can only implement A once. (2:55 2:59)\n"
           "Type T must only implement Interface types, it cannot implement Query. (2:63)");
    expect("interface A implements B { a: Int } interface B implements A { a: Int }",
           "Type A cannot implement B because it would create a circular reference. (2:60 2:24)\n"
           "Type B cannot implement A because it would create a circular reference. (2:24 2:60)");
}

static void input_objects_that_hold_themselves_are_refused(void **state)
{
    expect("input A { a: A! }",
           "Cannot reference Input Object \"A\" within itself through a series of non-null fields: "
           "\"a\". (2:11)");
    expect("input A { b: B! } input B { x: [A!]! c: A! }",
           "Cannot reference Input Object \"A\" within itself through a series of non-null fields: "
           "\"b.c\". (2:11 2:38)");
}

static void one_of_fields_are_nullable_and_without_defaults(void **state)
{
    expect("input O @oneOf { a: Int! b: Int = 3 c: Int }",
           "OneOf input field O.a must be nullable. (2:21)\n"
           "OneOf input field O.b cannot have a default value. (2:26)");
}

static void defaults_fit_their_types(void **state)
{
    expect(
        "type T { a(x: Int = \"q\", y: [E] = [A, Z]): Int } enum E { A }\n"
        "input I { r: Int! s: Int! = null }",
        "T.a(x:) has invalid default value: Int cannot represent non-integer value: \"q\" (2:21)\n"
        "T.a(y:) has invalid default value at [1]: Value \"Z\" does not exist in \"E\" enum. Did "
        "you mean the enum value \"A\"? (2:39)\n"
        "I.s has invalid default value: Expected value of type \"Int!\", found null. (3:29)");
    expect("input I { r: Int! } type T { a(i: I = {}): Int }",
           "T.a(i:) has invalid default value: Field \"I.r\" of required type \"Int!\" was not "
           "provided. (2:39)");
}

static void each_fault_of_a_default_is_told_in_its_place(void **state)
{
    expect("input I { a: Int! l: [[I!]] o: O } input O @oneOf { x: Int y: Int }\n"
           "type T { f(i: I = {a: 1, b: 2, l: [[{a: 3}, {aa: 4}], 5]}): Int }",
           "T.f(i:) has invalid default value at .l[0][1]: Field \"I.a\" of required type \"Int!\" "
           "was not provided. (3:45)\n"
           "T.f(i:) has invalid default value at .l[0][1]: Field \"aa\" is not defined by type "
           "\"I\". Did you mean \"a\"? (3:46)\n"
           "T.f(i:) has invalid default value at .l[1]: Expected value of type \"I\", found 5. "
           "(3:55)\n"
           "T.f(i:) has invalid default value: Field \"b\" is not defined by type \"I\". Did you "
           "mean \"a\", \"l\", or \"o\"? (3:26)");
    expect("input O @oneOf { x: Int y: Int } directive @d(a: [O] = [{}, {x: null}]) on FIELD",
           "@d(a:) has invalid default value at [0]: OneOf Input Object \"O\" must specify exactly "
           "one key. (2:57)\n"
           "@d(a:) has invalid default value at [1]: Field \"O.x\" must be non-null. (2:61)");
}

static void what_rests_on_a_wrong_default_is_not_told_again(void **state)
{
    expect("type T { f(i: I = {}): Int } input I { a: Int! = \"x\" }",
           "I.a has invalid default value: Int cannot represent non-integer value: \"x\" (2:50)");
}

static void defaults_that_rest_on_themselves_are_refused(void **state)
{
    expect("input I { a: I = {} }",
           "Invalid circular reference. The default value of Input Object field I.a references "
           "itself. (2:18)");
    expect("input I { a: J = {} } input J { b: [I] = [{}] }",
           "Invalid circular reference. The default value of Input Object field I.a references "
           "itself via the default values of: J.b. (2:18 2:42)");
    expect("input I { a: I = {a: null} }", "");
}

static void circles_are_told_at_the_type_where_they_begin(void **state)
{
    expect("input A { a: A! } type T input B { b: B! }",
           "Cannot reference Input Object \"A\" within itself through a series of non-null fields: "
           "\"a\". (2:11)\n"
           "Type T must define one or more fields. (2:19)\n"
           "Cannot reference Input Object \"B\" within itself through a series of non-null fields: "
           "\"b\". (2:36)");
}

static void a_directive_does_not_use_itself(void **state)
{
    expect("directive @a(x: Int @a) on ARGUMENT_DEFINITION",
           "Directive \"@a\" must not reference itself. (2:1 2:21)");
    expect("directive @a(x: Int @b) on ARGUMENT_DEFINITION\n"
           "directive @b(x: [I!]) on ARGUMENT_DEFINITION input I { e: E } enum E { A @c }\n"
           "directive @c on ENUM_VALUE | INPUT_OBJECT",
           "");
    expect("directive @a(x: [I!]) on ENUM_VALUE | INPUT_OBJECT\n"
           "input I { j: J } input J { i: I, e: E } enum E { A @a } extend input J @a",
           "Directive \"@a\" must not reference itself via: I, J. (2:1 3:72)");
    expect("directive @a(x: S) on ARGUMENT_DEFINITION | SCALAR scalar S extend scalar S @b\n"
           "directive @b(x: Int @a) on SCALAR",
           "Directive \"@a\" must not reference itself via: S, @b. (2:1 3:21)\n"
           "Directive \"@b\" must not reference itself via: @a, S. (3:1 2:77)");
    expect("directive @a(i: I @b) on OBJECT directive @b(x: I) on ARGUMENT_DEFINITION\n"
           "input I { i: I } type T @a { a(i: I @b): Int }",
           "");
}

/* `input I0 { n: I1… } input I1 { n: I2… } …`, the last of which holds an Int. */
static const char *chain(struct arena *a, int first, int step, const char *rest)
{
    struct str sdl = STR("");
    enum {
        LONG = 250
    };

    for (int n = 0, i = first; n < LONG; n++, i += step)
        sdl = i < LONG - 1
                  ? arena_printf(a, "%.*sinput I%d { n: I%d%s }\n", STR_ARG(sdl), i, i + 1, rest)
                  : arena_printf(a, "%.*sinput I%d { n: Int }\n", STR_ARG(sdl), i);
    return arena_printf(a, "%.*s%c", STR_ARG(sdl), '\0').p;
}

static void what_would_nest_too_deeply_is_refused_in_any_order(void **state)
{
    struct arena a;

    arena_init(&a);
    expect(chain(&a, 0, 1, "!"),
           "I199.n is nested deeper than 200 levels of input fields. (201:14)");
    expect(chain(&a, 0, 1, " = {}"),
           "I1.n is nested deeper than 200 levels of input fields. (3:12)");
    expect(chain(&a, 249, -1, " = {}"),
           "I49.n is nested deeper than 200 levels of input fields. (202:13)");
    expect(chain(&a, 249, -1, ""), "");
    arena_done(&a);
}

static void a_name_that_is_taken_twice_is_told_once_in_the_order_of_the_first(void **state)
{
    expect("type T { f(a: Int, b: Int, b: Int, a: Int, a: Int): Int }",
           "Argument \"T.f(a:)\" can only be defined once. (2:12 2:36 2:44)\n"
           "Argument \"T.f(b:)\" can only be defined once. (2:20 2:28)");
    expect("directive @d(a: Int, b: Int) on OBJECT type T @d(a: 1, b: 2, b: 3, a: 4) { a: Int }",
           "There can be only one argument named \"a\". (2:50 2:68)\n"
           "There can be only one argument named \"b\". (2:56 2:62)");
    expect("enum A { a } input A { a: Int }", "There can be only one type named \"A\". (2:6 2:20)");
}

static void of_two_definitions_the_last_counts(void **state)
{
    expect("directive @d(a: Int!) on OBJECT directive @d(b: Int!) on SCALAR scalar S @d",
           "There can be only one directive named \"@d\". (2:12 2:44)\n"
           "Directive \"@d\" argument \"b\" of type \"Int!\" is required, but it was not provided. "
           "(2:74)");
}

static void errors_end_with_one_that_says_so(void **state)
{
    struct gql_errors errors;
    struct str sdl = STR("type Query { a: Int }");
    struct arena a;

    arena_init(&a);
    for (int i = 0; i < 150; i++)
        sdl = arena_printf(&a, "%.*s type T%d", STR_ARG(sdl), i);
    gql_errors_init(&errors, &a);
    assert_null(gql_schema_new((struct gql_source){.name = STR("test"), .body = sdl}, &errors));
    assert_int_equal(errors.count, GQL_ERRORS_MOST + 1);
    assert_str(errors.last->message,
               "Too many validation errors, error limit reached. Validation aborted.");
    arena_done(&a);
}

static void operations_do_not_belong_in_a_schema(void **state)
{
    expect("query Q { a }", "Operations and fragments may not stand in a schema. (2:1)");
}

int main(void)
{
    return RUN(
        test(a_sound_schema_is_taken), test(there_is_one_schema_definition), test(names_are_unique),
        test(names_of_introspection_are_reserved), test(types_that_are_named_exist),
        test(directives_are_known_and_in_their_places),
        test(arguments_of_directives_are_known_unique_and_complete), test(values_of_directives_fit),
        test(scalars_of_the_language_are_specified_by_it), test(root_types_are_distinct_objects),
        test(types_hold_something_and_of_the_right_kind), test(what_is_required_is_not_deprecated),
        test(interfaces_are_kept), test(interfaces_are_named_once_with_all_they_implement),
        test(input_objects_that_hold_themselves_are_refused),
        test(one_of_fields_are_nullable_and_without_defaults), test(defaults_fit_their_types),
        test(each_fault_of_a_default_is_told_in_its_place),
        test(what_rests_on_a_wrong_default_is_not_told_again),
        test(defaults_that_rest_on_themselves_are_refused),
        test(circles_are_told_at_the_type_where_they_begin), test(a_directive_does_not_use_itself),
        test(what_would_nest_too_deeply_is_refused_in_any_order),
        test(a_name_that_is_taken_twice_is_told_once_in_the_order_of_the_first),
        test(of_two_definitions_the_last_counts), test(errors_end_with_one_that_says_so),
        test(operations_do_not_belong_in_a_schema));
}
