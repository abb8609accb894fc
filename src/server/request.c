#include "server/request.h"

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/address.h"
#include "net/call.h"
#include "resolvers/message.h"
#include "server/authorize.h"
#include "server/clients.h"
#include "server/documents.h"
#include "server/feed.h"
#include "server/operation_log.h"
#include "server/session.h"
#include "server/subscription.h"

enum {
    LARGEST_RESPONSE = 32 * 1024 * 1024,
    LARGEST_KEPT = 1024 * 1024, /* the memory of one, for the next */
    MEMORY = 2 * 1024,          /* what most requests need besides */
    MOST_KEPT = 256,
};

struct request {
    struct operation_owner owner;
    struct worker *worker;
    struct net_operation *op; /* NULL once the client has let go of it */
    struct viewer *viewer;    /* NULL without a token */
    struct trace *trace;      /* NULL: not sampled */
    uint64_t conn_id;         /* of the client, which may let go of it */
    struct gql_plan *plan;
    struct net_call call; /* only where the token had to wait for its key */
    struct arena arena;
    struct context context;
    struct gql_request gql;
    int64_t began_us; /* by clock_mono_us() */
    struct grave grave;
    _Alignas(max_align_t) char memory[MEMORY]; /* where the arena begins */
};

static void free_request(struct grave *grave)
{
    struct request *r = container_of(grave, struct request, grave);

    gql_plan_unref(r->plan);
    viewer_unref(r->viewer);
    arena_done(&r->arena);
    stock_leave(&r->worker->request_blocks, r);
}

/* The engine may still be on the stack: gone at the end of the turn. */
static void bury(struct request *r)
{
    loop_bury(&r->worker->loop, &r->grave, free_request);
}

void request_errors_body(const struct gql_errors *errors, struct buf *ret_body,
                         struct str *ret_errors)
{
    struct json_out j = {.out = ret_body};
    size_t from, to;

    json_out_begin_object(&j);
    json_out_key(&j, STR("errors"));
    from = ret_body->n;
    gql_errors_write(errors, &j);
    to = ret_body->n;
    json_out_end_object(&j);
    *ret_errors = str_of(buf_str(ret_body).p + from, to - from);
}

/* What went wrong first. */
static enum status outcome_of(const struct request *r)
{
    return r->gql.errors.first ? r->gql.errors.first->status : ST_OK;
}

static struct operation_facts facts_of(const struct request *r)
{
    return (struct operation_facts){
        .request_id = r->gql.errors.request_id,
        .conn_id = r->conn_id,
        .viewer = r->viewer,
        .operation = r->gql.operation,
        .trace = r->trace,
    };
}

static void log_end(const struct request *r)
{
    struct operation_facts facts = facts_of(r);

    operation_log_end(&facts, outcome_of(r), (clock_mono_us() - r->began_us) / 1000);
}

static void count(struct request *r)
{
    const struct gql_error *first = r->gql.errors.first;
    size_t type =
        r->gql.operation ? (size_t)gql_operation_type(r->gql.operation) : COUNTS_UNKNOWN_TYPE;

    counts_operation(&r->worker->counts, type, first ? first->status : ST_OK, r->began_us);
}

static void count_limit(const struct request *r, enum counts_limit limit)
{
    metric_add(&r->worker->counts.limited[limit], 1);
}

/* A response is written at once and taken at once: all requests write theirs to one buffer. */
static void finish(struct request *r, struct net_response *response)
{
    struct buf *out = &r->worker->out;
    char place[TRACEPARENT_LENGTH];

    response->traceresponse = trace_place(r->trace, place);
    trace_finish(r->trace, outcome_of(r));
    if (log_enabled(LOG_DEBUG))
        log_end(r);
    count(r);
    if (r->op)
        r->op->transport->finish(r->op, response);
    r->op = NULL;
    if (out->capacity > LARGEST_KEPT)
        buf_done(out);
    buf_reset(out, LARGEST_RESPONSE);
    bury(r);
}

