#include "net/ws_message.h"

#include <assert.h>

enum {
    MOST_RATIO = 32,  /* text in JSON gets a third to a tenth as long */
    MOST_LONGEST = 4, /* messages */
};

static bool wrong(struct ws_wrong *ret, enum ws_close_code code, struct str reason)
{
    *ret = (struct ws_wrong){code, reason};
    return false;
}

void ws_message_init(struct ws_message *m, size_t max, struct packing *packing)
{
    *m = (struct ws_message){
        .max = max, .packing = packing, .credit = MOST_LONGEST * max, .opcode = WS_CONTINUATION};
    buf_init(&m->bytes, max);
}

void ws_message_done(struct ws_message *m)
{
    buf_done(&m->bytes);
    packing_take_back(m->packing, m->reader);
}

void ws_message_next(struct ws_message *m)
{
    size_t credit = m->credit;

    ws_message_done(m);
    ws_message_init(m, m->max, m->packing);
    m->credit = credit;
}

void ws_message_limit(struct ws_message *m, size_t max)
{
    assert(m->opcode == WS_CONTINUATION);
    if (max == m->max)
        return;
    if (max > m->max)
        m->credit += MOST_LONGEST * (max - m->max);
    else if (m->credit > MOST_LONGEST * max)
        m->credit = MOST_LONGEST * max;
    m->max = max;
    buf_init(&m->bytes, max);
}

bool ws_message_frame(struct ws_message *m, const struct ws_frame *f, struct ws_wrong *ret_wrong)
{
    bool begun = m->opcode != WS_CONTINUATION;

    if (begun != (f->opcode == WS_CONTINUATION))
        return wrong(ret_wrong, WS_PROTOCOL_ERROR, STR("Fragments are out of order"));
    if (f->n > m->max - m->announced)
        return wrong(ret_wrong, WS_TOO_BIG, STR("Message is too big"));
    m->announced += f->n;
    if (begun)
        return true;
    m->opcode = f->opcode;
    if (f->packed)
        m->reader = packing_lend(m->packing);
    return true;
}

/* False: there is not so much. */
static bool draw_credit(struct ws_message *m, size_t came, size_t unpacked)
{
    size_t most = MOST_LONGEST * m->max;

    m->credit = came > (most - m->credit) / MOST_RATIO ? most : m->credit + came * MOST_RATIO;
    if (unpacked > m->credit)
        return false;
    m->credit -= unpacked;
    return true;
}

static bool unpack(struct ws_message *m, struct str piece, bool ends, struct ws_wrong *ret_wrong)
{
    size_t before = m->bytes.n;
    enum deflate_got got = deflate_read(m->reader, piece, &m->bytes);

    if (got == DEFLATE_OK && ends)
        got = deflate_read_end(m->reader, &m->bytes);
    if (got == DEFLATE_TOO_BIG)
        return wrong(ret_wrong, WS_TOO_BIG, STR("Message is too big"));
    if (got == DEFLATE_BROKEN)
        return wrong(ret_wrong, WS_BAD_TEXT, STR("Message is not compressed as it says"));
    if (!draw_credit(m, piece.n, m->bytes.n - before))
        return wrong(ret_wrong, WS_TOO_BIG, STR("Messages unpack to too much"));
    return true;
}

/* *ret_news: what the piece tells of the message, where it stands. */
static bool gather(struct ws_message *m, struct str piece, bool ends, struct str *ret_news,
                   struct ws_wrong *ret_wrong)
{
    size_t before = m->bytes.n;

    if (!m->reader && ends && before == 0) {
        *ret_news = piece;
        return true;
    }
    if (!m->reader)
        buf_add(&m->bytes, piece);
    else if (!unpack(m, piece, ends, ret_wrong))
        return false;
    *ret_news = str_of(buf_str(&m->bytes).p + before, m->bytes.n - before);
    return true;
}

static bool is_text_so_far(struct ws_message *m, struct str piece, bool ends)
{
    if (m->opcode != WS_TEXT)
        return true;
    return utf8_take(&m->utf8, piece) && (!ends || utf8_is_whole(&m->utf8));
}

enum ws_parse ws_message_piece(struct ws_message *m, struct str piece, bool ends,
                               struct str *ret_bytes, struct ws_wrong *ret_wrong)
{
    struct str news;

    if (!gather(m, piece, ends, &news, ret_wrong))
        return WS_BROKEN;
    if (!is_text_so_far(m, news, ends)) {
        wrong(ret_wrong, WS_BAD_TEXT, STR("Message is not UTF-8"));
        return WS_BROKEN;
    }
    if (!ends)
        return WS_MORE;
    *ret_bytes = m->bytes.n ? buf_str(&m->bytes) : news;
    return WS_WHOLE;
}
