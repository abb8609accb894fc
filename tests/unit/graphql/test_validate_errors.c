#include "tests/lib/graphql_pets.h"

/* The rest of a thousand is not worth telling, and what comes after is not said at all. */
static void past_a_hundred_errors_one_says_so(void **state)
{
    struct buf document, expected;

    buf_init(&document, 1 << 16);
    buf_init(&expected, 1 << 16);
    buf_add(&document, STR("{"));
    for (int i = 0; i < 150; i++)
        buf_printf(&document, "\nxyzzy%d", i);
    buf_add(&document, STR("\n}"));
    for (int i = 0; i < 100; i++)
        buf_printf(&expected, "%d:1 Cannot query field \"xyzzy%d\" on type \"Query\".\n", i + 2, i);
    buf_add(&expected, STR("Too many validation errors, error limit reached. Validation aborted."));
    buf_add_char(&document, '\0');
    buf_add_char(&expected, '\0');
    says(document.p, expected.p);
    buf_done(&document);
    buf_done(&expected);
}

/* What an operation as a whole gets wrong is told when it ends: after its fields, before the next
 * definition, whatever was found when. */
static void errors_are_told_in_the_order_of_graphql_js(void **state)
{
    says("query Q($unused: Int) { dog { wings ...F } args { int(value: $nope) } xyzzy }\n"
         "fragment F on Dog { xyzzy ...F }\n"
         "fragment G on Dog { hooves }",
         "1:31 Cannot query field \"wings\" on type \"Dog\".\n"
         "1:71 Cannot query field \"xyzzy\" on type \"Query\".\n"
         "1:62 1:1 Variable \"$nope\" is not defined by operation \"Q\".\n"
         "1:9 Variable \"$unused\" is never used in operation \"Q\".\n"
         "2:27 Cannot spread fragment \"F\" within itself.\n"
         "2:21 Cannot query field \"xyzzy\" on type \"Dog\".\n"
         "3:21 Cannot query field \"hooves\" on type \"Dog\".\n"
         "3:1 Fragment \"G\" is never used.");
}

static void places_count_characters_and_all_ends_of_lines(void **state)
{
    says("{\r\n  dog {\r    name(surname: \"\xF0\x9F\x98\x80\xC3\xA9\") wings\n  }\n}",
         "3:19 Boolean cannot represent a non boolean value: \"\xF0\x9F\x98\x80\xC3\xA9\"\n"
         "3:25 Cannot query field \"wings\" on type \"Dog\".");
}

int main(void)
{
    return RUN(test(errors_are_told_in_the_order_of_graphql_js),
               test(places_count_characters_and_all_ends_of_lines),
               test(past_a_hundred_errors_one_says_so));
}
