#include "net/ws.h"

#include "base/mem.h"
#include "net/offer.h"
#include "net/subprotocol.h"
#include "net/upgrade.h"
#include "net/ws_message.h"

enum {
    NO_LIMIT = 1024 * 1024 * 1024, /* where the configuration sets none */
    READ_MAX = 1024 * 1024, /* above any read of libwebsockets, and what was left before it */
    RESPONSE_MAX = 1024,
    MESSAGES_A_TURN = 16, /* what each takes is kept until the turn ends */
};

enum ws_state {
    WS_OPEN,
    WS_CLOSED,
};

struct ws {
    struct buf in;         /* a head, or a control frame, that has not arrived whole */
    struct ws_frame frame; /* the data frame whose payload is arriving */
    size_t left;           /* bytes of it still to come; 0: a frame begins */
    uint16_t messages;     /* read in this turn: */
    uint16_t turn;         /* the end of its number */
    enum ws_state state;
    struct turn_hook next_turn;
    struct ws_message message;
    /* A delivery touches the end of the one above, this, and the beginning of the one below. */
    struct conn *conn;
    struct subprotocol subprotocol;
    struct deadline alive[]; /* one, where the dialect has `keep_alive`; else none */
};

static size_t max_message(const struct ws *ws)
{
    size_t max = ws->conn->net->config.max_request_bytes;
    size_t longest = subprotocol_longest(&ws->subprotocol);

    if (longest > NO_LIMIT)
        longest = NO_LIMIT;
    return max && max < longest ? max : longest;
}

static void reset_in(struct ws *ws)
{
    buf_done(&ws->in);
    buf_init(&ws->in, READ_MAX);
}

static bool says_alive(const struct dialect *d)
{
    return d->keep_alive.p;
}

static void set_alive(struct ws *ws)
{
    if (says_alive(ws->subprotocol.dialect))
        deadline_set(&ws->conn->net->deadlines, ws->alive, DEADLINE_ALIVE);
}

static void drop_alive(struct ws *ws)
{
    if (says_alive(ws->subprotocol.dialect))
        deadline_drop(ws->alive);
}

void ws_on_alive(struct deadline *alive)
{
    struct ws *ws = container_of(alive, struct ws, alive);

    subprotocol_keep_alive(&ws->subprotocol);
    set_alive(ws);
}

static void close_with(struct ws *ws, unsigned code, struct str payload)
{
    if (ws->state == WS_CLOSED)
        return;
    ws->state = WS_CLOSED;
    drop_alive(ws);
    net_count_close(&ws->conn->net->counts, code);
    outq_push_frame(&ws->conn->out, WS_CLOSE, NULL, payload);
    subprotocol_end(&ws->subprotocol);
    conn_finish(ws->conn);
}

static void close_code(struct ws *ws, unsigned code, struct str reason)
{
    char payload[WS_CONTROL_MAX];

    close_with(ws, code, str_of(payload, ws_close_payload(code, reason, payload)));
}

static void fail(struct ws *ws, const struct ws_wrong *wrong)
{
    close_code(ws, wrong->code, wrong->reason);
}

static void on_message(struct ws *ws, struct str message)
{
    ws->messages++;
    if (ws->message.opcode == WS_BINARY)
        subprotocol_on_binary(&ws->subprotocol);
    else
        subprotocol_on_message(&ws->subprotocol, message);
}

/* Bytes of a data frame's payload, without their mask; ends: the last of it. */
static void on_piece(struct ws *ws, const struct ws_frame *f, struct str piece, bool ends)
{
    struct ws_wrong wrong;
    struct str message;
    enum ws_parse got = ws_message_piece(&ws->message, piece, ends && f->final, &message, &wrong);

    if (got == WS_BROKEN)
        fail(ws, &wrong);
    if (got != WS_WHOLE)
        return;
    on_message(ws, message);
    ws_message_next(&ws->message);
}