/* Ends a request that was not executed with the errors that say why. */
static void refuse(struct request *r, enum net_outcome outcome, int http_status)
{
    struct net_response response = {.outcome = outcome, .http_status = http_status};

    buf_reset(&r->worker->out, LARGEST_RESPONSE);
    request_errors_body(&r->gql.errors, &r->worker->out, &response.errors);
    response.body = buf_str(&r->worker->out);
    finish(r, &response);
}

static void refuse_by_first_error(struct request *r)
{
    const struct gql_error *first = r->gql.errors.first;

    refuse(r, NET_REQUEST_ERROR, status_http(first ? first->status : ST_FAULT));
}

static void log_faults(const struct request *r)
{
    struct operation_facts facts = facts_of(r);

    for (const struct gql_error *e = r->gql.errors.first; e; e = e->next)
        if (e->status == ST_FAULT)
            operation_log_fault(&facts, e->cause.p ? e->cause : e->message);
}

/* Is there room for the answer among those that their clients have not taken yet? What has changed
 * something is told in any case, and so are short answers: those who read what they ask for do not
 * suffer for those who do not. */
static bool has_room(const struct request *r)
{
    const struct config *config = r->worker->config;
    size_t share = config->max_answer_bytes / config->threads, n = r->worker->out.n;

    return !r->op || n <= config->high_water || gql_operation_type(r->gql.operation) != GQL_QUERY ||
           *r->op->client->unsent + n <= share;
}

static void refuse_for_want_of_room(struct request *r)
{
    gql_error_add(&r->gql.errors, ST_UNAVAILABLE,
                  "Too many long answers wait for their clients to read them: try again later, or "
                  "ask for less at a time.");
    count_limit(r, COUNTS_LIMIT_ANSWERS);
    refuse(r, NET_REFUSED, status_http(ST_UNAVAILABLE));
}

static void done(struct request *r)
{
    struct net_response response = {.outcome = NET_RESULT, .http_status = 200};

    if (r->gql.errors.first)
        log_faults(r);
    if (r->gql.failed) {
        refuse_by_first_error(r);
        return;
    }
    if (!has_room(r)) {
        refuse_for_want_of_room(r);
        return;
    }
    response.body = buf_str(&r->worker->out);
    finish(r, &response);
}

static void on_done(struct gql_request *gql)
{
    done(gql->user);
}

/* The waits that are out still answer into this request; on_done comes, and finds nobody. */
static void on_cancel(struct operation_owner *owner)
{
    container_of(owner, struct request, owner)->op = NULL;
}

/* Only streams can be full. */
static void on_drained(struct operation_owner *owner)
{
}

/* --- renewing */

/* A newer token that is being checked; in the request's arena. */
struct renewal {
    struct request *request;
    struct wait *result;
};

/* Where a socket brought it, and is still there, it takes the place of the session's. */
static enum status put_in_place(struct request *r, const struct wait *checked, struct str *ret_why)
{
    struct session *session = r->op ? r->op->client->session : NULL;

    *ret_why = checked->detail;
    if (checked->status != ST_OK)
        counts_auth_failure(&r->worker->counts, checked->status, false);
    if (checked->status != ST_OK || !session)
        return checked->status;
    return session_renew(session, keyring_viewer(checked), ret_why);
}

static void on_renewed(void *user, struct wait *checked)
{
    struct renewal *renewal = user;
    struct str why;
    enum status st = put_in_place(renewal->request, checked, &why);

    if (st == ST_OK)
        wait_answer(renewal->result, ST_OK, checked->value);
    else
        wait_fail(renewal->result, st, why);
}

static struct wait *renew(struct context *c, struct arena *a, struct str token)
{
    struct request *r = container_of(c, struct request, context);
    struct credential credential = {.token = token};
    struct wait *checked = keyring_check(r->worker->keyring, a, &credential, clock_unix_ms());
    struct renewal *renewal = arena_new(a, struct renewal);

    renewal->request = r;
    renewal->result = wait_new(a);
    if (checked->answered)
        on_renewed(renewal, checked);
    else
        wait_on(checked, on_renewed, renewal);
    return renewal->result;
}

