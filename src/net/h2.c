#include "net/h2.h"

#include <assert.h>

#include "base/mem.h"
#include "net/h2_stream.h"

enum {
    MOST_STREAMS = 100,
    MOST_CONTINUATIONS = 8, /* frames of one head: the largest fits into five */
    MOST_SETTINGS = 32,     /* entries of one frame */
    MOST_ACKS = 200,        /* of pings and settings that wait to be sent */
    RESETS_AT_ONCE = 200,   /* streams that the client takes back, and so many a second */
    RESETS_A_SECOND = 20,
    /* What a client does that costs us and asks for nothing is counted in points, which come back
     * with time. */
    POINTS_MOST = 1000,
    POINTS_A_SECOND = 100,
    POINTS_FRAME = 1,    /* ping, priority, data without data */
    POINTS_SETTINGS = 5, /* a change of them */
    POINTS_WASTE = 5,    /* a stream that ends before its response, a frame that is not allowed */
};

struct h2 {
    struct conn *conn;
    nghttp2_session *session;
    struct list streams; /* h2_stream.link */
    int64_t points;
    int64_t points_at; /* the loop's time of the last count */
    bool ending;       /* nothing is read any more */
    bool over;         /* nothing is said any more either */
};

static const struct conn_speaker h2_speaker;

static void end_session(struct h2 *h, uint32_t why)
{
    h->ending = true;
    nghttp2_session_terminate_session(h->session, why);
    conn_set_deadline(h->conn, DEADLINE_SEND);
    conn_wake(h->conn);
}

static void spend(struct h2 *h, int points)
{
    int64_t now = loop_now_ms(h->conn->net->loop);
    int64_t back = (now - h->points_at) * POINTS_A_SECOND / 1000;

    if (back > 0) {
        h->points = h->points + back < POINTS_MOST ? h->points + back : POINTS_MOST;
        h->points_at = now;
    }
    h->points -= points;
    if (h->points < 0 && !h->ending)
        end_session(h, NGHTTP2_ENHANCE_YOUR_CALM);
}

static struct h2_stream *find(struct h2 *h, int32_t id)
{
    return nghttp2_session_get_stream_user_data(h->session, id);
}

/* Nothing else can arrive before the rest of a head, so the newest stream tells. */
static bool awaits_head(const struct h2 *h)
{
    return !list_empty(&h->streams) && list_last(&h->streams, struct h2_stream, link)->head;
}

/* A client that has begun a head has to end it, one without requests has to make one. */
static void mind_deadline(struct h2 *h)
{
    if (h->ending)
        return;
    if (awaits_head(h))
        conn_set_deadline(h->conn, DEADLINE_HEAD);
    else if (list_empty(&h->streams))
        conn_set_deadline(h->conn, DEADLINE_KEEP_ALIVE);
    else
        conn_drop_deadline(h->conn);
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct h2 *h = user;
    struct h2_stream *s;

    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    s = h2_stream_new(h->conn, session, frame->hd.stream_id);
    list_append(&h->streams, &s->link);
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, s);
    mind_deadline(h);
    return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_n, const uint8_t *value, size_t value_n, uint8_t flags, void *user)
{
    struct h2_stream *s = find(user, frame->hd.stream_id);

    if (s)
        h2_stream_add_field(s, str_of(name, name_n), str_of(value, value_n));
    return 0;
}

static void on_headers(struct h2 *h, const nghttp2_frame *frame)
{
    struct h2_stream *s = find(h, frame->hd.stream_id);
    bool ends = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;

    if (!s)
        return;
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        conn_shook_hands(h->conn);
        h2_stream_begin(s, ends);
        mind_deadline(h);
    } else if (ends) {
        h2_stream_end_body(s); /* behind trailers, which are read over */
    }
}

