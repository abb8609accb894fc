#include "base/map.h"

#include <stdio.h>

#include "tests/lib/test.h"

enum {
    MANY = 20000
};

/* Values are places in this array: the n-th key's value is &places[n]. */
static char places[MANY];

static struct str key_of(int n, char text[32])
{
    int length = snprintf(text, 32, "room-%d", n);

    return str_of(text, (size_t)length);
}

static void fill(struct map *m, int n)
{
    char text[32];

    for (int i = 0; i < n; i++)
        assert_null(map_put(m, key_of(i, text), &places[i]));
}

static void an_all_zero_map_is_empty(void **state)
{
    struct map m = {0};

    assert_int_equal(map_count(&m), 0);
    assert_null(map_get(&m, STR("a")));
    assert_null(map_take(&m, STR("a")));
    map_done(&m);
}

static void thousands_of_keys_are_found_and_no_others(void **state)
{
    struct map m = {0};
    char text[32];

    fill(&m, MANY);
    assert_int_equal(map_count(&m), MANY);
    for (int i = 0; i < MANY; i++)
        assert_ptr_equal(map_get(&m, key_of(i, text)), &places[i]);
    assert_null(map_get(&m, key_of(MANY, text)));
    assert_null(map_get(&m, STR("room-")));
    map_done(&m);
    assert_int_equal(map_count(&m), 0);
}

static void what_is_taken_is_gone_and_the_rest_stays(void **state)
{
    struct map m = {0};
    char text[32];

    fill(&m, MANY);
    for (int i = 0; i < MANY; i += 2)
        assert_ptr_equal(map_take(&m, key_of(i, text)), &places[i]);
    assert_int_equal(map_count(&m), MANY / 2);
    for (int i = 0; i < MANY; i++)
        assert_ptr_equal(map_get(&m, key_of(i, text)), i % 2 ? &places[i] : NULL);
    assert_null(map_take(&m, key_of(0, text)));
    map_done(&m);
}

static void putting_again_replaces_and_returns_the_former_value(void **state)
{
    struct map m = {0};

    assert_null(map_put(&m, STR("a"), &places[0]));
    assert_ptr_equal(map_put(&m, STR("a"), &places[1]), &places[0]);
    assert_ptr_equal(map_get(&m, STR("a")), &places[1]);
    assert_int_equal(map_count(&m), 1);
    map_done(&m);
}

static void a_key_is_copied(void **state)
{
    struct map m = {0};
    char key[] = {'k', 'e', 'y'};

    map_put(&m, str_of(key, sizeof(key)), &places[0]);
    memset(key, 'x', sizeof(key));
    assert_ptr_equal(map_get(&m, STR("key")), &places[0]);
    assert_null(map_get(&m, STR("xxx")));
    map_done(&m);
}

static void keys_are_bytes_with_a_length(void **state)
{
    static const struct str keys[] = {
        STR_INIT("a"),    STR_INIT("a\0"), STR_INIT("a\0b"),
        STR_INIT("a\0c"), STR_INIT("\0"),  STR_INIT("A"),
    };
    struct map m = {0};

    for (size_t i = 0; i < array_size(keys); i++)
        assert_null(map_put(&m, keys[i], &places[i]));
    assert_int_equal(map_count(&m), array_size(keys));
    for (size_t i = 0; i < array_size(keys); i++)
        assert_ptr_equal(map_get(&m, keys[i]), &places[i]);
    map_done(&m);
}

static void an_empty_key_is_a_key_however_it_is_written(void **state)
{
    struct map m = {0};

    assert_null(map_get(&m, STR_NULL));
    assert_null(map_put(&m, STR_NULL, &places[0]));
    assert_ptr_equal(map_get(&m, STR("")), &places[0]);
    assert_ptr_equal(map_get(&m, STR_NULL), &places[0]);
    assert_ptr_equal(map_take(&m, STR("")), &places[0]);
    assert_int_equal(map_count(&m), 0);
    map_done(&m);
}

static void a_map_that_is_done_may_serve_again(void **state)
{
    struct map m = {0};

    fill(&m, 10);
    map_done(&m);
    map_done(&m);
    fill(&m, 10);
    assert_int_equal(map_count(&m), 10);
    map_done(&m);
}

int main(void)
{
    return RUN(test(an_all_zero_map_is_empty), test(thousands_of_keys_are_found_and_no_others),
               test(what_is_taken_is_gone_and_the_rest_stays),
               test(putting_again_replaces_and_returns_the_former_value), test(a_key_is_copied),
               test(keys_are_bytes_with_a_length),
               test(an_empty_key_is_a_key_however_it_is_written),
               test(a_map_that_is_done_may_serve_again));
}
