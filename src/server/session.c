#include "server/session.h"

#include <assert.h>
#include <openssl/sha.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/clients.h"
#include "server/request.h"

enum {
    CLOSE_TRY_LATER = 1013,
    CLOSE_FORBIDDEN = 4403,
    LARGEST_ACK = 512,
    LARGEST_REASON = 512, /* before it is cut to what a close frame holds */
    /* Timers count on a clock that never jumps, and stands still while the machine sleeps; a token
     * ends by the wall's clock, which may be set. It is looked at this often. */
    LONGEST_NAP_MS = 60 * 1000,
    NEAR_MS = 1000, /* to the next look: a turn's time of the loop may be as old as this */
};

struct store_caller session_caller(const struct viewer *v)
{
    if (!v)
        return (struct store_caller){.tenant = STR(""), .user = STR("")};
    return (struct store_caller){
        .tenant = v->tenant_id,
        .user = v->user_id,
        .tenant_admin = v->scopes[VIEWER_TENANT_ADMIN],
        .guilds = v->guilds,
        .n_guilds = v->n_guilds,
    };
}

void session_audit(const struct worker *w, const struct net_client *client, const struct viewer *v,
                   const struct session_act *act)
{
    char address[NET_ADDRESS_MAX];

    if (!w->audit)
        return;
    audit_write(w->audit, act->event, act->status,
                LOG_FIELDS(LOG_STR("tenantId", v ? v->tenant_id : STR_NULL),
                           LOG_STR("userId", v ? v->user_id : STR_NULL),
                           LOG_STR("reason", act->reason),
                           LOG_STR("address", net_address_format(client->address, address)),
                           LOG_STR("transport", str_c(client->transport)),
                           LOG_INT("connId", (int64_t)client->id)));
}

static void told(const struct session *s, const char *event, enum status st, struct str reason)
{
    session_audit(s->worker, s->client, s->viewer, &(struct session_act){event, st, reason});
}

static void await_expiry(struct session *s)
{
    int64_t end = s->viewer->expires_at, nap;

    s->look_from = INT64_MAX;
    if (end == CLOCK_NONE) {
        timer_stop(&s->expiry);
        return;
    }
    nap = end - clock_unix_ms();
    nap = nap < 0 ? 0 : nap;
    nap = nap < LONGEST_NAP_MS ? nap : LONGEST_NAP_MS;
    timer_start(&s->expiry, (uint64_t)nap);
    s->look_from = loop_now_ms(&s->worker->loop) + nap - NEAR_MS;
}

bool session_look(struct session *s)
{
    int64_t end = s->viewer->expires_at;

    if (end == CLOCK_NONE || clock_unix_ms() < end)
        return false;
    if (s->look_from != INT64_MIN)
        told(s, "tokenExpired", ST_TOKEN_EXPIRED, STR_NULL);
    s->look_from = INT64_MIN; /* told */
    s->client->ops->close(s->client, CLOSE_FORBIDDEN, STR("Token expired"));
    return true;
}

static void on_expiry(struct timer *t)
{
    struct session *s = container_of(t, struct session, expiry);

    if (!session_look(s))
        await_expiry(s);
}

/* A check of who comes. */
struct opening {
    struct arena arena;
    struct session *session; /* NULL once the connection is gone */
    struct str client_name; /* as it calls itself, and the schema it knows; absent or the arena's */
    struct str schema_hash;
    bool is_missing; /* nothing was shown */
};

static struct session *make_session(struct worker *w, struct net_client *client)
{
    struct session *s = mem_new(struct session);

    s->worker = w;
    s->client = client;
    s->look_from = INT64_MAX;
    list_init(&s->followers);
    timer_init(&s->expiry, &w->loop, on_expiry);
    return s;
}

struct session *session_new(struct worker *w, struct net_client *client, struct viewer *viewer)
{
    struct session *s = make_session(w, client);

    s->viewer = viewer;
    await_expiry(s);
    return s;
}

static void on_expiry_closed(struct timer *t)
{
    mem_free(container_of(t, struct session, expiry));
}

void session_free(struct session *s)
{
    if (!s)
        return;
    assert(list_empty(&s->followers));
    if (s->opening)
        s->opening->session = NULL;
    if (s->viewer)
        quotas_disconnect(s->worker->quotas, s->viewer->tenant_id, s->viewer->user_id);
    s->viewer = viewer_unref(s->viewer);
    timer_close(&s->expiry, on_expiry_closed);
}

static struct str text_in(const struct json_value *payload, struct str name)
{
    return json_value_text(json_value_get(payload, name));
}

static struct credential credential_in(const struct json_value *payload)
{
    static const struct str names[] = {STR_INIT("Authorization"), STR_INIT("authorization"),
                                       STR_INIT("authToken")};
    struct credential credential = {.api_key = text_in(payload, STR("x-api-key"))};

    for (size_t i = 0; i < array_size(names) && !credential.token.p; i++)
        credential.token = text_in(payload, names[i]);
    return credential;
}

/* Apollo's and Hasura's clients are mostly told to send what they would send over HTTP, as
 * `headers`.
 */
