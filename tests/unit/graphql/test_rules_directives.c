#include "tests/lib/graphql_pets.h"

static void directives_are_known_and_in_their_place(void **state)
{
    says("query @onField { dog @what @onVariable { name } }",
         "1:7 Directive \"@onField\" may not be used on QUERY.\n"
         "1:22 Unknown directive \"@what\".\n"
         "1:28 Directive \"@onVariable\" may not be used on FIELD.");
}

static void a_directive_stands_once_unless_it_may_be_repeated(void **state)
{
    says("{ dog @onField @onField @tag(name: \"a\") @tag(name: \"b\") { name } }",
         "1:7 1:16 The directive \"@onField\" can only be used once at this location.");
}

static void arguments_of_directives_are_checked_alike(void **state)
{
    says("{ dog @tag(wieght: 1) @include(if: 1) { name } }",
         "1:12 Unknown argument \"wieght\" on directive \"@tag\". Did you mean \"weight\"?\n"
         "1:7 Directive \"@tag\" argument \"name\" of type \"String!\" is required, but it was not "
         "provided.\n"
         "1:36 Boolean cannot represent a non boolean value: 1");
}

int main(void)
{
    return RUN(test(directives_are_known_and_in_their_place),
               test(a_directive_stands_once_unless_it_may_be_repeated),
               test(arguments_of_directives_are_checked_alike));
}
