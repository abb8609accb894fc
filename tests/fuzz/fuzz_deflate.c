/*
 * Compressed payloads, as anybody may send them, and whatever text as we compress it. An input's
 * first byte says how it is cut, its second one where the ceiling is.
 */

#include <assert.h>

#include "net/deflate.h"
#include "tests/fuzz/fuzz.h"

enum {
    CEILING_STEP = 512,
    ROOM = 4 * 1024 * 1024
};

static struct deflate *packer;
static struct deflate_reader *reader;

static enum deflate_got read_all(struct str payload, size_t step, struct buf *out)
{
    deflate_read_begin(reader);
    while (payload.n) {
        size_t n = payload.n < step ? payload.n : step;
        enum deflate_got got = deflate_read(reader, str_of(payload.p, n), out);

        if (got != DEFLATE_OK)
            return got;
        payload = str_of(payload.p + n, payload.n - n);
    }
    return deflate_read_end(reader, out);
}

/* However it is cut, it is the same, and no more than fits. What is both broken and too big may be
 * found to be the one or the other. */
static void check_reading(struct str payload, size_t step, size_t ceiling)
{
    enum deflate_got whole, cut;
    struct buf a, b;

    buf_init(&a, ceiling);
    buf_init(&b, ceiling);
    whole = read_all(payload, payload.n + 1, &a);
    cut = read_all(payload, step, &b);
    assert(a.n <= ceiling && b.n <= ceiling);
    assert((whole == DEFLATE_OK) == (cut == DEFLATE_OK));
    assert(whole != DEFLATE_OK || str_eq(buf_str(&a), buf_str(&b)));
    buf_done(&a);
    buf_done(&b);
}

static void add_stored(struct buf *out, struct str s)
{
    char head[DEFLATE_STORED_HEAD];

    deflate_stored_head(s.n, head);
    buf_add(out, str_of(head, sizeof(head)));
    buf_add(out, s);
}

static void check_reads_as(struct buf *packed, size_t step, struct str expected)
{
    struct buf text;

    buf_init(&text, ROOM);
    assert(read_all(buf_str(packed), step, &text) == DEFLATE_OK);
    assert(str_eq(buf_str(&text), expected));
    buf_done(&text);
    buf_done(packed);
}

static void check_writing(struct str text, size_t step)
{
    size_t third = text.n / 3 < DEFLATE_STORED_MOST ? text.n / 3 : DEFLATE_STORED_MOST;
    struct buf packed;

    buf_init(&packed, ROOM);
    deflate_pack(packer, text, &packed);
    check_reads_as(&packed, step, text);
    buf_init(&packed, ROOM);
    add_stored(&packed, str_of(text.p, third));
    deflate_part(packer, str_of(text.p + third, text.n - 2 * third), &packed);
    add_stored(&packed, str_of(text.p + text.n - third, third));
    buf_add(&packed, DEFLATE_END);
    check_reads_as(&packed, step, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!packer) {
        packer = deflate_new();
        reader = deflate_reader_new();
    }
    if (size < 2)
        return 0;
    check_reading(str_of(data + 2, size - 2), data[0] + 1u, data[1] * (size_t)CEILING_STEP + 1);
    check_writing(str_of(data + 2, size - 2), data[0] + 1u);
    return 0;
}
