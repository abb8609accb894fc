#include "base/json_in.h"

#include <stdio.h>

#include "tests/lib/arena.h"

static struct json_in_error error;

static const struct json_value *read_text(const char *text)
{
    return json_in_read(&arena, str_c(text), &error);
}

static const struct json_value *must_read(const char *text)
{
    const struct json_value *value = read_text(text);

    if (!value)
        fail_msg("%s: %.*s at %d:%d", text, STR_ARG(error.what), error.line, error.column);
    return value;
}

static void expect_refused(const char *text, int line, int column, const char *what)
{
    if (read_text(text))
        fail_msg("%s was read", text);
    assert_str(error.what, what);
    assert_int_equal(error.line, line);
    assert_int_equal(error.column, column);
}

static void every_kind_of_value_is_read(void **state)
{
    const struct json_value *v = must_read("{\"n\":null,\"b\":true,\"i\":-7,\"r\":1.5e3,"
                                           "\"s\":\"x\",\"l\":[1,[],{}],\"f\":false}");
    const struct json_value *list = json_value_get(v, STR("l"));

    assert_int_equal(v->kind, JSON_VALUE_OBJECT);
    assert_int_equal(v->n, 7);
    assert_true(json_value_is(json_value_get(v, STR("n")), JSON_VALUE_NULL));
    assert_true(json_value_get(v, STR("b"))->boolean);
    assert_false(json_value_get(v, STR("f"))->boolean);
    assert_int_equal(json_value_get(v, STR("i"))->integer, -7);
    assert_true(json_value_get(v, STR("r"))->real == 1500);
    assert_str(json_value_text(json_value_get(v, STR("s"))), "x");
    assert_int_equal(list->n, 3);
    assert_int_equal(list->first->integer, 1);
    assert_int_equal(list->first->next->kind, JSON_VALUE_LIST);
    assert_int_equal(list->first->next->next->kind, JSON_VALUE_OBJECT);
    assert_null(list->first->next->next->next);
}

static void members_and_items_keep_their_order(void **state)
{
    const struct json_value *v = must_read("{\"c\":[3,1,2],\"a\":0,\"b\":0}");

    assert_str(v->first->name, "c");
    assert_str(v->first->next->name, "a");
    assert_str(v->first->next->next->name, "b");
    assert_int_equal(v->first->first->integer, 3);
    assert_int_equal(v->first->first->next->integer, 1);
}

static void a_value_may_stand_alone(void **state)
{
    assert_int_equal(must_read(" 12")->integer, 12);
    assert_int_equal(must_read("null\n")->kind, JSON_VALUE_NULL);
    assert_str(must_read("\"x\"")->text, "x");
}

static void escapes_become_what_they_stand_for(void **state)
{
    assert_str(must_read("\"a\\n\\t\\\"\\\\\\/\\u00e9\\u20ac\\uD83D\\uDE00\"")->text,
               "a\n\t\"\\/\u00e9\u20ac\U0001F600");
    assert_str(must_read("{\"a\\u0062\":1}")->first->name, "ab");
}

static void text_that_is_not_escaped_is_taken_as_it_is(void **state)
{
    assert_str(must_read("[\"\u00e9\U0001F600\"]")->first->text, "\u00e9\U0001F600");
    assert_int_equal(must_read("[\"\"]")->first->text.n, 0);
}

static void nothing_of_the_text_is_needed_later(void **state)
{
    char text[] = "{\"name\":\"value\"}";
    const struct json_value *v = json_in_read(&arena, str_c(text), &error);

    memset(text, 'x', sizeof(text));
    assert_str(json_value_get(v, STR("name"))->text, "value");
}

static void nul_may_stand_in_a_string_and_in_no_name(void **state)
{
    struct str text = must_read("[\"a\\u0000b\"]")->first->text;

    assert_int_equal(text.n, 3);
    assert_memory_equal(text.p, "a\0b", 3);
    expect_refused("{\"a\\u0000b\":1}", 1, 11, "the name of a member holds NUL");
    assert_null(json_in_read(&arena, STR("[\"a\0b\"]"), &error));
}

static void whole_numbers_stay_whole_while_they_fit(void **state)
{
    assert_int_equal(must_read("[9223372036854775807]")->first->integer, INT64_MAX);
    assert_int_equal(must_read("[-9223372036854775808]")->first->integer, INT64_MIN);
    assert_int_equal(must_read("[-0]")->first->kind, JSON_VALUE_INTEGER);
}

