#include "tests/lib/graphql_pets.h"

static void a_type_that_is_named_exists(void **state)
{
    says("{ dog { ... on Dgo { name } } }", "1:16 Unknown type \"Dgo\". Did you mean \"Dog\"?");
}

static void fragments_are_on_composite_types(void **state)
{
    says("{ dog { ...F ... on Color { x } } } fragment F on Int { x }",
         "1:21 Fragment cannot condition on non composite type \"Color\".\n"
         "1:51 Fragment \"F\" cannot condition on non composite type \"Int\".");
}

static void fragments_have_names_of_their_own(void **state)
{
    says("{ dog { ...F } } fragment F on Dog { name } fragment F on Dog { barks }",
         "1:27 1:54 There can be only one fragment named \"F\".");
}

static void a_spread_names_a_fragment(void **state)
{
    says("{ dog { name ...F } }", "1:17 Unknown fragment \"F\".");
}

static void fragments_are_used_by_an_operation(void **state)
{
    says("{ dog { name } } fragment F on Dog { ...G } fragment G on Dog { name }",
         "1:18 Fragment \"F\" is never used.\n1:45 Fragment \"G\" is never used.");
}

static void a_spread_can_apply(void **state)
{
    says("{ dog { ... on Cat { meows } ...F } } fragment F on Human { iq }",
         "1:9 Fragment cannot be spread here as objects of type \"Dog\" can never be of type "
         "\"Cat\".\n"
         "1:30 Fragment \"F\" cannot be spread here as objects of type \"Dog\" can never be of "
         "type \"Human\".");
    says("{ pet { ... on CatOrDog { __typename } } }", "");
}

static void fragments_do_not_go_round(void **state)
{
    says("{ dog { ...A } } fragment A on Dog { name ...B } fragment B on Dog { ...C }\n"
         "fragment C on Dog { ...A mother { ...C } }",
         "1:43 1:70 2:21 Cannot spread fragment \"A\" within itself via \"B\", \"C\".\n"
         "2:35 Cannot spread fragment \"C\" within itself.");
}

/* A chain and a cycle so long that following them by recursion would end the stack. */
static void a_long_chain_of_fragments_is_followed_to_its_end(void **state)
{
    enum {
        LONG = 100000
    };
    struct buf document;

    buf_init(&document, 16 << 20);
    buf_add(&document, STR("{ dog { ...F0 } }"));
    for (int i = 0; i < LONG; i++)
        buf_printf(&document, "fragment F%d on Dog { name ...F%d }", i, i + 1);
    buf_printf(&document, "fragment F%d on Dog { name }", LONG);
    buf_add_char(&document, '\0');
    says(document.p, "");
    buf_done(&document);
}

int main(void)
{
    return RUN(test(a_type_that_is_named_exists), test(fragments_are_on_composite_types),
               test(fragments_have_names_of_their_own), test(a_spread_names_a_fragment),
               test(fragments_are_used_by_an_operation), test(a_spread_can_apply),
               test(fragments_do_not_go_round),
               test(a_long_chain_of_fragments_is_followed_to_its_end));
}
