/*
 * Three kinds of threads meet here:
 *
 *     the loop's    puts packets into `waiting` and rings
 *     the bus's     connects, takes packets from `waiting`, publishes, disconnects at the end
 *     libnats' own  tell of messages and of the connection; all they do is post a letter
 *
 * The letter that ends it all is posted by the bus's thread when libnats has told that it will
 * call no more, so it arrives behind every other.
 */

#include "bus/nats.h"

#include <assert.h>
#include <nats/nats.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/mailbox.h"

enum {
    MOST_SERVERS = 16,
    MOST_INWARD = 1024, /* letters under way to the loop */
    LARGEST_INWARD = 64 * 1024,
    MOST_PENDING = 4096, /* messages that libnats keeps for us */
    MOST_PENDING_BYTES = 8 * 1024 * 1024,
    UNSENT_BYTES = 64 * 1024, /* that libnats keeps while it is away */
    CONNECT_TIMEOUT_MS = 2000,
    RECONNECT_WAIT_MS = 200,
    RECONNECT_JITTER_MS = 100,
    WRITE_DEADLINE_MS = 2000,
    PING_INTERVAL_MS = 2000,
    MOST_PINGS_OUT = 2, /* at the third a server that has not answered is given up */
    LAST_FLUSH_MS = 500,
    REFUSED_PAUSE_S = 1,
};

struct bus_nats {
    struct loop *loop;
    struct arena arena;
    const char **servers;
    int n_servers;
    struct str subject;
    struct bus_events events;
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t bell;
    struct packet_queue waiting; /* under the lock, as are the next three */
    bool closing;
    bool cut_off; /* libnats has given up: servers that refuse us twice are not asked again */
    int callers;  /* sources in libnats that may still call: the connection, its subscription */

    atomic_size_t inward; /* letters posted and not read */
    atomic_bool missed;   /* messages that were not posted */

    struct breaker
        breaker; /* written where libnats tells of the connection; `refused` by the loop */

    natsConnection *connection; /* the bus's thread's, as is the next */
    natsSubscription *subscription;

    struct mailbox_letter ended;
    bus_closed_fn *on_closed;
    void *user;
};

/* --- letters to the loop */

struct inward {
    struct mailbox_letter letter;
    struct bus_nats *nats;
    bool is_packet; /* else: the connection is there, or messages were missed */
    size_t n;
    char bytes[];
};

static void on_inward(struct mailbox_letter *letter)
{
    struct inward *in = container_of(letter, struct inward, letter);
    struct bus_nats *n = in->nats;

    atomic_fetch_sub(&n->inward, 1);
    if (in->is_packet)
        n->events.on_packet(n->events.user, str_of(in->bytes, in->n));
    if (!in->is_packet || atomic_exchange(&n->missed, false))
        n->events.on_connected(n->events.user);
    mem_free(in);
}

static void post(struct bus_nats *n, bool is_packet, struct str packet)
{
    struct inward *in = mem_zalloc(sizeof(*in) + packet.n);

    in->nats = n;
    in->is_packet = is_packet;
    in->n = packet.n;
    if (packet.n)
        memcpy(in->bytes, packet.p, packet.n);
    atomic_fetch_add(&n->inward, 1);
    mailbox_post(n->loop->mailbox, &in->letter, on_inward);
}

/* --- what libnats tells, on its threads */

static void on_message(natsConnection *connection, natsSubscription *subscription, natsMsg *msg,
                       void *user)
{
    struct bus_nats *n = user;
    int length = natsMsg_GetDataLength(msg);

    if (length > LARGEST_INWARD || atomic_load(&n->inward) >= MOST_INWARD)
        atomic_store(&n->missed, true);
    else
        post(n, true, str_of(natsMsg_GetData(msg), (size_t)length));
    natsMsg_Destroy(msg);
}

static void on_connected(natsConnection *connection, void *user)
{
    struct bus_nats *n = user;

    breaker_note(&n->breaker, true, clock_mono_us() / 1000);
    post(n, false, STR(""));
}

static void on_disconnected(natsConnection *connection, void *user)
{
    struct bus_nats *n = user;

    breaker_note(&n->breaker, false, clock_mono_us() / 1000);
    log_debug("bus.lost");
}

/* libnats would print it to stderr itself. A subscriber that is too slow has missed something. */
static void on_error(natsConnection *connection, natsSubscription *subscription, natsStatus status,
                     void *user)
{
    struct bus_nats *n = user;

    log_debug("bus.error", LOG_STR("why", str_c(natsStatus_GetText(status))));
    if (status == NATS_SLOW_CONSUMER)
        atomic_store(&n->missed, true);
}

static void count_caller(struct bus_nats *n, int more)
{
    pthread_mutex_lock(&n->lock);
    n->callers += more;
    pthread_cond_signal(&n->bell);
    pthread_mutex_unlock(&n->lock);
}

