#include "server/session.h"

#include "base/clock.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    CLOSE_FORBIDDEN = 4403,
    CLOSE_TRY_AGAIN_LATER = 1013,
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
    struct session *s;
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
    if (!quotas_connect(w->quotas, viewer->tenant_id, viewer->user_id)) {
        log_info("refused", LOG_INT("connId", (int64_t)client->id),
                 LOG_STR("reason", STR("too many connections")), LOG_STR("userId", viewer->user_id),
                 LOG_STR("tenantId", viewer->tenant_id));
        client->ops->close(client, CLOSE_TRY_AGAIN_LATER, STR("Too many connections"));
        viewer_unref(viewer);
        return;
    }
    s = mem_new(struct session);
    s->worker = w;
    s->client = client;
    s->viewer = viewer;
    timer_init(&s->expiry, &w->loop, on_expiry);
    client->session = s;
    await_expiry(s);
    acknowledge(s);
}

static void free_session(struct timer *t)
{
    mem_free(container_of(t, struct session, expiry));
}

void session_close(void *worker, struct net_client *client)
{
    struct session *s = client->session;

    client->session = NULL;
    if (!s)
        return;
    quotas_disconnect(s->worker->quotas, s->viewer->tenant_id, s->viewer->user_id);
    s->viewer = viewer_unref(s->viewer);
    timer_close(&s->expiry, free_session);
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
