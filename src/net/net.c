#include "net/net.h"

#include <assert.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/conn.h"
#include "net/exchange.h"
#include "net/h2_stream.h"
#include "net/reservation.h"
#include "net/ws.h"

enum {
    ALIVE_MS = 25 * 1000, /* at most: clients of graphql-ws wait for 30 s, AppSync's for 60 s */
    LINGER_MS = 2 * 1000,
    RESERVED_MS = 10 * 1000, /* where the configuration has no init timeout */
    PARTING_MS = 250,
    LETTING_GO_MS = 1,   /* between looks whether libwebsockets has let go */
    MOST_OPERATORS = 16, /* their connections */
};

uint64_t net_client_id(struct net *n)
{
    return (uint64_t)n->loop->index << 48 | ++n->clients;
}

int64_t net_unix_ms(void)
{
    return clock_unix_ms();
}

size_t net_connections(const struct net *n)
{
    return n->n_connections;
}

const struct net_counts *net_counts(const struct net *n)
{
    return &n->counts;
}

static void on_lws_log(int level, const char *line)
{
    struct str text = str_c(line);

    if (text.n && text.p[text.n - 1] == '\n')
        text.n--;
    log_debug("libwebsockets", LOG_STR("text", text));
}

/* Written into the socket's empty buffer, so it cannot block. What the client has sent is read
 * first: closing on unread bytes would take the answer back. */
