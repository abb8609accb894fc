/*
 * The bytes of a connection, read as HTTP and as frames of a WebSocket: reading ends, within its
 * limits, and what a request says does not depend on how its bytes were cut.
 */

#include <assert.h>

#include "net/deflate.h"
#include "net/http1.h"
#include "net/http_request.h"
#include "net/upgrade.h"
#include "net/ws_frame.h"
#include "tests/fuzz/fuzz.h"

static const struct http_head_limits widest = {HTTP_HEAD_MAX, HTTP_FIELDS_MAX};

enum {
    BODY_MOST = 4096,
    BATCH_MOST = 10,
};

static enum http1_parse read_body(const struct http1_head *h, struct str bytes, size_t step,
                                  struct buf *out)
{
    struct http1_body b;
    struct http1_wrong wrong;
    enum http1_parse got = HTTP1_MORE;
    size_t from = 0, to = 0;

    http1_body_init(&b, h);
    do {
        struct str in;
        to = bytes.n - to < step ? bytes.n : to + step;
        in = str_of(bytes.p + from, to - from);
        got = http1_body_feed(&b, &in, out, &wrong);
        from = to - in.n;
    } while (got == HTTP1_MORE && to < bytes.n);
    return got;
}

static void read_json(struct buf *body)
{
    struct net_call call;
    struct http_batch b;
    struct arena a;
    struct str wrong;

    arena_init(&a);
    if (http_request_from_body(&a, buf_str(body), &call, &wrong)) {
        assert(str_is_utf8(call.query));
    } else {
        assert(wrong.n > 0);
    }
    if (http_batch_from_body(&a, buf_str(body), BATCH_MOST, &b, &wrong)) {
        assert(b.n > 0 && b.n <= BATCH_MOST);
    } else {
        assert(wrong.n > 0);
    }
    arena_done(&a);
}

static void check_body(const struct http1_head *h, struct str bytes)
{
    struct buf whole, cut;
    enum http1_parse got;

    buf_init(&whole, BODY_MOST);
    buf_init(&cut, BODY_MOST);
    got = read_body(h, bytes, SIZE_MAX, &whole);
    assert(read_body(h, bytes, 1, &cut) == got);
    assert(str_eq(buf_str(&whole), buf_str(&cut)) || got == HTTP1_BAD);
    if (got == HTTP1_OK)
        read_json(&whole);
    buf_done(&whole);
    buf_done(&cut);
}

static void check_query(struct str query_string)
{
    struct net_call call;
    struct arena a;
    struct str wrong, token;

    arena_init(&a);
    token = http_request_param(&a, query_string, STR("token"));
    assert(!token.p || str_is_utf8(token));
    if (http_request_from_query(&a, query_string, &call, &wrong)) {
        assert(str_is_utf8(call.query));
    }
    arena_done(&a);
}

static void check_request(struct str bytes)
{
    static struct http1_head head, again;
    struct http1_wrong wrong;
    size_t length, length_again;
    struct str extensions;
    bool first;

    if (http1_head_parse(bytes, &widest, &head, &length, &wrong) != HTTP1_OK)
        return;
    assert(length <= bytes.n && length <= HTTP_HEAD_MAX);
    assert(http1_head_parse(str_of(bytes.p, length - 1), &widest, &again, &length_again, &wrong) ==
           HTTP1_MORE);
    http_request_media(&head.request);
    http_request_wants_html(&head.request);
    http_request_stream(&head.request, &first);
    if (deflate_negotiate(&head, &extensions))
        assert(str_starts(extensions, STR("permessage-deflate")));
    if (upgrade_asked(&head) && upgrade_check(&head, &wrong)) {
        struct buf out;
        buf_init(&out, BODY_MOST);
        upgrade_response(&out, &head, STR_NULL, STR_NULL);
        buf_done(&out);
    }
    check_query(head.request.query);
    check_body(&head, str_of(bytes.p + length, bytes.n - length));
}

static void check_frames(struct str bytes)
{
    struct ws_frame f;
    struct ws_wrong wrong;
    unsigned code;

    while (ws_frame_parse(bytes, true, BODY_MOST, &f, &wrong) == WS_WHOLE) {
        assert(f.head <= bytes.n && f.n <= BODY_MOST);
        if (f.n > bytes.n - f.head)
            return;
        if (f.opcode == WS_CLOSE && !ws_close_parse(str_of(bytes.p + f.head, f.n), &code, &wrong))
            assert(wrong.reason.n > 0);
        bytes = str_of(bytes.p + f.head + f.n, bytes.n - f.head - f.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = str_of(data, size);

    check_request(bytes);
    check_frames(bytes);
    return 0;
}
