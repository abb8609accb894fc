#include "graphql/print.h"
#include "graphql/schema.h"
#include "tests/lib/test.h"

/* The default of the argument `a` of Query.f, which the SDL has, as it is printed. */
static void expect(const char *sdl, const char *wanted)
{
    struct gql_errors errors;
    struct gql_schema *schema;
    struct arena a;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    schema = gql_schema_new((struct gql_source){.name = STR("test"), .body = str_c(sdl)}, &errors);
    if (!schema) {
        fail_msg("%.*s", STR_ARG(errors.first->message));
        return;
    }
    assert_str(gql_print_default(&a, schema->query->fields[0].args), wanted);
    gql_schema_free(schema);
    arena_done(&a);
}

static void objects_are_filled_in_with_their_fields_defaults(void **state)
{
    expect("type Query { f(a: I = {c: 1}): Int }\n"
           "input I { a: Int = 2 b: Int c: Int d: J! = {} } input J { e: [String] = \"x\" f: J }",
           "{a: 2, c: 1, d: {e: [\"x\"]}}");
    expect("type Query { f(a: I = {d: null, a: null}): Int }\n"
           "input I { a: Int = 2 b: Int = 3 d: I = {d: {d: null}} }",
           "{a: null, b: 3, d: null}");
}

static void what_stands_for_a_list_of_one_is_one(void **state)
{
    expect("type Query { f(a: [[Int!]!]! = 1): Int }", "[[1]]");
    expect("type Query { f(a: [[Int]] = [null, 1, [2, null]]): Int }", "[null, [1], [2, null]]");
    expect("type Query { f(a: [Int] = null): Int }", "null");
}

static void numbers_have_one_form(void **state)
{
    expect("type Query { f(a: [Float] = [1, 1.0, 1.50, -0.0, 100e-2, 0.1, 123456789.125]): Int }",
           "[1, 1, 1.5, 0, 1, 0.1, 123456789.125]");
    expect("type Query { f(a: [Float] = [1e20, 1e21, 1.5e21, -1.5e300, 5e-324]): Int }",
           "[100000000000000000000, 1e+21, 1.5e+21, -1.5e+300, 5e-324]");
    expect("type Query { f(a: [Float] = [0.001, 0.00000125, 0.000001, 0.0000001]): Int }",
           "[0.001, 0.00000125, 0.000001, 1e-7]");
    expect("type Query { f(a: [Int] = [-0, -2147483648, 2147483647]): Int }",
           "[0, -2147483648, 2147483647]");
}

static void ids_that_are_whole_numbers_print_as_such(void **state)
{
    expect("type Query { f(a: [ID] = [5, \"5\", \"05\", \"-7\", \"\", \"-\", \"x\"]): Int }",
           "[5, 5, \"05\", -7, \"\", \"-\", \"x\"]");
}

static void strings_of_blocks_are_strings(void **state)
{
    expect("type Query { f(a: String = \"\"\"\n  two\n    lines\n\"\"\"): Int }",
           "\"two\\n  lines\"");
}

static void custom_scalars_stay_as_they_are_written(void **state)
{
    expect("scalar S type Query { f(a: [S] = {a: 1.50, b: [FOO, \"x\"]}): Int }",
           "[{a: 1.50, b: [FOO, \"x\"]}]");
}

/* Each level holds the next one twice: filled in, there would be 2^40 of the last. */
static void what_would_grow_without_bound_is_printed_as_written(void **state)
{
    struct arena a;
    struct str sdl = STR("type Query { f(a: I0 = { x : {} }): Int } input I40 { x: Int = 1 }");

    arena_init(&a);
    for (int i = 0; i < 40; i++)
        sdl = arena_printf(&a, "%.*s input I%d { x: I%d = {} y: I%d = {} }", STR_ARG(sdl), i, i + 1,
                           i + 1);
    expect(arena_printf(&a, "%.*s%c", STR_ARG(sdl), '\0').p, "{x: {}}");
    arena_done(&a);
}

int main(void)
{
    return RUN(test(objects_are_filled_in_with_their_fields_defaults),
               test(what_stands_for_a_list_of_one_is_one), test(numbers_have_one_form),
               test(ids_that_are_whole_numbers_print_as_such), test(strings_of_blocks_are_strings),
               test(custom_scalars_stay_as_they_are_written),
               test(what_would_grow_without_bound_is_printed_as_written));
}