static uint64_t count_send(struct context *c)
{
    const struct request *r = container_of(c, struct request, context);
    uint64_t wait_ms = quotas_send(r->worker->quotas, c->caller.tenant, c->caller.user,
                                   1000 * loop_now_ms(&r->worker->loop));

    if (wait_ms)
        count_limit(r, COUNTS_LIMIT_SENDS);
    return wait_ms;
}

static struct recent_run recent(struct context *c, struct str room_id)
{
    struct request *r = container_of(c, struct request, context);

    return hub_recent(r->worker->hub, feed_topic_key(&r->arena, c->caller.tenant, room_id));
}

/* For the audit log. */
static void told_refused(const struct request *r, const char *event, enum status st,
                         struct str reason)
{
    const struct session *session = r->op->client->session;

    session_audit(r->worker, r->op->client, session ? session->viewer : r->viewer,
                  &(struct session_act){event, st, reason});
}

/* Counted before anything is looked at: what is refused is to cost little. */
static bool may_ask(struct request *r)
{
    struct net_client *client = r->op->client;
    struct gql_error *error;
    uint64_t wait_ms = rate_take(&r->worker->config->rate_requests, client->requests,
                                 1000 * loop_now_ms(&r->worker->loop));

    if (wait_ms == 0)
        return true;
    told_refused(r, "limit", ST_RATE_LIMITED, STR("rate-requests"));
    count_limit(r, COUNTS_LIMIT_REQUESTS);
    error = gql_error_add(&r->gql.errors, ST_RATE_LIMITED, "%s", status_text(ST_RATE_LIMITED));
    error->extensions =
        arena_printf(&r->arena, "\"retryAfterMs\":%llu", (unsigned long long)wait_ms);
    refuse(r, NET_REFUSED, status_http(ST_RATE_LIMITED));
    return false;
}

/* The session that a stream lives by: the socket's, or one of its own, over HTTP and where it was
 * asked for on a socket with other rights. One of its own counts as a connection. NULL: refused. */
static struct session *session_for_stream(struct request *r)
{
    struct net_client *client = r->op->client;
    struct viewer *v = r->viewer;

    if (client->session && session_covers(client->session, v))
        return client->session;
    if (quotas_connect(r->worker->quotas, v->tenant_id, v->user_id))
        return session_new(r->worker, client, viewer_ref(v));
    told_refused(r, "limit", ST_LIMIT_EXCEEDED, STR("max-connections-per-user"));
    gql_error_add(&r->gql.errors, ST_LIMIT_EXCEEDED,
                  "Too many connections and streams of this user, or of the tenant, are open.");
    count_limit(r, COUNTS_LIMIT_CONNECTIONS);
    refuse(r, NET_REQUEST_ERROR, status_http(ST_LIMIT_EXCEEDED));
    return NULL;
}

static void run_subscription(struct request *r, const struct net_call *call)
{
    /* Every Subscription resolver names its source at once: what has to be waited for, the
     * subscription waits for itself, having joined its topic first. */
    bool answered = gql_subscribe(&r->gql);
    struct session *session;

    assert(answered);
    if (!r->gql.source) {
        done(r);
        return;
    }
    assert(r->viewer); /* every Subscription field requires a scope */
    session = session_for_stream(r);
    if (!session)
        return;
    if (log_enabled(LOG_DEBUG))
        log_end(r);
    subscription_begin(r->worker, r->op, session, r->plan, &r->gql, call, r->trace, r->began_us);
    r->op = NULL;
    bury(r);
}

static void refuse_method(struct request *r, enum gql_operation_type type)
{
    gql_error_add(&r->gql.errors, ST_BAD_REQUEST, "A %s cannot be sent with GET: use POST.",
                  gql_operation_type_name(type));
    refuse(r, NET_REFUSED, 405);
}

static void refuse_stream(struct request *r)
{
    gql_error_add(&r->gql.errors, ST_BAD_REQUEST,
                  "A subscription needs a response that can stream: accept text/event-stream or "
                  "multipart/mixed;subscriptionSpec=1.0, or connect with WebSocket, sub-protocol "
                  "graphql-transport-ws.");
    refuse(r, NET_REQUEST_ERROR, 400);
}

