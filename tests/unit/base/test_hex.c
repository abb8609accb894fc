#include "base/hex.h"

#include <stdlib.h>

#include "tests/lib/test.h"

static void the_vectors_of_rfc_4648(void **state)
{
    char text[12];

    hex_write("foobar", 6, text);
    assert_str(str_of(text, sizeof(text)), "666f6f626172");
}

static void every_byte_comes_back(void **state)
{
    unsigned char bytes[256], back[256];
    char text[512];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    hex_write(bytes, sizeof(bytes), text);
    assert_true(hex_read(str_of(text, sizeof(text)), back, sizeof(back)));
    assert_memory_equal(back, bytes, sizeof(bytes));
}

static void what_strtol_takes_for_a_digit_is_one_and_nothing_else(void **state)
{
    for (int c = 1; c < 256; c++) {
        char text[2] = {(char)c};
        char *end;
        long value = strtol(text, &end, 16);
        bool is_digit = end == text + 1;

        assert_int_equal(hex_digit((unsigned char)c), is_digit ? value : -1);
        assert_int_equal(hex_lower_digit((unsigned char)c),
                         is_digit && !(c >= 'A' && c <= 'F') ? value : -1);
    }
    assert_int_equal(hex_digit(0), -1);
}

static void digits_of_either_case_are_read(void **state)
{
    unsigned char bytes[2];

    assert_true(hex_read(STR("aBCd"), bytes, 2));
    assert_memory_equal(bytes, "\xab\xcd", 2);
}

static void other_lengths_and_characters_are_refused(void **state)
{
    const char *const wrong[] = {"", "a", "abc", "abcde", "abcdef", "abg0", "ab0g", "ab 1", "0xab"};
    unsigned char bytes[3];

    for (size_t i = 0; i < array_size(wrong); i++)
        assert_false(hex_read(str_c(wrong[i]), bytes, 2));
    assert_true(hex_read(STR(""), bytes, 0));
}

int main(void)
{
    return RUN(test(the_vectors_of_rfc_4648), test(every_byte_comes_back),
               test(what_strtol_takes_for_a_digit_is_one_and_nothing_else),
               test(digits_of_either_case_are_read),
               test(other_lengths_and_characters_are_refused));
}
