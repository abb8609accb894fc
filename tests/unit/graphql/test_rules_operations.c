#include "tests/lib/graphql_pets.h"

static void a_document_that_keeps_all_rules_is_not_spoken_of(void **state)
{
    says("query Q($id: ID!, $yes: Boolean = true) { human(id: $id) { ...F pets { name } }\n"
         "  dog @include(if: $yes) { name(surname: true) toys { id } } }\n"
         "fragment F on Being { name ... on Human { iq } }",
         "");
}

static void definitions_of_types_are_not_executable(void **state)
{
    says("{ dog { name } } type Cow { name: String }",
         "1:18 The \"Cow\" definition is not executable.");
    says("{ dog { name } } extend schema @onField",
         "1:18 The schema definition is not executable.");
}

static void an_operation_needs_its_root_type(void **state)
{
    says("mutation { x }", "1:1 The mutation operation is not supported by the schema.");
}

static void operations_have_names_of_their_own(void **state)
{
    says("query A { dog { name } } query A { cat { name } }",
         "1:7 1:32 There can be only one operation named \"A\".");
}

static void an_anonymous_operation_is_alone(void **state)
{
    says("{ dog { name } } query A { cat { name } }",
         "1:1 This anonymous operation must be the only defined operation.");
}

static void fragments_do_not_crowd_an_anonymous_operation(void **state)
{
    says("{ dog { ...F } } fragment F on Dog { name }", "");
}

static void a_subscription_has_one_root_field(void **state)
{
    says("subscription S { fed { name } painted { id } }",
         "1:31 Subscription \"S\" must select only one top level field.");
    says("subscription { ...F } fragment F on Subscription { fed { name } a: fed { name } }",
         "1:65 Anonymous Subscription must select only one top level field.");
}

static void the_same_root_field_twice_is_one(void **state)
{
    says("subscription { fed { name } ...F } fragment F on Subscription { fed { name } }", "");
}

static void a_subscription_does_not_introspect(void **state)
{
    says("subscription { __typename }",
         "1:16 Anonymous Subscription must not select an introspection top level field.");
}

static void conditions_at_the_root_of_a_subscription_are_refused(void **state)
{
    says("subscription S($v: Boolean!) { fed @skip(if: $v) { name } "
         "... @include(if: true) { painted { id } } }",
         "1:36 1:63 Subscription \"S\" must not use `@skip` or `@include` directives in the top "
         "level selection.");
    says("subscription { ...F @include(if: true) } fragment F on Subscription { fed { name } }",
         "1:21 Anonymous Subscription must not use `@skip` or `@include` directives in the top "
         "level selection.");
}

static void below_the_root_of_a_subscription_conditions_are_fine(void **state)
{
    says("subscription { fed { name @skip(if: true) } }", "");
}

int main(void)
{
    return RUN(test(a_document_that_keeps_all_rules_is_not_spoken_of),
               test(definitions_of_types_are_not_executable),
               test(an_operation_needs_its_root_type), test(operations_have_names_of_their_own),
               test(an_anonymous_operation_is_alone),
               test(fragments_do_not_crowd_an_anonymous_operation),
               test(a_subscription_has_one_root_field), test(the_same_root_field_twice_is_one),
               test(a_subscription_does_not_introspect),
               test(conditions_at_the_root_of_a_subscription_are_refused),
               test(below_the_root_of_a_subscription_conditions_are_fine));
}
