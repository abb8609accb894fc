/*
 * The limit of fan-out: a server that does no more than it takes to be measured. It upgrades,
 * acknowledges, notes who subscribes, and hands every sendMessage to all subscribers: one room, no
 * GraphQL, nothing kept. All that waits for a socket goes out in one call a turn. Its bytes are
 * laid out as guildhall's are, so that both move equally many.
 *
 *     bench_raw [--drop N | --repeat N]
 *
 * It listens where there is room, and tells the address on stderr as guildhall does. Its N-th
 * message, or the last one of that turn, goes to its eldest subscriber not at all, or twice: the
 * load generator must notice.
 *
 * It knows one client, tools/bench/ws_client.c, and relies on how that one lays things out.
 */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"
#include "tools/bench/process.h"
#include "tools/bench/wire.h"

enum {
    EVENTS = 512,
    ACCEPTS_A_TURN = 64,
    SCRATCH = 256 * 1024,
    OUT_MAX = 256 * 1024 * 1024,
    MESSAGES_A_TURN = 1024,
    ID_LENGTH = 36,
    ID_AT = 7, /* behind {"id":" */
    TEXT_MAX = 4096,
    SHORT = 126,
    OPCODE_TEXT = 1,
    OPCODE_CLOSE = 8,
};

struct client {
    int fd;
    bool is_open; /* upgraded */
    bool is_told; /* by epoll, when it can be written to */
    char follows[ID_LENGTH];
    struct list in_followers;
    struct list in_unsent;
    struct buf in;
    struct buf out;
};

struct raw {
    int epoll;
    int listener;
    struct list followers;
    struct list unsent;
    struct buf frames; /* this turn's, to every follower */
    size_t begins[MESSAGES_A_TURN];
    size_t ids[MESSAGES_A_TURN];
    size_t n;    /* of these */
    int64_t seq; /* messages ever */
    int64_t drop;
    int64_t repeat;
    char *scratch;
};

static const struct str upgraded =
    STR_INIT("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             /* The answer to the one key that ws_client.c has. */
             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
             "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n");
static const struct str ready =
    STR_INIT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

static void watch(struct raw *r, struct client *c, int operation, bool is_told)
{
    struct epoll_event event = {.events = is_told ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c};

    epoll_ctl(r->epoll, operation, c->fd, &event);
    c->is_told = is_told;
}

static void enter(struct raw *r, int fd)
{
    struct client *c = mem_new(struct client);
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    c->fd = fd;
    list_init(&c->in_followers);
    list_init(&c->in_unsent);
    buf_init(&c->in, SCRATCH);
    buf_init(&c->out, OUT_MAX);
    watch(r, c, EPOLL_CTL_ADD, false);
}

static void leave(struct client *c)
{
    list_remove(&c->in_followers);
    list_remove(&c->in_unsent);
    close(c->fd);
    buf_done(&c->in);
    buf_done(&c->out);
    mem_free(c);
}

/* --- what is said */

static void say(struct raw *r, struct client *c, struct str bytes)
{
    buf_add(&c->out, bytes);
    if (list_empty(&c->in_unsent))
        list_append(&r->unsent, &c->in_unsent);
}

static void begin_frame(struct buf *out, size_t n)
{
    buf_add_char(out, (char)(0x80 | OPCODE_TEXT));
    if (n >= SHORT) {
        buf_add_char(out, SHORT);
        buf_add_char(out, (char)(n >> 8));
    }
    buf_add_char(out, (char)n);
}

static void say_text(struct raw *r, struct client *c, struct str text)
{
    begin_frame(&c->out, text.n);
    say(r, c, text);
}

/* An answer to the operation with that id, and its end. */
static void answer(struct raw *r, struct client *c, struct str id, const char *payload)
{
    char text[1024];
    int n = snprintf(text, sizeof(text), "{\"id\":\"%.*s\",\"type\":\"next\",\"payload\":%s}",
                     STR_ARG(id), payload);

    say_text(r, c, str_of(text, (size_t)n));
    n = snprintf(text, sizeof(text), "{\"id\":\"%.*s\",\"type\":\"complete\"}", STR_ARG(id));
    say_text(r, c, str_of(text, (size_t)n));
}

/* Returns whether there is nothing left of it. */
static bool send_now(struct client *c, struct str bytes)
{
    ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
    size_t sent = n > 0 ? (size_t)n : 0;

    buf_add(&c->out, str_of(bytes.p + sent, bytes.n - sent));
    return sent == bytes.n;
}

