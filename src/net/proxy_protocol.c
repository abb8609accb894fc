#include "net/proxy_protocol.h"

#include <netinet/in.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    V1_LINE_MAX = 107, /* with its line end, by the specification */
    V2_HEAD = 16,
    V2_LOCAL = 0x20,
    V2_PROXY = 0x21,
    V2_TCP4 = 0x11,
    V2_TCP6 = 0x21,
};

static const struct str v1_begin = STR_INIT("PROXY ");
static const struct str v2_begin = STR_INIT("\r\n\r\n\0\r\nQUIT\n");

/* --- version 1: a line of text */

static bool is_port(struct str text)
{
    int64_t port;

    return str_to_i64(text, &port) && port >= 0 && port <= UINT16_MAX;
}

/* TCP4 198.51.100.1 192.0.2.1 35000 443 */
static enum proxy_parse parse_v1_words(struct str line, struct proxy_header *h)
{
    struct str family = str_split(&line, ' '), from, to, from_port;
    struct net_address server;

    if (str_eq(family, STR("UNKNOWN")))
        return PROXY_OK;
    if (!str_eq(family, STR("TCP4")) && !str_eq(family, STR("TCP6")))
        return PROXY_BAD;
    from = str_split(&line, ' ');
    to = str_split(&line, ' ');
    from_port = str_split(&line, ' ');
    if (!net_address_parse(from, &h->client) || !net_address_parse(to, &server) ||
        !is_port(from_port) || !is_port(line))
        return PROXY_BAD;
    h->is_proxied = true;
    return PROXY_OK;
}

static enum proxy_parse parse_v1(struct str in, struct proxy_header *h)
{
    size_t most = in.n < V1_LINE_MAX ? in.n : V1_LINE_MAX;
    size_t end = str_find(str_of(in.p, most), '\n');

    if (end == most)
        return in.n < V1_LINE_MAX ? PROXY_MORE : PROXY_BAD;
    if (in.p[end - 1] != '\r')
        return PROXY_BAD;
    h->n = end + 1;
    return parse_v1_words(str_of(in.p + v1_begin.n, end - 1 - v1_begin.n), h);
}

/* --- version 2: bytes */

static bool take_v2_address(struct proxy_header *h, unsigned family, struct str rest)
{
    struct in_addr v4;

    if (family == V2_TCP4 && rest.n >= 12) {
        memcpy(&v4, rest.p, sizeof(v4));
        h->client = net_address_v4(&v4);
    } else if (family == V2_TCP6 && rest.n >= 36) {
        memcpy(h->client.ip, rest.p, sizeof(h->client.ip));
    } else {
        return false;
    }
    h->is_proxied = true;
    return true;
}

static enum proxy_parse parse_v2(struct str in, struct proxy_header *h)
{
    const unsigned char *p = (const unsigned char *)in.p;
    size_t length;

    if (in.n < V2_HEAD)
        return PROXY_MORE;
    length = (size_t)p[14] << 8 | p[15];
    if ((p[12] != V2_LOCAL && p[12] != V2_PROXY) || V2_HEAD + length > PROXY_HEADER_MAX)
        return PROXY_BAD;
    if (in.n < V2_HEAD + length)
        return PROXY_MORE;
    h->n = V2_HEAD + length;
    /* Of other families (Unix sockets, UDP) nothing is to be learnt. */
    if (p[12] == V2_PROXY && (p[13] == V2_TCP4 || p[13] == V2_TCP6) &&
        !take_v2_address(h, p[13], str_of(in.p + V2_HEAD, length)))
        return PROXY_BAD;
    return PROXY_OK;
}

static bool may_begin(struct str in, struct str with)
{
    return memcmp(in.p, with.p, in.n < with.n ? in.n : with.n) == 0;
}

enum proxy_parse proxy_header_parse(struct str in, struct proxy_header *ret_header)
{
    *ret_header = (struct proxy_header){0};
    if (in.n == 0)
        return PROXY_MORE;
    if (may_begin(in, v2_begin))
        return parse_v2(in, ret_header);
    if (may_begin(in, v1_begin))
        return in.n < v1_begin.n ? PROXY_MORE : parse_v1(in, ret_header);
    return PROXY_BAD;
}

/* --- on a connection */

struct proxy {
    struct conn *conn;
    struct buf in;
};

static void proxy_free(struct proxy *p)
{
    buf_done(&p->in);
    mem_free(p);
}

/* The bytes behind the header are the client's; on_bytes() may write in place. */
static void hand_on(struct proxy *p, const struct proxy_header *h)
{
    struct conn *c = p->conn;

    if (h->is_proxied)
        c->peer = h->client;
    conn_begin(c);
    if (p->in.n > h->n)
        conn_take(c, p->in.p + h->n, p->in.n - h->n);
    proxy_free(p);
}

static void on_bytes(void *user, char *bytes, size_t n)
{
    struct proxy *p = user;
    struct proxy_header h;

    buf_add(&p->in, str_of(bytes, n));
    if (buf_overflowed(&p->in)) {
        conn_kill(p->conn);
        return;
    }
    switch (proxy_header_parse(buf_str(&p->in), &h)) {
    case PROXY_MORE:
        break;
    case PROXY_BAD:
        log_debug("proxy_header_missing");
        conn_kill(p->conn);
        break;
    case PROXY_OK:
        hand_on(p, &h);
        break;
    }
}

static void nothing(void *user)
{
}

static void let_go(void *user)
{
    struct proxy *p = user;

    conn_kill(p->conn);
}

static void on_deadline(void *user, enum deadline_kind kind)
{
    let_go(user);
}

static void on_gone(void *user)
{
    proxy_free(user);
}

static const struct conn_speaker proxy_speaker = {
    .on_bytes = on_bytes,
    .on_turn_end = nothing,
    .on_drained = nothing,
    .on_progress = nothing,
    .on_deadline = on_deadline,
    .on_drain = let_go,
    .on_gone = on_gone,
};

void proxy_start(struct conn *c)
{
    struct proxy *p = mem_new(struct proxy);

    p->conn = c;
    buf_init(&p->in, PROXY_HEADER_MAX + NET_READ_BUFFER);
    conn_set_speaker(c, &proxy_speaker, p);
    conn_set_deadline(c, DEADLINE_HEAD);
}
