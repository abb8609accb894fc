#include "net/conn_tls.h"

#include "net/h2.h"
#include "net/http.h"
#include "net/tls.h"

/* --- until hands are shaken nobody speaks */

static void nothing(void *user)
{
}

static void kill_conn(void *user)
{
    conn_kill(user);
}

static void kill_late(void *user, enum deadline_kind kind)
{
    conn_kill(user);
}

static void no_bytes(void *user, char *p, size_t n)
{
}

static const struct conn_speaker nobody = {
    .on_bytes = no_bytes,
    .on_turn_end = nothing,
    .on_drained = nothing,
    .on_progress = nothing,
    .on_deadline = kill_late,
    .on_drain = kill_conn,
    .on_gone = nothing,
};

void conn_tls_begin(struct conn *c, struct tls_certificate *certificate)
{
    c->tls = tls_new(certificate);
    conn_set_speaker(c, &nobody, c);
    conn_set_deadline(c, DEADLINE_HEAD);
}

/* Whoever wrote http:// where https:// was meant gets an answer that says so. */
static void answer_plain_http(struct conn *c)
{
    tls_free(c->tls);
    c->tls = NULL;
    outq_push_raw(&c->out, STR("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Length: 40\r\n\r\n"
                               "This port speaks TLS: connect by https.\n"));
    conn_finish(c);
}

static void on_state(struct conn *c)
{
    switch (tls_state(c->tls)) {
    case TLS_HANDSHAKING:
        break;
    case TLS_OPEN:
        if (tls_protocol(c->tls) == TLS_HTTP_2)
            h2_start(c);
        else
            http_start(c);
        break;
    case TLS_ENDED:
        /* Whoever has nothing more to say still hears what it has been answered. */
        conn_finish(c);
        break;
    case TLS_FAILED:
        /* An alert may wait to be sent. */
        if (tls_pending(c->tls))
            conn_finish(c);
        else
            conn_kill(c);
        break;
    case TLS_PLAIN_HTTP:
        answer_plain_http(c);
        break;
    }
}

/* One record, or a step of the state; false: nothing more can be read. */
static bool take_step(struct conn *c)
{
    enum tls_state before = tls_state(c->tls);
    size_t n = tls_read(c->tls, c->net->plain_in, NET_PLAIN_IN);

    if (n)
        c->speaker->on_bytes(c->user, c->net->plain_in, n);
    else if (tls_state(c->tls) != before)
        on_state(c);
    else
        return false;
    return c->tls && c->state == CONN_OPEN;
}

void conn_tls_take(struct conn *c, char *p, size_t n)
{
    tls_feed(c->tls, str_of(p, n));
    while (take_step(c))
        ;
    if (c->tls && tls_pending(c->tls))
        conn_wake(c);
}

size_t conn_tls_next(struct conn *c, char *to, size_t room)
{
    struct net *n = c->net;

    if (!tls_pending(c->tls) && !outq_empty(&c->out))
        tls_write(c->tls, str_of(n->plain_out, outq_take(&c->out, n->plain_out, NET_PLAIN_OUT)));
    return tls_take(c->tls, to, room);
}