static void flush(struct raw *r, struct client *c)
{
    ssize_t n = c->out.n ? send(c->fd, c->out.p, c->out.n, MSG_NOSIGNAL) : 0;
    size_t rest = n > 0 ? c->out.n - (size_t)n : c->out.n;

    list_remove(&c->in_unsent);
    if (rest) {
        memmove(c->out.p, c->out.p + c->out.n - rest, rest);
        buf_truncate(&c->out, rest);
    } else {
        buf_done(&c->out);
        buf_init(&c->out, OUT_MAX);
    }
    if (c->is_told != (rest > 0))
        watch(r, c, EPOLL_CTL_MOD, rest > 0);
}

/* --- fan-out */

static void add_message(struct raw *r, struct str text, const char *id, const char *ts)
{
    char json[8192];
    int n = snprintf(json, sizeof(json),
                     "{\"id\":\"%*s\",\"type\":\"next\",\"payload\":{\"data\":{\"onMessage\":{"
                     "\"text\":\"%.*s\",\"seq\":%lld,\"id\":\"%s\",\"senderId\":\"bench\","
                     "\"ts\":\"%.*s\"}},\"extensions\":{\"guildhall\":{\"seq\":%lld,\"cursor\":"
                     "\"0123456789012345678901\",\"replayed\":false}}}}",
                     ID_LENGTH, "", STR_ARG(text), (long long)r->seq, id, CLOCK_RFC3339_LENGTH, ts,
                     (long long)r->seq);

    r->begins[r->n] = r->frames.n;
    begin_frame(&r->frames, (size_t)n);
    r->ids[r->n++] = r->frames.n + ID_AT;
    buf_add(&r->frames, str_of(json, (size_t)n));
}

static bool is_in_turn(const struct raw *r, int64_t seq)
{
    return seq > r->seq - (int64_t)r->n && seq <= r->seq;
}

/* The fault that was asked for, if any: returns what is left to be sent as it should be. */
static struct str spoil(const struct raw *r, struct client *c)
{
    struct str all = buf_str(&r->frames);
    size_t last = r->begins[r->n - 1];

    if (is_in_turn(r, r->drop))
        return str_of(all.p, last);
    if (is_in_turn(r, r->repeat))
        buf_add(&c->out, str_of(all.p + last, all.n - last));
    return all;
}

/* The frames are the same for all, but for each one's operation id, which is written into them. */
static void fan_out(struct raw *r)
{
    bool is_eldest = true;

    for (struct list *at = r->followers.next; r->n && at != &r->followers; at = at->next) {
        struct client *c = list_entry(at, struct client, in_followers);
        struct str bytes = buf_str(&r->frames);

        for (size_t i = 0; i < r->n; i++)
            memcpy(r->frames.p + r->ids[i], c->follows, ID_LENGTH);
        if (is_eldest)
            bytes = spoil(r, c);
        is_eldest = false;
        if (c->out.n)
            say(r, c, bytes);
        else if (!send_now(c, bytes) && !c->is_told)
            watch(r, c, EPOLL_CTL_MOD, true);
    }
    buf_reset(&r->frames, OUT_MAX);
    r->n = 0;
}

/* --- what is heard */

static void on_send(struct raw *r, struct client *c, struct str id, struct str message)
{
    char payload[256], ts[CLOCK_RFC3339_LENGTH], message_id[64];
    struct str text = STR("");

    if (r->n == MESSAGES_A_TURN)
        fan_out(r);
    if (!wire_find_text(message, STR("\"text\":\""), &text) || text.n > TEXT_MAX)
        text = STR("");
    clock_format(clock_unix_ms(), ts);
    snprintf(message_id, sizeof(message_id), "019ac0de-0000-7000-8000-%012lld",
             (long long)++r->seq);
    add_message(r, text, message_id, ts);
    snprintf(payload, sizeof(payload),
             "{\"data\":{\"sendMessage\":{\"id\":\"%s\",\"seq\":%lld,\"ts\":\"%.*s\"}}}",
             message_id, (long long)r->seq, CLOCK_RFC3339_LENGTH, ts);
    answer(r, c, id, payload);
}

