#include "net/h2_stream.h"

#include <assert.h>
#include <stdio.h>

#include "base/mem.h"
#include "net/h2.h"

enum {
    READ_OVER_MOST = 1024 * 1024, /* bytes of a body that has been answered */
    FIELD_OVERHEAD = 32, /* that a field counts besides its bytes (RFC 9113, section 6.5.2) */
    NAME_MAX_LENGTH = 48,
};

static const struct exchange_framing h2_framing;

static void set_due(struct h2_stream *s, enum deadline_kind kind)
{
    deadline_set(&s->conn->net->deadlines, &s->due, kind);
}

struct h2_stream *h2_stream_new(struct conn *c, nghttp2_session *session, int32_t id)
{
    struct h2_stream *s = mem_new(struct h2_stream);

    s->conn = c;
    s->session = session;
    s->id = id;
    s->head = mem_new(struct http_head);
    arena_init(&s->arena);
    outq_init(&s->out, &c->net->stock);
    deadline_init(&s->due);
    exchange_init(&s->exchange, c->net, &h2_framing, &s->out);
    s->exchange.peer = &c->peer;
    s->exchange.client.requests = &c->requests;
    return s;
}

static void forget_head(struct h2_stream *s)
{
    mem_free(s->head);
    s->head = NULL;
    arena_done(&s->arena);
    arena_init(&s->arena);
}

void h2_stream_free(struct h2_stream *s)
{
    list_remove(&s->link);
    deadline_drop(&s->due);
    exchange_cancel(&s->exchange);
    exchange_done(&s->exchange);
    outq_done(&s->out);
    forget_head(s);
    mem_free(s);
}

void h2_stream_add_field(struct h2_stream *s, struct str name, struct str value)
{
    const struct http_head_limits *limits = &s->conn->net->config.head_limits;
    struct http_head *h = s->head;

    if (!h)
        return; /* of a trailer */
    s->head_bytes += name.n + value.n + FIELD_OVERHEAD;
    s->too_large = s->head_bytes > limits->bytes || h->n_fields == limits->fields || s->too_large;
    if (s->too_large)
        return;
    value = arena_str(&s->arena, value);
    if (str_eq(name, STR(":method")))
        h->method = value;
    else if (str_eq(name, STR(":path")))
        http_head_target(h, value);
    else if (str_eq(name, STR(":authority")))
        h->host = value;
    else if (!str_starts(name, STR(":")))
        h->fields[h->n_fields++] = (struct http_field){arena_str(&s->arena, name), value};
}

/* What only HTTP/1.1 says in its first line and in Host. */
static void settle(struct http_head *h, bool ends)
{
    struct str length = http_field(h, STR("Content-Length"));
    int64_t n;

    if (!h->host.p)
        h->host = http_field(h, STR("Host"));
    h->has_body = !ends;
    /* nghttp2 has seen to it that it is a number, and holds the body to it. */
    if (length.p && str_to_i64(length, &n) && n > 0)
        h->content_length = (uint64_t)n;
}

static void say_continue(struct h2_stream *s)
{
    nghttp2_nv status = {.name = (uint8_t *)":status",
                         .value = (uint8_t *)"100",
                         .namelen = sizeof(":status") - 1,
                         .valuelen = sizeof("100") - 1};

    nghttp2_submit_headers(s->session, NGHTTP2_FLAG_NONE, s->id, NULL, &status, 1, NULL);
}

static void begin_body(struct h2_stream *s, const struct http_head *head, bool ends)
{
    if (ends) {
        exchange_run(&s->exchange);
        return;
    }
    set_due(s, DEADLINE_UPLOAD);
    if (http_list_has(head, STR("Expect"), STR("100-continue")))
        say_continue(s);
}

void h2_stream_begin(struct h2_stream *s, bool ends)
{
    struct http_head *h = s->head;

    settle(h, ends);
    if (s->too_large)
        exchange_refuse(&s->exchange, 431, STR("The request's head is too large."));
    else if (!h->path.p || !h->host.p)
        exchange_refuse(&s->exchange, 400, STR("The request must name a path and one host."));
    else if (exchange_begin(&s->exchange, h))
        begin_body(s, h, ends);
    forget_head(s);
}

static void add_body(struct h2_stream *s, struct str bytes)
{
    buf_add(&s->exchange.body, bytes);
    if (buf_overflowed(&s->exchange.body))
        exchange_refuse(&s->exchange, 413, STR("The request's body is too large."));
}

/* It need not send the rest (RFC 9113, section 8.1). */
static void stop_body(struct h2_stream *s)
{
    nghttp2_submit_rst_stream(s->session, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_NO_ERROR);
    conn_wake(s->conn);
}

static bool has_read_enough(const struct h2_stream *s)
{
    return s->read_over > READ_OVER_MOST;
}

/* Nobody wants it: its window stays shut when enough has been thrown away. */
static void read_over(struct h2_stream *s, size_t n)
{
    s->read_over += n;
    if (!has_read_enough(s))
        nghttp2_session_consume_stream(s->session, s->id, n);
    else if (nghttp2_session_get_stream_local_close(s->session, s->id) == 1)
        stop_body(s);
}