static void on_close(struct ws *ws, struct str payload)
{
    struct ws_wrong wrong;
    unsigned code;

    if (!ws_close_parse(payload, &code, &wrong))
        fail(ws, &wrong);
    else if (code == WS_NO_CODE)
        close_with(ws, NET_CLOSE_NONE, STR(""));
    else
        close_code(ws, code, STR(""));
}

static void on_control(struct ws *ws, enum ws_opcode opcode, struct str payload)
{
    if (opcode == WS_CLOSE)
        on_close(ws, payload);
    else if (opcode == WS_PING) {
        outq_push_frame(&ws->conn->out, WS_PONG, NULL, payload);
        conn_wake(ws->conn);
    }
}

/* The payload of the frame that is arriving, as far as it is at p; returns how many bytes. */
static size_t take_payload(struct ws *ws, char *p, size_t n)
{
    if (n > ws->left)
        n = ws->left;
    ws_unmask(ws->frame.mask, p, n);
    ws->left -= n;
    on_piece(ws, &ws->frame, str_of(p, n), ws->left == 0);
    return n;
}

/* A data frame, whose head is at p; its payload may be still to come. */
static size_t take_data(struct ws *ws, const struct ws_frame *f, char *p, size_t n)
{
    struct ws_wrong wrong;

    if (!ws_message_frame(&ws->message, f, &wrong)) {
        fail(ws, &wrong);
        return f->head;
    }
    ws->frame = *f;
    ws->left = f->n;
    if (n == f->head && f->n)
        return n;
    return f->head + take_payload(ws, p + f->head, n - f->head);
}

/* A control frame is taken when it is whole. */
static size_t take_control(struct ws *ws, struct ws_frame *f, char *p, size_t n)
{
    if (n - f->head < f->n)
        return 0;
    ws_unmask(f->mask, p + f->head, f->n);
    on_control(ws, f->opcode, str_of(p + f->head, f->n));
    return f->head + f->n;
}

static size_t take_frame(struct ws *ws, char *p, size_t n)
{
    struct ws_frame f;
    struct ws_wrong wrong;
    enum ws_parse got;

    /* A message that is begun ends under the limit it began with. */
    if (ws->message.opcode == WS_CONTINUATION)
        ws_message_limit(&ws->message, max_message(ws));
    got = ws_frame_parse(str_of(p, n), ws->message.packing, ws->message.max, &f, &wrong);
    if (got == WS_BROKEN)
        fail(ws, &wrong);
    if (got != WS_WHOLE)
        return 0;
    return ws_is_control(f.opcode) ? take_control(ws, &f, p, n) : take_data(ws, &f, p, n);
}

/* What a client asks that does not take its answers has to wait until it does, and what goes beyond
 * its share of a turn until the next one. */
static bool may_take(struct ws *ws)
{
    struct loop *loop = ws->conn->net->loop;
    uint16_t turn = (uint16_t)loop_turn(loop);

    if (ws->turn != turn)
        ws->messages = 0;
    ws->turn = turn;
    if (ws->messages < MESSAGES_A_TURN)
        return conn_has_room(ws->conn);
    loop_next_turn(loop, &ws->next_turn);
    conn_listen(ws->conn, false);
    return false;
}

/* Takes what can be told already of the bytes at p; returns how many they were. */
static size_t take_frames(struct ws *ws, char *p, size_t n)
{
    size_t taken = 0, step = 1;

    while (ws->state == WS_OPEN && taken < n && step > 0 && may_take(ws)) {
        step = ws->left ? take_payload(ws, p + taken, n - taken)
                        : take_frame(ws, p + taken, n - taken);
        taken += step;
    }
    return taken;
}