static void expect_real(const char *text, double real)
{
    const struct json_value *value = must_read(text)->first;

    assert_int_equal(value->kind, JSON_VALUE_REAL);
    assert_true(value->real == real);
}

static void larger_ones_are_what_javascript_makes_of_them(void **state)
{
    expect_real("[9223372036854775808]", 9223372036854775808.0);
    expect_real("[-100000000000000000000]", -1e20);
    expect_real("[1.0]", 1);
    expect_real("[1e-400]", 0);
}

/* What no type takes: an object that names the number. */
static void expect_too_large(const char *number)
{
    char text[600];
    const struct json_value *value;

    snprintf(text, sizeof(text), "[%s,7]", number);
    value = must_read(text)->first;
    assert_int_equal(value->kind, JSON_VALUE_OBJECT);
    assert_int_equal(value->n, 1);
    assert_str(json_value_text(json_value_get(value, STR("number too large"))), number);
    assert_int_equal(value->next->integer, 7);
}

static void a_number_beyond_all_doubles_stands_in_an_object(void **state)
{
    char digits[401] = {0};

    expect_too_large("1e400");
    expect_too_large("-1.5E+309");
    memset(digits, '9', sizeof(digits) - 1);
    expect_too_large(digits);
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const texts[] = {
        "1e400e", "1e400.5", "01e400", "1.e400", "+1e400", "--1e400", "1e400-", "1e",   "-",
        "1e400x", "1e400 2", "01",     ".5",     "1.",     "0x10",    "NaN",    "-inf", "1_000"};

    for (size_t i = 0; i < array_size(texts); i++) {
        struct str text = arena_printf(&arena, "[%s]", texts[i]);
        if (json_in_read(&arena, text, &error))
            fail_msg("%.*s was read", STR_ARG(text));
    }
}

static void an_error_says_what_is_wrong_and_where(void **state)
{
    expect_refused("{\"a\":\n 1,}", 2, 4, "parse error: invalid object key (must be a string)");
    expect_refused("", 1, 1, "parse error: premature EOF");
    expect_refused("[1", 1, 2, "parse error: premature EOF");
    expect_refused("[\"\u00e9\u00e9\", 1 2]", 1, 10,
                   "parse error: after array element, I expect ',' or ']'");
    expect_refused("{}[]", 1, 3, "something stands behind the value");
    expect_refused("[\"a\nb\"]", 1, 3, "lexical error: invalid character inside string");
    expect_refused("[/**/]", 1, 1,
                   "lexical error: probable comment found in input text, comments are not "
                   "enabled");
}

static void nothing_may_stand_behind_the_value(void **state)
{
    static const char *const texts[] = {"{}{}", "{} x",  "[]]",  "[]\"a",   "{}tru", "2\"a",
                                        "1 2",  "null,", "[] -", "\"a\"\"", "{}\\"};

    for (size_t i = 0; i < array_size(texts); i++)
        if (read_text(texts[i]))
            fail_msg("%s was read", texts[i]);
    assert_null(json_in_read(&arena, str_of("[]\0", 3), &error));
}

static void two_members_of_one_name_are_refused(void **state)
{
    expect_refused("{\"a\":1,\"b\":2,\"a\":3}", 1, 16, "duplicate member \"a\"");
    assert_null(read_text("{\"a\":1,\"\\u0061\":2}"));
    must_read("{\"a\":{\"a\":{\"a\":1}}}");
    must_read("[{\"a\":1},{\"a\":1}]");
}

/* {"m0":0,"m1":1,…} and, last, the name. */
static const struct json_value *read_members(size_t n, const char *last)
{
    struct buf text;
    const struct json_value *value;

    buf_init(&text, 1 << 24);
    for (size_t i = 0; i < n; i++)
        buf_printf(&text, "%c\"m%zu\":%zu", i ? ',' : '{', i, i);
    buf_printf(&text, ",\"%s\":true}", last);
    value = json_in_read(&arena, buf_str(&text), &error);
    buf_done(&text);
    return value;
}

static void so_are_they_among_many(void **state)
{
    static const size_t some[] = {7, 8, 9, 10, 1000};

    for (size_t i = 0; i < array_size(some); i++) {
        char name[32];

        snprintf(name, sizeof(name), "m%zu", some[i] - 1);
        assert_null(read_members(some[i], "m0"));
        assert_null(read_members(some[i], name));
        assert_int_equal(read_members(some[i], "other")->n, some[i] + 1);
    }
}

static void an_objects_many_members_are_all_there(void **state)
{
    const struct json_value *v = read_members(100000, "other");
    int64_t i = 0;

    for (const struct json_value *m = v->first; m->next; m = m->next)
        assert_int_equal(m->integer, i++);
    assert_int_equal(i, 100000);
}

