#include "base/base64url.h"

size_t base64url_write(const void *bytes, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const unsigned char *in = bytes;
    uint32_t bits = 0;
    unsigned n_bits = 0;
    char *at = out;

    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | in[i];
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            *at++ = digits[bits >> (n_bits - 6) & 63];
    }
    if (n_bits)
        *at++ = digits[bits << (6 - n_bits) & 63];
    return (size_t)(at - out);
}

/* -1 for what is none. */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '-')
        return 62;
    return c == '_' ? 63 : -1;
}

bool base64url_read(struct str s, void *out, size_t *ret_n)
{
    unsigned char *at = out;
    uint32_t bits = 0;
    unsigned n_bits = 0;

    for (size_t i = 0; i < s.n; i++) {
        int value = value_of(s.p[i]);

        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            *at++ = (unsigned char)(bits >> n_bits);
        }
    }
    *ret_n = (size_t)(at - (unsigned char *)out);
    /* A lone digit holds no byte. */
    return n_bits < 6 && (bits & ((1U << n_bits) - 1)) == 0;
}