static void on_text(struct raw *r, struct client *c, struct str text)
{
    struct str id = str_of(text.p + ID_AT, ID_LENGTH), query = STR("");

    if (str_starts(text, STR("{\"type\":\"connection_init\""))) {
        say_text(r, c, STR("{\"type\":\"connection_ack\"}"));
        return;
    }
    if (text.n < ID_AT + ID_LENGTH || !wire_find_text(text, STR("\"query\":\""), &query))
        return;
    if (str_starts(query, STR("mutation"))) {
        on_send(r, c, id, text);
    } else if (str_starts(query, STR("subscription"))) {
        memcpy(c->follows, id.p, ID_LENGTH);
        list_remove(&c->in_followers);
        list_append(&r->followers, &c->in_followers);
    } else {
        answer(r, c, id, "{\"data\":{\"messages\":{\"resume\":\"here\"}}}");
    }
}

/* Masked, whole, and below 64 KiB. Returns the bytes it has with its head; 0 while it has not
 * arrived. */
static size_t take_frame(struct raw *r, struct client *c, char *p, size_t n)
{
    const unsigned char *head = (const unsigned char *)p;
    size_t length = n >= 2 ? head[1] & 0x7f : 0, at = 2;
    char *payload;

    if (n < 8)
        return 0;
    if (length >= SHORT) {
        length = (size_t)head[2] << 8 | head[3];
        at = 4;
    }
    at += 4;
    if (n < at + length)
        return 0;
    payload = p + at;
    for (size_t i = 0; i < length; i++)
        payload[i] = (char)(payload[i] ^ p[at - 4 + i % 4]);
    if ((head[0] & 0x0f) == OPCODE_TEXT)
        on_text(r, c, str_of(payload, length));
    return at + length;
}

static size_t take(struct raw *r, struct client *c, char *p, size_t n)
{
    size_t taken = 0, more = 1;

    if (!c->is_open) {
        const char *end = memmem(p, n, "\r\n\r\n", 4);

        if (!end)
            return 0;
        c->is_open = !str_starts(str_of(p, n), STR("GET /readyz"));
        say(r, c, c->is_open ? upgraded : ready);
        return (size_t)(end - p) + 4;
    }
    for (; more; taken += more)
        more = take_frame(r, c, p + taken, n - taken);
    return taken;
}

/* False when it has hung up. */
static bool hear(struct raw *r, struct client *c)
{
    ssize_t n = recv(c->fd, r->scratch, SCRATCH, 0);
    char *p = r->scratch;
    size_t all, taken;

    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    all = (size_t)n;
    if (c->in.n) {
        buf_add(&c->in, str_of(r->scratch, all));
        p = c->in.p;
        all = c->in.n;
    }
    taken = take(r, c, p, all);
    if (p == r->scratch)
        buf_add(&c->in, str_of(p + taken, all - taken));
    else
        memmove(p, p + taken, all - taken);
    c->in.n = all - taken;
    return !buf_overflowed(&c->in) && !buf_overflowed(&c->out);
}

static void on_event(struct raw *r, struct client *c, uint32_t events)
{
    if ((events & EPOLLOUT) && c->out.n)
        flush(r, c);
    if ((events & ~(uint32_t)EPOLLOUT) && !hear(r, c))
        leave(c);
}

static void turn(struct raw *r)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(r->epoll, events, EVENTS, -1);

    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr) {
            on_event(r, events[i].data.ptr, events[i].events);
            continue;
        }
        for (int j = 0; j < ACCEPTS_A_TURN; j++) {
            int fd = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0)
                break;
            enter(r, fd);
        }
    }
    fan_out(r);
    while (!list_empty(&r->unsent))
        flush(r, list_first(&r->unsent, struct client, in_unsent));
}

static bool start(struct raw *r)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN};
    socklen_t size = sizeof(address);

    r->epoll = epoll_create1(EPOLL_CLOEXEC);
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(r->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(r->listener, SOMAXCONN) != 0 ||
        getsockname(r->listener, (struct sockaddr *)&address, &size) != 0 ||
        epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->listener, &event) != 0)
        return false;
    fprintf(stderr, "{\"event\":\"listening\",\"address\":\"127.0.0.1:%u\"}\n",
            (unsigned)ntohs(address.sin_port));
    return true;
}

static void on_signal(int signal)
{
    _exit(EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
    static struct raw r;
    int64_t number;

    if (argc == 3 && str_to_i64(str_c(argv[2]), &number))
        *(str_eq_c(STR("--drop"), argv[1]) ? &r.drop : &r.repeat) = number;
    signal(SIGTERM, on_signal);
    process_raise_descriptors();
    list_init(&r.followers);
    list_init(&r.unsent);
    buf_init(&r.frames, OUT_MAX);
    r.scratch = mem_zalloc(SCRATCH);
    if (!start(&r)) {
        perror("bench_raw");
        return EXIT_FAILURE;
    }
    for (;;)
        turn(&r);
}
