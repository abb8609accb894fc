#include "net/conn.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/conn_tls.h"
#include "net/http.h"
#include "net/proxy_protocol.h"
#include "net/taken.h"

void conn_shook_hands(struct conn *c)
{
    if (c->aside || list_empty(&c->queue))
        return;
    list_remove(&c->queue);
    c->net->n_handshakes--;
}

/* An operator's connection is one of them until it is closed, whatever it does meanwhile. */
static void leave_operators(struct conn *c)
{
    if (!c->aside || list_empty(&c->queue))
        return;
    list_remove(&c->queue);
    c->net->n_operators--;
}

/* Who spoke last is let go last. */
static void note_activity(struct conn *c)
{
    if (!c->aside || list_empty(&c->queue))
        return;
    list_remove(&c->queue);
    list_append(&c->net->operators, &c->queue);
}

static void limit(struct conn *c, enum deadline_kind kind)
{
    deadline_set(&c->net->deadlines, &c->deadline, kind);
}

static void become(struct conn *c, enum conn_state next)
{
    assert(next > c->state);
    c->state = next;
    conn_shook_hands(c); /* or never will */
    if (next == CONN_DEAD)
        leave_operators(c);
    if (next == CONN_FINISHING)
        limit(c, DEADLINE_SEND);
    if (next == CONN_LINGERING)
        limit(c, DEADLINE_CLOSE);
    conn_wake(c);
}

void conn_kill(struct conn *c)
{
    if (c->state != CONN_DEAD)
        become(c, CONN_DEAD);
}

void conn_abandon(struct conn *c)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (c->state == CONN_DEAD)
        return;
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    conn_kill(c);
}

void conn_finish(struct conn *c)
{
    if (c->state == CONN_OPEN) {
        conn_listen(c, true);
        become(c, CONN_FINISHING);
    }
}

static size_t next_bytes(struct conn *c, char *to)
{
    return c->tls ? conn_tls_next(c, to, NET_SCRATCH) : outq_take(&c->out, to, NET_SCRATCH);
}

static bool all_is_sent(const struct conn *c)
{
    return outq_empty(&c->out) && !(c->tls && tls_pending(c->tls)) && !c->held;
}

/* Returns how many of the bytes the kernel took; has ended the connection where it broke. */
static size_t write_some(struct conn *c, const char *bytes, size_t n)
{
    ssize_t got = send(c->fd, bytes, n, MSG_NOSIGNAL);

    if (got < 0 && errno != EAGAIN && errno != EINTR)
        conn_kill(c);
    return got > 0 ? (size_t)got : 0;
}

/* Nothing is read while something is held: what a client says and asks is no sign that it takes its
 * answers, and where it shuts its side it would not get the rest of them. */
static void mind_reading(struct conn *c)
{
    lws_rx_flow_control(c->wsi, !c->deaf && !c->held);
}

/* Keeps what the kernel left of a write until it takes more. That is rare: nearly always it has
 * taken all. */
static void hold(struct conn *c, const char *bytes, size_t n)
{
    c->held = mem_realloc(NULL, sizeof(*c->held) + n);
    c->held->n = n;
    c->held->sent = 0;
    memcpy(c->held->bytes, bytes, n);
    c->net->stock.copies += n;
    mind_reading(c);
    lws_callback_on_writable(c->wsi);
}

static void drop_held(struct conn *c)
{
    if (!c->held)
        return;
    c->net->stock.copies -= c->held->n;
    mem_free(c->held);
    c->held = NULL;
}

/* All that waits, as long as the kernel takes it. */
void conn_flush(struct conn *c)
{
    char *bytes = c->net->scratch;

    while (c->state != CONN_DEAD && !c->held) {
        size_t n = next_bytes(c, bytes), sent;

        if (n == 0)
            return;
        sent = write_some(c, bytes, n);
        if (sent < n && c->state != CONN_DEAD)
            hold(c, bytes + sent, n - sent);
    }
}

size_t conn_unsent(const struct conn *c)
{
    return c->out.unsent + (c->tls ? tls_pending(c->tls) : 0) +
           (c->held ? c->held->n - c->held->sent : 0);
}

static bool is_over(const struct conn *c, size_t mark)
{
    return c->net->config.high_water && conn_unsent(c) > mark;
}

