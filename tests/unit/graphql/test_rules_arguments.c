#include "tests/lib/graphql_pets.h"

static void arguments_are_known_and_given_once(void **state)
{
    says("{ args { int(valeu: 1) } }", "1:14 Unknown argument \"valeu\" on field "
                                       "\"Arguments.int\". Did you mean \"value\"?");
    says("{ args { int(value: 1, value: 2) } }",
         "1:14 1:24 There can be only one argument named \"value\".");
}

static void required_arguments_are_given(void **state)
{
    says("{ args { two(req2: 1) optional } }",
         "1:10 Field \"two\" argument \"req1\" of type \"Int!\" is required, but it was not "
         "provided.");
}

int main(void)
{
    return RUN(test(arguments_are_known_and_given_once), test(required_arguments_are_given));
}
