#include "tests/unit/net/h2_client.h"

#include <poll.h>
#include <stdio.h>

#include "net/h2.h"
#include "tests/lib/test.h"

enum {
    BODY_MAX = 64 * 1024 * 1024,
    FIELDS_MAX = 128,
    WIDE = 16 * 1024 * 1024,
};

struct h2_reply *h2_reply(struct h2_client *c, int32_t id)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->replies[i].id == id)
            return &c->replies[i];
    fail_msg("no stream %d", id);
    return NULL;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_n, const uint8_t *value, size_t value_n, uint8_t flags, void *user)
{
    struct h2_reply *r = h2_reply(user, frame->hd.stream_id);
    struct str n = str_of(name, name_n);

    if (str_eq(n, STR(":status"))) {
        int64_t status = 0;
        assert_true(str_to_i64(str_of(value, value_n), &status));
        r->continues += status == 100;
        r->status = (int)status;
    }
    if (str_eq(n, STR("content-type")))
        snprintf(r->type, sizeof(r->type), "%.*s", (int)value_n, (const char *)value);
    for (size_t i = 0; i < name_n; i++)
        assert_false(name[i] >= 'A' && name[i] <= 'Z');
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                   size_t n, void *user)
{
    struct h2_client *c = user;

    buf_add(&h2_reply(c, id)->body, str_of(data, n));
    if (!c->deaf)
        nghttp2_session_consume(session, id, n);
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct h2_client *c = user;

    if (frame->hd.type == NGHTTP2_GOAWAY) {
        c->goaway = true;
        c->goaway_error = frame->goaway.error_code;
    }
    c->pongs += frame->hd.type == NGHTTP2_PING && frame->hd.flags & NGHTTP2_FLAG_ACK;
    if ((frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
        frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        h2_reply(c, frame->hd.stream_id)->whole = true;
    return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t error, void *user)
{
    struct h2_reply *r = h2_reply(user, id);

    r->closed = true;
    r->error = error;
    return 0;
}

void h2_open(struct h2_client *c, struct toy *toy)
{
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option;
    struct conn *conn;

    *c = (struct h2_client){0};
    line_open(&c->line, toy);
    /* As it is after TLS has agreed on h2. */
    conn = list_last(&toy->net->connections, struct conn, link);
    conn->speaker->on_gone(conn->user);
    h2_start(conn);
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_session_client_new2(&c->session, callbacks, c, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(c->session, NGHTTP2_FLAG_NONE, NULL, 0);
}

void h2_close(struct h2_client *c)
{
    nghttp2_session_del(c->session);
    for (size_t i = 0; i < c->n; i++)
        buf_done(&c->replies[i].body);
    line_close(&c->line);
}

void h2_widen(struct h2_client *c)
{
    const nghttp2_settings_entry wide = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WIDE};

    nghttp2_submit_settings(c->session, NGHTTP2_FLAG_NONE, &wide, 1);
    nghttp2_session_set_local_window_size(c->session, NGHTTP2_FLAG_NONE, 0, WIDE);
    c->deaf = true;
}

/* All that the client has to say, in one piece; then what it has heard. */
static void exchange_bytes(struct h2_client *c)
{
    const uint8_t *bytes;
    struct buf said;
    struct str heard;
    ssize_t n;

    buf_init(&said, BODY_MAX);
    while ((n = nghttp2_session_mem_send(c->session, &bytes)) > 0)
        buf_add(&said, str_of(bytes, (size_t)n));
    line_say(&c->line, buf_str(&said));
    buf_done(&said);
    heard = line_take(&c->line);
    assert_true(nghttp2_session_mem_recv(c->session, (const uint8_t *)heard.p, heard.n) >= 0);
}

void h2_settle(struct h2_client *c)
{
    for (int quiet = 0; quiet < 4; quiet++) {
        line_settle(&c->line);
        if (c->line.heard.n)
            quiet = 0;
        exchange_bytes(c);
    }
}

void h2_until(struct h2_client *c, int32_t id, const char *text)
{
    while (!line_has(buf_str(&h2_reply(c, id)->body), text)) {
        struct pollfd ready = {.fd = c->line.fd, .events = POLLIN};

        assert_false(h2_reply(c, id)->closed);
        h2_settle(c);
        poll(&ready, 1, 1);
    }
}

static ssize_t read_text(nghttp2_session *session, int32_t id, uint8_t *to, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *user)
{
    const struct h2_client *c = user;
    struct str *rest = source->ptr;
    size_t n = rest->n < room ? rest->n : room;

    if (n == 0)
        return NGHTTP2_ERR_DEFERRED;

    memcpy(to, rest->p, n);
    *rest = str_of(rest->p + n, rest->n - n);
    if (rest->n == 0 && !c->trailing) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    }
    return (ssize_t)n;
}

static nghttp2_nv pair(const char *name, const char *value)
{
    return (nghttp2_nv){.name = (uint8_t *)name,
                        .value = (uint8_t *)value,
                        .namelen = strlen(name),
                        .valuelen = strlen(value)};
}

int32_t h2_ask(struct h2_client *c, const char *method, const char *path, const char *const *fields,
               const char *body)
{
    nghttp2_nv pairs[FIELDS_MAX] = {pair(":method", method), pair(":scheme", "https"),
                                    pair(":authority", "h"), pair(":path", path)};
    nghttp2_data_provider provider = {.read_callback = read_text};
    size_t n = 4;
    int32_t id;

    assert_true(c->n < H2_REPLIES);
    for (; fields && fields[0]; fields += 2)
        pairs[n++] = pair(fields[0], fields[1]);
    if (body) {
        c->replies[c->n].unsaid = str_c(body);
        provider.source.ptr = &c->replies[c->n].unsaid;
    }
    id = nghttp2_submit_request(c->session, NULL, pairs, n, body ? &provider : NULL, NULL);
    assert_true(id > 0);
    c->replies[c->n].id = id;
    buf_init(&c->replies[c->n++].body, BODY_MAX);
    return id;
}

int32_t h2_post(struct h2_client *c, const char *query, const char *variables, const char *accept)
{
    const char *fields[] = {"content-type", "application/json", accept ? "accept" : NULL, accept,
                            NULL};
    static char bodies[64][512]; /* until they are sent */
    static unsigned at;
    char *body = bodies[at++ % array_size(bodies)];

    snprintf(body, sizeof(bodies[0]), "{\"query\":\"%s\",\"variables\":%s}", query, variables);
    return h2_ask(c, "POST", "/graphql", fields, body);
}