bool conn_has_room(struct conn *c)
{
    if (is_over(c, c->net->config.high_water))
        conn_flush(c);
    if (!is_over(c, c->net->config.high_water))
        return true;
    c->full = true;
    return false;
}

static void tell_drained(struct conn *c)
{
    if (!c->full || is_over(c, c->net->config.high_water / 2))
        return;
    c->full = false;
    if (c->state != CONN_OPEN)
        return;
    conn_listen(c, true);
    c->speaker->on_drained(c->user);
}

/* A client that asks without reading the answers is not read from either. */
static void mind_flood(struct conn *c)
{
    if (c->state == CONN_OPEN && !c->deaf && !conn_has_room(c))
        conn_listen(c, false);
}

static void shut_when_sent(struct conn *c)
{
    if (c->state != CONN_FINISHING || !all_is_sent(c))
        return;
    if (c->tls) {
        tls_end(c->tls); /* the second time there is nothing more to say */
        conn_flush(c);
        if (c->state != CONN_FINISHING || !all_is_sent(c))
            return;
    }
    shutdown(c->fd, SHUT_WR);
    become(c, CONN_LINGERING);
}

static void end_turn(struct conn *c)
{
    if (c->speaker_woken) {
        c->speaker_woken = false;
        c->speaker->on_turn_end(c->user);
    }
    conn_flush(c);
    tell_drained(c);
    mind_flood(c);
    shut_when_sent(c);
    if (c->state == CONN_DEAD)
        lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

void conn_on_turn_end(struct turn_hook *hook)
{
    struct net *n = container_of(hook, struct net, turn_end);
    struct list now;

    /* Moved aside: who is woken again has its turn in the loop's next round. */
    list_init(&now);
    list_move_all(&n->woken, &now);
    while (!list_empty(&now)) {
        struct conn *c = list_first(&now, struct conn, woken);

        list_remove(&c->woken);
        end_turn(c);
    }
}

void conn_write_soon(struct conn *c)
{
    if (!list_empty(&c->woken))
        return;
    list_append(&c->net->woken, &c->woken);
    loop_at_turn_end(c->net->loop, &c->net->turn_end);
}

void conn_wake(struct conn *c)
{
    c->speaker_woken = true;
    conn_write_soon(c);
}

void conn_listen(struct conn *c, bool listen)
{
    if (c->deaf != listen)
        return;
    c->deaf = !listen;
    mind_reading(c);
}

void conn_set_deadline(struct conn *c, enum deadline_kind kind)
{
    if (c->state == CONN_OPEN)
        limit(c, kind);
}

void conn_drop_deadline(struct conn *c)
{
    if (c->state == CONN_OPEN)
        deadline_drop(&c->deadline);
}

void conn_expect_acks(struct conn *c)
{
    uint64_t ms = c->net->config.ping_interval_ms + c->net->config.pong_timeout_ms;
    unsigned for_kernel = ms < INT32_MAX ? (unsigned)ms : INT32_MAX;

    setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &for_kernel, sizeof(for_kernel));
}

bool conn_has_taken(struct conn *c)
{
    return taken_since(c->fd, &c->taken);
}

void conn_on_deadline(struct deadline *d)
{
    struct conn *c = container_of(d, struct conn, deadline);

    if (d->kind == DEADLINE_SEND)
        conn_abandon(c);
    else if (d->kind == DEADLINE_CLOSE)
        conn_kill(c);
    else if (c->state == CONN_OPEN)
        c->speaker->on_deadline(c->user, d->kind);
}

void conn_give_up(struct conn *c)
{
    assert(c->state == CONN_OPEN);
    conn_shook_hands(c);
    c->speaker->on_deadline(c->user, DEADLINE_HEAD);
}

void conn_drain(struct conn *c)
{
    if (c->state == CONN_OPEN)
        c->speaker->on_drain(c->user);
}

void conn_set_speaker(struct conn *c, const struct conn_speaker *speaker, void *user)
{
    c->speaker = speaker;
    c->user = user;
}

static void count_open(struct conn *c, enum net_kind kind)
{
    struct net_counts *counts = &c->net->counts;

    c->kind = kind;
    metric_add(&counts->open[kind], 1);
    metric_add(&counts->results[kind][NET_OPENED], 1);
}

void conn_becomes(struct conn *c, enum net_kind kind)
{
    metric_sub(&c->net->counts.open[c->kind], 1);
    count_open(c, kind);
}