static void on_connection_closed(natsConnection *connection, void *user)
{
    struct bus_nats *n = user;

    pthread_mutex_lock(&n->lock);
    n->cut_off = true;
    pthread_mutex_unlock(&n->lock);
    count_caller(n, -1);
}

static void on_subscription_ended(void *user)
{
    count_caller(user, -1);
}

/* --- the bus's thread */

static void set_options(struct bus_nats *n, natsOptions *o)
{
    natsStatus s = natsOptions_SetServers(o, n->servers, n->n_servers);

    /* What is set here cannot fail but for want of memory. */
    s = s ? s : natsOptions_SetName(o, "guildhall");
    s = s ? s : natsOptions_SetNoEcho(o, true);
    s = s ? s : natsOptions_SetTimeout(o, CONNECT_TIMEOUT_MS);
    s = s ? s : natsOptions_SetMaxReconnect(o, -1);
    s = s ? s : natsOptions_SetReconnectWait(o, RECONNECT_WAIT_MS);
    s = s ? s : natsOptions_SetReconnectJitter(o, RECONNECT_JITTER_MS, RECONNECT_JITTER_MS);
    s = s ? s : natsOptions_SetReconnectBufSize(o, UNSENT_BYTES);
    s = s ? s : natsOptions_SetWriteDeadline(o, WRITE_DEADLINE_MS);
    s = s ? s : natsOptions_SetPingInterval(o, PING_INTERVAL_MS);
    s = s ? s : natsOptions_SetMaxPingsOut(o, MOST_PINGS_OUT);
    s = s ? s : natsOptions_SetRetryOnFailedConnect(o, true, on_connected, n);
    s = s ? s : natsOptions_SetReconnectedCB(o, on_connected, n);
    s = s ? s : natsOptions_SetDisconnectedCB(o, on_disconnected, n);
    s = s ? s : natsOptions_SetClosedCB(o, on_connection_closed, n);
    s = s ? s : natsOptions_SetErrorHandler(o, on_error, n);
    assert(s == NATS_OK);
}

static void subscribe(struct bus_nats *n)
{
    natsStatus s =
        natsConnection_Subscribe(&n->subscription, n->connection, n->subject.p, on_message, n);

    if (s != NATS_OK) {
        log_debug("bus.not_subscribed", LOG_STR("why", str_c(natsStatus_GetText(s))));
        return;
    }
    count_caller(n, 1);
    natsSubscription_SetPendingLimits(n->subscription, MOST_PENDING, MOST_PENDING_BYTES);
    s = natsSubscription_SetOnCompleteCB(n->subscription, on_subscription_ended, n);
    assert(s == NATS_OK);
}

/* Servers that are away are tried again by libnats; false: they refused us. */
static bool connect_to_servers(struct bus_nats *n)
{
    natsOptions *options;
    natsStatus s = natsOptions_Create(&options);

    assert(s == NATS_OK);
    breaker_note(&n->breaker, false, clock_mono_us() / 1000);
    set_options(n, options);
    n->connection = NULL;
    n->subscription = NULL;
    n->cut_off = false;
    count_caller(n, 1);
    s = natsConnection_Connect(&n->connection, options);
    natsOptions_Destroy(options);
    if (s != NATS_OK && s != NATS_NOT_YET_CONNECTED) {
        log_debug("bus.refused", LOG_STR("why", str_c(natsStatus_GetText(s))));
        count_caller(n, -1);
        return false;
    }
    subscribe(n);
    /* It may be gone again by now, which its own thread has told. */
    if (s == NATS_OK && natsConnection_Status(n->connection) == NATS_CONN_STATUS_CONNECTED)
        on_connected(n->connection, n);
    return true;
}

/* False when the bus is closing. */
static bool pause_refused(struct bus_nats *n)
{
    struct timespec until;
    int late = 0;
    bool closing;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += REFUSED_PAUSE_S;
    pthread_mutex_lock(&n->lock);
    while (!n->closing && !late)
        late = pthread_cond_timedwait(&n->bell, &n->lock, &until);
    closing = n->closing;
    pthread_mutex_unlock(&n->lock);
    return !closing;
}

/* Waits for one; NULL when there is no more use in that. */
static struct packet *next_packet(struct bus_nats *n)
{
    struct packet *packet;

    pthread_mutex_lock(&n->lock);
    while (!(packet = packet_queue_take(&n->waiting)) && !n->closing && !n->cut_off)
        pthread_cond_wait(&n->bell, &n->lock);
    pthread_mutex_unlock(&n->lock);
    return packet;
}

static void publish(struct bus_nats *n, const struct packet *packet)
{
    natsStatus s =
        natsConnection_Publish(n->connection, n->subject.p, packet->bytes, (int)packet->n);

    if (s != NATS_OK)
        log_debug("bus.not_sent", LOG_STR("why", str_c(natsStatus_GetText(s))));
}

