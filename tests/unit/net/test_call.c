#include "net/call.h"

#include <math.h>

#include "tests/lib/test.h"

/* The value that `[text]` holds; the test's to json_decref(). */
static json_t *read_one(const char *text)
{
    json_error_t error;
    json_t *array, *value;
    char whole[600];

    snprintf(whole, sizeof(whole), "[%s]", text);
    array = call_json(str_c(whole), &error);
    if (!array)
        return NULL;
    value = json_incref(json_array_get(array, 0));
    json_decref(array);
    return value;
}

static void expect_real(const char *text, double real)
{
    json_t *value = read_one(text);

    assert_true(json_is_real(value));
    assert_true(json_real_value(value) == real);
    json_decref(value);
}

/* What no type takes: an object that names the number. */
static void expect_too_large(const char *text)
{
    json_t *value = read_one(text);

    assert_true(json_is_object(value));
    assert_string_equal(json_string_value(json_object_get(value, "number too large")), text);
    json_decref(value);
}

static void whole_numbers_stay_whole_while_they_fit(void **state)
{
    json_t *value = read_one("9223372036854775807");

    assert_int_equal(json_integer_value(value), INT64_MAX);
    json_decref(value);
    value = read_one("-9223372036854775808");
    assert_int_equal(json_integer_value(value), INT64_MIN);
    json_decref(value);
}

static void larger_ones_are_what_javascript_makes_of_them(void **state)
{
    expect_real("9223372036854775808", 9223372036854775808.0);
    expect_real("-100000000000000000000", -1e20);
}

static void a_number_beyond_all_doubles_stands_in_an_object(void **state)
{
    char digits[401] = {0};

    expect_too_large("1e400");
    expect_too_large("-1.5E+309");
    memset(digits, '9', sizeof(digits) - 1);
    expect_too_large(digits);
}

static void only_numbers_are_changed_and_all_of_them(void **state)
{
    json_error_t error;
    json_t *json = call_json(
        STR("{\"a\\\"1e400\":\"\\\\\", \"1e400\":[7,1e400 ,99999999999999999999,0.5],\"z\":null}"),
        &error);
    const json_t *list = json_object_get(json, "1e400");

    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "a\"1e400")), "\\");
    assert_int_equal(json_integer_value(json_array_get(list, 0)), 7);
    assert_true(json_is_object(json_array_get(list, 1)));
    assert_true(json_real_value(json_array_get(list, 2)) == 1e20);
    assert_true(json_real_value(json_array_get(list, 3)) == 0.5);
    json_decref(json);
}

static void what_is_no_number_stays_malformed(void **state)
{
    static const char *const texts[] = {"1e400e",  "1e400.5",    "01e400", "1.e400", "+1e400",
                                        "--1e400", "1e400-",     "1e",     "-",      "1e400x",
                                        "1e400 2", "1e400\"a\"", "1e400,"};

    for (size_t i = 0; i < array_size(texts); i++)
        assert_null(read_one(texts[i]));
}

int main(void)
{
    return RUN(test(whole_numbers_stay_whole_while_they_fit),
               test(larger_ones_are_what_javascript_makes_of_them),
               test(a_number_beyond_all_doubles_stands_in_an_object),
               test(only_numbers_are_changed_and_all_of_them),
               test(what_is_no_number_stays_malformed));
}