/* What came in one piece with what it belongs to is read where it stands. */
static void take_bytes(struct ws *ws, char *p, size_t n)
{
    size_t taken;

    if (ws->in.n == 0) {
        taken = take_frames(ws, p, n);
        buf_add(&ws->in, str_of(p + taken, n - taken));
        return;
    }
    buf_add(&ws->in, str_of(p, n));
    taken = take_frames(ws, ws->in.p, ws->in.n);
    if (taken == ws->in.n) {
        reset_in(ws);
        return;
    }
    memmove(ws->in.p, ws->in.p + taken, ws->in.n - taken);
    buf_truncate(&ws->in, ws->in.n - taken);
}

/* The client gave a sign of life. */
static void note_life(struct ws *ws)
{
    if (ws->state == WS_OPEN && !subprotocol_awaits_init(&ws->subprotocol))
        conn_set_deadline(ws->conn, DEADLINE_PING);
}

static void on_bytes(void *user, char *p, size_t n)
{
    struct ws *ws = user;

    take_bytes(ws, p, n);
    note_life(ws);
}

static void on_turn_end(void *user)
{
    struct ws *ws = user;

    subprotocol_on_turn_end(&ws->subprotocol);
}

static void on_drained(void *user)
{
    struct ws *ws = user;

    subprotocol_on_drained(&ws->subprotocol);
    if (ws->in.n)
        take_bytes(ws, NULL, 0); /* what had to wait */
}

/* A full connection goes on when it has drained. */
static void on_next_turn(struct turn_hook *hook)
{
    struct ws *ws = container_of(hook, struct ws, next_turn);

    ws->messages = 0;
    if (ws->conn->state != CONN_OPEN || ws->conn->full)
        return;
    conn_listen(ws->conn, true);
    if (ws->in.n)
        take_bytes(ws, NULL, 0);
    conn_wake(ws->conn); /* which stops reading again where that filled it */
}

static void on_progress(void *user)
{
    note_life(user);
}

static void on_deadline(void *user, enum deadline_kind kind)
{
    struct ws *ws = user;

    if (kind == DEADLINE_INIT)
        subprotocol_on_init_timeout(&ws->subprotocol);
    else if (kind == DEADLINE_PONG && conn_has_taken(ws->conn))
        note_life(ws);
    else if (kind == DEADLINE_PONG)
        conn_abandon(ws->conn);
    else if (kind == DEADLINE_PING) {
        (void)conn_has_taken(ws->conn); /* from here on it counts */
        outq_push_frame(&ws->conn->out, WS_PING, NULL, STR(""));
        conn_wake(ws->conn);
        conn_set_deadline(ws->conn, DEADLINE_PONG);
    }
}

static void on_drain(void *user)
{
    struct ws *ws = user;

    subprotocol_drain(&ws->subprotocol);
}

static void on_gone(void *user)
{
    struct ws *ws = user;

    if (ws->state == WS_OPEN)
        net_count_close(&ws->conn->net->counts, NET_CLOSE_LOST);
    drop_alive(ws);
    turn_hook_cancel(&ws->next_turn);
    subprotocol_done(&ws->subprotocol);
    buf_done(&ws->in);
    ws_message_done(&ws->message);
    mem_free(ws);
}

static const struct conn_speaker ws_speaker = {
    .on_bytes = on_bytes,
    .on_turn_end = on_turn_end,
    .on_drained = on_drained,
    .on_progress = on_progress,
    .on_deadline = on_deadline,
    .on_drain = on_drain,
    .on_gone = on_gone,
};

static struct ws *ws_of(struct subprotocol *s)
{
    return container_of(s, struct ws, subprotocol);
}

static bool host_has_room(struct subprotocol *s)
{
    return conn_has_room(ws_of(s)->conn);
}

/* What is said to who has not shown who it is, is not worth the work. */
static bool send_packed(struct ws *ws, struct outq_id *id, struct str text)
{
    struct buf packed;
    bool is_shorter;

    if (!ws->message.packing || !text.n || !subprotocol_is_acknowledged(&ws->subprotocol))
        return false;
    buf_init(&packed, text.n);
    is_shorter = packing_message(ws->message.packing, text, &packed);
    if (is_shorter)
        outq_push_packed(&ws->conn->out, id, buf_str(&packed));
    buf_done(&packed);
    return is_shorter;
}