static void what_is_not_utf8_is_refused(void **state)
{
    static const char *const texts[] = {
        "[\"\xC0\x80\"]", "[\"\xED\xA0\x80\"]", "[\"\xF4\x90\x80\x80\"]",
        "[\"\xFF\"]",     "[\"\xC3\"]",         "{\"\xC3\":1}"};

    for (size_t i = 0; i < array_size(texts); i++)
        assert_null(read_text(texts[i]));
    expect_refused("[\"\u00e9\",\"\xFF\"]", 1, 7, "not UTF-8");
}

static void an_escape_that_is_half_of_a_character_is_refused(void **state)
{
    static const char *const texts[] = {
        "[\"\\uD83D\"]",       "[\"\\uDE00\"]",        "[\"\\uD83Dx\"]",
        "[\"\\uD83D\\n\"]",    "[\"\\uD83D\\u0041\"]", "[\"\\uD83D\\uD83D\\uDE00\"]",
        "[\"\\ud83d\\ude0\"]", "[\"\\uDE00\\uD83D\"]", "[\"\\uD83D",
        "[\"\\uD83D\\uDE",     "[\"\\uD83D\\uDE00\\",
    };

    for (size_t i = 0; i < array_size(texts); i++)
        if (read_text(texts[i]))
            fail_msg("%s was read", texts[i]);
    expect_refused("[\"ab\\uD83D\"]", 1, 5, "an escape that is half of a character");
    assert_str(must_read("[\"\\\\uD83D\"]")->first->text, "\\uD83D");
}

static void only_four_characters_are_blanks(void **state)
{
    must_read(" \t\r\n[ \t\r\n] \t\r\n");
    assert_null(read_text("[\v]"));
    assert_null(read_text("[\f]"));
    assert_null(read_text("\u00a0[]"));
}

/* [[[…]]] */
static const struct json_value *read_nested(size_t depth, const char *one)
{
    struct buf text;
    const struct json_value *value;

    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < depth; i++)
        buf_add(&text, str_c(one));
    for (size_t i = 0; i < depth; i++)
        buf_add(&text, one[0] == '[' ? STR("]") : STR("}"));
    value = json_in_read(&arena, buf_str(&text), &error);
    buf_done(&text);
    return value;
}

static void nesting_is_bounded(void **state)
{
    assert_non_null(read_nested(JSON_VALUE_DEPTH_MOST, "["));
    assert_null(read_nested(JSON_VALUE_DEPTH_MOST + 1, "["));
    assert_str(error.what, "nested too deeply");
    assert_null(read_nested(100000, "{\"a\":"));
    assert_str(error.what, "nested too deeply");
}

static void a_long_text_takes_a_few_times_its_length(void **state)
{
    struct buf text;

    buf_init(&text, 1 << 24);
    buf_add(&text, STR("[\""));
    for (size_t i = 0; i < 1 << 20; i++)
        buf_add(&text, STR("\\n"));
    buf_add(&text, STR("\"]"));
    assert_int_equal(json_in_read(&arena, buf_str(&text), &error)->first->text.n, 1 << 20);
    assert_true(arena.size < 3 * text.n);
    buf_done(&text);
}

int main(void)
{
    return RUN(
        in_arena(every_kind_of_value_is_read), in_arena(members_and_items_keep_their_order),
        in_arena(a_value_may_stand_alone), in_arena(escapes_become_what_they_stand_for),
        in_arena(text_that_is_not_escaped_is_taken_as_it_is),
        in_arena(nothing_of_the_text_is_needed_later),
        in_arena(nul_may_stand_in_a_string_and_in_no_name),
        in_arena(whole_numbers_stay_whole_while_they_fit),
        in_arena(larger_ones_are_what_javascript_makes_of_them),
        in_arena(a_number_beyond_all_doubles_stands_in_an_object),
        in_arena(what_is_no_number_is_refused), in_arena(an_error_says_what_is_wrong_and_where),
        in_arena(nothing_may_stand_behind_the_value), in_arena(two_members_of_one_name_are_refused),
        in_arena(so_are_they_among_many), in_arena(an_objects_many_members_are_all_there),
        in_arena(what_is_not_utf8_is_refused),
        in_arena(an_escape_that_is_half_of_a_character_is_refused),
        in_arena(only_four_characters_are_blanks), in_arena(nesting_is_bounded),
        in_arena(a_long_text_takes_a_few_times_its_length));
}
