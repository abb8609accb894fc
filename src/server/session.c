#include "server/session.h"

#include <openssl/sha.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/request.h"

enum {
    CLOSE_FORBIDDEN = 4403,
    LARGEST_ACK = 512,
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

static void on_expiry(struct timer *t)
{
    struct session *s = container_of(t, struct session, expiry);

    s->client->ops->close(s->client, CLOSE_FORBIDDEN, STR("Token expired"));
}

static void await_expiry(struct session *s)
{
    int64_t end = s->viewer->expires_at, now = clock_unix_ms();

    if (end == CLOCK_NONE) {
        timer_stop(&s->expiry);
        return;
    }
    timer_start(&s->expiry, end > now ? (uint64_t)(end - now) : 0);
}

struct session *session_new(struct worker *w, struct net_client *client, struct viewer *viewer)
{
    struct session *s = mem_new(struct session);

    s->worker = w;
    s->client = client;
    s->viewer = viewer;
    timer_init(&s->expiry, &w->loop, on_expiry);
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
    s->viewer = viewer_unref(s->viewer);
    timer_close(&s->expiry, on_expiry_closed);
}

static struct str token_in(const json_t *payload)
{
    static const char *const names[] = {"Authorization", "authorization", "authToken"};

    for (size_t i = 0; i < array_size(names); i++) {
        const json_t *value = json_object_get(payload, names[i]);
        if (json_is_string(value))
            return str_of(json_string_value(value), json_string_length(value));
    }
    return STR_NULL;
}

static void acknowledge(struct session *s)
{
    struct buf ack;
    struct json_out j = {.out = &ack};

    buf_init(&ack, LARGEST_ACK);
    json_out_begin_object(&j);
    json_out_key(&j, STR("schemaHash"));
    json_out_str(&j, s->worker->facts->schema_hash);
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

void session_open(void *worker, struct net_client *client, const json_t *payload)
{
    struct worker *w = worker;
    struct str token = token_in(payload);
    struct token_error error;
    struct viewer *viewer;
    enum status st = ST_UNAUTHENTICATED;

    if (token.p)
        st = token_check(w->keys, token, clock_unix_ms(), &viewer, &error);
    if (st != ST_OK) {
        log_info("refused", LOG_INT("connId", (int64_t)client->id),
                 LOG_STR("reason", token.p ? str_c(error.text) : STR("no token")));
        client->ops->close(client, CLOSE_FORBIDDEN,
                           st == ST_TOKEN_EXPIRED ? STR("Token expired") : STR("Forbidden"));
        return;
    }
    client->session = session_new(w, client, viewer);
    acknowledge(client->session);
}

void session_close(void *worker, struct net_client *client)
{
    struct session *s = client->session;

    client->session = NULL;
    session_free(s);
}

enum status session_renew(struct session *s, struct str token, struct token_error *ret_error)
{
    struct viewer *newer;
    enum status st = token_check(s->worker->keys, token, clock_unix_ms(), &newer, ret_error);

    if (st != ST_OK)
        return st;
    if (!str_eq(newer->user_id, s->viewer->user_id) ||
        !str_eq(newer->tenant_id, s->viewer->tenant_id)) {
        viewer_unref(newer);
        *ret_error = (struct token_error){"The token names another user or tenant."};
        return ST_FORBIDDEN;
    }
    viewer_unref(s->viewer);
    s->viewer = newer;
    await_expiry(s);
    return ST_OK;
}

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

static void refuse_caller(struct buf *refusal, enum status st, const char *why)
{
    struct gql_errors errors;
    struct arena a;
    struct str list;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    gql_error_add(&errors, st, "%s", why);
    request_errors_body(&errors, refusal, &list);
    arena_done(&a);
}

bool session_identify(void *worker, struct str authorization, struct net_caller *ret_caller,
                      struct buf *refusal)
{
    struct worker *w = worker;
    struct token_error error;
    struct viewer *viewer;
    enum status st;

    if (!authorization.p) {
        refuse_caller(refusal, ST_UNAUTHENTICATED, gql_status_text(ST_UNAUTHENTICATED));
        return false;
    }
    st = token_check(w->keys, authorization, clock_unix_ms(), &viewer, &error);
    if (st != ST_OK) {
        refuse_caller(refusal, st, error.text);
        return false;
    }
    name_caller(viewer, ret_caller);
    viewer_unref(viewer);
    return true;
}
