#include "base/json_out.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "tests/lib/test.h"

/* A writer on a buf of its own, for each test anew. */
static struct buf out;
static struct json_out json;

static int start(void **state)
{
    buf_init(&out, 1 << 20);
    json = (struct json_out){.out = &out};
    return 0;
}

static int stop(void **state)
{
    buf_done(&out);
    return 0;
}

#define writes(f) cmocka_unit_test_setup_teardown(f, start, stop)

static void assert_written(const char *expected)
{
    assert_str(buf_str(&out), expected);
    assert_false(buf_overflowed(&out));
}

static void empty_containers_are_two_brackets(void **state)
{
    json_out_begin_array(&json);
    json_out_begin_object(&json);
    json_out_end_object(&json);
    json_out_begin_array(&json);
    json_out_end_array(&json);
    json_out_end_array(&json);
    assert_written("[{},[]]");
}

static void commas_stand_between_values_and_nowhere_else(void **state)
{
    json_out_begin_object(&json);
    json_out_key(&json, STR("a"));
    json_out_int(&json, 1);
    json_out_key(&json, STR("b"));
    json_out_begin_array(&json);
    json_out_bool(&json, true);
    json_out_null(&json);
    json_out_begin_object(&json);
    json_out_key(&json, STR("c"));
    json_out_str(&json, STR("x"));
    json_out_end_object(&json);
    json_out_raw(&json, STR("{\"raw\":1}"));
    json_out_double(&json, 0.5);
    json_out_end_array(&json);
    json_out_key(&json, STR("d"));
    json_out_bool(&json, false);
    json_out_end_object(&json);
    assert_written("{\"a\":1,\"b\":[true,null,{\"c\":\"x\"},{\"raw\":1},0.5],\"d\":false}");
}

static void a_key_is_escaped_like_any_string(void **state)
{
    json_out_begin_object(&json);
    json_out_key(&json, STR("say \"hi\"\n"));
    json_out_null(&json);
    json_out_end_object(&json);
    assert_written("{\"say \\\"hi\\\"\\n\":null}");
}

static void integers_are_written_to_the_ends_of_their_range(void **state)
{
    json_out_begin_array(&json);
    json_out_int(&json, 0);
    json_out_int(&json, -7);
    json_out_int(&json, INT64_MAX);
    json_out_int(&json, INT64_MIN);
    json_out_end_array(&json);
    assert_written("[0,-7,9223372036854775807,-9223372036854775808]");
}

static void doubles_take_their_shortest_form(void **state)
{
    json_out_begin_array(&json);
    json_out_double(&json, 0.1);
    json_out_double(&json, 1.0);
    json_out_double(&json, -2.5);
    json_out_double(&json, 1.0 / 3);
    json_out_double(&json, 1e300);
    json_out_end_array(&json);
    assert_written("[0.1,1,-2.5,0.3333333333333333,1e+300]");
}

static void doubles_read_back_as_the_same_number(void **state)
{
    static const double numbers[] = {
        0.1 + 0.2,           1e-7, 5e-324, DBL_MIN, DBL_MAX, -DBL_MAX, 9007199254740993.0,
        123456789.123456789,
    };

    for (size_t i = 0; i < array_size(numbers); i++) {
        buf_reset(&out, 1000);
        json.comma = false;
        json_out_double(&json, numbers[i]);
        buf_add_char(&out, '\0');
        assert_true(strtod(out.p, NULL) == numbers[i]);
    }
}

static void what_is_no_number_is_null(void **state)
{
    json_out_begin_array(&json);
    json_out_double(&json, (double)NAN);
    json_out_double(&json, (double)INFINITY);
    json_out_double(&json, -(double)INFINITY);
    json_out_end_array(&json);
    assert_written("[null,null,null]");
}

static void control_characters_quotes_and_backslashes_are_escaped(void **state)
{
    json_out_str(&json, STR("\"\\/\b\f\n\r\t\0\x01\x1f\x7f"));
    assert_written("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f\x7f\"");
}

static void well_formed_utf8_goes_out_as_it_is(void **state)
{
    json_out_str(&json, STR("h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xa8"));
    assert_written("\"h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xa8\"");
}

static void malformed_utf8_becomes_the_replacement_character(void **state)
{
    json_out_begin_array(&json);
    json_out_str(&json, STR("\xff"));
    json_out_str(&json, STR("a\xc3"));
    json_out_str(&json, STR("\xc3("));
    json_out_str(&json, STR("\xed\xa0\x80"));
    json_out_end_array(&json);
    assert_written("[\"\xef\xbf\xbd\",\"a\xef\xbf\xbd\",\"\xef\xbf\xbd(\","
                   "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]");
}

