#include "net/errand.h"

#include <assert.h>

#include "base/mem.h"
#include "net/event_stream.h"
#include "net/exchange.h"
#include "net/inside.h"
#include "net/refusal.h"
#include "net/reservation.h"

enum {
    ANSWER_MAX = 32 * 1024 * 1024, /* as large as the server's responses */
};

static mailbox_fn at_home, at_stream, back;

/* To a loop; at once when it is this one. */
static void send_on(struct errand *e, struct net *to, mailbox_fn *fn)
{
    struct net *from = e->at;

    e->at = to;
    if (from == to)
        fn(&e->letter);
    else
        mailbox_post(to->loop->mailbox, &e->letter, fn);
}

static struct errand *errand_of(struct mailbox_letter *letter)
{
    return container_of(letter, struct errand, letter);
}

struct errand *errand_new(struct exchange *x, enum errand_kind kind, struct str token)
{
    struct errand *e = mem_new(struct errand);

    e->kind = kind;
    e->origin = e->at = x->net;
    e->exchange = x;
    arena_init(&e->arena);
    buf_init(&e->answer, ANSWER_MAX);
    e->token = arena_str(&e->arena, token);
    e->authorization = arena_str(&e->arena, x->authorization);
    e->api_key = arena_str(&e->arena, x->api_key);
    e->traceparent = arena_str(&e->arena, x->traceparent);
    e->client_name = arena_str(&e->arena, x->client_name);
    e->schema_hash = arena_str(&e->arena, x->schema_hash);
    return e;
}

static void errand_free(struct errand *e)
{
    buf_done(&e->answer);
    arena_done(&e->arena);
    mem_free(e);
}

void errand_refuse(struct errand *e, int status, enum status why, struct str message)
{
    e->status = status;
    refusal_body(&e->answer, status, why, message, false);
}

static void refuse_unknown(struct errand *e)
{
    errand_refuse(e, 404, ST_NOT_FOUND,
                  STR("There is no event stream of that token; reserve one with PUT."));
}

void errand_go(struct errand *e)
{
    struct net *home = reservation_home(e->origin, e->token);

    if (home) {
        send_on(e, home, at_home);
        return;
    }
    refuse_unknown(e);
    send_on(e, e->origin, back);
}

/* Whoever has the token has the results; only who has reserved the stream may use it. A browser's
 * EventSource cannot say who it is: for that there is the token. */
static bool is_owner(struct errand *e, const struct reservation *r)
{
    const struct net_service *service = &e->at->service;
    const struct net_call shown = {.authorization = e->authorization, .api_key = e->api_key};
    struct net_caller caller;

    if (e->kind == ERRAND_OPEN && !e->authorization.p && !e->api_key.p)
        return true;
    e->status = service->on_caller(service->user, &shown, &caller, &e->answer);
    if (e->status)
        return false;
    if (memcmp(&caller, &r->caller, sizeof(caller)) == 0)
        return true;
    errand_refuse(e, 403, ST_FORBIDDEN, STR("Somebody else has reserved the event stream."));
    return false;
}

/* Only one stream may ever take a reservation. */
static void claim(struct errand *e, struct reservation *r)
{
    if (r->host) {
        errand_refuse(e, 409, ST_CONFLICT, STR("The event stream is open already."));
        return;
    }
    e->status = 200;
    reservation_claim(r, e->origin);
}

static void judge(struct errand *e)
{
    struct reservation *r = reservation_find(e->at, e->token);

    if (!r)
        refuse_unknown(e);
    else if (!is_owner(e, r))
        return;
    else if (e->kind == ERRAND_OPEN)
        claim(e, r);
    else if (!r->host)
        errand_refuse(e, 409, ST_CONFLICT,
                      STR("The event stream is not open yet: open it with GET first."));
    else
        e->host = r->host;
}

static void at_home(struct mailbox_letter *letter)
{
    struct errand *e = errand_of(letter);

    judge(e);
    if (e->status)
        send_on(e, e->origin, back);
    else
        send_on(e, e->host, at_stream);
}

static void at_stream(struct mailbox_letter *letter)
{
    struct errand *e = errand_of(letter);
    struct event_stream *s = event_stream_find(e->at, e->token);

    if (!s)
        refuse_unknown(e); /* it has ended since */
    else if (e->kind == ERRAND_STOP)
        event_stream_stop(s, e);
    else
        event_stream_begin(s, e);
    assert(e->status);
    send_on(e, e->origin, back);
}

static void back(struct mailbox_letter *letter)
{
    struct errand *e = errand_of(letter);
    bool opens = e->kind == ERRAND_OPEN && e->status == 200;

    if (e->exchange)
        exchange_on_verdict(e->exchange, e);
    else if (opens)
        errand_release(e->origin, e->token);
    errand_free(e);
}

struct release {
    struct mailbox_letter letter;
    struct net *home;
    char token[RESERVATION_TOKEN];
};

static void on_release(struct mailbox_letter *letter)
{
    struct release *release = container_of(letter, struct release, letter);
    struct reservation *r =
        reservation_find(release->home, str_of(release->token, RESERVATION_TOKEN));

    if (r)
        reservation_free(r);
    mem_free(release);
}

void errand_release(struct net *host, struct str token)
{
    struct release *release = mem_new(struct release);

    release->home = reservation_home(host, token);
    memcpy(release->token, token.p, RESERVATION_TOKEN);
    if (release->home == host)
        on_release(&release->letter);
    else
        mailbox_post(release->home->loop->mailbox, &release->letter, on_release);
}