/* What GET may ask for: what changes nothing. */
static bool is_safe(enum gql_operation_type type, const struct net_call *call)
{
    return type == GQL_QUERY || (type == GQL_SUBSCRIPTION && call->can_stream);
}

static void run(struct request *r, const struct net_call *call)
{
    enum gql_operation_type type = gql_operation_type(r->gql.operation);

    if (call->safe_method && !is_safe(type, call)) {
        refuse_method(r, type);
        return;
    }
    if (type == GQL_SUBSCRIPTION) {
        if (call->can_stream)
            run_subscription(r, call);
        else
            refuse_stream(r);
        return;
    }
    if (gql_execute(&r->gql))
        done(r);
}

static enum status may_introspect(const struct request *r)
{
    switch (r->worker->config->introspection) {
    case CONFIG_INTROSPECTION_ON:
        return ST_OK;
    case CONFIG_INTROSPECTION_AUTH:
        return r->viewer ? ST_OK : ST_UNAUTHENTICATED;
    case CONFIG_INTROSPECTION_OFF:
        return ST_FORBIDDEN;
    }
    return ST_FORBIDDEN;
}

static void fill_context(struct request *r)
{
    r->context = (struct context){
        .viewer = r->viewer,
        .store = r->worker->store,
        .facts = &r->worker->facts,
        .introspection = may_introspect(r),
        .now_ms = clock_unix_ms(),
        .caller = session_caller(r->viewer),
        .renew = renew,
        .recent = recent,
        .rendered = hub_rendered(r->worker->hub),
        .count_send = count_send,
        .audit = r->worker->audit,
        .request_id = r->gql.errors.request_id,
        .conn_id = r->conn_id,
    };
    r->context.caller.trace = r->trace;
}

static struct gql_plan *plan_for(struct worker *w, const struct net_call *call,
                                 struct gql_errors *errors)
{
    struct str text = documents_find(w->documents, call, errors);
    struct gql_plan *plan = text.p ? plan_cache_get(w->plans, text, errors) : NULL;

    if (plan)
        documents_register(w->documents, call);
    return plan;
}

/* --- beginning */

/* From the plan on: who asks is known. */
static void prepare(struct request *r, const struct net_call *call)
{
    struct worker *w = r->worker;
    struct trace_span *span = trace_begin(r->trace, &r->arena, TRACE_INSIDE, "parse and validate");

    r->plan = plan_for(w, call, &r->gql.errors);
    trace_end(span, outcome_of(r));
    if (!r->plan) {
        refuse_by_first_error(r);
        return;
    }
    r->gql.operation = gql_plan_operation(r->plan, call->operation_name, &r->gql.errors);
    if (!r->gql.operation) {
        refuse_by_first_error(r);
        return;
    }
    if (r->trace)
        trace_operation(r->trace, gql_operation_type_name(gql_operation_type(r->gql.operation)),
                        gql_operation_name(r->gql.operation));
    fill_context(r);
    r->gql.arena = &r->arena;
    r->gql.variables =
        call == &r->call ? call->variables : json_value_copy(&r->arena, call->variables);
    r->gql.context = &r->context;
    r->gql.authorize = authorize_field;
    r->gql.memo = &w->memo;
    r->gql.out = &w->out;
    r->gql.on_done = on_done;
    r->gql.user = r;
    run(r, call);
}

static void log_refused(const struct request *r, const struct wait *checked)
{
    char address[NET_ADDRESS_MAX];
    const struct net_client *client = r->op->client;

    log_info("refused", LOG_INT("connId", (int64_t)client->id),
             LOG_STR("address", net_address_format(client->address, address)),
             LOG_STR("reason", checked->detail));
    told_refused(r, "authenticate", checked->status, checked->detail);
}

