#include "net/ws_frame.h"

enum {
    BIT_FINAL = 0x80,
    BITS_RESERVED = 0x70,
    BIT_PACKED = 0x40, /* one of the reserved ones */
    BITS_OPCODE = 0x0F,
    BIT_MASKED = 0x80,
    BITS_LENGTH = 0x7F,
    LENGTH_16 = 126, /* the length stands in two bytes that follow */
    LENGTH_64 = 127, /* in eight */
    MASK_LENGTH = 4,
    CODE_LENGTH = 2,
};

static enum ws_parse broken(struct ws_wrong *ret, enum ws_close_code code, struct str reason)
{
    *ret = (struct ws_wrong){code, reason};
    return WS_BROKEN;
}

static bool is_known(unsigned opcode)
{
    return opcode <= WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG);
}

static uint64_t big_endian(const unsigned char *p, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | p[i];
    return value;
}

/* Whether a message is compressed stands in its first frame, and nowhere else. */
static unsigned reserved_bits(unsigned opcode, bool packs)
{
    if (packs && (opcode == WS_TEXT || opcode == WS_BINARY))
        return BITS_RESERVED & ~(unsigned)BIT_PACKED;
    return BITS_RESERVED;
}

/* What the first two bytes alone can get wrong. */
static enum ws_parse check_start(const unsigned char *p, bool packs, struct ws_wrong *ret_wrong)
{
    unsigned opcode = p[0] & BITS_OPCODE;

    if (p[0] & reserved_bits(opcode, packs))
        return broken(ret_wrong, WS_PROTOCOL_ERROR, STR("Reserved bits are set"));
    if (!is_known(opcode))
        return broken(ret_wrong, WS_PROTOCOL_ERROR, STR("Unknown opcode"));
    if (!(p[1] & BIT_MASKED))
        return broken(ret_wrong, WS_PROTOCOL_ERROR, STR("Frame is not masked"));
    if (ws_is_control(opcode) && !(p[0] & BIT_FINAL))
        return broken(ret_wrong, WS_PROTOCOL_ERROR, STR("Control frame is fragmented"));
    if (ws_is_control(opcode) && (p[1] & BITS_LENGTH) > WS_CONTROL_MAX)
        return broken(ret_wrong, WS_PROTOCOL_ERROR, STR("Control frame is too long"));
    return WS_WHOLE;
}

enum ws_parse ws_frame_parse(struct str in, bool packs, size_t max_payload,
                             struct ws_frame *ret_frame, struct ws_wrong *ret_wrong)
{
    const unsigned char *p = (const unsigned char *)in.p;
    size_t extended = 0, head;
    uint64_t length;
    struct ws_frame f;

    if (in.n < 2)
        return WS_MORE;
    if (check_start(p, packs, ret_wrong) != WS_WHOLE)
        return WS_BROKEN;
    length = p[1] & BITS_LENGTH;
    if (length == LENGTH_16)
        extended = 2;
    else if (length == LENGTH_64)
        extended = 8;
    head = 2 + extended + MASK_LENGTH;
    if (in.n < 2 + extended)
        return WS_MORE;
    if (extended)
        length = big_endian(p + 2, extended);
    if ((extended == 2 && length < LENGTH_16) || (extended == 8 && length <= UINT16_MAX))
        return broken(ret_wrong, WS_PROTOCOL_ERROR, STR("Length is not written in its short form"));
    if (length > max_payload)
        return broken(ret_wrong, WS_TOO_BIG, STR("Message is too big"));
    if (in.n < head)
        return WS_MORE;
    f = (struct ws_frame){.opcode = p[0] & BITS_OPCODE,
                          .final = p[0] & BIT_FINAL,
                          .packed = p[0] & BIT_PACKED,
                          .head = head,
                          .n = (size_t)length};
    memcpy(f.mask, p + 2 + extended, MASK_LENGTH);
    *ret_frame = f;
    return WS_WHOLE;
}

static void turn_mask(unsigned char mask[4], size_t n)
{
    unsigned char turned[4];

    for (size_t i = 0; i < 4; i++)
        turned[i] = mask[(i + n) % 4];
    memcpy(mask, turned, 4);
}

void ws_unmask(unsigned char mask[4], char *p, size_t n)
{
    uint64_t wide, eight;
    size_t i = 0;

    memcpy(&wide, mask, 4);
    memcpy((char *)&wide + 4, mask, 4);
    for (; n - i >= sizeof(wide); i += sizeof(wide)) {
        memcpy(&eight, p + i, sizeof(eight));
        eight ^= wide;
        memcpy(p + i, &eight, sizeof(eight));
    }
    for (; i < n; i++)
        p[i] = (char)((unsigned char)p[i] ^ mask[i % 4]);
    turn_mask(mask, n);
}

size_t ws_frame_head(enum ws_opcode opcode, bool packed, size_t n, char out[WS_HEAD_MAX])
{
    size_t bytes = n < LENGTH_16 ? 0 : n <= UINT16_MAX ? 2 : 8;
    uint64_t left = n;

    out[0] = (char)(BIT_FINAL | (packed ? BIT_PACKED : 0) | opcode);
    out[1] = (char)(bytes == 0 ? n : bytes == 2 ? LENGTH_16 : LENGTH_64);
    for (size_t i = bytes; i > 0; i--, left >>= 8)
        out[1 + i] = (char)(left & 0xFF);
    return 2 + bytes;
}

/* The longest start of s that fits and does not cut a character. */
static size_t cut_at_character(struct str s, size_t room)
{
    size_t n = s.n < room ? s.n : room;

    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

size_t ws_close_payload(unsigned code, struct str reason, char out[WS_CONTROL_MAX])
{
    size_t n = cut_at_character(reason, WS_CONTROL_MAX - CODE_LENGTH);

    out[0] = (char)(code >> 8 & 0xFF);
    out[1] = (char)(code & 0xFF);
    if (n)
        memcpy(out + CODE_LENGTH, reason.p, n);
    return CODE_LENGTH + n;
}

/* Those an endpoint may send: registered ones, and the ranges for libraries and applications. */
static bool may_be_sent(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

bool ws_close_parse(struct str payload, unsigned *ret_code, struct ws_wrong *ret_wrong)
{
    unsigned code;

    if (payload.n == 0) {
        *ret_code = WS_NO_CODE;
        return true;
    }
    if (payload.n < CODE_LENGTH) {
        broken(ret_wrong, WS_PROTOCOL_ERROR, STR("Close code is cut off"));
        return false;
    }
    code = (unsigned)big_endian((const unsigned char *)payload.p, CODE_LENGTH);
    if (!may_be_sent(code)) {
        broken(ret_wrong, WS_PROTOCOL_ERROR, STR("Close code is not one to send"));
        return false;
    }
    if (!str_is_utf8(str_of(payload.p + CODE_LENGTH, payload.n - CODE_LENGTH))) {
        broken(ret_wrong, WS_BAD_TEXT, STR("Close reason is not UTF-8"));
        return false;
    }
    *ret_code = code;
    return true;
}
