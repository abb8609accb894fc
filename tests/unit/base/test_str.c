#include "base/str.h"

#include "base/status.h"
#include "tests/lib/test.h"

static void strings_are_equal_by_bytes_and_length(void **state)
{
    assert_true(str_eq(STR("abc"), str_of("abcd", 3)));
    assert_false(str_eq(STR("abc"), STR("abd")));
    assert_false(str_eq(STR("abc"), STR("ab")));
    assert_false(str_eq(STR("a\0b"), STR("a\0c")));
    assert_true(str_eq(STR(""), STR_NULL));
    assert_true(str_eq_c(STR("abc"), "abc"));
    assert_false(str_eq_c(STR("abc\0"), "abc"));
    assert_true(str_eq_c(STR_NULL, NULL));
}

static void absent_and_empty_can_be_told_apart(void **state)
{
    assert_null(str_c(NULL).p);
    assert_non_null(str_c("").p);
    assert_int_equal(str_c("").n, 0);
}

static void a_prefix_is_found_only_at_the_start(void **state)
{
    assert_true(str_starts(STR("GUILD#demo"), STR("GUILD#")));
    assert_true(str_starts(STR("GUILD#"), STR("GUILD#")));
    assert_false(str_starts(STR("GUILD"), STR("GUILD#")));
    assert_false(str_starts(STR("xGUILD#"), STR("GUILD#")));
    assert_false(str_starts(STR("guild#demo"), STR("GUILD#")));
    assert_true(str_starts(STR("abc"), STR("")));
    assert_true(str_starts(STR_NULL, STR("")));
    assert_true(str_starts(STR("abc"), STR_NULL));
    assert_false(str_starts(STR_NULL, STR("a")));
}

static void order_is_by_bytes_then_by_length(void **state)
{
    static const struct str in_order[] = {
        STR_INIT(""),  STR_INIT("\0"),   STR_INIT("A"),  STR_INIT("B"),        STR_INIT("Ba"),
        STR_INIT("a"), STR_INIT("a\0b"), STR_INIT("ab"), STR_INIT("\xc3\xa9"), STR_INIT("\xff"),
    };

    for (size_t i = 0; i < array_size(in_order); i++) {
        for (size_t k = 0; k < array_size(in_order); k++) {
            int order = str_cmp(in_order[i], in_order[k]);
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
    }
    assert_int_equal(str_cmp(STR_NULL, STR("")), 0);
}

static void only_ascii_letters_lose_their_case(void **state)
{
    assert_true(str_eq_nocase(STR("Content-Type"), STR("cONTENT-tYPE")));
    assert_true(str_eq_nocase(STR_NULL, STR("")));
    assert_false(str_eq_nocase(STR("abc"), STR("abcd")));
    /* Neighbours of the letters in the table, and the same letters with an accent. */
    assert_false(str_eq_nocase(STR("@["), STR("`{")));
    assert_false(str_eq_nocase(STR("\xc3\x89"), STR("\xc3\xa9")));
}

static void a_byte_is_found_at_its_first_place(void **state)
{
    assert_int_equal(str_find(STR("a=b=c"), '='), 1);
    assert_int_equal(str_find(STR("abc"), '='), 3);
    assert_int_equal(str_find(STR("ab\0c"), '\0'), 2);
    assert_int_equal(str_find(STR_NULL, '='), 0);
}

static void trimming_takes_spaces_and_tabs_from_both_ends_only(void **state)
{
    assert_str(str_trim(STR(" \t a b\t ")), "a b");
    assert_str(str_trim(STR("ab")), "ab");
    assert_str(str_trim(STR("\nab\n")), "\nab\n");
    assert_int_equal(str_trim(STR(" \t ")).n, 0);
    assert_null(str_trim(STR_NULL).p);
}

static void splitting_walks_through_the_parts_and_ends_absent(void **state)
{
    struct str rest = STR("a,,b,");

    assert_str(str_split(&rest, ','), "a");
    assert_str(str_split(&rest, ','), "");
    assert_str(str_split(&rest, ','), "b");
    assert_non_null(rest.p);
    assert_str(str_split(&rest, ','), "");
    assert_null(rest.p);
    assert_null(str_split(&rest, ',').p);
}

static void whole_numbers_are_read_to_the_ends_of_their_range(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"007", 7},
        {"-1", -1},
        {"1234567890", 1234567890},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    int64_t value;

    for (size_t i = 0; i < array_size(good); i++) {
        assert_true(str_to_i64(str_c(good[i].text), &value));
        assert_true(value == good[i].value);
    }
}

static void what_is_no_number_leaves_the_result_alone(void **state)
{
    static const char *const bad[] = {
        "",
        "-",
        "--1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "1e3",
        "0x10",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "99999999999999999999999999",
        "\xd9\xa1", /* ARABIC-INDIC DIGIT ONE */
    };
    int64_t value = 42;

    for (size_t i = 0; i < array_size(bad); i++)
        assert_false(str_to_i64(str_c(bad[i]), &value));
    assert_false(str_to_i64(STR("1\0"), &value));
    assert_false(str_to_i64(STR_NULL, &value));
    assert_int_equal(value, 42);
}