static void any_bytes_at_all_give_well_formed_utf8(void **state)
{
    char bytes[3];

    for (int i = 0; i < 256 * 256; i++) {
        bytes[0] = (char)(i >> 8);
        bytes[1] = (char)i;
        bytes[2] = (char)(i * 7);
        buf_reset(&out, 1000);
        json_out_escape(&out, str_of(bytes, sizeof(bytes)));
        assert_true(str_is_utf8(buf_str(&out)));
        assert_int_equal(str_find(buf_str(&out), '\n'), out.n);
    }
}

/* Strings leave in one piece or by characters: whatever the length, and wherever a byte stands,
 * both write the same. */
static void a_string_is_written_alike_in_one_piece_and_by_characters(void **state)
{
    enum {
        LONGEST = 50
    };
    char bytes[LONGEST], plain[8 * LONGEST];

    for (size_t n = 1; n <= LONGEST; n++) {
        for (size_t at = 0; at < n; at++) {
            for (int c = 0; c < 256; c++) {
                struct str written;

                memset(bytes, 'x', n);
                bytes[at] = (char)c;
                buf_reset(&out, 1 << 20);
                json_out_escape(&out, str_of(bytes, n));
                written = buf_str(&out);
                assert_true(written.n <= sizeof(plain));
                memcpy(plain, written.p, written.n);
                buf_reset(&out, 1 << 20);
                json.comma = false;
                json_out_str(&json, str_of(bytes, n));
                assert_int_equal(out.n, written.n + 2);
                assert_memory_equal(out.p + 1, plain, written.n);
                assert_true(out.p[0] == '"' && out.p[out.n - 1] == '"');
            }
        }
    }
}

static void a_name_is_a_key_that_is_not_looked_at(void **state)
{
    json_out_begin_object(&json);
    json_out_name(&json, STR("a"));
    json_out_int(&json, 1);
    json_out_name(&json, STR("__longer_9"));
    json_out_begin_array(&json);
    json_out_end_array(&json);
    json_out_end_object(&json);
    assert_written("{\"a\":1,\"__longer_9\":[]}");
}

static void a_name_that_does_not_fit_is_noticed_at_the_end(void **state)
{
    buf_reset(&out, 10);
    json_out_begin_object(&json);
    json_out_name(&json, STR("longer_than_ten"));
    json_out_int(&json, 1);
    assert_true(buf_overflowed(&out));
    assert_true(out.n <= 10);
}

static void an_absent_string_is_an_empty_one(void **state)
{
    json_out_str(&json, STR_NULL);
    assert_written("\"\"");
}

static void rewinding_takes_back_values_and_their_commas(void **state)
{
    struct json_out_mark before_first, before_second;

    json_out_begin_array(&json);
    before_first = json_out_mark(&json);
    json_out_int(&json, 1);
    before_second = json_out_mark(&json);
    json_out_int(&json, 2);
    json_out_rewind(&json, before_second);
    json_out_int(&json, 3);
    assert_written("[1,3");
    json_out_rewind(&json, before_first);
    json_out_int(&json, 4);
    json_out_end_array(&json);
    assert_written("[4]");
}

static void rewinding_leaves_half_written_containers_behind(void **state)
{
    struct json_out_mark mark;

    json_out_begin_object(&json);
    json_out_key(&json, STR("field"));
    mark = json_out_mark(&json);
    json_out_begin_object(&json);
    json_out_key(&json, STR("list"));
    json_out_begin_array(&json);
    json_out_int(&json, 1);
    json_out_rewind(&json, mark);
    json_out_null(&json);
    json_out_key(&json, STR("next"));
    json_out_int(&json, 2);
    json_out_end_object(&json);
    assert_written("{\"field\":null,\"next\":2}");
}

static void a_full_buf_is_noticed_at_the_end(void **state)
{
    buf_reset(&out, 10);
    json_out_begin_array(&json);
    json_out_str(&json, STR("longer than ten bytes"));
    json_out_end_array(&json);
    assert_true(buf_overflowed(&out));
    assert_true(out.n <= 10);
}

int main(void)
{
    return RUN(writes(empty_containers_are_two_brackets),
               writes(commas_stand_between_values_and_nowhere_else),
               writes(a_key_is_escaped_like_any_string),
               writes(integers_are_written_to_the_ends_of_their_range),
               writes(doubles_take_their_shortest_form),
               writes(doubles_read_back_as_the_same_number), writes(what_is_no_number_is_null),
               writes(control_characters_quotes_and_backslashes_are_escaped),
               writes(well_formed_utf8_goes_out_as_it_is),
               writes(malformed_utf8_becomes_the_replacement_character),
               writes(any_bytes_at_all_give_well_formed_utf8),
               writes(a_string_is_written_alike_in_one_piece_and_by_characters),
               writes(a_name_is_a_key_that_is_not_looked_at),
               writes(a_name_that_does_not_fit_is_noticed_at_the_end),
               writes(an_absent_string_is_an_empty_one),
               writes(rewinding_takes_back_values_and_their_commas),
               writes(rewinding_leaves_half_written_containers_behind),
               writes(a_full_buf_is_noticed_at_the_end));
}