static void turn_away(int fd)
{
    static const char full[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                               "Retry-After: 1\r\nConnection: close\r\n\r\n";
    char unread[4096];

    while (recv(fd, unread, sizeof(unread), MSG_DONTWAIT) > 0)
        ;
    if (send(fd, full, sizeof(full) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
        shutdown(fd, SHUT_WR);
    close(fd);
}

/* Who says nothing, or too slowly, keeps nobody out: an honest client is through long before it is
 * the oldest. */
static void make_room(struct net *n)
{
    while (n->config.max_handshakes && n->n_handshakes >= n->config.max_handshakes) {
        metric_add(&n->counts.results[NET_KIND_HTTP][NET_LET_GO], 1);
        conn_give_up(list_first(&n->handshakes, struct conn, queue));
    }
}

static void on_accept(struct listener *l, int fd, const struct net_address *client)
{
    struct net *n = container_of(l, struct net, listener);

    if (n->config.max_connections && n->n_connections >= n->config.max_connections) {
        metric_add(&n->counts.results[NET_KIND_HTTP][NET_REFUSED_FULL], 1);
        turn_away(fd);
        return;
    }
    make_room(n);
    if (!conn_open(n, fd, client, false))
        log_warn("connection_not_taken");
}

static void on_accept_aside(struct listener *l, int fd, const struct net_address *client)
{
    struct net *n = container_of(l, struct net, aside);

    /* A scraper speaks every few seconds, and always finds room: who was silent longest goes. */
    while (n->n_operators >= MOST_OPERATORS)
        conn_kill(list_first(&n->operators, struct conn, queue));
    if (!conn_open(n, fd, client, true))
        log_warn("connection_not_taken");
}

static bool make_context(struct net *n)
{
    static const struct lws_protocols protocols[] = {
        {.name = "guildhall", .callback = conn_callback},
        {.name = NULL},
    };
    static const lws_retry_bo_t no_retry;
    void *loops[] = {&n->loop->uv};
    const struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV,
        .foreign_loops = loops,
        .pcontext = &n->lws,
        .pt_serv_buf_size = NET_READ_BUFFER,
        .retry_and_idle_policy = &no_retry,
        .gid = -1,
        .uid = -1,
        .vhost_name = "guildhall",
    };

    lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
    n->lws = lws_create_context(&info);
    n->vhost = n->lws ? lws_get_vhost_by_name(n->lws, "guildhall") : NULL;
    return n->vhost;
}

/* 0 is as much as there can be. */
static size_t at_most(size_t n, size_t most)
{
    return n && n < most ? n : most;
}

static void copy_config(struct net *n, const struct net_config *config)
{
    n->config = *config;
    n->config.allowed_origins = arena_str(&n->arena, config->allowed_origins);
    n->config.schema_hash = arena_str(&n->arena, config->schema_hash);
    n->config.head_limits = (struct http_head_limits){
        at_most(config->head_limits.bytes, HTTP_HEAD_MAX),
        at_most(config->head_limits.fields, HTTP_FIELDS_MAX),
    };
}

static uint64_t alive_ms(const struct net_config *config)
{
    uint64_t ping = config->ping_interval_ms;

    return ping && ping < ALIVE_MS ? ping : ALIVE_MS;
}

static void on_drain_time(struct timer *t);

/* By whom each kind is embedded. */
static void on_deadline(struct deadline *d)
{
    if (d->kind == DEADLINE_BEAT)
        exchange_on_beat(d);
    else if (d->kind == DEADLINE_ALIVE)
        ws_on_alive(d);
    else if (d->kind == DEADLINE_RESERVED)
        reservation_on_deadline(d);
    else if (d->kind == DEADLINE_UPLOAD || d->kind == DEADLINE_DELIVERY || d->kind == DEADLINE_REST)
        h2_stream_on_deadline(d);
    else
        conn_on_deadline(d);
}

static struct net *net_make(struct loop *l, const struct net_config *config,
                            const struct net_service *service)
{
    const uint64_t ms[DEADLINE_KINDS] = {
        [DEADLINE_HEAD] = config->head_timeout_ms,
        [DEADLINE_BODY] = config->body_timeout_ms,
        [DEADLINE_KEEP_ALIVE] = config->keep_alive_timeout_ms,
        [DEADLINE_SEND] = config->send_timeout_ms,
        [DEADLINE_INIT] = config->init_timeout_ms,
        [DEADLINE_PING] = config->ping_interval_ms,
        [DEADLINE_PONG] = config->pong_timeout_ms,
        [DEADLINE_CLOSE] = LINGER_MS,
        [DEADLINE_ALIVE] = alive_ms(config),
        [DEADLINE_BEAT] = config->ping_interval_ms,
        [DEADLINE_UPLOAD] = config->body_timeout_ms,
        [DEADLINE_DELIVERY] = config->send_timeout_ms,
        [DEADLINE_REST] = LINGER_MS,
        [DEADLINE_RESERVED] = config->init_timeout_ms ? config->init_timeout_ms : RESERVED_MS,
    };
    struct net *n = mem_new(struct net);

    n->loop = l;
    arena_init(&n->arena);
    copy_config(n, config);
    n->service = *service;
    n->aside.fd = -1;
    list_init(&n->connections);
    list_init(&n->woken);
    turn_hook_init(&n->turn_end, conn_on_turn_end);
    list_init(&n->handshakes);
    list_init(&n->operators);
    list_init(&n->reservations);
    n->scratch = mem_zalloc(NET_SCRATCH);
    if (config->websocket_deflate)
        n->packing = packing_new();
    if (config->certificate) {
        n->certificate = tls_certificate_ref(config->certificate);
        n->plain_in = mem_zalloc(NET_PLAIN_IN);
        n->plain_out = mem_zalloc(NET_PLAIN_OUT);
    }
    deadlines_init(&n->deadlines, l, ms, on_deadline);
    timer_init(&n->drain, l, on_drain_time);
    return n;
}

enum status net_new(struct loop *l, const struct net_config *config,
                    const struct net_service *service, struct net_endpoint *endpoint,
                    struct net **ret_net, struct net_error *ret_error)
{
    struct net *n;
    int fd;
    enum status st = net_endpoint_open(endpoint, &fd, ret_error);

    if (st != ST_OK)
        return st;
    n = net_make(l, config, service);
    if (!make_context(n)) {
        /* Without it there is nothing to serve with, and the process ends: handles are left. */
        close(fd);
        snprintf(ret_error->text, sizeof(ret_error->text),
                 "libwebsockets could not start on libuv; is libwebsockets-evlib-uv installed?");
        return ST_FAULT;
    }
    listener_start(&n->listener, l, fd, on_accept);
    *ret_net = n;
    return ST_OK;
}

enum status net_listen_aside(struct net *n, struct net_endpoint *endpoint,
                             struct net_error *ret_error)
{
    int fd;
    enum status st = net_endpoint_open(endpoint, &fd, ret_error);

    if (st != ST_OK)
        return st;
    assert(n->service.on_page_aside);
    listener_start(&n->aside, n->loop, fd, on_accept_aside);
    listener_accept(&n->aside);
    return ST_OK;
}

void net_introduce(struct net *const *nets, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct net **peers = arena_array(&nets[i]->arena, struct net *, n);

        memcpy(peers, nets, n * sizeof(struct net *));
        assert(nets[i]->loop->index == i);
        nets[i]->peers = peers;
        nets[i]->n_peers = n;
    }
}

void net_accept(struct net *n)
{
    assert(n->state == NET_OPEN);
    listener_accept(&n->listener);
}

void net_renew_certificate(struct net *n, struct tls_certificate *certificate)
{
    assert(n->certificate);
    tls_certificate_unref(n->certificate);
    n->certificate = tls_certificate_ref(certificate);
}

/* Absent stays absent. */
static void set_origins(struct net *n, struct str origins)
{
    mem_free(n->origins);
    n->origins = origins.p ? mem_zalloc(origins.n + 1) : NULL;
    if (n->origins)
        memcpy(n->origins, origins.p, origins.n);
    n->config.allowed_origins = str_of(n->origins, origins.n);
}

void net_set_limits(struct net *n, const struct net_limits *limits)
{
    struct net_config *c = &n->config;

    c->max_handshakes = limits->max_handshakes;
    c->max_request_bytes = limits->max_request_bytes;
    c->max_subscriptions = limits->max_subscriptions;
    c->batching = limits->batching;
    c->high_water = limits->high_water;
    set_origins(n, limits->allowed_origins);
}

static void finish_close(struct net *n)
{
    n->state = NET_CLOSED;
    n->on_closed(n->user);
}

static void handle_closed(struct net *n)
{
    if (--n->handles == 0)
        finish_close(n);
}

static void on_drain_closed(struct timer *t)
{
    handle_closed(container_of(t, struct net, drain));
}

static void on_deadlines_closed(struct timer *t)
{
    handle_closed(container_of(t, struct net, deadlines.timer));
}

struct search {
    const void *lws;
    bool found;
};

static void look_at(uv_handle_t *handle, void *arg)
{
    struct search *s = arg;

    s->found = s->found || handle->data == s->lws;
}

/* libwebsockets marks its own handles with the context, and does not go on by itself once those
 * on a foreign loop are closed: it wants to be asked a second time, and not earlier. */
static bool has_let_go(struct net *n)
{
    struct search s = {.lws = n->lws};

    if (!n->lws)
        return true;
    uv_walk(&n->loop->uv, look_at, &s);
    if (!s.found)
        lws_context_destroy(n->lws);
    return !n->lws;
}

static void let_go(struct net *n)
{
    if (!has_let_go(n)) {
        timer_start(&n->drain, LETTING_GO_MS);
        return;
    }
    reservation_free_all(n);
    map_done(&n->event_streams);
    n->handles = 2;
    timer_close(&n->drain, on_drain_closed);
    deadlines_close(&n->deadlines, on_deadlines_closed);
}

static void begin_letting_go(struct net *n)
{
    n->state = NET_LETTING_GO;
    lws_context_destroy(n->lws);
    timer_start(&n->drain, LETTING_GO_MS);
}

static void kill_all(struct net *n)
{
    list_each (at, &n->connections)
        conn_kill(list_entry(at, struct conn, link));
}

static bool is_left(const struct net *n)
{
    return list_empty(&n->connections) && n->listener.fd < 0 && !n->listener.handles &&
           !n->aside.handles;
}

static void on_drain_time(struct timer *t)
{
    struct net *n = container_of(t, struct net, drain);

    if (n->state == NET_LETTING_GO)
        let_go(n);
    else if (is_left(n))
        begin_letting_go(n);
    else if (n->state == NET_DRAINING)
        net_hurry(n);
    else
        kill_all(n);
}

/* The last one may be going inside a call of libwebsockets, which must not lose its context. */
static void go_on_later(struct net *n)
{
    if ((n->state == NET_DRAINING || n->state == NET_PARTING) && is_left(n))
        timer_start(&n->drain, 0);
}

void net_conn_gone(struct net *n)
{
    go_on_later(n);
}

static void on_listener_closed(struct listener *l)
{
    go_on_later(container_of(l, struct net, listener));
}

static void on_aside_closed(struct listener *l)
{
    go_on_later(container_of(l, struct net, aside));
}

void net_close(struct net *n, uint64_t drain_ms, net_closed_fn *on_closed, void *user)
{
    assert(n->state == NET_OPEN);
    n->state = NET_DRAINING;
    n->on_closed = on_closed;
    n->user = user;
    listener_close(&n->listener, on_listener_closed);
    if (n->aside.fd >= 0)
        listener_close(&n->aside, on_aside_closed);
    list_each_safe (at, &n->connections)
        conn_drain(list_entry(at, struct conn, link));
    if (!list_empty(&n->connections))
        timer_start(&n->drain, drain_ms);
}

void net_hurry(struct net *n)
{
    if (!n || n->state != NET_DRAINING)
        return;
    n->state = NET_PARTING;
    timer_start(&n->drain, is_left(n) ? 0 : PARTING_MS);
}

void net_free(struct net *n)
{
    if (!n)
        return;
    assert(n->state == NET_CLOSED);
    turn_hook_cancel(&n->turn_end);
    packing_free(n->packing);
    tls_certificate_unref(n->certificate);
    mem_free(n->plain_in);
    mem_free(n->plain_out);
    mem_free(n->scratch);
    mem_free(n->origins);
    arena_done(&n->arena);
    outq_stock_done(&n->stock);
    mem_free(n);
}