static void host_send(struct subprotocol *s, struct outq_id *id, struct str text)
{
    struct ws *ws = ws_of(s);
    struct conn *c = ws->conn;

    if (!send_packed(ws, id, text))
        outq_push_frame(&c->out, WS_TEXT, id, text);
    conn_wake(c);
}

static void host_send_result(struct subprotocol *s, struct outq_id *id, struct frame *payload)
{
    struct packing *packing = ws_of(s)->message.packing;
    struct frame *part = packing ? packing_part(packing, payload) : NULL;
    struct conn *c = ws_of(s)->conn;

    if (part)
        outq_push_packed_next(&c->out, &s->dialect->result, id, part);
    else
        outq_push_next(&c->out, &s->dialect->result, id, payload);
    conn_write_soon(c);
}

static void host_drop(struct subprotocol *s, struct str id)
{
    struct conn *c = ws_of(s)->conn;
    struct outq_id *wire_id;

    if (outq_empty(&c->out))
        return;
    wire_id = outq_id_new(id);
    outq_drop(&c->out, wire_id);
    outq_id_unref(wire_id);
}

static void host_wake(struct subprotocol *s)
{
    conn_wake(ws_of(s)->conn);
}

static void host_close(struct subprotocol *s, unsigned code, struct str reason)
{
    close_code(ws_of(s), code, reason);
}

static const struct subprotocol_host host = {
    .has_room = host_has_room,
    .send = host_send,
    .send_result = host_send_result,
    .drop = host_drop,
    .wake = host_wake,
    .close = host_close,
};

static void answer(struct conn *c, const struct http1_head *handshake, struct str protocol,
                   struct str extensions)
{
    struct buf response;

    buf_init(&response, RESPONSE_MAX);
    upgrade_response(&response, handshake, protocol, extensions);
    outq_push_raw(&c->out, buf_str(&response));
    buf_done(&response);
    conn_wake(c);
}

static struct ws *ws_new(struct conn *c, const struct dialect *dialect, struct packing *packing)
{
    struct ws *ws = mem_zalloc(sizeof(*ws) + (says_alive(dialect) ? sizeof(struct deadline) : 0));

    ws->conn = c;
    buf_init(&ws->in, READ_MAX);
    turn_hook_init(&ws->next_turn, on_next_turn);
    subprotocol_init(&ws->subprotocol, dialect, &host, &c->net->service,
                     &c->net->config.max_subscriptions, net_client_id(c->net));
    ws_message_init(&ws->message, max_message(ws), packing);
    ws->subprotocol.client.address = &c->peer;
    ws->subprotocol.client.requests = &c->requests;
    ws->subprotocol.client.unsent = &c->net->stock.copies;
    if (says_alive(dialect))
        deadline_init(ws->alive);
    set_alive(ws);
    return ws;
}

void ws_start(struct conn *c, const struct http1_head *handshake)
{
    struct packing *packing = c->net->packing;
    struct str extensions = STR_NULL;
    struct offer offer;
    struct ws *ws;

    if (packing && !deflate_negotiate(handshake, &extensions))
        packing = NULL;
    offer_read(handshake, c->net->config.room_url_token, &offer);
    ws = ws_new(c, offer.dialect, packing);
    conn_set_speaker(c, &ws_speaker, ws);
    conn_becomes(c, offer.dialect->kind);
    answer(c, handshake, offer.chosen, extensions);
    if (offer.is_spoken) {
        subprotocol_open(&ws->subprotocol, offer.shown);
    } else {
        mem_free(offer.shown);
        close_code(ws, SUBPROTOCOL_NOT_SPOKEN, STR("Subprotocol not acceptable"));
    }
    if (ws->state == WS_OPEN)
        conn_set_deadline(c, subprotocol_awaits_init(&ws->subprotocol) ? DEADLINE_INIT
                                                                       : DEADLINE_PING);
}
