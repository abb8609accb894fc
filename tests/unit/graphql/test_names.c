#include "graphql/names.h"

#include "tests/lib/test.h"

static void an_empty_table_knows_no_name(void **state)
{
    struct gql_names names = {0};

    assert_null(gql_names_get(&names, STR("a")));
}

/* Few are compared one by one, many are hashed: both ways, and the change from one to the other. */
static void every_name_is_found_however_many_there_are(void **state)
{
    enum {
        MANY = 1000
    };
    struct gql_names names = {0};
    struct arena arena;
    int values[MANY];

    arena_init(&arena);
    for (int i = 0; i < MANY; i++) {
        void **slot = gql_names_at(&names, &arena, arena_printf(&arena, "name%d", i));

        assert_null(*slot);
        *slot = &values[i];
        for (int j = 0; j <= i; j += 1 + i / 16)
            assert_ptr_equal(gql_names_get(&names, arena_printf(&arena, "name%d", j)), &values[j]);
        assert_null(gql_names_get(&names, STR("name")));
    }
    assert_int_equal(names.n, MANY);
    arena_done(&arena);
}

static void a_name_has_one_place(void **state)
{
    struct gql_names names = {0};
    struct arena arena;

    arena_init(&arena);
    *gql_names_at(&names, &arena, STR("a")) = &arena;
    assert_ptr_equal(*gql_names_at(&names, &arena, STR("a")), &arena);
    assert_int_equal(names.n, 1);
    arena_done(&arena);
}

int main(void)
{
    return RUN(test(an_empty_table_knows_no_name), test(every_name_is_found_however_many_there_are),
               test(a_name_has_one_place));
}