static void on_data(struct h2 *h, const nghttp2_frame *frame)
{
    struct h2_stream *s = find(h, frame->hd.stream_id);

    if (s && frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        h2_stream_end_body(s);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    if (frame->hd.type == NGHTTP2_HEADERS)
        on_headers(user, frame);
    if (frame->hd.type == NGHTTP2_DATA)
        on_data(user, frame);
    return 0;
}

/* Types that nghttp2 does not know it reads over, and they cost no more than their bytes. */
static int on_begin_frame(nghttp2_session *session, const nghttp2_frame_hd *hd, void *user)
{
    switch (hd->type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_CONTINUATION:
    case NGHTTP2_WINDOW_UPDATE:
        return 0;
    case NGHTTP2_DATA:
        if (hd->length == 0 && !(hd->flags & NGHTTP2_FLAG_END_STREAM))
            spend(user, POINTS_FRAME);
        return 0;
    case NGHTTP2_SETTINGS:
        spend(user, POINTS_SETTINGS);
        return 0;
    default:
        spend(user, POINTS_FRAME);
        return 0;
    }
}

static int on_invalid_frame(nghttp2_session *session, const nghttp2_frame *frame, int error,
                            void *user)
{
    spend(user, POINTS_WASTE);
    return 0;
}

static int on_data_chunk(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                         size_t n, void *user)
{
    struct h2_stream *s = find(user, id);

    nghttp2_session_consume_connection(session, n);
    if (s)
        h2_stream_take_body(s, str_of(data, n));
    return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t error, void *user)
{
    struct h2 *h = user;
    struct h2_stream *s = find(h, id);

    if (!s)
        return 0;
    if (!s->all_sent)
        spend(h, POINTS_WASTE);
    h2_stream_free(s);
    mind_deadline(h);
    return 0;
}

static int on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    bool ends = (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
                frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
    struct h2_stream *s = find(user, frame->hd.stream_id);

    if (s && ends && nghttp2_session_get_stream_remote_close(session, s->id) == 0)
        h2_stream_await_end(s);
    return 0;
}

/* What nghttp2 has to say, as long as the connection takes it. */
static void pump(struct h2 *h)
{
    const uint8_t *bytes;
    ssize_t n = 0;

    while (conn_has_room(h->conn) && (n = nghttp2_session_mem_send(h->session, &bytes)) > 0)
        outq_push_raw(&h->conn->out, str_of(bytes, (size_t)n));
    if (n < 0)
        conn_kill(h->conn);
}

static void tell_drained(struct h2 *h)
{
    list_each_safe (at, &h->streams) {
        struct h2_stream *s = list_entry(at, struct h2_stream, link);

        if (!s->full || !h2_stream_has_room(s))
            continue;
        s->full = false;
        exchange_drained(&s->exchange);
    }
}

static void free_streams(struct h2 *h)
{
    while (!list_empty(&h->streams))
        h2_stream_free(list_first(&h->streams, struct h2_stream, link));
}

/* nghttp2 is not asked any more: it may still hold on to streams. */
static void finish_when_over(struct h2 *h)
{
    if (nghttp2_session_want_read(h->session) || nghttp2_session_want_write(h->session))
        return;
    h->over = true;
    free_streams(h);
    conn_finish(h->conn);
}

static void on_turn_end(void *user)
{
    struct h2 *h = user;
    bool drains = h->conn->net->state != NET_OPEN;

    if (h->over)
        return;
    pump(h);
    conn_flush(h->conn); /* what has gone out makes room */
    tell_drained(h);
    if (drains && list_empty(&h->streams) && !h->ending)
        end_session(h, NGHTTP2_NO_ERROR);
    if (h->ending)
        pump(h);
    finish_when_over(h);
}

static void on_bytes(void *user, char *p, size_t n)
{
    struct h2 *h = user;
    ssize_t done;

    if (h->ending)
        return;
    done = nghttp2_session_mem_recv(h->session, (const uint8_t *)p, n);
    if (done < 0 && !h->ending)
        end_session(h, done == NGHTTP2_ERR_FLOODED ? NGHTTP2_ENHANCE_YOUR_CALM
                                                   : NGHTTP2_PROTOCOL_ERROR);
    conn_wake(h->conn);
}

static void on_drained(void *user)
{
    struct h2 *h = user;

    conn_wake(h->conn);
}

/* Who still takes the last answers is not yet silent. */
static void on_progress(void *user)
{
    struct h2 *h = user;

    if (h->ending)
        conn_set_deadline(h->conn, DEADLINE_SEND);
    else if (list_empty(&h->streams))
        mind_deadline(h);
}

static void on_deadline(void *user, enum deadline_kind kind)
{
    end_session(user, NGHTTP2_NO_ERROR);
}

static void on_drain(void *user)
{
    struct h2 *h = user;

    nghttp2_submit_goaway(h->session, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(h->session), NGHTTP2_NO_ERROR,
                          NULL, 0);
    list_each_safe (at, &h->streams)
        exchange_drain(&list_entry(at, struct h2_stream, link)->exchange);
    conn_wake(h->conn);
}

static void on_gone(void *user)
{
    struct h2 *h = user;

    free_streams(h);
    nghttp2_session_del(h->session);
    mem_free(h);
}

static const struct conn_speaker h2_speaker = {
    .on_bytes = on_bytes,
    .on_turn_end = on_turn_end,
    .on_drained = on_drained,
    .on_progress = on_progress,
    .on_deadline = on_deadline,
    .on_drain = on_drain,
    .on_gone = on_gone,
};

size_t h2_unsent(const struct conn *c)
{
    const struct h2 *h = c->user;
    size_t unsent = conn_unsent(c);

    list_each (at, &h->streams)
        unsent += list_entry(at, struct h2_stream, link)->out.unsent;
    return unsent;
}

static nghttp2_option *limits(void)
{
    nghttp2_option *o;
    int failed = nghttp2_option_new(&o);

    assert(!failed);
    nghttp2_option_set_no_auto_window_update(o, 1);
    nghttp2_option_set_no_closed_streams(o, 1);
    nghttp2_option_set_max_continuations(o, MOST_CONTINUATIONS);
    nghttp2_option_set_max_settings(o, MOST_SETTINGS);
    nghttp2_option_set_max_outbound_ack(o, MOST_ACKS);
    nghttp2_option_set_stream_reset_rate_limit(o, RESETS_AT_ONCE, RESETS_A_SECOND);
    return o;
}

static void set_callbacks(nghttp2_session_callbacks *c)
{
    nghttp2_session_callbacks_set_on_begin_frame_callback(c, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(c, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(c, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(c, on_invalid_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_data_chunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(c, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(c, on_sent);
}

/* Out of memory is the only failure, and ends the process. */
static nghttp2_session *make_session(struct h2 *h)
{
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option = limits();
    nghttp2_session *session;
    int failed = nghttp2_session_callbacks_new(&callbacks);

    assert(!failed);
    set_callbacks(callbacks);
    failed = nghttp2_session_server_new2(&session, callbacks, h, option);
    assert(!failed);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(option);
    return session;
}

void h2_start(struct conn *c)
{
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, MOST_STREAMS},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)c->net->config.head_limits.bytes},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    };
    struct h2 *h = mem_new(struct h2);

    h->conn = c;
    h->points = POINTS_MOST;
    h->points_at = loop_now_ms(c->net->loop);
    list_init(&h->streams);
    h->session = make_session(h);
    nghttp2_submit_settings(h->session, NGHTTP2_FLAG_NONE, settings, array_size(settings));
    conn_set_speaker(c, &h2_speaker, h);
    conn_becomes(c, NET_KIND_HTTP_2);
    conn_set_deadline(c, DEADLINE_HEAD);
    conn_expect_acks(c);
    conn_wake(c);
}