static struct credential credential_shown(const struct net_opening *opening)
{
    struct credential credential = credential_in(opening->payload);

    if (!credential.token.p && !credential.api_key.p)
        credential = credential_in(json_value_get(opening->payload, STR("headers")));
    if (!credential.token.p && !credential.api_key.p)
        credential = (struct credential){opening->authorization, opening->api_key};
    return credential;
}

/* --- which client it is, and which schema it was built with */

static const char *const client_names[] = {"graphql-client-name", "apollographql-client-name",
                                           "clientName", NULL};
static const char *const hash_names[] = {"x-schema-hash", "X-Schema-Hash", "schemaHash", NULL};

static struct str first_in(const struct json_value *payload, const char *const *names)
{
    struct str text = STR_NULL;

    for (; *names && !text.p; names++)
        text = text_in(payload, str_c(*names));
    return text;
}

/* In the payload, or in its member `headers`; absent without one. */
static struct str shown_as(const struct net_opening *opening, const char *const *names)
{
    struct str text = first_in(opening->payload, names);

    return text.p ? text : first_in(json_value_get(opening->payload, STR("headers")), names);
}

static void acknowledge(struct session *s)
{
    struct buf ack;
    struct json_out j = {.out = &ack};

    buf_init(&ack, LARGEST_ACK);
    json_out_begin_object(&j);
    json_out_key(&j, STR("schemaHash"));
    json_out_str(&j, s->worker->facts.schema_hash);
    json_out_key(&j, STR("sessionExpiresAt"));
    if (s->viewer->expires_at == CLOCK_NONE) {
        json_out_null(&j);
    } else {
        char at[CLOCK_RFC3339_LENGTH];
        clock_format(s->viewer->expires_at, at);
        json_out_str(&j, str_of(at, sizeof(at)));
    }
    json_out_end_object(&j);
    s->client->ops->accept(s->client, buf_str(&ack));
    buf_done(&ack);
}

/* --- opening */

/* Why, in the words that HTTP's 401 has for it, so that nobody learns more here than there. */
static void close_forbidden(struct session *s, struct str why)
{
    struct buf reason;

    buf_init(&reason, LARGEST_REASON);
    buf_printf(&reason, "Forbidden: %.*s", STR_ARG(why));
    s->client->ops->close(s->client, CLOSE_FORBIDDEN, buf_str(&reason));
    buf_done(&reason);
}

static void refuse(struct session *s, const struct wait *checked)
{
    char address[NET_ADDRESS_MAX];

    log_info("refused", LOG_INT("connId", (int64_t)s->client->id),
             LOG_STR("address", net_address_format(s->client->address, address)),
             LOG_STR("reason", checked->detail));
    told(s, "connect", checked->status, checked->detail);
    if (checked->status == ST_UNAVAILABLE)
        s->client->ops->close(s->client, CLOSE_TRY_LATER, STR("Try again later"));
    else if (checked->status == ST_TOKEN_EXPIRED)
        s->client->ops->close(s->client, CLOSE_FORBIDDEN, STR("Token expired"));
    else
        close_forbidden(s, checked->detail);
}

static void free_opening(struct opening *o)
{
    arena_done(&o->arena);
    mem_free(o);
}

/* Takes the hold of the viewer over. */
static void let_in(struct session *s, struct viewer *viewer)
{
    if (!quotas_connect(s->worker->quotas, viewer->tenant_id, viewer->user_id)) {
        metric_add(&s->worker->counts.limited[COUNTS_LIMIT_CONNECTIONS], 1);
        log_info("refused", LOG_INT("connId", (int64_t)s->client->id),
                 LOG_STR("reason", STR("too many connections")), LOG_STR("userId", viewer->user_id),
                 LOG_STR("tenantId", viewer->tenant_id));
        session_audit(
            s->worker, s->client, viewer,
            &(struct session_act){"limit", ST_LIMIT_EXCEEDED, STR("max-connections-per-user")});
        s->client->ops->close(s->client, CLOSE_TRY_LATER, STR("Too many connections"));
        viewer_unref(viewer);
        return;
    }
    s->viewer = viewer;
    told(s, "connect", ST_OK, STR_NULL);
    await_expiry(s);
    acknowledge(s);
}

static void on_checked(void *user, struct wait *checked)
{
    struct opening *o = user;
    struct session *s = o->session;

    if (s) {
        s->opening = NULL;
        if (checked->status == ST_OK) {
            clients_note(s->worker->clients, o->client_name, o->schema_hash);
            let_in(s, keyring_viewer(checked));
        } else {
            counts_auth_failure(&s->worker->counts, checked->status, o->is_missing);
            refuse(s, checked);
        }
    }
    free_opening(o);
}

