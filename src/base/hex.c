#include "base/hex.h"

void hex_write(const void *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[from[i] >> 4];
        out[2 * i + 1] = digits[from[i] & 15];
    }
}

bool hex_read(struct str text, void *out, size_t n)
{
    unsigned char *to = out;

    if (text.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit((unsigned char)text.p[2 * i]);
        int low = hex_digit((unsigned char)text.p[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        to[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
