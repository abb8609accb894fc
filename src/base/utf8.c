#include "base/utf8.h"

enum {
    HIGH_BITS = 0x80, /* of every byte of eight, at once */
};

static bool expect(struct utf8 *u, unsigned char left, unsigned char low, unsigned char high)
{
    *u = (struct utf8){.left = left, .low = low, .high = high};
    return true;
}

static bool begin(struct utf8 *u, unsigned char byte)
{
    if (byte < 0x80)
        return true;
    if (byte < 0xC2)
        return false;
    if (byte < 0xE0)
        return expect(u, 1, 0x80, 0xBF);
    if (byte < 0xF0)
        return expect(u, 2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF);
    if (byte < 0xF5)
        return expect(u, 3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF);
    return false;
}

bool utf8_take_byte(struct utf8 *u, unsigned char byte)
{
    if (u->left == 0)
        return begin(u, byte);
    if (byte < u->low || byte > u->high)
        return false;
    return expect(u, u->left - 1, 0x80, 0xBF);
}

/* Bytes at the start that are ASCII, looked at eight at a time and, the last, one by one. */
static size_t ascii(const char *p, size_t n)
{
    size_t i = 0;
    uint64_t eight, high;

    memset(&high, HIGH_BITS, sizeof(high));
    for (; n - i >= sizeof(eight); i += sizeof(eight)) {
        memcpy(&eight, p + i, sizeof(eight));
        if (eight & high)
            break;
    }
    while (i < n && !(p[i] & HIGH_BITS))
        i++;
    return i;
}

bool utf8_take(struct utf8 *u, struct str piece)
{
    size_t i = 0;

    while (i < piece.n) {
        if (u->left == 0)
            i += ascii(piece.p + i, piece.n - i);
        if (i < piece.n && !utf8_take_byte(u, (unsigned char)piece.p[i++]))
            return false;
    }
    return true;
}