static void disconnect(struct bus_nats *n)
{
    if (natsConnection_Status(n->connection) == NATS_CONN_STATUS_CONNECTED)
        natsConnection_FlushTimeout(n->connection, LAST_FLUSH_MS);
    natsSubscription_Destroy(n->subscription);
    natsConnection_Close(n->connection);
    pthread_mutex_lock(&n->lock);
    while (n->callers > 0)
        pthread_cond_wait(&n->bell, &n->lock);
    pthread_mutex_unlock(&n->lock);
    natsConnection_Destroy(n->connection);
}

static void publish_all(struct bus_nats *n)
{
    struct packet *packet;

    while ((packet = next_packet(n))) {
        publish(n, packet);
        mem_free(packet);
    }
    disconnect(n);
}

static void on_ended(struct mailbox_letter *letter);

static void *run(void *user)
{
    struct bus_nats *n = user;

    do {
        if (connect_to_servers(n))
            publish_all(n);
    } while (pause_refused(n));
    nats_ReleaseThreadMemory();
    mailbox_post(n->loop->mailbox, &n->ended, on_ended);
    return NULL;
}

/* --- from begin to end */

/* nats://HOST:PORT, with what libnats makes of HOST; it takes any port. */
static bool is_url(struct str s)
{
    bool has_scheme = str_starts(s, STR("nats://")) || str_starts(s, STR("tls://"));
    int64_t port;

    while (s.p && str_find(s, ':') < s.n)
        str_split(&s, ':');
    return has_scheme && str_to_i64(s, &port) && port >= 1 && port <= UINT16_MAX;
}

/* The URLs between the commas; false: one is none, or they are too many. */
static bool split_servers(struct arena *a, struct str servers, const char **ret_urls, int *ret_n)
{
    int n = 0;

    while (servers.p) {
        struct str url = str_trim(str_split(&servers, ','));

        if (!is_url(url) || n == MOST_SERVERS)
            return false;
        ret_urls[n++] = arena_str(a, url).p;
    }
    *ret_n = n;
    return n > 0;
}

/* libnats has the last word on what a URL is. */
bool bus_nats_servers_valid(struct str servers)
{
    const char *urls[MOST_SERVERS];
    natsOptions *options = NULL;
    struct arena arena;
    bool valid;
    int n;

    arena_init(&arena);
    valid = split_servers(&arena, servers, urls, &n) && natsOptions_Create(&options) == NATS_OK &&
            natsOptions_SetServers(options, urls, n) == NATS_OK;
    natsOptions_Destroy(options);
    arena_done(&arena);
    return valid;
}

struct bus_nats *bus_nats_new(struct loop *l, struct str servers, struct str subject,
                              const struct bus_events *events)
{
    struct bus_nats *n = mem_new(struct bus_nats);
    bool valid;
    int failed;

    n->loop = l;
    arena_init(&n->arena);
    n->servers = arena_array(&n->arena, const char *, MOST_SERVERS);
    valid = split_servers(&n->arena, servers, n->servers, &n->n_servers);
    assert(valid);
    n->subject = arena_str(&n->arena, subject);
    n->events = *events;
    pthread_mutex_init(&n->lock, NULL);
    pthread_cond_init(&n->bell, NULL);
    packet_queue_init(&n->waiting);
    failed = pthread_create(&n->thread, NULL, run, n);
    assert(!failed);
    return n;
}

void bus_nats_send(struct bus_nats *n, struct str packet)
{
    bool added;

    pthread_mutex_lock(&n->lock);
    added = packet_queue_add(&n->waiting, packet);
    pthread_cond_signal(&n->bell);
    pthread_mutex_unlock(&n->lock);
    if (!added || !breaker_look(&n->breaker).up)
        breaker_refuse(&n->breaker, 1);
    if (!added)
        log_debug("bus.full");
}

static void on_ended(struct mailbox_letter *letter)
{
    struct bus_nats *n = container_of(letter, struct bus_nats, ended);
    bus_closed_fn *on_closed = n->on_closed;
    void *user = n->user;

    pthread_join(n->thread, NULL);
    packet_queue_done(&n->waiting);
    pthread_cond_destroy(&n->bell);
    pthread_mutex_destroy(&n->lock);
    arena_done(&n->arena);
    mem_free(n);
    on_closed(user);
}

void bus_nats_close(struct bus_nats *n, bus_closed_fn *on_closed, void *user)
{
    n->on_closed = on_closed;
    n->user = user;
    pthread_mutex_lock(&n->lock);
    n->closing = true;
    pthread_cond_signal(&n->bell);
    pthread_mutex_unlock(&n->lock);
}

const struct breaker *bus_nats_breaker(const struct bus_nats *n)
{
    return &n->breaker;
}
