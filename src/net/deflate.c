#include "net/deflate.h"

#include <assert.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/mem.h"

enum {
    WINDOW_BITS = 15,
    MEMORY_LEVEL = 8,
    LEVEL = 1, /* the fastest: a chat's messages are short */
    STEP = 16 * 1024,
    TAIL = 4, /* bytes that a part ends with, and that are not sent at a message's end */
    BETWEEN_BLOCKS = 128, /* in data_type, as zlib.h tells it of inflate() */
};

static const unsigned char tail[TAIL] = {0x00, 0x00, 0xff, 0xff};

struct deflate {
    z_stream z;
};

struct deflate_reader {
    z_stream z;
};

/* --- negotiation */

/* Which parameters an offer has, as in `permessage-deflate; a; b=10`. */
struct parameters {
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    bool server_max_window_bits;
    bool client_max_window_bits;
};

static struct str without_quotes(struct str s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        return str_of(s.p + 1, s.n - 2);
    return s;
}

/* Section 7.1.2: a whole number from 8 to 15 without leading zeros. */
static bool is_window(struct str value)
{
    int64_t bits;

    value = without_quotes(value);
    return value.n >= 1 && value.n <= 2 && value.p[0] != '0' && value.p[0] != '+' &&
           str_to_i64(value, &bits) && bits >= 8 && bits <= 15;
}

static bool once(bool *seen)
{
    bool first = !*seen;

    *seen = true;
    return first;
}

/* We compress with a window of 15 bits only, which zlib's deflate can always be read with; a client
 * that asks us to use less is served by another offer, or by none. */
static bool take_parameter(struct parameters *seen, struct str name, struct str value)
{
    if (str_eq_nocase(name, STR("server_no_context_takeover")))
        return !value.p && once(&seen->server_no_context_takeover);
    if (str_eq_nocase(name, STR("client_no_context_takeover")))
        return !value.p && once(&seen->client_no_context_takeover);
    if (str_eq_nocase(name, STR("client_max_window_bits")))
        return (!value.p || is_window(value)) && once(&seen->client_max_window_bits);
    if (str_eq_nocase(name, STR("server_max_window_bits")))
        return value.p && str_eq(without_quotes(value), STR("15")) &&
               once(&seen->server_max_window_bits);
    return false;
}

static bool can_serve(struct str text, struct parameters *ret_offered)
{
    struct str name = str_trim(str_split(&text, ';'));
    struct parameters seen = {0};

    if (!str_eq_nocase(name, STR("permessage-deflate")))
        return false;
    while (text.p) {
        struct str value = str_trim(str_split(&text, ';'));
        struct str parameter = str_trim(str_split(&value, '='));

        if (!take_parameter(&seen, parameter, value.p ? str_trim(value) : STR_NULL))
            return false;
    }
    *ret_offered = seen;
    return true;
}

#define ANSWER "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

bool deflate_negotiate(const struct http1_head *handshake, struct str *ret_answer)
{
    struct parameters offered;
    struct str field;
    size_t at = 0;

    while ((field = http_field_next(&handshake->request, STR("Sec-WebSocket-Extensions"), &at)).p)
        while (field.p)
            if (can_serve(str_split(&field, ','), &offered)) {
                *ret_answer = offered.server_max_window_bits
                                  ? STR(ANSWER "; server_max_window_bits=15")
                                  : STR(ANSWER);
                return true;
            }
    return false;
}

/* --- writing */

static void *take_memory(void *user, unsigned n, unsigned size)
{
    return mem_zalloc((size_t)n * size);
}

static void give_memory(void *user, void *p)
{
    mem_free(p);
}

struct deflate *deflate_new(void)
{
    struct deflate *d = mem_new(struct deflate);
    int got;

    d->z.zalloc = take_memory;
    d->z.zfree = give_memory;
    got = deflateInit2(&d->z, LEVEL, Z_DEFLATED, -WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    assert(got == Z_OK);
    return d;
}

void deflate_free(struct deflate *d)
{
    if (!d)
        return;
    deflateEnd(&d->z);
    mem_free(d);
}

void deflate_part(struct deflate *d, struct str bytes, struct buf *out)
{
    z_stream *z = &d->z;
    char step[STEP];

    assert(bytes.n <= UINT32_MAX);
    deflateReset(z);
    z->next_in = (const unsigned char *)bytes.p;
    z->avail_in = (unsigned)bytes.n;
    do {
        z->next_out = (unsigned char *)step;
        z->avail_out = STEP;
        deflate(z, Z_SYNC_FLUSH);
        buf_add(out, str_of(step, STEP - z->avail_out));
    } while (z->avail_out == 0);
}

void deflate_pack(struct deflate *d, struct str message, struct buf *out)
{
    size_t from = out->n;

    deflate_part(d, message, out);
    /* What a part always ends with; the peer puts it back. */
    if (!buf_overflowed(out) && out->n - from >= TAIL)
        buf_truncate(out, out->n - TAIL);
}

void deflate_stored_head(size_t n, char out[DEFLATE_STORED_HEAD])
{
    assert(n <= DEFLATE_STORED_MOST);
    out[0] = 0;
    out[1] = (char)(n & 0xFF);
    out[2] = (char)(n >> 8);
    out[3] = (char)~out[1];
    out[4] = (char)~out[2];
}

/* --- reading */

struct deflate_reader *deflate_reader_new(void)
{
    struct deflate_reader *r = mem_new(struct deflate_reader);
    int got;

    r->z.zalloc = take_memory;
    r->z.zfree = give_memory;
    got = inflateInit2(&r->z, -WINDOW_BITS);
    assert(got == Z_OK);
    return r;
}

void deflate_reader_free(struct deflate_reader *r)
{
    if (!r)
        return;
    inflateEnd(&r->z);
    mem_free(r);
}

void deflate_read_begin(struct deflate_reader *r)
{
    inflateReset(&r->z);
}

enum deflate_got deflate_read(struct deflate_reader *r, struct str piece, struct buf *out)
{
    z_stream *z = &r->z;
    char step[STEP];

    assert(piece.n <= UINT32_MAX);
    z->next_in = (const unsigned char *)piece.p;
    z->avail_in = (unsigned)piece.n;
    do {
        int got;

        z->next_out = (unsigned char *)step;
        z->avail_out = STEP;
        got = inflate(z, Z_SYNC_FLUSH);
        if (got != Z_OK && got != Z_STREAM_END && got != Z_BUF_ERROR)
            return DEFLATE_BROKEN;
        buf_add(out, str_of(step, STEP - z->avail_out));
        if (buf_overflowed(out))
            return DEFLATE_TOO_BIG;
        /* Section 7.2.3.5: a final block may end before the message does. */
        if (got == Z_STREAM_END)
            inflateReset(z);
    } while (z->avail_out == 0 || z->avail_in > 0);
    return DEFLATE_OK;
}

enum deflate_got deflate_read_end(struct deflate_reader *r, struct buf *out)
{
    enum deflate_got got = deflate_read(r, str_of((const char *)tail, TAIL), out);

    if (got == DEFLATE_OK && !(r->z.data_type & BETWEEN_BLOCKS))
        return DEFLATE_BROKEN;
    return got;
}
