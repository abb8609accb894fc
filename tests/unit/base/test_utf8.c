#include "base/utf8.h"

#include "tests/lib/test.h"

enum {
    NOWHERE = 1000,
};

/* Where the first wrong byte stands; NOWHERE: text may go on from here. */
static size_t wrong_at(struct str s)
{
    struct utf8 u = {0};

    for (size_t i = 0; i < s.n; i++)
        if (!utf8_take_byte(&u, (unsigned char)s.p[i]))
            return i;
    return NOWHERE;
}

static bool takes(struct str s, size_t step)
{
    struct utf8 u = {0};

    for (size_t i = 0; i < s.n; i += step)
        if (!utf8_take(&u, str_of(s.p + i, s.n - i < step ? s.n - i : step)))
            return false;
    return utf8_is_whole(&u);
}

/* All that there are, and no other. */
static void each_scalar_value_is_taken_and_no_surrogate(void **state)
{
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        char out[4] = {(char)(0xE0 | (cp >> 12 & 0xF)), (char)(0x80 | (cp >> 6 & 0x3F)),
                       (char)(0x80 | (cp & 0x3F))};
        bool surrogate = cp >= 0xD800 && cp <= 0xDFFF;
        size_t n = surrogate ? 3 : str_put_code_point(cp, out);

        if (takes(str_of(out, n), 1) == surrogate)
            fail_msg("U+%X", cp);
    }
}

static void the_first_wrong_byte_is_found_when_it_comes(void **state)
{
    assert_int_equal(wrong_at(STR("ab\x80")), 2);
    assert_int_equal(wrong_at(STR("\xc3(")), 1);
    assert_int_equal(wrong_at(STR("\xc0\xaf")), 0);         /* overlong */
    assert_int_equal(wrong_at(STR("\xc1\xbf")), 0);         /* overlong */
    assert_int_equal(wrong_at(STR("\xe0\x9f\xbf")), 1);     /* overlong */
    assert_int_equal(wrong_at(STR("\xf0\x8f\xbf\xbf")), 1); /* overlong */
    assert_int_equal(wrong_at(STR("\xed\xa0\x80")), 1);     /* a surrogate */
    assert_int_equal(wrong_at(STR("\xf4\x90\x80\x80")), 1); /* above U+10FFFF */
    assert_int_equal(wrong_at(STR("\xf5\x80\x80\x80")), 0);
    assert_int_equal(wrong_at(STR("\xe2\x82\x28")), 2);
    assert_int_equal(wrong_at(STR("\xf0\x9f\x98\xff")), 3);
    assert_int_equal(wrong_at(STR("\xff")), 0);
    assert_int_equal(wrong_at(STR("\xf0\x9f\x98")), NOWHERE);
}

static void pieces_of_any_size_are_as_good_as_the_whole(void **state)
{
    static const struct str good[] = {
        STR_INIT(""),
        STR_INIT("plain text of more than eight bytes"),
        STR_INIT("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5 sixteen more bytes and one"),
        STR_INIT("12345678\xf0\x9f\x98\x80"
                 "12345678"),
    };

    for (size_t i = 0; i < array_size(good); i++)
        for (size_t step = 1; step <= good[i].n + 1; step++)
            assert_true(takes(good[i], step));
}

static void a_wrong_byte_among_eight_is_not_overlooked(void **state)
{
    char text[33];

    for (size_t at = 0; at < sizeof(text); at++) {
        memset(text, 'a', sizeof(text));
        text[at] = (char)0xBF;
        for (size_t step = 1; step <= sizeof(text); step++)
            assert_false(takes(str_of(text, sizeof(text)), step));
    }
}

static void a_text_that_is_cut_off_is_not_whole(void **state)
{
    assert_false(takes(STR("\xc3"), 1));
    assert_false(takes(STR("text \xe2\x82"), 100));
    assert_false(takes(STR("text \xf0\x9f\x98"), 3));
}

int main(void)
{
    return RUN(test(each_scalar_value_is_taken_and_no_surrogate),
               test(the_first_wrong_byte_is_found_when_it_comes),
               test(pieces_of_any_size_are_as_good_as_the_whole),
               test(a_wrong_byte_among_eight_is_not_overlooked),
               test(a_text_that_is_cut_off_is_not_whole));
}
