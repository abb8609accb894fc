#include "tools/bench/ws_client.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum {
    SCRATCH = 256 * 1024,
    RECEIVE_BUFFER = 128 * 1024,
    UNSENT_MAX = 64 * 1024 * 1024,
    PARTIAL_MAX = 64 * 1024 * 1024,
    EVENTS = 512,
    READS_A_TURN = 4, /* of one socket, so that a busy one leaves the others their turn */
    CONTROL_MAX = 125,
    HEAD_MAX = 14,
    OPCODE_TEXT = 1,
    OPCODE_CLOSE = 8,
    OPCODE_PING = 9,
    OPCODE_PONG = 10,
};

/* Masks keep foreign bytes from looking like HTTP to proxies; there is none on the way, so one key
 * does for all. It is not zero, so that the server has the work. */
static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};

static const struct str upgrade =
    STR_INIT("GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n");

bool ws_set_init(struct ws_set *s, const struct ws_handlers *handlers)
{
    *s = (struct ws_set){.epoll = epoll_create1(EPOLL_CLOEXEC), .handlers = handlers};
    list_init(&s->unsent);
    if (s->epoll < 0)
        return false;
    s->scratch = mem_zalloc(SCRATCH);
    return true;
}

void ws_set_done(struct ws_set *s)
{
    if (s->epoll >= 0)
        close(s->epoll);
    mem_free(s->scratch);
    *s = (struct ws_set){.epoll = -1};
}

static void watch(struct ws_client *c)
{
    struct epoll_event event = {.data.ptr = c};

    if (!c->is_paused)
        event.events |= EPOLLIN;
    if (c->state == WS_CLIENT_CONNECTING || c->out.n)
        event.events |= EPOLLOUT;
    if (event.events == c->watched)
        return;
    epoll_ctl(c->set->epoll, EPOLL_CTL_MOD, c->fd, &event);
    c->watched = event.events;
}

bool ws_client_open(struct ws_client *c, struct ws_set *s, const struct sockaddr_in *address,
                    void *user)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1, size = RECEIVE_BUFFER;

    if (fd < 0)
        return false;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    /* Of a fixed size: else the kernel reads megabytes in place of a client that is paused. */
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if ((connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
         errno != EINPROGRESS) ||
        epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        close(fd);
        return false;
    }
    *c = (struct ws_client){.set = s, .fd = fd, .state = WS_CLIENT_CONNECTING, .user = user};
    c->watched = event.events;
    list_init(&c->in_unsent);
    buf_init(&c->in, PARTIAL_MAX);
    buf_init(&c->out, UNSENT_MAX);
    return true;
}

void ws_client_close(struct ws_client *c)
{
    if (c->state == WS_CLIENT_CLOSED)
        return;
    c->state = WS_CLIENT_CLOSED;
    list_remove(&c->in_unsent);
    close(c->fd);
    buf_done(&c->in);
    buf_done(&c->out);
}

static void drop(struct ws_client *c, const char *why)
{
    ws_client_close(c);
    c->set->handlers->on_close(c, why);
}

static void wants_to_send(struct ws_client *c)
{
    if (list_empty(&c->in_unsent))
        list_append(&c->set->unsent, &c->in_unsent);
}

static void send_frame(struct ws_client *c, unsigned opcode, struct str payload)
{
    char head[HEAD_MAX], *to;
    size_t n = 0;

    head[n++] = (char)(0x80 | opcode);
    if (payload.n < 126) {
        head[n++] = (char)(0x80 | payload.n);
    } else {
        size_t bytes = payload.n <= UINT16_MAX ? 2 : 8;
        head[n++] = (char)(0x80 | (bytes == 2 ? 126 : 127));
        for (size_t i = bytes; i-- > 0;)
            head[n++] = (char)(payload.n >> (8 * i));
    }
    memcpy(head + n, mask, sizeof(mask));
    buf_add(&c->out, str_of(head, n + sizeof(mask)));
    to = buf_reserve(&c->out, payload.n);
    for (size_t i = 0; to && i < payload.n; i++)
        to[i] = (char)((unsigned char)payload.p[i] ^ mask[i % 4]);
    if (to)
        c->out.n += payload.n;
    wants_to_send(c);
}

void ws_client_send(struct ws_client *c, struct str text)
{
    if (c->state == WS_CLIENT_OPEN)
        send_frame(c, OPCODE_TEXT, text);
}

void ws_client_pause(struct ws_client *c, bool is_paused)
{
    c->is_paused = is_paused;
    if (c->state != WS_CLIENT_CLOSED)
        watch(c);
}

static void write_out(struct ws_client *c)
{
    ssize_t n;

    list_remove(&c->in_unsent);
    if (buf_overflowed(&c->out)) {
        drop(c, "the server does not read what it is sent");
        return;
    }
    n = c->out.n ? send(c->fd, c->out.p, c->out.n, MSG_NOSIGNAL) : 0;
    if (n < 0 && errno != EAGAIN) {
        drop(c, strerror(errno));
        return;
    }
    if (n > 0) {
        memmove(c->out.p, c->out.p + n, c->out.n - (size_t)n);
        buf_truncate(&c->out, c->out.n - (size_t)n);
    }
    watch(c);
}

struct frame_head {
    unsigned opcode;
    bool is_final;
    size_t head; /* bytes of it */
    size_t n;    /* bytes behind it */
};

