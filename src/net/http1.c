#include "net/http1.h"

#include <assert.h>

#include "base/hex.h"

enum {
    OVERHEAD_MAX = 4096, /* bytes of chunk lines and trailers between data */
    SIZE_DIGITS_MAX = 15 /* of a chunk: far above any ceiling, far below overflow */
};

static enum http1_parse bad(struct http1_wrong *ret, int status, struct str reason)
{
    *ret = (struct http1_wrong){status, reason};
    return HTTP1_BAD;
}

static bool is_token_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != 0 && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_token_char((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_field_value(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

/* Visible ASCII: what a request-target is made of. */
static bool is_visible(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= 0x20 || s.p[i] == 0x7F)
            return false;
    return s.n > 0;
}

/* Cuts a line that ends in CRLF off *rest. A CR or LF by itself is no line end. */
static enum http1_parse take_line(struct str *rest, struct str *ret_line)
{
    size_t end = str_find(*rest, '\n');

    if (end == rest->n)
        return HTTP1_MORE;
    if (end == 0 || rest->p[end - 1] != '\r')
        return HTTP1_BAD;
    *ret_line = str_of(rest->p, end - 1);
    *rest = str_of(rest->p + end + 1, rest->n - end - 1);
    return str_find(*ret_line, '\r') == ret_line->n ? HTTP1_OK : HTTP1_BAD;
}

/* "http://host/path" is allowed too, for proxies; its host is Host's business. */
static bool take_target(struct str target, struct http_head *r)
{
    if (str_starts(target, STR("http://")) || str_starts(target, STR("https://"))) {
        size_t authority = str_find(target, ':') + 3;
        size_t path;
        target = str_of(target.p + authority, target.n - authority);
        path = str_find(target, '/');
        target = path < target.n ? str_of(target.p + path, target.n - path) : STR("/");
    }
    return http_head_target(r, target);
}

static enum http1_parse parse_request_line(struct str line, struct http1_head *h,
                                           struct http1_wrong *ret_wrong)
{
    struct str rest = line, target;

    h->request.method = str_split(&rest, ' ');
    if (!rest.p || !is_token(h->request.method))
        return bad(ret_wrong, 400, STR("The request line is malformed."));
    target = str_split(&rest, ' ');
    if (!rest.p || !is_visible(target))
        return bad(ret_wrong, 400, STR("The request line is malformed."));
    if (!str_eq(rest, STR("HTTP/1.1")) && !str_eq(rest, STR("HTTP/1.0")))
        return str_starts(rest, STR("HTTP/"))
                   ? bad(ret_wrong, 505, STR("Only HTTP/1.1 is spoken here."))
                   : bad(ret_wrong, 400, STR("The request line is malformed."));
    h->http_1_1 = str_eq(rest, STR("HTTP/1.1"));
    if (str_eq(h->request.method, STR("CONNECT")) || !take_target(target, &h->request))
        return bad(ret_wrong, 400, STR("The request target is malformed."));
    return HTTP1_OK;
}

static enum http1_parse parse_field(struct str line, size_t most, struct http_head *r,
                                    struct http1_wrong *ret_wrong)
{
    struct str rest = line, name = str_split(&rest, ':');

    if (r->n_fields == most)
        return bad(ret_wrong, 431, STR("The request has too many header fields."));
    if (!rest.p || !is_token(name) || !is_field_value(rest))
        return bad(ret_wrong, 400, STR("A header field is malformed."));
    r->fields[r->n_fields++] = (struct http_field){name, str_trim(rest)};
    return HTTP1_OK;
}

static enum http1_parse settle_length(struct http_head *r, struct http1_wrong *ret_wrong)
{
    struct str length = http_field(r, STR("Content-Length"));
    int64_t n;

    if (http_field_count(r, STR("Content-Length")) > 1 || str_starts(length, STR("-")) ||
        !str_to_i64(length, &n))
        return bad(ret_wrong, 400, STR("Content-Length is malformed."));
    r->content_length = (uint64_t)n;
    return HTTP1_OK;
}

static enum http1_parse settle_coding(struct http1_head *h, struct http1_wrong *ret_wrong)
{
    const struct http_head *r = &h->request;
    struct str coding = http_field(r, STR("Transfer-Encoding"));

    if (!h->http_1_1 || http_field(r, STR("Content-Length")).p)
        return bad(ret_wrong, 400, STR("Transfer-Encoding is not allowed here."));
    if (http_field_count(r, STR("Transfer-Encoding")) > 1 || !str_eq_nocase(coding, STR("chunked")))
        return bad(ret_wrong, 501, STR("Transfer-Encoding may only be chunked."));
    h->chunked = true;
    return HTTP1_OK;
}

/* What the fields say together: about the host, the body and the connection. */
static enum http1_parse settle(struct http1_head *h, struct http1_wrong *ret_wrong)
{
    struct http_head *r = &h->request;
    size_t hosts = http_field_count(r, STR("Host"));
    enum http1_parse got = HTTP1_OK;

    r->host = http_field(r, STR("Host"));
    if (hosts > 1 || (hosts == 0 && h->http_1_1))
        return bad(ret_wrong, 400, STR("The request must name one Host."));
    if (http_field(r, STR("Transfer-Encoding")).p)
        got = settle_coding(h, ret_wrong);
    else if (http_field(r, STR("Content-Length")).p)
        got = settle_length(r, ret_wrong);
    if (got != HTTP1_OK)
        return got;
    r->has_body = h->chunked || r->content_length;
    h->keep_alive = h->http_1_1 ? !http_list_has(r, STR("Connection"), STR("close"))
                                : http_list_has(r, STR("Connection"), STR("keep-alive"));
    h->expects_continue = h->http_1_1 && http_list_has(r, STR("Expect"), STR("100-continue"));
    return HTTP1_OK;
}

static enum http1_parse parse_lines(struct str *rest, size_t most_fields, struct http1_head *h,
                                    struct http1_wrong *ret_wrong)
{
    struct str line;
    enum http1_parse got;
    bool started = false;

    for (;;) {
        got = take_line(rest, &line);
        if (got == HTTP1_BAD)
            return bad(ret_wrong, 400, STR("Lines must end in CRLF."));
        if (got == HTTP1_MORE)
            return HTTP1_MORE;
        if (line.n == 0 && started)
            return settle(h, ret_wrong);
        if (line.n == 0)
            continue; /* left over behind an earlier request */
        got = started ? parse_field(line, most_fields, &h->request, ret_wrong)
                      : parse_request_line(line, h, ret_wrong);
        if (got != HTTP1_OK)
            return got;
        started = true;
    }
}

enum http1_parse http1_head_parse(struct str in, const struct http_head_limits *limits,
                                  struct http1_head *ret_head, size_t *ret_length,
                                  struct http1_wrong *ret_wrong)
{
    struct str rest = in.n > limits->bytes ? str_of(in.p, limits->bytes) : in;
    struct http1_head h;
    enum http1_parse got;

    assert(limits->fields <= HTTP_FIELDS_MAX);
    memset(&h, 0, offsetof(struct http1_head, request.fields));
    got = parse_lines(&rest, limits->fields, &h, ret_wrong);
    if (got == HTTP1_MORE && in.n >= limits->bytes)
        return bad(ret_wrong, 431, STR("The request's head is too large."));
    if (got != HTTP1_OK)
        return got;
    memcpy(ret_head, &h, offsetof(struct http1_head, request.fields));
    memcpy(ret_head->request.fields, h.request.fields,
           h.request.n_fields * sizeof(h.request.fields[0]));
    *ret_length = (size_t)(rest.p - in.p);
    return HTTP1_OK;
}

void http1_body_init(struct http1_body *b, const struct http1_head *h)
{
    *b = (struct http1_body){.chunked = h->chunked, .left = h->request.content_length};
    if (h->chunked)
        b->state = BODY_CHUNK_SIZE;
    else
        b->state = b->left ? BODY_DATA : BODY_DONE;
}

static enum http1_parse feed_data(struct http1_body *b, struct str *in, struct buf *out,
                                  struct http1_wrong *ret_wrong)
{
    size_t n = in->n < b->left ? in->n : (size_t)b->left;

    /* Said by the length already: not one byte of it is kept. */
    if (b->left > out->ceiling - out->n || buf_overflowed(out))
        return bad(ret_wrong, 413, STR("The request's body is too large."));
    buf_add(out, str_of(in->p, n));
    *in = str_of(in->p + n, in->n - n);
    b->left -= n;
    b->overhead = 0;
    if (b->left)
        return HTTP1_MORE;
    b->state = b->chunked ? BODY_CHUNK_END : BODY_DONE;
    return HTTP1_OK;
}

static bool parse_chunk_size(struct str line, uint64_t *ret_size)
{
    bool is_indented =
        line.n && hex_digit((unsigned char)line.p[0]) < 0; /* white space may follow a size only */
    struct str digits = str_trim(str_split(&line, ';'));
    uint64_t size = 0;

    if (is_indented || digits.n == 0 || digits.n > SIZE_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        int digit = hex_digit((unsigned char)digits.p[i]);
        if (digit < 0)
            return false;
        size = size << 4 | (unsigned)digit;
    }
    *ret_size = size;
    return true;
}

/* The next state, from a whole line. */
static bool on_body_line(struct http1_body *b, struct str line)
{
    if (b->state == BODY_CHUNK_END) {
        b->state = BODY_CHUNK_SIZE;
        return line.n == 0;
    }
    if (b->state == BODY_TRAILER) {
        if (line.n == 0)
            b->state = BODY_DONE;
        return true;
    }
    if (!parse_chunk_size(line, &b->left))
        return false;
    b->state = b->left ? BODY_DATA : BODY_TRAILER;
    return true;
}

static enum http1_parse feed_line(struct http1_body *b, struct str *in,
                                  struct http1_wrong *ret_wrong)
{
    struct str line, before = *in;
    enum http1_parse got = take_line(in, &line);

    if (got == HTTP1_MORE)
        return b->overhead + in->n > OVERHEAD_MAX
                   ? bad(ret_wrong, 400, STR("The body's chunks are malformed."))
                   : HTTP1_MORE;
    b->overhead += before.n - in->n;
    if (got == HTTP1_BAD || b->overhead > OVERHEAD_MAX || !on_body_line(b, line))
        return bad(ret_wrong, 400, STR("The body's chunks are malformed."));
    return HTTP1_OK;
}

enum http1_parse http1_body_feed(struct http1_body *b, struct str *in, struct buf *out,
                                 struct http1_wrong *ret_wrong)
{
    while (b->state != BODY_DONE) {
        enum http1_parse got =
            b->state == BODY_DATA ? feed_data(b, in, out, ret_wrong) : feed_line(b, in, ret_wrong);
        if (got != HTTP1_OK)
            return got;
    }
    return HTTP1_OK;
}
