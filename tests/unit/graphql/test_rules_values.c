#include "tests/lib/graphql_pets.h"

static void each_scalar_takes_its_own(void **state)
{
    says("{ args { int(value: -2147483648) float(value: 1) a: float(value: 1.5e3)\n"
         "string(value: \"s\") boolean(value: true) id(value: 12) b: id(value: \"x\") "
         "color(value: RED) any(value: {a: [1, B]}) } }",
         "");
}

static void each_scalar_refuses_the_others(void **state)
{
    says("{ args { int(value: \"1\") } }", "1:21 Int cannot represent non-integer value: \"1\"");
    says("{ args { int(value: 2147483648) } }",
         "1:21 Int cannot represent non 32-bit signed integer value: 2147483648");
    says("{ args { float(value: \"1\") } }",
         "1:23 Float cannot represent non numeric value: \"1\"");
    says("{ args { string(value: 1) } }", "1:24 String cannot represent a non string value: 1");
    says("{ args { boolean(value: 1) } }", "1:25 Boolean cannot represent a non boolean value: 1");
    says("{ args { id(value: 1.5) } }",
         "1:20 ID cannot represent a non-string and non-integer value: 1.5");
}

static void an_enum_refuses_what_it_does_not_list(void **state)
{
    says("{ args { color(value: RAD) } }",
         "1:23 Value \"RAD\" does not exist in \"Color\" enum. Did you mean the enum value "
         "\"RED\"?");
    says("{ args { color(value: \"RED\") } }",
         "1:23 Enum \"Color\" cannot represent non-enum value: \"RED\". Did you mean the enum "
         "value \"RED\" or \"GREEN\"?");
}

static void null_is_no_value_of_a_non_null_type(void **state)
{
    says("{ args { nonNull(value: null) } }", "1:25 Expected value of type \"Int!\", found null.");
    says("{ args { nonNullInts(values: [1, null]) } }",
         "1:34 Expected value of type \"Int!\", found null.");
}

static void one_value_may_stand_for_a_list(void **state)
{
    says("{ args { ints(values: 1) nonNullInts(values: 2) } }", "");
    says("{ args { ints(values: [[1]]) } }", "1:24 Int cannot represent non-integer value: [1]");
}

static void an_input_object_has_its_required_fields_and_no_others(void **state)
{
    says("{ box(mustPick: {byId: 1}, box: {heigth: 2}) }",
         "1:33 Field \"Box.width\" of required type \"Int!\" was not provided.\n"
         "1:34 Field \"heigth\" is not defined by type \"Box\". Did you mean \"height\" or "
         "\"width\"?");
    says("{ box(mustPick: {byId: 1}, box: 5) }", "1:33 Expected value of type \"Box\", found 5.");
}

static void an_input_field_is_given_once(void **state)
{
    says("{ box(mustPick: {byId: 1}, box: {width: 1, any: {a: 1, a: 2}, width: 2}) }",
         "1:50 1:56 There can be only one input field named \"a\".\n"
         "1:34 1:63 There can be only one input field named \"width\".");
}

static void a_one_of_object_has_exactly_one_value(void **state)
{
    says("{ box(mustPick: {}) }", "1:17 OneOf Input Object \"Pick\" must specify exactly one key.");
    says("{ box(mustPick: {byId: 1, byName: \"x\"}) }",
         "1:17 OneOf Input Object \"Pick\" must specify exactly one key.");
    says("{ box(mustPick: {byId: null}) }", "1:17 Field \"Pick.byId\" must be non-null.");
}

static void defaults_of_variables_are_values_too(void **state)
{
    says(
        "query ($a: Int = \"x\", $b: [Int!] = [null]) { args { int(value: $a) ints(values: $b) } }",
        "1:18 Int cannot represent non-integer value: \"x\"\n"
        "1:37 Expected value of type \"Int!\", found null.");
}

int main(void)
{
    return RUN(test(each_scalar_takes_its_own), test(each_scalar_refuses_the_others),
               test(an_enum_refuses_what_it_does_not_list),
               test(null_is_no_value_of_a_non_null_type), test(one_value_may_stand_for_a_list),
               test(an_input_object_has_its_required_fields_and_no_others),
               test(an_input_field_is_given_once), test(a_one_of_object_has_exactly_one_value),
               test(defaults_of_variables_are_values_too));
}