static bool is_scalar_value(uint32_t cp)
{
    return cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF);
}

static void every_scalar_value_is_written_and_read_back(void **state)
{
    char out[4];

    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        size_t at = 0, n;
        if (!is_scalar_value(cp))
            continue;
        n = str_put_code_point(cp, out);
        assert_int_equal(n, cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4);
        assert_true(str_is_utf8(str_of(out, n)));
        assert_int_equal(str_next_code_point(str_of(out, n), &at), cp);
        assert_int_equal(at, n);
    }
}

static void known_characters_have_their_known_bytes(void **state)
{
    char out[4];

    assert_str(str_of(out, str_put_code_point('A', out)), "A");
    assert_str(str_of(out, str_put_code_point(0xE9, out)), "\xc3\xa9");
    assert_str(str_of(out, str_put_code_point(0x20AC, out)), "\xe2\x82\xac");
    assert_str(str_of(out, str_put_code_point(0x1F600, out)), "\xf0\x9f\x98\x80");
}

/* UTF-8 as the encoding's arithmetic would give it, whether it is allowed or not. */
static size_t encode_blindly(uint32_t cp, size_t n, char out[4])
{
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};

    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)(lead[n] | cp);
    return n;
}

static void surrogates_overlong_forms_and_what_lies_beyond_unicode_are_no_utf8(void **state)
{
    static const struct {
        uint32_t cp;
        size_t n;
    } wrong[] = {
        {0x00, 2},   {0x7F, 2},   {0x00, 3},   {0x7FF, 3},  {0x00, 4},     {0xFFFF, 4},
        {0xD800, 3}, {0xDBFF, 3}, {0xDC00, 3}, {0xDFFF, 3}, {0x110000, 4}, {0x1FFFFF, 4},
    };
    char out[4];

    for (size_t i = 0; i < array_size(wrong); i++) {
        struct str s = str_of(out, encode_blindly(wrong[i].cp, wrong[i].n, out));
        size_t at = 0;
        assert_false(str_is_utf8(s));
        assert_int_equal(str_next_code_point(s, &at), 0xFFFD);
        assert_int_equal(at, 1);
    }
}

static void a_sequence_cut_short_or_broken_is_no_utf8(void **state)
{
    static const struct str wrong[] = {
        STR_INIT("\x80"),      STR_INIT("\xbf"),
        STR_INIT("\xc3"),      STR_INIT("\xe2\x82"),
        STR_INIT("\xe2"),      STR_INIT("\xf0\x9f\x98"),
        STR_INIT("\xc3("),     STR_INIT("\xe2(\xac"),
        STR_INIT("\xe2\x82("), STR_INIT("\xf0\x9f\x98("),
        STR_INIT("\xfe"),      STR_INIT("\xff"),
        STR_INIT("ok \xc3"),   STR_INIT("\xf5\x80\x80\x80"),
    };

    for (size_t i = 0; i < array_size(wrong); i++)
        assert_false(str_is_utf8(wrong[i]));
    assert_true(str_is_utf8(STR("")));
    assert_true(str_is_utf8(STR_NULL));
    assert_true(str_is_utf8(STR("a\0b")));
}

static void reading_goes_on_one_byte_behind_what_is_malformed(void **state)
{
    struct str s = STR("a\xe2\x82z");
    static const uint32_t expected[] = {'a', 0xFFFD, 0xFFFD, 'z'};
    size_t at = 0;

    for (size_t i = 0; i < array_size(expected); i++)
        assert_int_equal(str_next_code_point(s, &at), expected[i]);
    assert_int_equal(at, s.n);
}

static void code_points_are_counted_not_bytes(void **state)
{
    assert_int_equal(str_code_points(STR("")), 0);
    assert_int_equal(str_code_points(STR_NULL), 0);
    assert_int_equal(str_code_points(STR("abc")), 3);
    assert_int_equal(str_code_points(STR("h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")), 4);
}

int main(void)
{
    return RUN(test(strings_are_equal_by_bytes_and_length),
               test(absent_and_empty_can_be_told_apart), test(a_prefix_is_found_only_at_the_start),
               test(order_is_by_bytes_then_by_length), test(only_ascii_letters_lose_their_case),
               test(a_byte_is_found_at_its_first_place),
               test(trimming_takes_spaces_and_tabs_from_both_ends_only),
               test(splitting_walks_through_the_parts_and_ends_absent),
               test(whole_numbers_are_read_to_the_ends_of_their_range),
               test(what_is_no_number_leaves_the_result_alone),
               test(every_scalar_value_is_written_and_read_back),
               test(known_characters_have_their_known_bytes),
               test(surrogates_overlong_forms_and_what_lies_beyond_unicode_are_no_utf8),
               test(a_sequence_cut_short_or_broken_is_no_utf8),
               test(reading_goes_on_one_byte_behind_what_is_malformed),
               test(code_points_are_counted_not_bytes));
}
