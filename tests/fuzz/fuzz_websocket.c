/*
 * Frames on a WebSocket on which compression has been agreed, with a toy behind it: whatever the
 * client says, the server's own frames are well-formed, what it compresses can be read, and nothing
 * comes behind its close.
 *
 * An input is records: a byte of what the frame's first byte is to be, a byte of how many follow,
 * and those. Two of the reserved bits are orders: what follows is to be compressed; it is to be
 * taken sixty-four times. The first byte 0xFF: what follows is sent as it is.
 */

#include "net/deflate.h"
#include "net/ws_frame.h"
#include "tests/fuzz/connection.h"

enum {
    FINAL = 0x80,
    PACKED = 0x40,
    PACK_IT = 0x20,
    REPEAT_IT = 0x10,
    OPCODE = 0x0F,
    AS_IT_IS = 0xFF,
    REPEATS = 64,
    PAYLOAD_MOST = 64 * 1024,
    SAID_MOST = 256 * 1024,
};

static const struct str handshake =
    STR_INIT("GET /graphql HTTP/1.1\r\nHost: h\r\n"
             "Connection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
             "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");

static struct deflate *packer;
static struct deflate_reader *reader;

static struct str bytes_of(struct str *rest, size_t n)
{
    struct str s = str_of(rest->p, n < rest->n ? n : rest->n);

    *rest = str_of(rest->p + s.n, rest->n - s.n);
    return s;
}

static void add_masked(struct buf *out, struct str payload)
{
    unsigned char mask[4] = {0x11, 0x22, 0x33, 0x44};
    size_t at;

    buf_add(out, str_of((const char *)mask, sizeof(mask)));
    at = out->n;
    buf_add(out, payload);
    if (!buf_overflowed(out))
        ws_unmask(mask, out->p + at, payload.n);
}

static void add_frame(struct buf *out, unsigned char first, struct str payload)
{
    char head[WS_HEAD_MAX];
    size_t n = ws_frame_head(WS_TEXT, false, payload.n, head);

    head[0] = (char)(first & (FINAL | PACKED | OPCODE));
    head[1] = (char)(head[1] | 0x80);
    buf_add(out, str_of(head, n));
    add_masked(out, payload);
}

static void add_record(struct buf *out, unsigned char first, struct str said)
{
    struct buf payload, packed;

    buf_init(&payload, PAYLOAD_MOST);
    buf_init(&packed, PAYLOAD_MOST);
    for (int i = 0; i < (first & REPEAT_IT ? REPEATS : 1); i++)
        buf_add(&payload, said);
    if (!(first & PACK_IT))
        add_frame(out, first, buf_str(&payload));
    else {
        if (first & FINAL)
            deflate_pack(packer, buf_str(&payload), &packed);
        else
            deflate_part(packer, buf_str(&payload), &packed);
        add_frame(out, first, buf_str(&packed));
    }
    buf_done(&payload);
    buf_done(&packed);
}

static void write_frames(struct buf *out, struct str records)
{
    buf_add(out, handshake);
    while (records.n >= 2) {
        unsigned char first = (unsigned char)records.p[0];
        size_t n = (unsigned char)records.p[1];

        records = str_of(records.p + 2, records.n - 2);
        if (first == AS_IT_IS)
            buf_add(out, bytes_of(&records, n));
        else
            add_record(out, first, bytes_of(&records, n));
    }
}

static void check_text(bool packed, struct str payload)
{
    struct buf text;

    if (!packed) {
        assert(str_is_utf8(payload));
        return;
    }
    buf_init(&text, HEARD_MOST);
    deflate_read_begin(reader);
    assert(deflate_read(reader, payload, &text) == DEFLATE_OK);
    assert(deflate_read_end(reader, &text) == DEFLATE_OK);
    assert(str_is_utf8(buf_str(&text)));
    buf_done(&text);
}

/* The length of the frame at the start of s; 0: it was cut off, as we went away. */
static size_t frame_length(struct str s, size_t *ret_head)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t extended, n;

    if (s.n < 2)
        return 0;
    assert(!(p[1] & 0x80));
    extended = p[1] == 126 ? 2 : p[1] == 127 ? 8 : 0;
    if (s.n < 2 + extended)
        return 0;
    n = extended ? 0 : p[1];
    for (size_t i = 0; i < extended; i++)
        n = n << 8 | p[2 + i];
    *ret_head = 2 + extended;
    return s.n - *ret_head < n ? 0 : *ret_head + n;
}

static void check_frames(struct str s)
{
    bool closed = false;
    size_t n, head = 0;

    while ((n = frame_length(s, &head)) > 0) {
        unsigned char first = (unsigned char)s.p[0];
        struct str payload = str_of(s.p + head, n - head);

        assert(!closed && first & FINAL && !(first & (PACK_IT | REPEAT_IT)));
        assert(!(first & PACKED) || (first & OPCODE) == WS_TEXT);
        assert((first & OPCODE) == WS_TEXT || ws_is_control(first & OPCODE));
        if ((first & OPCODE) == WS_TEXT)
            check_text(first & PACKED, payload);
        else
            assert(payload.n <= WS_CONTROL_MAX);
        closed = (first & OPCODE) == WS_CLOSE;
        s = str_of(s.p + n, s.n - n);
    }
}

static void check_heard(void)
{
    static const struct str switched = STR_INIT("HTTP/1.1 101 ");
    const char *end = memmem(heard.p, heard.n, "\r\n\r\n", 4);

    assert(str_starts(buf_str(&heard), switched) && end);
    end += 4;
    check_frames(str_of(end, (size_t)(heard.p + heard.n - end)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf said;

    if (!packer) {
        packer = deflate_new();
        reader = deflate_reader_new();
    }
    buf_init(&said, SAID_MOST);
    write_frames(&said, str_of(data, size));
    serve(buf_str(&said), PIECE, NULL);
    check_heard();
    if (size <= DRIBBLE_MOST / 2) {
        serve(buf_str(&said), 1, NULL);
        check_heard();
    }
    buf_done(&said);
    return 0;
}