/* False: refused. */
static bool let_in(struct request *r, const struct wait *checked, const struct net_call *call)
{
    if (checked->status == ST_OK) {
        r->viewer = keyring_viewer(checked);
        if (!call->goes_on)
            clients_note(r->worker->clients, call->client_name, call->schema_hash);
        return true;
    }
    counts_auth_failure(&r->worker->counts, checked->status, false);
    if (!call->goes_on)
        log_refused(r, checked);
    gql_error_add(&r->gql.errors, checked->status, "%.*s", STR_ARG(checked->detail));
    refuse(r, NET_REFUSED, status_http(checked->status));
    return false;
}

/* The call's own strings and JSON are gone when its transport's call returns. */
static void keep_call(struct request *r, const struct net_call *call)
{
    r->call = *call;
    r->call.query = arena_str(&r->arena, call->query);
    r->call.document_id = arena_str(&r->arena, call->document_id);
    r->call.operation_name = arena_str(&r->arena, call->operation_name);
    r->call.authorization = r->call.api_key = STR_NULL;
    r->call.client_name = arena_str(&r->arena, call->client_name);
    r->call.schema_hash = arena_str(&r->arena, call->schema_hash);
    r->call.variables = json_value_copy(&r->arena, call->variables);
    r->call.extensions = json_value_copy(&r->arena, call->extensions);
}

static void on_checked(void *user, struct wait *checked)
{
    struct request *r = user;

    if (!r->op) {
        trace_finish(r->trace, checked->status);
        bury(r);
    } else if (let_in(r, checked, &r->call))
        prepare(r, &r->call);
}

/* Over HTTP each request brings its token, or its API key; on some sockets each operation may. */
static void authenticate(struct request *r, const struct net_call *call)
{
    struct credential credential = {.token = call->authorization, .api_key = call->api_key};
    struct wait *checked =
        keyring_check(r->worker->keyring, &r->arena, &credential, clock_unix_ms());

    if (!checked->answered) {
        keep_call(r, call);
        wait_on(checked, on_checked, r);
    } else if (let_in(r, checked, call)) {
        prepare(r, call);
    }
}

/* Nobody hears of it: the socket is being closed, and the close frame says why. */
static void refuse_late(struct request *r)
{
    gql_error_add(&r->gql.errors, ST_TOKEN_EXPIRED, "%s", status_text(ST_TOKEN_EXPIRED));
    refuse(r, NET_REFUSED, status_http(ST_TOKEN_EXPIRED));
}

void request_init(struct worker *w)
{
    w->memo = message_memo(w->schema);
    buf_init(&w->out, LARGEST_RESPONSE);
    stock_init(&w->request_blocks, sizeof(struct request), MOST_KEPT);
}

void request_done(struct worker *w)
{
    stock_done(&w->request_blocks);
    buf_done(&w->out);
}

static void begin_trace(struct request *r, const struct net_call *call)
{
    r->trace = trace_new(r->worker->tracer, &r->arena, call_traceparent(call));
    if (r->trace)
        r->trace->root.transport = r->op->client->transport;
}

void request_begin(void *worker, struct net_operation *op, const struct net_call *call)
{
    struct worker *w = worker;
    struct session *session = op->client->session;
    struct request *r = stock_take(&w->request_blocks);

    memset(r, 0, offsetof(struct request, memory));
    r->owner = (struct operation_owner){.on_cancel = on_cancel, .on_drained = on_drained};
    r->worker = w;
    r->began_us = clock_mono_us();
    r->op = op;
    r->conn_id = op->client->id;
    op->owner = &r->owner;
    arena_init_in(&r->arena, r->memory, sizeof(r->memory));
    gql_errors_init(&r->gql.errors, &r->arena);
    r->gql.errors.request_id = (uint64_t)w->loop.index << 48 | ++w->requests;
    r->gql.errors.typed = call->typed_errors;
    if (!may_ask(r))
        return;
    if (w->tracer)
        begin_trace(r, call);
    if (session && session_is_over(session)) {
        refuse_late(r);
        return;
    }
    if (call->authorization.p || call->api_key.p) {
        authenticate(r, call);
        return;
    }
    if (session)
        r->viewer = viewer_ref(session->viewer);
    prepare(r, call);
}
