#include "base/base64url.h"

#include "tests/lib/test.h"

static void assert_both_ways(struct str bytes, const char *text)
{
    char written[64], read[64];
    size_t n;

    n = base64url_write(bytes.p, bytes.n, written);
    assert_str(str_of(written, n), text);
    assert_int_equal(n, BASE64URL_LENGTH(bytes.n));
    assert_true(base64url_read(str_c(text), read, &n));
    assert_true(str_eq(str_of(read, n), bytes));
    assert_true(n <= BASE64URL_BYTES(strlen(text)));
}

static void the_vectors_of_rfc_4648_without_padding(void **state)
{
    assert_both_ways(STR(""), "");
    assert_both_ways(STR("f"), "Zg");
    assert_both_ways(STR("fo"), "Zm8");
    assert_both_ways(STR("foo"), "Zm9v");
    assert_both_ways(STR("foob"), "Zm9vYg");
    assert_both_ways(STR("fooba"), "Zm9vYmE");
    assert_both_ways(STR("foobar"), "Zm9vYmFy");
}

/* RFC 7515, appendix C. */
static void the_two_digits_of_url_safety(void **state)
{
    assert_both_ways(STR("\x03\xec\xff\xe0\xc1"), "A-z_4ME");
}

static void every_byte_comes_back(void **state)
{
    unsigned char bytes[256], back[BASE64URL_BYTES(BASE64URL_LENGTH(256))];
    char text[BASE64URL_LENGTH(256)];
    size_t n;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    for (size_t length = 0; length <= sizeof(bytes); length++) {
        size_t n_text = base64url_write(bytes, length, text);

        assert_true(base64url_read(str_of(text, n_text), back, &n));
        assert_int_equal(n, length);
        assert_memory_equal(back, bytes, n);
    }
}

static void what_is_not_canonical_is_none(void **state)
{
    static const char *const none[] = {"Z",  "A",   "Zm9vA", "AAAAA", "Zm9vY",
                                       "Zh", "Zm9", "Zg==",  "Zg=",   "Z+",
                                       "Z/", "Z g", "Zg\n",  "Zg.",   "\xc3\xa4"};
    char out[16];
    size_t n;

    for (size_t i = 0; i < array_size(none); i++)
        assert_false(base64url_read(str_c(none[i]), out, &n));
    assert_false(base64url_read(STR("Zg\0"), out, &n));
}

int main(void)
{
    return RUN(test(the_vectors_of_rfc_4648_without_padding), test(the_two_digits_of_url_safety),
               test(every_byte_comes_back), test(what_is_not_canonical_is_none));
}
