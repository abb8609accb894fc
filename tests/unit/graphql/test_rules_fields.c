#include "tests/lib/graphql_pets.h"

static void a_leaf_has_no_selection(void **state)
{
    says("{ dog { name { first } } }",
         "1:14 Field \"name\" must not have a selection since type \"String\" has no subfields.");
}

static void what_is_no_leaf_has_one(void **state)
{
    says("{ dog { toys } }", "1:9 Field \"toys\" of type \"[Toy!]\" must have a selection of "
                             "subfields. Did you mean \"toys { ... }\"?");
}

static void an_unknown_field_is_told_with_those_near_it(void **state)
{
    says("{ dog { nam } }",
         "1:9 Cannot query field \"nam\" on type \"Dog\". Did you mean \"name\"?");
    says("{ dog { wings } }", "1:9 Cannot query field \"wings\" on type \"Dog\".");
}

static void an_abstract_type_points_to_those_that_have_the_field(void **state)
{
    says("{ pet { nickname } }", "1:9 Cannot query field \"nickname\" on type \"Pet\". Did you "
                                 "mean to use an inline fragment on \"Cat\" or \"Dog\"?");
    says("{ catOrDog { name } }",
         "1:14 Cannot query field \"name\" on type \"CatOrDog\". Did you mean to use an inline "
         "fragment on \"Being\", \"Pet\", \"Cat\", or \"Dog\"?");
}

static void nothing_below_an_unknown_field_is_spoken_of(void **state)
{
    says("{ dog { fur { color { hue(of: 1) } } } }",
         "1:9 Cannot query field \"fur\" on type \"Dog\".");
}

static void suggestions_can_be_left_out(void **state)
{
    struct gql_limits limits = {.no_suggestions = true};

    says_with("{ dog { nam } args { color(value: RAD, valu: 1) } }", &limits, ST_INVALID,
              "1:9 Cannot query field \"nam\" on type \"Dog\".\n"
              "1:35 Value \"RAD\" does not exist in \"Color\" enum.\n"
              "1:40 Unknown argument \"valu\" on field \"Arguments.color\".",
              __FILE__, __LINE__);
}

static void meta_fields_stand_where_they_may(void **state)
{
    says("{ __typename __schema { __typename } __type(name: \"Dog\") { name } "
         "catOrDog { __typename } }",
         "");
    says("{ dog { __schema { description } } }",
         "1:9 Cannot query field \"__schema\" on type \"Dog\".");
}

static void introspection_is_refused_at_the_third_list_within_lists(void **state)
{
    says("{ __schema { types { fields { type { interfaces { name } } } } } }", "");
    says("{ __schema { types { fields { type { interfaces { possibleTypes { name } } } } } } }",
         "1:3 Maximum introspection depth exceeded");
}

static void introspection_is_followed_into_fragments(void **state)
{
    says("{ __type(name: \"A\") { ...T } }\n"
         "fragment T on __Type { fields { type { ...U } } }\n"
         "fragment U on __Type { fields { type { inputFields { name } } } }",
         "1:3 Maximum introspection depth exceeded");
}

static void the_first_list_field_is_judged_by_itself(void **state)
{
    says("{ a: __schema { types { ...T } } b: __type(name: \"B\") { fields { type { ...T } } } }\n"
         "fragment T on __Type { fields { type { interfaces { name } } } }",
         "1:34 Maximum introspection depth exceeded");
}

int main(void)
{
    return RUN(test(a_leaf_has_no_selection), test(what_is_no_leaf_has_one),
               test(an_unknown_field_is_told_with_those_near_it),
               test(an_abstract_type_points_to_those_that_have_the_field),
               test(nothing_below_an_unknown_field_is_spoken_of), test(suggestions_can_be_left_out),
               test(meta_fields_stand_where_they_may),
               test(introspection_is_refused_at_the_third_list_within_lists),
               test(introspection_is_followed_into_fragments),
               test(the_first_list_field_is_judged_by_itself));
}