void conn_begin(struct conn *c)
{
    if (c->net->certificate)
        conn_tls_begin(c, c->net->certificate);
    else
        http_start(c);
}

/* Operators come straight to HTTP, and are counted apart. */
static void begin(struct conn *c)
{
    struct net *n = c->net;

    if (c->aside) {
        http_start(c);
        return;
    }
    n->n_connections++;
    count_open(c, NET_KIND_HTTP);
    if (n->config.proxy_protocol)
        proxy_start(c);
    else
        conn_begin(c);
}

static void count_gone(struct conn *c)
{
    if (c->aside)
        return;
    c->net->n_connections--;
    metric_sub(&c->net->counts.open[c->kind], 1);
}

static struct conn *conn_new(struct net *n, int fd, const struct net_address *client, bool aside)
{
    struct conn *c = mem_new(struct conn);

    c->net = n;
    c->fd = fd;
    c->peer = *client;
    c->aside = aside;
    outq_init(&c->out, &n->stock);
    deadline_init(&c->deadline);
    list_init(&c->woken);
    list_append(&n->connections, &c->link);
    list_init(&c->queue);
    list_append(aside ? &n->operators : &n->handshakes, &c->queue);
    *(aside ? &n->n_operators : &n->n_handshakes) += 1;
    begin(c);
    return c;
}

static void on_grave(struct grave *grave)
{
    mem_free(container_of(grave, struct conn, grave));
}

/* Its callbacks may be on the stack: the memory goes at the end of the turn. */
static void conn_gone(struct conn *c)
{
    struct net *n = c->net;

    c->state = CONN_DEAD;
    c->wsi = NULL;
    conn_shook_hands(c);
    leave_operators(c);
    c->speaker->on_gone(c->user);
    tls_free(c->tls);
    outq_done(&c->out);
    drop_held(c);
    deadline_drop(&c->deadline);
    list_remove(&c->woken);
    list_remove(&c->link);
    count_gone(c);
    loop_bury(n->loop, &c->grave, on_grave);
    net_conn_gone(n);
}

bool conn_open(struct net *n, int fd, const struct net_address *client, bool aside)
{
    struct conn *c = conn_new(n, fd, client, aside);
    const lws_adopt_desc_t how = {.vh = n->vhost,
                                  .type = LWS_ADOPT_SOCKET,
                                  .fd = {.sockfd = fd},
                                  .vh_prot_name = "guildhall",
                                  .opaque = c};
    struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&how);

    /* When it fails late, RAW_CLOSE has been called already. */
    if (!wsi && c->state == CONN_OPEN)
        conn_gone(c);
    return wsi;
}

/* The client has made room in the kernel for some of what is held. */
static void note_progress(struct conn *c)
{
    if (c->state == CONN_OPEN)
        c->speaker->on_progress(c->user);
    if (c->state == CONN_FINISHING)
        limit(c, DEADLINE_SEND);
}

/* libwebsockets calls it unasked, too. */
static void on_writeable(struct conn *c)
{
    struct conn_held *held = c->held;
    size_t sent;

    if (!held || c->state == CONN_DEAD)
        return;
    sent = write_some(c, held->bytes + held->sent, held->n - held->sent);
    held->sent += sent;
    if (sent > 0)
        note_progress(c);
    if (held->sent < held->n) {
        lws_callback_on_writable(c->wsi);
        return;
    }
    drop_held(c);
    mind_reading(c);
    conn_wake(c);
}

void conn_take(struct conn *c, char *p, size_t n)
{
    note_activity(c);
    if (c->tls)
        conn_tls_take(c, p, n);
    else
        c->speaker->on_bytes(c->user, p, n);
}

int conn_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len)
{
    struct conn *c = wsi ? lws_get_opaque_user_data(wsi) : NULL;

    if (!c)
        return 0;
    switch ((int)reason) {
    case LWS_CALLBACK_RAW_ADOPT:
        c->wsi = wsi;
        return 0;
    case LWS_CALLBACK_RAW_RX:
        if (c->state == CONN_OPEN)
            conn_take(c, in, len);
        mind_flood(c);
        return 0;
    case LWS_CALLBACK_RAW_WRITEABLE:
        on_writeable(c);
        return 0;
    case LWS_CALLBACK_RAW_CLOSE:
        conn_gone(c);
        return 0;
    default:
        return 0;
    }
}