void h2_stream_take_body(struct h2_stream *s, struct str bytes)
{
    if (s->exchange.state != EXCHANGE_READING) {
        read_over(s, bytes.n);
        return;
    }
    nghttp2_session_consume_stream(s->session, s->id, bytes.n);
    add_body(s, bytes);
}

/* Clients in use (curl 7.88, Node 20) lose an answer behind which they are told to stop: so they
 * may go on for a while. */
void h2_stream_await_end(struct h2_stream *s)
{
    if (has_read_enough(s))
        stop_body(s);
    else
        set_due(s, DEADLINE_REST);
}

void h2_stream_end_body(struct h2_stream *s)
{
    if (s->exchange.state != EXCHANGE_READING)
        return; /* it has been answered already */
    deadline_drop(&s->due);
    exchange_run(&s->exchange);
}

static struct h2_stream *stream_of(struct exchange *x)
{
    return container_of(x, struct h2_stream, exchange);
}

/* nghttp2 asks for the body, as far as the client's windows are open. */
static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *to, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *user)
{
    struct h2_stream *s = source->ptr;
    size_t n = outq_take(&s->out, (char *)to, room);

    if (s->ended && outq_empty(&s->out)) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        s->all_sent = true;
        deadline_drop(&s->due);
    } else if (n == 0) {
        return NGHTTP2_ERR_DEFERRED;
    } else if (s->ended) {
        set_due(s, DEADLINE_DELIVERY);
    }
    return (ssize_t)n;
}

/* Field names are in small letters. */
static void add_pair(nghttp2_nv *to, char name[NAME_MAX_LENGTH], struct str from, struct str value)
{
    assert(from.n <= NAME_MAX_LENGTH);
    for (size_t i = 0; i < from.n; i++)
        name[i] = (char)(from.p[i] >= 'A' && from.p[i] <= 'Z' ? from.p[i] | 0x20 : from.p[i]);
    *to = (nghttp2_nv){.name = (uint8_t *)name,
                       .value = (uint8_t *)value.p,
                       .namelen = from.n,
                       .valuelen = value.n};
}

static void write_head(struct exchange *x, const struct http_response *r)
{
    struct h2_stream *s = stream_of(x);
    struct http_response_fields said;
    nghttp2_nv pairs[HTTP_RESPONSE_FIELDS_MAX + 1];
    char names[HTTP_RESPONSE_FIELDS_MAX + 1][NAME_MAX_LENGTH];
    char status[8];
    const nghttp2_data_provider body = {.source = {.ptr = s}, .read_callback = read_body};
    bool has_body = r->streams || (r->length && !x->without_body);
    int n = snprintf(status, sizeof(status), "%d", r->status);

    http_response_fields(r, net_unix_ms(), &said);
    add_pair(&pairs[0], names[0], STR(":status"), str_of(status, (size_t)n));
    for (size_t i = 0; i < said.n; i++)
        add_pair(&pairs[i + 1], names[i + 1], said.fields[i].name, said.fields[i].value);
    nghttp2_submit_response(s->session, s->id, pairs, said.n + 1, has_body ? &body : NULL);
    s->all_sent = !has_body;
}

static void wake(struct exchange *x)
{
    struct h2_stream *s = stream_of(x);

    nghttp2_session_resume_data(s->session, s->id);
    conn_wake(s->conn);
}

/* Each stream may have one result waiting. What goes beyond that is counted for all together, so
 * that a stream whose window is shut does not stop the others, and they all do not hold more than a
 * connection may. */
bool h2_stream_has_room(const struct h2_stream *s)
{
    size_t mark = s->conn->net->config.high_water;

    return !mark || outq_empty(&s->out) || h2_unsent(s->conn) <= mark;
}

static bool has_room(struct exchange *x)
{
    struct h2_stream *s = stream_of(x);

    if (h2_stream_has_room(s))
        return true; /* which is nothing to one of its operations that was told the contrary */
    s->full = true;
    return false;
}

static void end(struct exchange *x)
{
    struct h2_stream *s = stream_of(x);

    s->ended = true;
    set_due(s, DEADLINE_DELIVERY);
    wake(x);
}

/* Not the end that a whole response has. */
static void cut(struct exchange *x)
{
    struct h2_stream *s = stream_of(x);

    nghttp2_submit_rst_stream(s->session, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_CANCEL);
    conn_wake(s->conn);
}

void h2_stream_on_deadline(struct deadline *due)
{
    struct h2_stream *s = container_of(due, struct h2_stream, due);

    if (due->kind == DEADLINE_UPLOAD)
        exchange_refuse(&s->exchange, 408, STR("The request did not arrive in time."));
    else if (due->kind == DEADLINE_REST)
        stop_body(s);
    else
        cut(&s->exchange);
}

static const struct exchange_framing h2_framing = {
    .head = write_head,
    .wake = wake,
    .has_room = has_room,
    .end = end,
    .cut = cut,
};
