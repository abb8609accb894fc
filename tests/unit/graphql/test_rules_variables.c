#include "tests/lib/graphql_pets.h"

static void variables_have_names_of_their_own(void **state)
{
    says("query ($a: Int, $b: Int, $a: Int) { args { int(value: $a) x: int(value: $b) } }",
         "1:9 1:27 There can be only one variable named \"$a\".");
}

static void variables_are_of_input_types_that_exist(void **state)
{
    says("query ($a: [Dog!]) { args { any(value: [$a]) } }",
         "1:12 Variable \"$a\" cannot be non-input type \"[Dog!]\".\n"
         "1:8 1:41 Variable \"$a\" of type \"[Dog!]\" used in position expecting type \"Any\".");
    says("query ($a: Strin) { args { string(value: $a) } }",
         "1:12 Unknown type \"Strin\". Did you mean \"String\"?");
}

static void a_variable_is_defined_where_it_is_used(void **state)
{
    says("query Q { args { int(value: $a) ...F } } fragment F on Arguments { x: int(value: $b) }",
         "1:29 1:1 Variable \"$a\" is not defined by operation \"Q\".\n"
         "1:82 1:1 Variable \"$b\" is not defined by operation \"Q\".");
    says("{ args { int(value: $a) } }", "1:21 1:1 Variable \"$a\" is not defined.");
}

static void each_operation_answers_for_the_fragments_it_uses(void **state)
{
    says("query A($v: Int) { args { ...F } } query B { args { ...F } }\n"
         "fragment F on Arguments { int(value: $v) }",
         "2:38 1:36 Variable \"$v\" is not defined by operation \"B\".");
}

static void a_variable_is_used(void **state)
{
    says("query ($a: Int) { dog { name } }", "1:8 Variable \"$a\" is never used.");
    says("query Q($a: Int) { dog { name } }",
         "1:9 Variable \"$a\" is never used in operation \"Q\".");
}

static void a_variable_fits_its_place(void **state)
{
    says("query ($a: String) { args { int(value: $a) } }",
         "1:8 1:40 Variable \"$a\" of type \"String\" used in position expecting type \"Int\".");
    says("query ($a: Int) { args { nonNull(value: $a) } }",
         "1:8 1:41 Variable \"$a\" of type \"Int\" used in position expecting type \"Int!\".");
    says("query ($a: [Int]) { args { nonNullInts(values: $a) } }",
         "1:8 1:48 Variable \"$a\" of type \"[Int]\" used in position expecting type "
         "\"[Int!]!\".");
}

static void an_int_is_no_float_and_no_id(void **state)
{
    says("query ($a: Int) { args { float(value: $a) id(value: $a) } }",
         "1:8 1:39 Variable \"$a\" of type \"Int\" used in position expecting type \"Float\".\n"
         "1:8 1:53 Variable \"$a\" of type \"Int\" used in position expecting type \"ID\".");
}

static void a_default_on_either_side_lets_null_through(void **state)
{
    says("query ($a: Int = 1, $b: Int) { args { nonNull(value: $a) optional(value: $b) } }", "");
    says("query ($a: Int = null) { args { nonNull(value: $a) } }",
         "1:8 1:48 Variable \"$a\" of type \"Int\" used in position expecting type \"Int!\".");
}

static void a_default_of_the_list_is_none_of_its_items(void **state)
{
    says("query ($a: Int) { args { nonNullInts(values: [$a]) } }",
         "1:8 1:47 Variable \"$a\" of type \"Int\" used in position expecting type \"Int!\".");
}

/* Whether the object itself may be null makes no difference. */
static void in_a_one_of_object_a_variable_is_never_null(void **state)
{
    says("query ($a: ID = 1) { box(pick: {byId: $a}, mustPick: {byId: $a}) }",
         "1:8 1:39 Variable \"$a\" is of type \"ID\" but must be non-nullable to be used for OneOf "
         "Input Object \"Pick\".\n"
         "1:8 1:61 Variable \"$a\" is of type \"ID\" but must be non-nullable to be used for OneOf "
         "Input Object \"Pick\".");
    says("query ($a: ID!) { box(mustPick: {byId: $a}) }", "");
}

int main(void)
{
    return RUN(test(variables_have_names_of_their_own),
               test(variables_are_of_input_types_that_exist),
               test(a_variable_is_defined_where_it_is_used),
               test(each_operation_answers_for_the_fragments_it_uses), test(a_variable_is_used),
               test(a_variable_fits_its_place), test(an_int_is_no_float_and_no_id),
               test(a_default_on_either_side_lets_null_through),
               test(a_default_of_the_list_is_none_of_its_items),
               test(in_a_one_of_object_a_variable_is_never_null));
}