void session_open(void *worker, struct net_client *client, const struct net_opening *opening)
{
    struct worker *w = worker;
    struct session *s = make_session(w, client);
    struct opening *o = mem_new(struct opening);
    struct credential credential = credential_shown(opening);
    struct wait *checked;

    s->opening = o;
    client->session = s;
    o->session = s;
    arena_init(&o->arena);
    o->is_missing = !credential.token.p && !credential.api_key.p;
    o->client_name = arena_str(&o->arena, shown_as(opening, client_names));
    o->schema_hash = arena_str(&o->arena, shown_as(opening, hash_names));
    checked = keyring_check(w->keyring, &o->arena, &credential, clock_unix_ms());
    if (checked->answered)
        on_checked(o, checked);
    else
        wait_on(checked, on_checked, o);
}

void session_close(void *worker, struct net_client *client)
{
    struct session *s = client->session;

    client->session = NULL;
    if (s->viewer)
        told(s, "disconnect", ST_OK, STR_NULL);
    session_free(s);
}

/* --- renewing */

void session_follow(struct session *s, struct session_follower *f)
{
    list_append(&s->followers, &f->link);
}

static void tell_followers(struct session *s)
{
    list_each_safe (link, &s->followers) {
        struct session_follower *f = list_entry(link, struct session_follower, link);

        f->on_renewed(f);
    }
}

static bool is_same_user(const struct viewer *a, const struct viewer *b)
{
    return str_eq(a->user_id, b->user_id) && str_eq(a->tenant_id, b->tenant_id);
}

static bool has_same_rights(const struct viewer *a, const struct viewer *b)
{
    if (memcmp(a->scopes, b->scopes, sizeof(a->scopes)) != 0 || a->n_guilds != b->n_guilds)
        return false;
    for (size_t i = 0; i < a->n_guilds; i++)
        if (!str_eq(a->guilds[i], b->guilds[i]))
            return false;
    return true;
}

static bool ends_later(const struct viewer *a, const struct viewer *b)
{
    return b->expires_at != CLOCK_NONE &&
           (a->expires_at == CLOCK_NONE || a->expires_at > b->expires_at);
}

static void put_viewer(struct session *s, struct viewer *newer)
{
    viewer_unref(s->viewer);
    s->viewer = newer;
    await_expiry(s);
    tell_followers(s);
}

bool session_covers(struct session *s, struct viewer *viewer)
{
    if (viewer == s->viewer)
        return true;
    if (!is_same_user(s->viewer, viewer) || !has_same_rights(s->viewer, viewer))
        return false;
    if (ends_later(viewer, s->viewer)) {
        told(s, "renewSession", ST_OK, STR_NULL);
        put_viewer(s, viewer_ref(viewer));
    }
    return true;
}

enum status session_renew(struct session *s, struct viewer *newer, struct str *ret_why)
{
    if (session_is_over(s)) {
        viewer_unref(newer);
        *ret_why = STR("The token to be renewed has ended, while the newer one was checked.");
        return ST_TOKEN_EXPIRED;
    }
    if (!is_same_user(newer, s->viewer)) {
        viewer_unref(newer);
        *ret_why = STR("The token names another user or tenant.");
        return ST_FORBIDDEN;
    }
    put_viewer(s, newer);
    return ST_OK;
}

/* --- who asks over HTTP */

/* With the length of the first name before both, no two callers have the same bytes. */
static void name_caller(const struct viewer *v, struct net_caller *ret_caller)
{
    struct arena a;
    struct str parts[3] = {[1] = v->tenant_id, [2] = v->user_id}, name;

    arena_init(&a);
    parts[0] = arena_printf(&a, "%zu:", v->tenant_id.n);
    name = arena_join(&a, parts, array_size(parts));
    SHA256((const unsigned char *)name.p, name.n, ret_caller->bytes);
    arena_done(&a);
}

static void refuse_caller(struct buf *refusal, enum status st, struct str why)
{
    struct gql_errors errors;
    struct arena a;
    struct str list;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    gql_error_add(&errors, st, "%.*s", STR_ARG(why));
    request_errors_body(&errors, refusal, &list);
    arena_done(&a);
}

/* Nobody waits for it any more. */
static void on_late_check(void *user, struct wait *checked)
{
    free_opening(user);
}

int session_identify(void *worker, const struct net_call *call, struct net_caller *ret_caller,
                     struct buf *refusal)
{
    struct worker *w = worker;
    struct credential credential = {.token = call->authorization, .api_key = call->api_key};
    struct opening *o = mem_new(struct opening);
    struct wait *checked;
    enum status st;

    arena_init(&o->arena);
    checked = keyring_check(w->keyring, &o->arena, &credential, clock_unix_ms());
    if (!checked->answered) {
        /* Its key is being fetched: the client comes again, and finds it. */
        refuse_caller(refusal, ST_UNAVAILABLE, str_c(status_text(ST_UNAVAILABLE)));
        wait_on(checked, on_late_check, o);
        return status_http(ST_UNAVAILABLE);
    }
    st = checked->status;
    if (st != ST_OK)
        counts_auth_failure(&w->counts, st, !credential.token.p && !credential.api_key.p);
    if (st == ST_OK)
        name_caller(checked->value, ret_caller);
    else
        refuse_caller(refusal, st, checked->detail);
    free_opening(o);
    return st == ST_OK ? 0 : status_http(st);
}