/* False when it has not arrived whole. A server's frames are not masked. */
static bool read_head(const char *p, size_t n, struct frame_head *ret_head)
{
    const unsigned char *at = (const unsigned char *)p;
    size_t extended;
    uint64_t length;

    if (n < 2)
        return false;
    length = at[1];
    extended = length < 126 ? 0 : length == 126 ? 2 : 8;
    if (n < 2 + extended)
        return false;
    if (extended)
        length = 0;
    for (size_t i = 0; i < extended; i++)
        length = length << 8 | at[2 + i];
    ret_head->opcode = at[0] & 0x0f;
    ret_head->is_final = at[0] & 0x80;
    ret_head->head = 2 + extended;
    ret_head->n = length;
    return true;
}

static void on_close_frame(struct ws_client *c, struct str payload)
{
    char why[CONTROL_MAX + 64];
    unsigned code = 0;

    if (payload.n >= 2)
        code = (unsigned)(unsigned char)payload.p[0] << 8 | (unsigned char)payload.p[1];
    snprintf(why, sizeof(why), "the server closed it: %u %.*s", code,
             payload.n > 2 ? (int)(payload.n - 2) : 0, payload.n > 2 ? payload.p + 2 : "");
    drop(c, why);
}

static void on_frame(struct ws_client *c, const struct frame_head *f, struct str payload)
{
    if (f->opcode == OPCODE_TEXT && f->is_final)
        c->set->handlers->on_text(c, payload);
    else if (f->opcode == OPCODE_PING)
        send_frame(c, OPCODE_PONG, payload);
    else if (f->opcode == OPCODE_CLOSE)
        on_close_frame(c, payload);
    else if (f->opcode != OPCODE_PONG)
        drop(c, "the server sent a frame that is neither a whole text nor a control frame");
}

/* Takes the whole frames at p; returns how many bytes they were. */
static size_t take_frames(struct ws_client *c, const char *p, size_t n)
{
    struct frame_head f;
    size_t taken = 0;

    while (c->state == WS_CLIENT_OPEN && read_head(p + taken, n - taken, &f)) {
        if (f.n > PARTIAL_MAX / 2) {
            drop(c, "the server sent a frame larger than anything that was asked for");
            break;
        }
        if (n - taken - f.head < f.n)
            break;
        taken += f.head + f.n;
        on_frame(c, &f, str_of(p + taken - f.n, f.n));
    }
    return taken;
}

/* Returns how many bytes the response's head has, 0 while it has not arrived whole. */
static size_t take_response(struct ws_client *c, const char *p, size_t n)
{
    const char *end = memmem(p, n, "\r\n\r\n", 4);
    char why[64];

    if (!end)
        return 0;
    if (!str_starts(str_of(p, n), STR("HTTP/1.1 101 "))) {
        snprintf(why, sizeof(why), "the server did not upgrade: %.24s", p);
        drop(c, why);
        return 0;
    }
    c->state = WS_CLIENT_OPEN;
    c->set->handlers->on_open(c);
    return (size_t)(end - p) + 4;
}

static size_t take(struct ws_client *c, const char *p, size_t n)
{
    size_t taken = 0;

    if (c->state == WS_CLIENT_UPGRADING)
        taken = take_response(c, p, n);
    if (c->state == WS_CLIENT_OPEN)
        taken += take_frames(c, p + taken, n - taken);
    return taken;
}

/* What came whole is read where it stands, in the scratch of all. */
static void take_bytes(struct ws_client *c, size_t n)
{
    const char *scratch = c->set->scratch;
    size_t taken;

    if (c->in.n == 0) {
        taken = take(c, scratch, n);
        if (c->state != WS_CLIENT_CLOSED)
            buf_add(&c->in, str_of(scratch + taken, n - taken));
        return;
    }
    buf_add(&c->in, str_of(scratch, n));
    taken = take(c, c->in.p, c->in.n);
    if (c->state == WS_CLIENT_CLOSED)
        return;
    memmove(c->in.p, c->in.p + taken, c->in.n - taken);
    buf_truncate(&c->in, c->in.n - taken);
}

static void read_in(struct ws_client *c)
{
    for (int i = 0; i < READS_A_TURN && c->state != WS_CLIENT_CLOSED && !c->is_paused; i++) {
        ssize_t n = recv(c->fd, c->set->scratch, SCRATCH, 0);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            drop(c, n == 0 ? "the server hung up" : strerror(errno));
            return;
        }
        take_bytes(c, (size_t)n);
        if (n < SCRATCH)
            return;
    }
}

static void on_connected(struct ws_client *c)
{
    int error = 0;
    socklen_t n = sizeof(error);

    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n);
    if (error) {
        drop(c, strerror(error));
        return;
    }
    c->state = WS_CLIENT_UPGRADING;
    buf_add(&c->out, upgrade);
    write_out(c);
}

static void on_event(struct ws_client *c, uint32_t events)
{
    if (c->state == WS_CLIENT_CONNECTING) {
        on_connected(c);
        return;
    }
    if (c->state != WS_CLIENT_CLOSED && (events & EPOLLOUT))
        write_out(c);
    if (c->state == WS_CLIENT_CLOSED)
        return;
    if (!c->is_paused)
        read_in(c);
    else if (events & (EPOLLHUP | EPOLLERR))
        drop(c, "the server hung up on a client that did not read");
}

void ws_set_turn(struct ws_set *s, int wait_ms)
{
    struct epoll_event events[EVENTS];
    int n;

    while (!list_empty(&s->unsent))
        write_out(list_first(&s->unsent, struct ws_client, in_unsent));
    n = epoll_wait(s->epoll, events, EVENTS, wait_ms);
    for (int i = 0; i < n; i++)
        on_event(events[i].data.ptr, events[i].events);
}
